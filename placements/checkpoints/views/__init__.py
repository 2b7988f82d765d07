"""Pages of checkpoints: the participant's own, those of who works with her, and those of who writes what is asked."""

from placements.checkpoints.views import officers, own, surveys
from placements.checkpoints.views.blueprint import bp

__all__ = ["bp", "officers", "own", "surveys"]
