"""Each night the occasions that have come are made into checkpoints, and what nobody answered lapses."""

from marketplace.db import transaction
from marketplace.outbox import claimed, emit
from marketplace.tenancy import acting_as, system_actor
from placements.checkpoints import queries, services
from placements.participants.queries import authority_ids

MAKE_TOPIC = "checkpoints.make"
LAPSE_TOPIC = "checkpoints.lapse"


def dispatch_day() -> None:
    """One message for each placement that something is to be asked of, and one for each authority with something to
    close. Run by the schedule."""
    with acting_as(system_actor()), transaction():
        for authority_id in authority_ids():
            with acting_as(system_actor(authority_id)):
                for placement in queries.placements_to_ask():
                    emit(MAKE_TOPIC, authority_id=authority_id, placement_id=placement.id)
                if queries.checkpoints_over():
                    emit(LAPSE_TOPIC, authority_id=authority_id)


def make(outbox_id: int) -> None:
    """Makes what is due of the placement that the message names, unless it has been made since."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.make_checkpoint(message.payload["placement_id"])


def lapse(outbox_id: int) -> None:
    with claimed(outbox_id) as message:
        if message is not None:
            services.lapse_unanswered()
