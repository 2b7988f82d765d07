"""Making, moving and sending invoices. Money is öre; a month is a calendar month that is over."""

import hashlib
from pathlib import Path
from shutil import copyfile

from sqlalchemy.dialects.postgresql import insert

from invoicing.invoices import documents, queries
from invoicing.invoices.document_queries import invoice_document
from invoicing.invoices.document_rules import problems_before_sending
from invoicing.invoices.models import Invoice, InvoiceCounter
from invoicing.invoices.rules import (
    INVOICE_TRANSITIONS,
    InvoiceAction,
    InvoiceState,
    transitions_for,
)
from invoicing.invoices.xml_checks import problems_in_xml
from invoicing.remuneration.facts import Month
from invoicing.run.drafts import refresh_draft
from marketplace import audit, clock
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid
from marketplace.outbox import emit
from marketplace.rules import advance
from marketplace.tenancy import acting_as, current_actor, system_actor

SENT_TOPIC = "invoice.sent"


def approve_invoice(invoice_id: int, *, read: str = "") -> Invoice:
    """The supplier stands for the draft; the month takes no more attendance after this, but for corrections.

    `read`: what `Invoice.computed` said when it was read. Raises Conflict when the draft says something else by now:
    nobody approves what has not been read.
    """
    is_changed = refresh_draft(invoice_id)
    invoice = locked_invoice(invoice_id)
    if is_changed or (read and read != invoice.computed):
        raise Conflict(
            "Det som utkastet räknas på har ändrats. Utkastet har räknats om: läs det igen innan du godkänner."
        )
    move_invoice(invoice, InvoiceAction.APPROVE)
    invoice.approved_by = current_actor().user_name
    invoice.approved_at = clock.now()
    return invoice


def comment_draft(invoice_id: int, comment_sv: str) -> None:
    """What the supplier says of a draft, in the histories of the invoice and of the contract, which the buyer reads."""
    if not comment_sv:
        raise Invalid("Skriv vad som är fel.", field="reason")
    invoice = locked_invoice(invoice_id)
    move_invoice(invoice, InvoiceAction.COMMENT, comment_sv)
    audit.record(
        "contract",
        invoice.contract_id,
        "comment_invoice_draft",
        authority_id=invoice.authority_id,
        enterprise_id=invoice.enterprise_id,
        note_sv=f"Fakturautkastet för {Month.of(invoice.month).text_sv}: {comment_sv}",
    )


def send_invoice(invoice_id: int) -> Invoice:
    """Gives the invoice its number and freezes it as XML and page.

    Raises Conflict with the reasons when something would make it wrong; then nothing has changed and no number
    is used.
    """
    invoice = locked_invoice(invoice_id)
    before = invoice.state
    transition = advance(INVOICE_TRANSITIONS, before, InvoiceAction.SEND, current_actor().role)
    document = invoice_document(invoice, _next_number(invoice.enterprise_id), clock.today())
    xml = documents.xml_of(document)
    problems = problems_before_sending(document) or problems_in_xml(xml)
    if problems:
        raise Conflict("Fakturan kan inte skickas. " + " ".join(problems))
    invoice.state = InvoiceState(transition.target)
    invoice.number = int(document.number)
    invoice.ocr = document.ocr
    invoice.issued_on = document.issued_on
    invoice.due_on = document.due_on
    invoice.xml = xml
    invoice.html = documents.html_of(document)
    invoice.sha256 = hashlib.sha256(xml.encode()).hexdigest()
    invoice.sha256_html = hashlib.sha256(invoice.html.encode()).hexdigest()
    invoice.sent_at = clock.now()
    _record(invoice, InvoiceAction.SEND, before, invoice.state, f"{document.name_sv} {invoice.number}")
    emit(
        SENT_TOPIC,
        authority_id=invoice.authority_id,
        enterprise_id=invoice.enterprise_id,
        invoice_id=invoice.id,
    )
    return invoice


def problems_to_mend(invoice: Invoice) -> list[str]:
    """What stands in the way of sending a draft or an approved invoice, in Swedish."""
    return problems_before_sending(invoice_document(invoice, 1, clock.today()))


def export_month(month: Month, out_dir: Path) -> int:
    """Writes every sent invoice of the month as XML and page, as they were sent; gives how many there were."""
    out_dir.mkdir(parents=True, exist_ok=True)
    count = 0
    for authority in queries.authorities():
        with acting_as(system_actor(authority_id=authority.id)):
            for invoice in db.session.scalars(queries.sent_invoices(month)).yield_per(100):
                name = f"{invoice.enterprise.orgnr}-{invoice.number}"
                (out_dir / f"{name}.xml").write_text(invoice.xml, encoding="utf-8")
                (out_dir / f"{name}.html").write_text(invoice.html, encoding="utf-8")
                count += 1
    if count:
        copyfile(documents.STYLESHEET, out_dir / documents.STYLESHEET.name)
    return count


def locked_invoice(invoice_id: int) -> Invoice:
    """The invoice, held until the transaction ends. Raises NotFound."""
    return get_or_404(Invoice, invoice_id, lock=True)


def move_invoice(invoice: Invoice, action: InvoiceAction, note_sv: str = "") -> None:
    """Moves a locked invoice and records it. Raises Conflict or NotAllowed."""
    before = invoice.state
    table = transitions_for(is_credit_note=invoice.is_credit_note)
    transition = advance(table, before, action, current_actor().role)
    invoice.state = InvoiceState(transition.target)
    _record(invoice, action, before, invoice.state, note_sv)


def _record(
    invoice: Invoice, action: str, before: InvoiceState | None, after: InvoiceState, note_sv: str = ""
) -> None:
    audit.record(
        "invoice",
        invoice.id,
        action,
        authority_id=invoice.authority_id,
        enterprise_id=invoice.enterprise_id,
        from_state=before,
        to_state=after,
        note_sv=note_sv,
    )


def _next_number(enterprise_id: int) -> int:
    """The supplier's next number. Holds the counter until the transaction ends: no gaps, no number twice."""
    statement = insert(InvoiceCounter).values(enterprise_id=enterprise_id, last_number=1)
    number: int = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[InvoiceCounter.enterprise_id],
            set_={"last_number": InvoiceCounter.last_number + 1},
        ).returning(InvoiceCounter.last_number)
    ).scalar_one()
    return number
