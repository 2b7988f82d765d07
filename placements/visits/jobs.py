"""Coming visits are cancelled when what they were for is over."""

from marketplace.db import db
from marketplace.outbox import claimed
from placements.booking.models import Placement
from placements.visits import services


def cancel_elsewhere(outbox_id: int) -> None:
    """The placement that the message names was accepted: the participant needs to visit no other place."""
    with claimed(outbox_id) as message:
        if message is None:
            return
        placement = db.session.get(Placement, message.payload["placement_id"])
        if placement is not None:
            services.cancel_visits_elsewhere(
                placement.grant_id, place_id=placement.place_id, choice_round_id=placement.choice_round_id
            )


def cancel_of_grant(outbox_id: int) -> None:
    """The grant that the message names no longer holds."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.cancel_visits_of(message.payload["grant_id"])


def cancel_in_round(outbox_id: int) -> None:
    """The round that the message names was closed without a choice."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.cancel_visits_in_round(message.payload["choice_round_id"])


def withdraw_at_place(outbox_id: int) -> None:
    """The place that the message names was closed for good."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.withdraw_times_at(message.payload["place_id"])


def cancel_under_contract(outbox_id: int) -> None:
    """The contract that the message names has ended."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.cancel_visits_under(message.payload["contract_id"])
