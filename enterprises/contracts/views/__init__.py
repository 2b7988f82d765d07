"""Pages of contracts, on one blueprint."""

from enterprises.contracts.views import contracts
from enterprises.contracts.views.blueprint import bp

__all__ = ["bp", "contracts"]
