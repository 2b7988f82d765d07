"""The background job of the topics ``indicators.compute`` and ``indicators.compute_supplier``."""

from indicators.services import compute_authority, compute_enterprise
from marketplace.outbox import claimed
from marketplace.tenancy import current_actor


def compute(outbox_id: int) -> None:
    """Computes the indicators of the organisation that the message is for."""
    with claimed(outbox_id) as message:
        if message is None:
            return
        actor = current_actor()
        if actor.authority_id is not None:
            compute_authority(actor.authority_id)
        if actor.enterprise_id is not None:
            compute_enterprise(actor.enterprise_id)
