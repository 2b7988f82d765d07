"""Offering freed seats in order, and the night's round. Each job may be lost, repeated or cut short without harm."""

from marketplace.db import transaction
from marketplace.outbox import claimed, emit
from marketplace.tenancy import acting_as, system_actor
from placements.participants.queries import authority_ids
from placements.waiting_list import queries, services
from placements.waiting_list.rules import EndReason

EXPIRE_TOPIC = "waiting_list.expire"
KEEP_TOPIC = "waiting_list.keep"


def offer_seat(outbox_id: int) -> None:
    """A seat at the place may be free: offers it to the first in line whom it fits."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.offer_seat(message.payload["place_id"])


def look_for_new(outbox_id: int) -> None:
    """Somebody has joined: a seat may have been freed between the search and that."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.look_for(message.payload["entry_id"])


def end_placed(outbox_id: int) -> None:
    """A supplier has accepted: the grant waits for nothing more."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.end_entries_of(message.payload["grant_id"], EndReason.PLACED)


def end_withdrawn(outbox_id: int) -> None:
    """The grant has been withdrawn."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.end_entries_of(message.payload["grant_id"], EndReason.WITHDRAWN)


def dispatch_day() -> None:
    """One message for each late offer of every authority, and for each entry that waits. Run by the schedule."""
    with acting_as(system_actor()), transaction():
        for authority_id in authority_ids():
            with acting_as(system_actor(authority_id)):
                for offer in queries.late_offers():
                    emit(EXPIRE_TOPIC, authority_id=authority_id, offer_id=offer.id)
                for entry in queries.waiting_entries():
                    emit(KEEP_TOPIC, authority_id=authority_id, entry_id=entry.id)


def expire_offer(outbox_id: int) -> None:
    """Lets the seat of the offer that the message names go on, unless it has been answered since."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.expire_offer(message.payload["offer_id"])


def keep_entry(outbox_id: int) -> None:
    """Ends an entry that is over, or looks for seats that no message told of."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.keep_entry(message.payload["entry_id"])
