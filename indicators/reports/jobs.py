"""Telling of reports."""

from indicators.reports import services
from marketplace.outbox import claimed
from marketplace.tenancy import current_actor


def tell(outbox_id: int) -> None:
    """Those at an authority who have asked for it."""
    with claimed(outbox_id) as message:
        authority_id = current_actor().authority_id
        if message is not None and authority_id is not None:
            services.tell_of_reports(authority_id)
