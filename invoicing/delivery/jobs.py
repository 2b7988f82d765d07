"""After an invoice is sent: its paper, and its way to the buyer."""

from flask import current_app

from invoicing.delivery import services
from invoicing.delivery.access_points import access_point
from invoicing.invoices.queries import authorities
from marketplace.db import transaction
from marketplace.outbox import claimed
from marketplace.tenancy import acting_as, system_actor


def keep_paper(outbox_id: int) -> None:
    with claimed(outbox_id) as message:
        if message is not None:
            services.keep_paper(message.payload["invoice_id"])


def hand_over(outbox_id: int) -> None:
    """Without an access point the supplier fetches the invoice."""
    point = access_point(current_app.config["ACCESS_POINT_URL"])
    with claimed(outbox_id) as message:
        if message is not None and point is not None:
            services.hand_over(message.payload["invoice_id"], point)


def dispatch_due() -> None:
    """One message for each attempt that it is time for. Run by the schedule."""
    with acting_as(system_actor()), transaction():
        for authority in authorities():
            with acting_as(system_actor(authority.id)):
                services.queue_due()
