"""Looks at participants, as log control has them."""

from collections.abc import Sequence

from sqlalchemy import select

from marketplace.accounts.rules import Role
from marketplace.db import db, get_or_404, transaction
from marketplace.tenancy import Actor, acting_as
from placements.access_log.models import LookCheck
from placements.access_log.queries import last_days
from placements.access_log.services import draw_checks, keep_looks
from placements.participants.models import Participant
from tests.world_people import Half


def looked(by: Actor, participant_ids: Sequence[int], page: str = "participants.show") -> None:
    """`by` is shown the participants in one answer."""
    with acting_as(by):
        seen = [get_or_404(Participant, participant_id).as_seen() for participant_id in participant_ids]
        keep_looks(seen, page, "text/html")


def look_in_world(half: Half) -> dict[str, int]:
    """In the isolation tests' world: the officer has looked, and it is drawn to be checked."""
    looked(half.by(Role.CASE_OFFICER), [int(half.ids["participant_id"])])
    with acting_as(half.by(Role.CONTROLLER)), transaction():
        draw_checks(last_days(), 1)
        return {"look_id": db.session.scalars(select(LookCheck.look_id)).one()}
