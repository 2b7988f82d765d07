"""Grants whose period ends without a place lapse."""

from marketplace.db import transaction
from marketplace.outbox import claimed, emit
from marketplace.tenancy import acting_as, system_actor
from placements.participants import queries
from placements.participants.services import lapse_grants as lapse

LAPSE_TOPIC = "participants.lapse"


def dispatch_lapse() -> None:
    """One message for each authority. Run by the schedule."""
    with acting_as(system_actor()), transaction():
        for authority_id in queries.authority_ids():
            emit(LAPSE_TOPIC, authority_id=authority_id)


def lapse_grants(outbox_id: int) -> None:
    """Lapses the authority's open grants whose period is over."""
    with claimed(outbox_id) as message:
        if message is not None:
            lapse()
