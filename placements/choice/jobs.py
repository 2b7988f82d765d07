"""A round is closed when what it was for is over."""

from marketplace.outbox import claimed
from placements.choice import services


def close_of_grant(outbox_id: int) -> None:
    """The grant that the message names was concluded or has lapsed."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.close_round_of(message.payload["grant_id"])
