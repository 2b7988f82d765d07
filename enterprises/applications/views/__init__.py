"""Pages of applications and decisions, on one blueprint."""

from enterprises.applications.views import applying, deciding, judging, reading
from enterprises.applications.views.blueprint import bp

__all__ = ["applying", "bp", "deciding", "judging", "reading"]
