"""Pages of sites, places and seats, on one blueprint."""

from enterprises.places.views import places, seats, sites
from enterprises.places.views.blueprint import bp

__all__ = ["bp", "places", "seats", "sites"]
