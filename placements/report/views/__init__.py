"""Pages of the final report."""

from placements.report.views import answering, given, lists, papers, reading, writing
from placements.report.views.rooms import bp

__all__ = ["answering", "bp", "given", "lists", "papers", "reading", "writing"]
