"""Pages of the activity plan."""

from placements.plan.views import agreeing, papers, reading, writing
from placements.plan.views.own import bp as own_bp
from placements.plan.views.rooms import bp

__all__ = ["agreeing", "bp", "own_bp", "papers", "reading", "writing"]
