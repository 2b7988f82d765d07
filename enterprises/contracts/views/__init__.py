"""Pages of contracts, on one blueprint."""

from enterprises.contracts.views import amending, checking, lasting, reading, signing
from enterprises.contracts.views.blueprint import bp

__all__ = ["amending", "bp", "checking", "lasting", "reading", "signing"]
