"""Pages of systems of choice and their terms, on one blueprint."""

from marketplace.procurement.views import systems, terms
from marketplace.procurement.views.blueprint import bp

__all__ = ["bp", "systems", "terms"]
