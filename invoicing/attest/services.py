"""What the two parties do with a sent invoice. Each step holds the invoice's row, so of two at once one is told no."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert

from invoicing.attest import queries
from invoicing.attest.models import AttestLimit, Dispute, DisputedLine
from invoicing.attest.rules import (
    ANSWER_WITHIN_WORKING_DAYS,
    DisputeOutcome,
    SaidOfLine,
    next_reminder_on,
    obstacles,
)
from invoicing.invoices.models import Invoice, InvoiceLine
from invoicing.invoices.queries import invoice_line, whole_invoice
from invoicing.invoices.rules import InvoiceAction, InvoiceState
from invoicing.invoices.services import locked_invoice, move_invoice, send_invoice
from invoicing.remuneration.facts import Month
from marketplace import audit, clock
from marketplace.accounts.rules import Role
from marketplace.db import db
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.reference.rules import add_working_days
from marketplace.swedish import counted, kronor
from marketplace.tenancy import acting_as, current_actor, system_actor


def set_limits(limits: Mapping[int, int | None]) -> None:
    """By membership: the largest amount that each controller may attest, None where she may attest nothing."""
    actor = current_actor()
    if actor.role is not Role.PROCUREMENT_OFFICER or actor.authority_id is None:
        raise NotAllowed("Bara upphandlaren sätter beloppsgränser.")
    known = {membership.id: (membership.user.name, now) for membership, now in queries.controllers()}
    if not limits.keys() <= known.keys():
        raise NotFound("Ekonomen finns inte kvar i organisationen.")
    for membership_id, limit_ore in limits.items():
        name, before = known[membership_id]
        if limit_ore == before:
            continue
        if limit_ore is None:
            db.session.execute(delete(AttestLimit).where(AttestLimit.membership_id == membership_id))
        else:
            row = insert(AttestLimit).values(
                membership_id=membership_id, authority_id=actor.authority_id, limit_ore=limit_ore
            )
            db.session.execute(
                row.on_conflict_do_update(
                    index_elements=[AttestLimit.membership_id], set_={"limit_ore": limit_ore}
                )
            )
        said = "får inte attestera" if limit_ore is None else f"högst {kronor(limit_ore)}"
        audit.record(
            "attest_limits",
            actor.authority_id,
            "set",
            authority_id=actor.authority_id,
            note_sv=f"{name}: {said}",
        )


def examine_invoice(invoice_id: int) -> Invoice:
    """Somebody has held the lines against the days behind them."""
    actor = current_actor()
    invoice = _step(invoice_id, InvoiceAction.EXAMINE)
    invoice.examined_on = clock.today()
    invoice.examined_by_id, invoice.examined_by = actor.user_id, actor.user_name
    return invoice


def attest_invoice(invoice_id: int) -> Invoice:
    """By another than who examined it, within her limit. Raises Conflict, which says who can."""
    actor = current_actor()
    invoice = _step(invoice_id, InvoiceAction.ATTEST)
    invoice.attested_on = clock.today()
    invoice.attested_by_id, invoice.attested_by = actor.user_id, actor.user_name
    return invoice


def record_payment_sent(invoice_id: int) -> Invoice:
    """The buyer has paid it out; it is paid when the supplier has the money."""
    invoice = _step(invoice_id, InvoiceAction.RECORD_PAYMENT)
    invoice.payment_sent_on = clock.today()
    return invoice


def settle_credit_note(invoice_id: int) -> Invoice:
    return _step(invoice_id, InvoiceAction.SETTLE)


def dispute_invoice(invoice_id: int, said: Sequence[SaidOfLine]) -> Dispute:
    """Raises Invalid where nothing is said, or something is suggested without a reason."""
    if not any(one.reason_sv for one in said):
        raise Invalid("Skriv vad som är fel på minst en rad.")
    for one in said:
        if not one.reason_sv:
            raise Invalid("Skriv också varför.", field=f"reason_{one.position}")
    invoice = _step(invoice_id, InvoiceAction.DISPUTE, f"Rad {', '.join(str(one.position) for one in said)}")
    invoice.examined_on, invoice.examined_by_id, invoice.examined_by = None, None, ""
    dispute = Dispute(
        invoice_id=invoice.id,
        made_at=clock.now(),
        made_by=current_actor().user_name,
        answer_by=add_working_days(clock.today(), ANSWER_WITHIN_WORKING_DAYS),
        lines=[
            DisputedLine(
                line_id=invoice_line(invoice, one.position).id,
                reason_sv=one.reason_sv,
                suggested_quantity=one.quantity,
                suggested_ore=one.amount_ore,
            )
            for one in said
        ],
    )
    db.session.add(dispute)
    _tell(
        invoice,
        Role.SUPPLIER_MANAGER,
        "är bestridd",
        f"Köparen bestrider {counted(len(said), 'rad', 'rader')}. Svara senast {dispute.answer_by}: stå fast med "
        "era ord, eller kreditera fakturan.",
    )
    return dispute


def withdraw_dispute(invoice_id: int) -> Invoice:
    invoice = _step(invoice_id, InvoiceAction.WITHDRAW_DISPUTE)
    _end_dispute(invoice, DisputeOutcome.WITHDRAWN)
    return invoice


def keep_claim(invoice_id: int, answer_sv: str) -> Invoice:
    """The supplier answers the dispute with words, and the buyer examines again."""
    if not answer_sv:
        raise Invalid("Skriv varför ni står fast.", field="reason")
    invoice = _step(invoice_id, InvoiceAction.KEEP_CLAIM)
    _end_dispute(invoice, DisputeOutcome.KEPT, answer_sv)
    _tell(
        invoice,
        Role.CONTROLLER,
        "har fått svar",
        "Leverantören står fast vid kravet. Läs svaret på fakturan.",
    )
    return invoice


def credit_invoice(invoice_id: int, reason_sv: str) -> Invoice:
    """Takes back the whole of a sent invoice by a credit note, which is sent and set off against it at once. The month
    can then be invoiced again. Gives the note."""
    if not reason_sv:
        raise Invalid("Skriv varför fakturan krediteras.", field="reason")
    invoice = _step(invoice_id, InvoiceAction.CREDIT, reason_sv)
    _end_dispute(invoice, DisputeOutcome.CREDITED, reason_sv)
    note = _mirrored(whole_invoice(invoice.id))
    with acting_as(system_actor(invoice.authority_id, invoice.enterprise_id)):
        db.session.execute(
            update(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id).values(is_reversed=True)
        )
    send_invoice(note.id)
    with acting_as(system_actor(invoice.authority_id, invoice.enterprise_id)):
        move_invoice(note, InvoiceAction.SETTLE, f"Faktura {invoice.number}")
    _tell(
        invoice, Role.CONTROLLER, "är krediterad", "Den ska inte betalas. Kreditfakturan finns på dess sida."
    )
    return note


def remind_of(invoice_id: int) -> Invoice:
    """The supplier asks the buyer to pay what is overdue, once a working week at most."""
    invoice = _step(invoice_id, InvoiceAction.REMIND)
    invoice.reminded_on = clock.today()
    _tell(
        invoice,
        Role.CONTROLLER,
        "har förfallit",
        f"Den förföll {invoice.due_on}. Leverantören ber er betala.",
    )
    return invoice


def remind_of_overdue() -> int:
    """One letter to the authority that the system acts for, about all that is overdue and was not reminded of in a
    working week; gives how many there were."""
    authority_id = current_actor().authority_id
    due = [
        invoice
        for invoice in queries.to_remind()
        if (next_reminder_on(queries.matter(invoice)) or clock.today()) <= clock.today()
    ]
    for invoice in due:
        move_invoice(invoice, InvoiceAction.REMIND)
        invoice.reminded_on = clock.today()
    if due and authority_id is not None:
        told = counted(len(due), "faktura", "fakturor")
        write_letter(
            authority_id,
            Role.CONTROLLER,
            kind=LetterKind.INVOICE,
            subject_sv=f"{told} har förfallit",
            text_sv=f"{told} har förfallit utan att vara betalda. Granska, attestera och betala, eller bestrid.",
            endpoint="attest.inbox",
            forfallna="ja",
        )
    return len(due)


def _step(invoice_id: int, action: InvoiceAction, note_sv: str = "") -> Invoice:
    """Locks the invoice and takes the step, if nothing is in the way. Raises Conflict or NotAllowed with the reason."""
    invoice = locked_invoice(invoice_id)
    actor = current_actor()
    attesters = queries.attesters() if action is InvoiceAction.ATTEST else []
    reason = obstacles(queries.matter(invoice), actor.user_id, attesters, clock.today()).get(action)
    if reason is not None:
        raise Conflict(reason)
    move_invoice(invoice, action, note_sv)
    return invoice


def _end_dispute(invoice: Invoice, outcome: DisputeOutcome, answer_sv: str = "") -> None:
    """The one that is open; none where the supplier credits without being asked."""
    dispute = queries.open_dispute(invoice.id)
    if dispute is not None:
        dispute.outcome = outcome
        dispute.answer_sv = answer_sv
        dispute.ended_at = clock.now()
        dispute.ended_by = current_actor().user_name


def _mirrored(invoice: Invoice) -> Invoice:
    """A document that takes back every line, ready to send."""
    note = Invoice(
        contract_id=invoice.contract_id,
        authority_id=invoice.authority_id,
        enterprise_id=invoice.enterprise_id,
        month=invoice.month,
        credits_id=invoice.id,
        net_ore=-invoice.net_ore,
        vat_ore=-invoice.vat_ore,
        rounding_ore=-invoice.rounding_ore,
        payable_ore=-invoice.payable_ore,
        created_at=clock.now(),
        approved_at=clock.now(),
        approved_by=current_actor().user_name,
        lines=[
            InvoiceLine(
                position=line.position,
                placement_id=line.placement_id,
                component=line.component,
                name_sv=line.name_sv,
                quantity=-line.quantity,
                unit_code=line.unit_code,
                price_ore=line.price_ore,
                amount_ore=-line.amount_ore,
                first_day=line.first_day,
                last_day=line.last_day,
                basis_sv=line.basis_sv,
                days=line.days,
                hours=[-hours for hours in line.hours],
                earned_month=line.earned_month,
                vat_category=line.vat_category,
            )
            for line in invoice.lines
        ],
    )
    db.session.add(note)
    db.session.flush()
    note.state = InvoiceState.APPROVED  # lines are added to a draft alone
    db.session.flush()
    return note


def _tell(invoice: Invoice, role: Role, has_happened_sv: str, text_sv: str) -> None:
    """A letter to the other party about the invoice."""
    month = Month.of(invoice.month).text_sv
    seller, buyer = invoice.enterprise.name, invoice.authority.name
    between = f"till {buyer}" if role is Role.SUPPLIER_MANAGER else f"från {seller}"
    write_letter(
        invoice.enterprise_id if role is Role.SUPPLIER_MANAGER else invoice.authority_id,
        role,
        kind=LetterKind.INVOICE,
        subject_sv=f"Faktura {invoice.number} {between} {has_happened_sv}",
        text_sv=f"Fakturan gäller {month}, {kronor(invoice.payable_ore)}. {text_sv}",
        endpoint="invoices.show",
        invoice_id=invoice.id,
    )
