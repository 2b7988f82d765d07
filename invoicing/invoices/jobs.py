"""The month's run: a message per tenant becomes one per contract, and each contract's makes its invoice."""

from datetime import date
from typing import Any

from invoicing.invoices import services
from invoicing.remuneration.facts import Month
from marketplace.outbox import claimed


def run_month(outbox_id: int) -> None:
    """Divides a tenant's month into one message per contract. Without a month: the one before the message's day."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.queue_contracts(_month_of(message.payload))


def make_invoice(outbox_id: int) -> None:
    """Makes one contract's invoice, in one transaction with the message that asked for it."""
    with claimed(outbox_id) as message:
        if message is not None:
            services.make_invoice(message.payload["contract_id"], _month_of(message.payload))


def _month_of(payload: dict[str, Any]) -> Month:
    if "month" in payload:
        return Month.parse(payload["month"])
    return Month.of(date.fromisoformat(payload["day"])).previous
