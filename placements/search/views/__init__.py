"""Pages of the search."""

from placements.search.views import saved, searching, why
from placements.search.views.blueprint import bp

__all__ = ["bp", "saved", "searching", "why"]
