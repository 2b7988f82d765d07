"""Making, moving and sending invoices. Money is öre; a month is a calendar month that is over."""

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from shutil import copyfile

from sqlalchemy import Date, Integer, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from enterprises.contracts.models import Contract
from enterprises.contracts.queries import edition_on
from invoicing.invoices import documents, queries
from invoicing.invoices.document_rules import InvoiceDocument, problems_before_sending, totals
from invoicing.invoices.models import Invoice, InvoiceCounter, InvoiceLine
from invoicing.invoices.payment_numbers import ocr_number
from invoicing.invoices.rules import (
    INVOICE_TRANSITIONS,
    InvoiceAction,
    InvoiceState,
    transitions_for,
    uncounted_days_sv,
)
from invoicing.invoices.xml_checks import problems_in_xml
from invoicing.remuneration.facts import Line, Month, Problem
from invoicing.remuneration.queries import MonthFacts, month_facts
from invoicing.remuneration.rules import month_lines
from marketplace import audit, clock
from marketplace.accounts.rules import Role
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.outbox import emit
from marketplace.rules import advance
from marketplace.tenancy import acting_as, current_actor, system_actor
from placements.attendance.models import AttendanceDay

RUN_TOPIC = "invoice_run"
"""One message per tenant; its job divides the month into one message per contract."""

CONTRACT_TOPIC = "invoice_contract_month"
SENT_TOPIC = "invoice.sent"

OCR_BASE_DIGITS = 6


def start_month_run(month: Month) -> None:
    """Queues the month's invoices: a manager's own enterprise, a controller's own authority, the system's all.

    Safe to repeat: what is already made stays. Raises Invalid for a month that is not over.
    """
    _require_over(month)
    actor = current_actor()
    if actor.role is Role.SUPPLIER_MANAGER:
        emit(RUN_TOPIC, enterprise_id=actor.enterprise_id, month=str(month))
    elif actor.role is Role.CONTROLLER:
        emit(RUN_TOPIC, authority_id=actor.authority_id, month=str(month))
    elif actor.role is Role.SYSTEM:
        for authority in queries.authorities():
            emit(RUN_TOPIC, authority_id=authority.id, month=str(month))
    else:
        raise NotAllowed("Bara verksamhetsledare och ekonomer kan starta månadens fakturor.")


def queue_contracts(month: Month) -> int:
    """One message per contract that has no invoice for the month, so that a killed worker loses nothing."""
    contracts = queries.contracts_to_invoice(month)
    for contract in contracts:
        emit(
            CONTRACT_TOPIC,
            authority_id=contract.authority_id,
            enterprise_id=contract.enterprise_id,
            contract_id=contract.id,
            month=str(month),
        )
    return len(contracts)


def make_invoice(contract_id: int, month: Month) -> Invoice | None:
    """The contract's draft for the month; the one that exists if there is one; None when nothing was earned.

    Locks the contract, so that two runs at once make one invoice, and the days it counts, which are frozen.
    What cannot be priced is written on the invoice, or on the contract when there is no invoice.
    Raises Invalid for a month that is not over.
    """
    _require_over(month)
    contract = get_or_404(Contract, contract_id, lock=True)
    existing = db.session.scalar(
        select(Invoice).where(Invoice.contract_id == contract.id, Invoice.month == month.first_day)
    )
    if existing is not None:
        return existing
    facts = month_facts(contract, month, lock=True)
    result = month_lines(facts.terms, facts.placements, month)
    unpriced = [*facts.price_list_problems, *map(_problem_text, result.problems)]
    if not result.lines:
        if unpriced:
            _tell_contract(contract, month, unpriced)
        return None
    invoice = _draft(contract, month, result.lines, facts, unpriced)
    _mark_days(result.lines, facts)
    _record(invoice, "make", None, InvoiceState.DRAFT)
    return invoice


def approve_invoice(invoice_id: int) -> Invoice:
    """The supplier stands for the draft; the month takes no more attendance after this.

    Raises Conflict when days were recorded after the draft was made: it has to be made again to count them.
    """
    invoice = locked_invoice(invoice_id)
    move_invoice(invoice, InvoiceAction.APPROVE)
    uncounted = queries.uncounted_days(invoice)
    if uncounted and not invoice.unpriced_sv:
        raise Conflict(uncounted_days_sv(uncounted))
    invoice.approved_by = current_actor().user_name
    invoice.approved_at = clock.now()
    return invoice


