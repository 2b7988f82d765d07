"""Requests that nobody answered in time, expired one by one; and those whose contract no longer takes any."""

from marketplace.db import transaction
from marketplace.outbox import claimed, emit
from marketplace.tenancy import acting_as, system_actor
from placements.booking import queries
from placements.booking.services import expire_placement
from placements.booking.services import withdraw_requests as withdraw
from placements.participants.queries import authority_ids

EXPIRE_TOPIC = "placements.expire"


def dispatch_expiry() -> None:
    """One message for each late request of every authority. Run by the schedule."""
    with acting_as(system_actor()), transaction():
        for authority_id in authority_ids():
            with acting_as(system_actor(authority_id)):
                for placement in queries.overdue_requests():
                    emit(
                        EXPIRE_TOPIC,
                        authority_id=authority_id,
                        enterprise_id=placement.enterprise_id,
                        placement_id=placement.id,
                    )


def expire_requests(outbox_id: int) -> None:
    """Expires the request that the message names, unless it has been answered since."""
    with claimed(outbox_id) as message:
        if message is None:
            return
        late = queries.overdue_requests(message.payload["placement_id"], lock=True)
        for placement in late:
            expire_placement(placement.id)


def withdraw_requests(outbox_id: int) -> None:
    """Takes back the requests under the contract that the message names, unless it has been resumed since."""
    with claimed(outbox_id) as message:
        if message is not None:
            withdraw(message.payload["contract_id"])
