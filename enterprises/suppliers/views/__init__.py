"""Pages of registration, applications and contracts, on one blueprint."""

from enterprises.suppliers.views import applications, contracts, decisions, enterprise
from enterprises.suppliers.views.blueprint import bp

__all__ = ["applications", "bp", "contracts", "decisions", "enterprise"]
