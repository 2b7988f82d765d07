"""The supplier's sent documents."""

from collections import Counter, defaultdict
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from enterprises.contracts.rules import VatCategory
from invoicing.invoices.models import Invoice, InvoiceLine
from invoicing.invoices.rules import InvoiceState
from invoicing.ledger.rules import Document
from invoicing.payments.models import Payment
from invoicing.remuneration.facts import Month
from marketplace.accounts.models import Organisation
from marketplace.db import db, swedish_order

_OPEN = frozenset({InvoiceState.SENT, InvoiceState.EXAMINED, InvoiceState.DISPUTED, InvoiceState.ATTESTED})


def documents(enterprise_id: int) -> list[Document]:
    """Everything the enterprise has sent, by buyer's name and number. Three queries."""
    sent = Invoice.enterprise_id == enterprise_id, Invoice.number.is_not(None)
    taxed = db.session.execute(
        select(InvoiceLine.invoice_id, func.sum(InvoiceLine.amount_ore))
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(*sent, InvoiceLine.vat_category == VatCategory.STANDARD)
        .group_by(InvoiceLine.invoice_id)
        .order_by(InvoiceLine.invoice_id)
    )
    taxed_ore = {invoice_id: int(ore) for invoice_id, ore in taxed}
    payments: dict[int, list[tuple[date, int]]] = defaultdict(list)
    for payment in db.session.scalars(
        select(Payment)
        .where(Payment.enterprise_id == enterprise_id, Payment.invoice_id.is_not(None))
        .order_by(Payment.paid_on, Payment.id)
    ):
        payments[payment.invoice_id or 0].append((payment.paid_on, payment.amount_ore))
    rows = db.session.scalars(
        select(Invoice)
        .join(Invoice.authority)
        .where(*sent)
        .options(contains_eager(Invoice.authority))
        .order_by(swedish_order(Organisation.name), Organisation.id, Invoice.number)
    )
    sent_documents = rows.all()
    set_off = Counter[int]()
    for row in sent_documents:
        if row.state is InvoiceState.SETTLED and row.credits_id is None:
            set_off[row.authority_id] -= row.payable_ore
    return [_document(row, taxed_ore.get(row.id, 0), payments[row.id], set_off) for row in sent_documents]


def _document(
    invoice: Invoice, taxed_ore: int, payments: list[tuple[date, int]], set_off: Counter[int]
) -> Document:
    """`set_off`: what each buyer has yet to take off a payment, for credit notes. It is no money that came."""
    assert invoice.number is not None
    assert invoice.issued_on is not None
    rest_ore = invoice.payable_ore - sum(ore for _, ore in payments)
    if invoice.paid_on is not None and rest_ore > 0:
        taken_ore = min(rest_ore, set_off[invoice.authority_id])
        set_off[invoice.authority_id] -= taken_ore
        if rest_ore > taken_ore:  # told by hand, and in no file of the bank's
            payments = [*payments, (invoice.paid_on, rest_ore - taken_ore)]
    return Document(
        invoice_id=invoice.id,
        number=invoice.number,
        buyer_id=invoice.authority_id,
        buyer_name=invoice.authority.name,
        month_sv=Month.of(invoice.month).text_sv,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on or invoice.issued_on,
        taxed_ore=taxed_ore,
        exempt_ore=invoice.net_ore - taxed_ore,
        vat_ore=invoice.vat_ore,
        rounding_ore=invoice.rounding_ore,
        payable_ore=invoice.payable_ore,
        is_open=invoice.state in _OPEN,
        payments=tuple(payments),
    )
