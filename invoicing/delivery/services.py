"""Setting an invoice's paper, handing it over to the buyer's side, and trying again."""

import hashlib

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import joinedload, undefer

from invoicing.delivery import queries
from invoicing.delivery.access_points import AccessPoint, EInvoice, Refused, Unreachable
from invoicing.delivery.models import Delivery, InvoicePaper
from invoicing.delivery.rules import DELIVERY_TRANSITIONS, DeliveryAction, DeliveryState, next_attempt
from invoicing.invoices.documents import pdf_of
from invoicing.invoices.models import Invoice
from marketplace.clock import now
from marketplace.db import db, get_or_404
from marketplace.errors import NotFound
from marketplace.outbox import emit
from marketplace.rules import advance
from marketplace.tenancy import acting_as, current_actor, system_actor

DELIVER_TOPIC = "invoice.deliver"


def keep_paper(invoice_id: int) -> InvoicePaper:
    """The paper of a sent invoice, which is set and kept unless it is there. Raises NotFound."""
    invoice = _sent(invoice_id)
    if queries.paper_of(invoice_id) is None:
        pdf = pdf_of(invoice.xml)
        with acting_as(system_actor(invoice.authority_id, invoice.enterprise_id)):
            db.session.execute(
                insert(InvoicePaper)
                .values(invoice_id=invoice_id, pdf=pdf, sha256=hashlib.sha256(pdf).hexdigest())
                .on_conflict_do_nothing()
            )
    return db.session.get_one(InvoicePaper, invoice_id, options=[undefer(InvoicePaper.pdf)])


def hand_over(invoice_id: int, point: AccessPoint) -> None:
    """Hands the XML over, once. An attempt that comes to nothing says when the next one is, or that there is none.

    Killed between the receipt and the commit it is handed over again with the same key, which the receiver knows.
    """
    invoice = _sent(invoice_id)
    delivery = _locked(invoice)
    if delivery.next_attempt_at is None or delivery.next_attempt_at > now():
        return
    delivery.attempts += 1
    try:
        receipt = point.hand_over(
            EInvoice(f"{invoice.enterprise.orgnr}-{invoice.number}", invoice.sha256, invoice.xml.encode())
        )
    except Unreachable as error:
        delivery.problem_sv = str(error)
        delivery.next_attempt_at = next_attempt(delivery.attempts, now())
        delivery.state = DeliveryState.WAITING if delivery.next_attempt_at else DeliveryState.FAILED
    except Refused as error:
        delivery.problem_sv = str(error)
        delivery.next_attempt_at, delivery.state = None, DeliveryState.FAILED
    else:
        delivery.problem_sv, delivery.receipt = "", receipt
        delivery.delivered_at, delivery.next_attempt_at = now(), None
        delivery.state = DeliveryState.DELIVERED


def retry(invoice_id: int) -> None:
    """Tries again at once, from the beginning. Raises NotFound, Conflict or NotAllowed."""
    delivery = get_or_404(Delivery, invoice_id, lock=True)
    transition = advance(DELIVERY_TRANSITIONS, delivery.state, DeliveryAction.RETRY, current_actor().role)
    delivery.state = DeliveryState(transition.target)
    delivery.attempts, delivery.next_attempt_at = 0, now()
    _queue(delivery)


def queue_due() -> None:
    """A message for each of the authority's invoices whose next attempt is due; one on its way twice does no harm."""
    for delivery in queries.due():
        _queue(delivery)


def _queue(delivery: Delivery) -> None:
    emit(
        DELIVER_TOPIC,
        authority_id=delivery.authority_id,
        enterprise_id=delivery.enterprise_id,
        invoice_id=delivery.invoice_id,
    )


def _sent(invoice_id: int) -> Invoice:
    invoice = db.session.scalar(
        select(Invoice)
        .where(Invoice.id == invoice_id, Invoice.sent_at.is_not(None))
        .options(undefer(Invoice.xml), joinedload(Invoice.enterprise))
    )
    if invoice is None:
        raise NotFound("Fakturan är inte skickad än, så det finns ingenting att hämta.")
    return invoice


def _locked(invoice: Invoice) -> Delivery:
    """The invoice's delivery, made if there is none, and locked: two attempts at once are one after the other."""
    db.session.execute(
        insert(Delivery)
        .values(
            invoice_id=invoice.id,
            authority_id=invoice.authority_id,
            enterprise_id=invoice.enterprise_id,
            state=DeliveryState.WAITING,
            attempts=0,
            next_attempt_at=now(),
            problem_sv="",
            receipt="",
        )
        .on_conflict_do_nothing()
    )
    return get_or_404(Delivery, invoice.id, lock=True)
