"""Pages of applications and decisions, on one blueprint."""

from enterprises.applications.views import applying, decisions
from enterprises.applications.views.blueprint import bp

__all__ = ["applying", "bp", "decisions"]
