"""What nobody answers in time, one by one; requests whose contract no longer takes any; and letters."""

from marketplace.db import transaction
from marketplace.outbox import claimed, emit
from marketplace.tenancy import acting_as, system_actor
from placements.booking import letters, queries
from placements.booking.request_rules import Step
from placements.booking.services import (
    escalate_placement,
    expire_change,
    expire_placement,
    remind_of_placement,
)
from placements.booking.services import move_on as end_by_move
from placements.booking.services import withdraw_requests as withdraw
from placements.booking.services.moving import hold_grant
from placements.participants.queries import authority_ids

FOLLOW_UP_TOPIC = "placements.follow_up"
LATE_CHANGE_TOPIC = "placements.late_change"
MOVE_ON_TOPIC = "placements.move_on"

_SERVICES = {
    Step.REMIND: remind_of_placement,
    Step.ESCALATE: escalate_placement,
    Step.EXPIRE: expire_placement,
}


def dispatch_follow_up() -> None:
    """One message for each request, change and move of every authority that the new day does something to. Run by the
    schedule."""
    with acting_as(system_actor()), transaction():
        for authority_id in authority_ids():
            with acting_as(system_actor(authority_id)):
                for placement, _ in queries.unanswered():
                    _emit(FOLLOW_UP_TOPIC, authority_id, placement.enterprise_id, placement_id=placement.id)
                for change in queries.late_changes():
                    enterprise_id = change.placement.enterprise_id
                    _emit(LATE_CHANGE_TOPIC, authority_id, enterprise_id, change_id=change.id)
                for placement in queries.moved_on():
                    _emit(MOVE_ON_TOPIC, authority_id, placement.enterprise_id, placement_id=placement.id)


def _emit(topic: str, authority_id: int, enterprise_id: int, **ids: int) -> None:
    emit(topic, authority_id=authority_id, enterprise_id=enterprise_id, **ids)


def follow_up(outbox_id: int) -> None:
    """Reminds of the request that the message names, tells of it or ends it, unless it has been answered since."""
    with claimed(outbox_id) as message:
        if message is None:
            return
        placement_id = message.payload["placement_id"]
        hold_grant(placement_id)
        for placement, step in queries.unanswered(placement_id):
            _SERVICES[step](placement.id)


def expire_late_change(outbox_id: int) -> None:
    """Ends the change that the message names, unless it has been answered since."""
    with claimed(outbox_id) as message:
        if message is None:
            return
        for change in queries.late_changes(message.payload["change_id"]):
            hold_grant(change.placement_id)
            if queries.late_changes(change.id):
                expire_change(change.id)


def move_on(outbox_id: int) -> None:
    """Ends the placement that the message names, whose participant has moved, unless it has ended since."""
    with claimed(outbox_id) as message:
        if message is None:
            return
        hold_grant(message.payload["placement_id"])
        for placement in queries.moved_on(message.payload["placement_id"]):
            end_by_move(placement.id)


def withdraw_requests(outbox_id: int) -> None:
    """Takes back the requests under the contract that the message names, unless it has been resumed since."""
    with claimed(outbox_id) as message:
        if message is not None:
            withdraw(message.payload["contract_id"])


def tell(outbox_id: int) -> None:
    """Writes the letter about the placement that the message names."""
    with claimed(outbox_id) as message:
        if message is not None:
            letters.write(message.payload["placement_id"], message.payload["what"])
