"""An invoice as the document that is sent, read by statements that are planned once: a month has many to send."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, select, text

from enterprises.contracts.queries import edition_on
from enterprises.contracts.rules import VatCategory
from invoicing.invoices.document_rules import BillingReference, DocumentLine, InvoiceDocument, Party, Seller
from invoicing.invoices.models import Invoice
from invoicing.invoices.payment_numbers import ocr_number, vat_number
from invoicing.invoices.rules import SENT_STATES, InvoiceState
from invoicing.remuneration.facts import Month
from marketplace.db import db
from marketplace.statements import Prepared
from placements.booking.rules import placement_number

_OCR_BASE_DIGITS = 6


def invoice_document(invoice: Invoice, number: int, issued_on: date) -> InvoiceDocument:
    """The invoice or credit note, as it is when it is sent with this number on this day."""
    month = Month.of(invoice.month)
    (said,) = _SAID.rows(contract=invoice.contract_id, day=month.last_day)
    rows = _LINES.rows(invoice=invoice.id)
    is_note = invoice.is_credit_note
    return InvoiceDocument(
        number=str(number),
        issued_on=issued_on,
        due_on=None if is_note else issued_on + timedelta(days=said.payment_days),
        first_day=month.first_day,
        last_day=month.last_day,
        seller=_seller(said),
        buyer=Party(name=said.buyer, orgnr=said.buyer_orgnr or ""),
        lines=tuple(_line(row, invoice.month, -1 if is_note else 1) for row in rows),
        ocr="" if is_note else ocr_number(f"{number:0{_OCR_BASE_DIGITS}d}"),
        buyer_reference=said.buyer_reference,
        contract_reference=said.diary_number or "",
        vat_exemption_reason_sv=_exemption_reason_sv(invoice, rows),
        note_sv=f"{said.system}, {month.text_sv}",
        is_rounded=bool(invoice.rounding_ore),
        is_credit_note=is_note,
        billing_references=_billing_references(invoice, rows),
    )


_SAID = Prepared(
    text("""
        SELECT a.diary_number, s.name AS system, e.name AS seller, e.orgnr AS seller_orgnr, b.name AS buyer,
               b.orgnr AS buyer_orgnr, agreed.buyer_reference, agreed.payment_days, p.*
        FROM contract c
        JOIN application a ON a.id = c.application_id
        JOIN system_of_choice s ON s.id = c.system_id
        JOIN organisation e ON e.id = c.enterprise_id
        JOIN organisation b ON b.id = c.authority_id
        CROSS JOIN LATERAL (
            SELECT buyer_reference, payment_days FROM contract_edition
            WHERE contract_id = c.id AND state = 'signed' ORDER BY from_day <= :day DESC, number DESC LIMIT 1) agreed
        LEFT JOIN LATERAL (
            SELECT street, postcode, city, contact_email, phone, bankgiro, is_vat_registered, has_f_tax
            FROM enterprise_profile WHERE enterprise_id = c.enterprise_id) p ON true
        WHERE c.id = :contract
    """),
    is_planned_once=True,
)
"""What is agreed as `edition_on` finds it."""
_LINES = Prepared(
    text("""
        SELECT position, placement_id, name_sv, basis_sv, quantity, unit_code, price_ore, amount_ore, first_day,
               last_day, vat_category, earned_month
        FROM invoice_line WHERE invoice_id = :invoice ORDER BY position
    """),
    is_planned_once=True,
)


def _seller(said: Any) -> Seller:
    orgnr = said.seller_orgnr or ""
    return Seller(
        name=said.seller,
        orgnr=orgnr,
        street=said.street or "",
        postcode=said.postcode or "",
        city=said.city or "",
        email=said.contact_email or "",
        phone=said.phone or "",
        bankgiro=said.bankgiro or "",
        vat_number=vat_number(orgnr) if said.is_vat_registered else "",
        has_f_tax=bool(said.has_f_tax),
    )


def _line(row: Any, month: date, sign: int) -> DocumentLine:
    """One of another month than the document's is a correction; a credit note has the sign turned."""
    return DocumentLine(
        position=row.position,
        placement_number=placement_number(row.placement_id),
        name_sv=row.name_sv,
        basis_sv=row.basis_sv,
        quantity=sign * row.quantity,
        unit_code=row.unit_code,
        price_ore=row.price_ore,
        amount_ore=sign * row.amount_ore,
        first_day=row.first_day,
        last_day=row.last_day,
        vat_category=VatCategory(row.vat_category),
        is_correction=row.earned_month != month,
    )


def _exemption_reason_sv(invoice: Invoice, rows: Sequence[Any]) -> str:
    """As agreed for the latest month that has exempt lines."""
    exempt = [row.earned_month for row in rows if row.vat_category == VatCategory.EXEMPT]
    if not exempt:
        return ""
    return edition_on(invoice.contract_id, Month.of(max(exempt)).last_day).vat_exemption_reason_sv


def _billing_references(invoice: Invoice, rows: Sequence[Any]) -> tuple[BillingReference, ...]:
    """The invoice that this one takes back, or those sent of the months that it corrects."""
    months = {row.earned_month for row in rows} - {invoice.month}
    if invoice.credits_id:
        which = Invoice.id == invoice.credits_id
    elif months:
        which = and_(
            Invoice.contract_id == invoice.contract_id,
            Invoice.month.in_(months),
            Invoice.credits_id.is_(None),
            Invoice.state.in_(SENT_STATES - {InvoiceState.CREDITED}),
        )
    else:
        return ()
    found = db.session.execute(
        select(Invoice.number, Invoice.issued_on).where(which).order_by(Invoice.number)
    )
    return tuple(BillingReference(str(number), issued_on) for number, issued_on in found if issued_on)