def discard_draft(invoice_id: int, reason_sv: str) -> None:
    """Takes the draft away and lets go of its days, so that they can be corrected and the month made again."""
    if not reason_sv:
        raise Invalid("Skriv vad som är fel.", field="reason")
    invoice = get_or_404(Invoice, invoice_id, lock=True)
    advance(INVOICE_TRANSITIONS, invoice.state, InvoiceAction.DISCARD, current_actor().role)
    month = Month.of(invoice.month)
    audit.record(
        "contract",
        invoice.contract_id,
        "discard_invoice_draft",
        authority_id=invoice.authority_id,
        enterprise_id=invoice.enterprise_id,
        note_sv=f"Fakturautkastet för {month.text_sv} underkändes: {reason_sv}",
    )
    # Only the system may let go of counted days; see the trigger on attendance_day.
    with acting_as(system_actor(invoice.authority_id, invoice.enterprise_id)):
        db.session.execute(
            update(AttendanceDay)
            .where(
                AttendanceDay.contract_id == invoice.contract_id,
                AttendanceDay.day.between(month.first_day, month.last_day),
                AttendanceDay.is_invoiced,
            )
            .values(is_invoiced=False)
        )
    db.session.delete(invoice)


def send_invoice(invoice_id: int) -> Invoice:
    """Gives the invoice its number and freezes it as XML and page.

    Raises Conflict with the reasons when something would make it wrong; then nothing has changed and no number
    is used.
    """
    locked = get_or_404(Invoice, invoice_id, lock=True)
    before = locked.state
    transition = advance(INVOICE_TRANSITIONS, before, InvoiceAction.SEND, current_actor().role)
    invoice = queries.whole_invoice(locked.id)
    document = _document(invoice, _next_number(invoice.enterprise_id))
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
    return problems_before_sending(_document(invoice, 1))


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


def _require_over(month: Month) -> None:
    if month.last_day >= clock.today():
        raise Invalid(
            f"{month.text_sv.capitalize()} är inte slut. Välj en månad som har gått.", field="month"
        )


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


def _draft(
    contract: Contract, month: Month, lines: Iterable[Line], facts: MonthFacts, unpriced: list[str]
) -> Invoice:
    category = edition_on(contract.id, month.last_day).vat_category
    rows = [
        InvoiceLine(
            position=position,
            placement_id=facts.placement_ids[line.placement_number],
            component=line.component.value,
            name_sv=line.description_sv,
            quantity=line.quantity,
            unit_code=line.unit.value,
            price_ore=line.price_ore,
            amount_ore=line.amount_ore,
            first_day=line.first_day,
            last_day=line.last_day,
            basis_sv=line.basis_sv,
            days=[day.day for day in line.days],
            earned_month=month.first_day,
            vat_category=category,
        )
        for position, line in enumerate(lines, start=1)
    ]
    sums = totals(queries.document_lines(rows))
    invoice = Invoice(
        contract_id=contract.id,
        authority_id=contract.authority_id,
        enterprise_id=contract.enterprise_id,
        month=month.first_day,
        net_ore=sums.net_ore,
        vat_ore=sums.vat_ore,
        rounding_ore=sums.rounding_ore,
        payable_ore=sums.payable_ore,
        unpriced_sv="\n".join(unpriced),
        created_at=clock.now(),
        lines=rows,
    )
    db.session.add(invoice)
    db.session.flush()
    return invoice


def _mark_days(lines: Iterable[Line], facts: MonthFacts) -> None:
    counted = sorted(
        {(facts.placement_ids[line.placement_number], day.day) for line in lines for day in line.days}
    )
    if not counted:
        return
    keys = select(
        func.unnest(literal([placement_id for placement_id, _ in counted], ARRAY(Integer))).label(
            "placement_id"
        ),
        func.unnest(literal([day for _, day in counted], ARRAY(Date))).label("day"),
    ).subquery()
    db.session.execute(
        update(AttendanceDay)
        .where(AttendanceDay.placement_id == keys.c.placement_id, AttendanceDay.day == keys.c.day)
        .values(is_invoiced=True)
        .execution_options(synchronize_session=False)
    )


def _problem_text(problem: Problem) -> str:
    days = f" ({', '.join(map(str, problem.days))})" if problem.days else ""
    return f"{problem.placement_number}: {problem.reason_sv}{days}"


def _tell_contract(contract: Contract, month: Month, unpriced: list[str]) -> None:
    audit.record(
        "contract",
        contract.id,
        "could_not_price",
        authority_id=contract.authority_id,
        enterprise_id=contract.enterprise_id,
        note_sv=f"Ersättningen för {month.text_sv} kunde inte räknas. {' '.join(unpriced)}",
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


def _document(invoice: Invoice, number: int) -> InvoiceDocument:
    issued_on: date = clock.today()
    agreed = edition_on(invoice.contract_id, Month.of(invoice.month).last_day)
    return queries.invoice_document(
        invoice,
        number=str(number),
        ocr=ocr_number(f"{number:0{OCR_BASE_DIGITS}d}"),
        issued_on=issued_on,
        due_on=None if invoice.is_credit_note else issued_on + timedelta(days=agreed.payment_days),
    )
