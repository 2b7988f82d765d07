"""Pages of sites, places and seats, on one blueprint."""

from enterprises.places.views import closures, editing, importing, pictures, places, seats, sites
from enterprises.places.views.blueprint import bp

__all__ = ["bp", "closures", "editing", "importing", "pictures", "places", "seats", "sites"]
