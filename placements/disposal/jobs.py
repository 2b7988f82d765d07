"""A decided disposal is carried out some at a time, so that whoever is killed loses only the last."""

from marketplace.db import transaction
from marketplace.outbox import claimed, unprocessed
from marketplace.tenancy import acting_as
from placements.disposal import services

BATCH = 25


def carry_out(outbox_id: int) -> None:
    """Delivered again it goes on where it was: who has been disposed of is marked in the same transaction."""
    told = unprocessed(outbox_id)
    if told is None:
        return
    message, actor = told
    disposal_id = message.payload["disposal_id"]
    left = 1
    while left:
        with acting_as(actor), transaction():
            left = services.dispose_some(disposal_id, BATCH)
    with claimed(outbox_id) as still:
        if still is not None:
            services.finish(disposal_id)
