"""Deliveries to show, to list and to try again."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from invoicing.delivery.models import Delivery, InvoicePaper
from invoicing.delivery.rules import DeliveryState
from invoicing.invoices.models import Invoice
from marketplace.accounts.rules import Role
from marketplace.clock import now
from marketplace.db import db
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem


def delivery_of(invoice_id: int) -> Delivery | None:
    return db.session.get(Delivery, invoice_id)


def paper_of(invoice_id: int) -> InvoicePaper | None:
    """Without its content, which is read where it is asked for."""
    return db.session.get(InvoicePaper, invoice_id)


def due() -> Sequence[Delivery]:
    """Those whose next attempt it is time for; not those that are being tried right now."""
    return db.session.scalars(
        select(Delivery)
        .where(Delivery.state == DeliveryState.WAITING, Delivery.next_attempt_at <= now())
        .order_by(Delivery.next_attempt_at, Delivery.invoice_id)
        .with_for_update(skip_locked=True)
    ).all()


def undelivered() -> Select[Delivery]:
    """Those that failed first, then those that are tried again, the oldest first."""
    return (
        select(Delivery)
        .join(Delivery.invoice)
        .options(contains_eager(Delivery.invoice).joinedload(Invoice.authority))
        .where(Delivery.state != DeliveryState.DELIVERED)
        .order_by(Delivery.state, Invoice.sent_at, Invoice.id)
    )


def waiting(actor: Actor) -> list[WaitingItem]:
    """E-invoices that were not accepted, or not within the time that we try, for a manager."""
    if actor.role is not Role.SUPPLIER_MANAGER:
        return []
    failed = db.session.scalars(undelivered().where(Delivery.state == DeliveryState.FAILED))
    return [
        WaitingItem(
            deadline=delivery.invoice.due_on,
            text_sv=f"Faktura {delivery.invoice.number} kunde inte lämnas till {delivery.invoice.authority.name}",
            url_endpoint="invoices.show",
            url_args={"invoice_id": delivery.invoice_id},
            kind_sv="E-fakturor som inte kunde lämnas",
        )
        for delivery in failed
    ]
