"""Pages of attendance."""

from placements.attendance.views import absence, correcting, months, week
from placements.attendance.views.own import bp as own_bp
from placements.attendance.views.rooms import bp

__all__ = ["absence", "bp", "correcting", "months", "own_bp", "week"]
