"""Pages of capacity, on one blueprint."""

from indicators.capacity.views import over_time, supply, today
from indicators.capacity.views.blueprint import bp

__all__ = ["bp", "over_time", "supply", "today"]
