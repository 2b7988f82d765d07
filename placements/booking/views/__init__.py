"""Pages of placements: requests, answers, start and end, changes and moves, for each party."""

from placements.booking.views import changes, placements, requests
from placements.booking.views.blueprint import bp

__all__ = ["bp", "changes", "placements", "requests"]
