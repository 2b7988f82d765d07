"""Payments to list and to mend, and what invoices still ask for."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from invoicing.invoices.models import Invoice
from invoicing.invoices.rules import InvoiceState
from invoicing.payments.models import Payment
from invoicing.payments.rules import MEND_WITHIN_WORKING_DAYS, Claim
from marketplace.accounts.rules import Role
from marketplace.db import db
from marketplace.reference.rules import add_working_days
from marketplace.swedish import counted
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem

PAYMENT_SORTS: dict[str, Any] = {
    "dag": Payment.paid_on,
    "ocr": Payment.ocr,
    "belopp": Payment.amount_ore,
}
_TO_MEND = (Payment.problem.is_not(None), Payment.mended_on.is_(None))


def payments(*, to_mend: bool = False, sort: tuple[str, bool] = ("dag", True)) -> Select[Payment]:
    """The enterprise's, the latest first unless sorted otherwise."""
    key, is_descending = sort
    column = PAYMENT_SORTS[key]
    statement = (
        select(Payment)
        .options(joinedload(Payment.invoice))
        .order_by(column.desc() if is_descending else column.asc(), Payment.id.desc())
    )
    return statement.where(*_TO_MEND) if to_mend else statement


def paid_so_far(invoice_ids: Collection[int]) -> dict[int, int]:
    """Öre that payments have brought, by invoice; one query."""
    rows = db.session.execute(
        select(Payment.invoice_id, func.sum(Payment.amount_ore))
        .where(Payment.invoice_id.in_(invoice_ids))
        .group_by(Payment.invoice_id)
    )
    return {invoice_id: int(ore) for invoice_id, ore in rows if invoice_id is not None}


def claims(enterprise_id: int, ocrs: Collection[str]) -> dict[str, tuple[Invoice, Claim]]:
    """The enterprise's invoices with these numbers, locked in their order, and what each still asks for."""
    invoices = db.session.scalars(
        select(Invoice)
        .where(Invoice.enterprise_id == enterprise_id, Invoice.ocr.in_(ocrs))
        .order_by(Invoice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    paid = paid_so_far([invoice.id for invoice in invoices])
    return {
        invoice.ocr: (invoice, Claim(invoice.state, invoice.payable_ore - paid.get(invoice.id, 0)))
        for invoice in invoices
    }


def unpaid_invoices() -> list[tuple[Invoice, int]]:
    """Those that a payment can be for, with what remains of each; the oldest due day first."""
    invoices = db.session.scalars(
        select(Invoice)
        .where(Invoice.state == InvoiceState.ATTESTED, Invoice.payable_ore > 0)
        .options(joinedload(Invoice.authority))
        .order_by(Invoice.due_on, Invoice.id)
    ).all()
    paid = paid_so_far([invoice.id for invoice in invoices])
    return [(invoice, invoice.payable_ore - paid.get(invoice.id, 0)) for invoice in invoices]


def waiting(actor: Actor) -> list[WaitingItem]:
    """One row for all payments that are to be mended; the oldest says by when."""
    if actor.role is not Role.SUPPLIER_MANAGER:
        return []
    number, oldest = db.session.execute(
        select(func.count(), func.min(Payment.imported_at)).where(*_TO_MEND)
    ).one()
    if not number:
        return []
    item = WaitingItem(
        deadline=add_working_days(oldest.date(), MEND_WITHIN_WORKING_DAYS),
        text_sv=f"Red ut {counted(number, 'inbetalning', 'inbetalningar')} som inte stämmer med någon faktura",
        url_endpoint="payments.index",
        url_args={"visa": "att-reda-ut"},
        kind_sv="Inbetalningar att reda ut",
    )
    return [item]
