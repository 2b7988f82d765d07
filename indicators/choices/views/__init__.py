"""Pages of what women and men were shown and chose, on one blueprint."""

from indicators.choices.views import compare, overview, rounds
from indicators.choices.views.blueprint import bp

__all__ = ["bp", "compare", "overview", "rounds"]
