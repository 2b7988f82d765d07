"""Follow-ups of a placement, those that come and are late, and what waits."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from marketplace.db import db
from placements.followup.models import FollowUp


def follow_ups_of(placement_id: int) -> list[FollowUp]:
    """Every follow-up of the placement with what was agreed, by day."""
    return list(
        db.session.scalars(
            select(FollowUp)
            .where(FollowUp.placement_id == placement_id)
            .options(selectinload(FollowUp.actions))
            .order_by(FollowUp.due_on, FollowUp.id)
        )
    )
