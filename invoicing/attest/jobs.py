"""Reminding of what is overdue."""

from invoicing.attest import services
from marketplace.clock import today
from marketplace.outbox import claimed
from marketplace.reference.rules import is_working_day


def remind(outbox_id: int) -> None:
    """An authority's overdue invoices, on a working day."""
    with claimed(outbox_id) as message:
        if message is not None and is_working_day(today()):
            services.remind_of_overdue()
