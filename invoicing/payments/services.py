"""Taking in the bank's file, and mending by hand what did not fit."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from invoicing.invoices.models import Invoice
from invoicing.invoices.rules import InvoiceAction, InvoiceState
from invoicing.invoices.services import locked_invoice, move_invoice
from invoicing.payments.models import Payment
from invoicing.payments.queries import claims, paid_so_far
from invoicing.payments.rules import BankRow, Claim, PaymentProblem, problem_of, read_bank_file
from marketplace import clock
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.swedish import counted
from marketplace.tenancy import current_actor
from marketplace.viruses import refuse_virus


@dataclass
class Imported:
    """How many of a file's payments were an invoice's to the öre, were listed, and were here before."""

    matched: int = 0
    listed: int = 0
    known: int = 0

    @property
    def told_sv(self) -> str:
        paid = counted(self.matched, "faktura är betald", "fakturor är betalda")
        told = [paid if self.matched else "Ingen faktura är betald"]
        if self.listed:
            told.append(counted(self.listed, "inbetalning att reda ut", "inbetalningar att reda ut"))
        if self.known:
            told.append(counted(self.known, "rad var inläst förut", "rader var inlästa förut"))
        return ". ".join(told) + "."


def import_payments(content: bytes) -> Imported:
    """Each payment once, however many files tell of it and whoever sends them at once. One that pays an invoice exactly
    makes it paid; all others are listed. Raises Invalid for a file that is wrong anywhere: then nothing is taken."""
    enterprise_id = current_actor().enterprise_id
    if enterprise_id is None:
        raise NotAllowed("Bara verksamhetsledare läser in inbetalningar.")
    refuse_virus(content)
    rows = read_bank_file(content)
    owed = claims(enterprise_id, {row.ocr for row in rows})
    done, repeated = Imported(), []
    for row in rows:
        invoice, claim = owed.get(row.ocr, (None, None))
        problem = problem_of(row.amount_ore, claim)
        if not _added(enterprise_id, row, invoice, problem):
            repeated.append(row)
        elif invoice is None or problem is not None:
            done.listed += 1
        else:
            _pay(invoice, row.paid_on)
            owed[row.ocr] = (invoice, Claim(invoice.state, 0))
            done.matched += 1
    _require_same(enterprise_id, repeated)
    done.known = len(repeated)
    return done


def attach_payment(payment_id: int, invoice_id: int, note_sv: str) -> Payment:
    """Somebody has found out which invoice a listed payment is for; the invoice is paid when nothing remains."""
    payment = _to_mend(payment_id)
    invoice = locked_invoice(invoice_id)
    if invoice.enterprise_id != payment.enterprise_id or invoice.state is not InvoiceState.ATTESTED:
        raise Conflict("Fakturan väntar inte på betalning. Välj en annan, eller avsluta utan faktura.")
    outstanding = invoice.payable_ore - paid_so_far([invoice.id]).get(invoice.id, 0)
    if payment.amount_ore > outstanding and not note_sv:
        raise Invalid(
            "Beloppet är större än det som återstår. Skriv vad som händer med resten.", field="note"
        )
    _mend(payment, note_sv)
    payment.invoice_id = invoice.id
    if payment.amount_ore >= outstanding:
        _pay(invoice, payment.paid_on)
    return payment


def set_payment_aside(payment_id: int, note_sv: str) -> Payment:
    """A listed payment is no invoice's: it is paid back, or was for something else."""
    if not note_sv:
        raise Invalid("Skriv vad som har hänt med betalningen.", field="note")
    payment = _to_mend(payment_id)
    _mend(payment, note_sv)
    return payment


def mark_paid(invoice_id: int, paid_on: date) -> Invoice:
    """The supplier has got the whole sum in a way that no file tells of."""
    if paid_on > clock.today():
        raise Invalid("Dagen har inte varit än.", field="paid_on")
    invoice = locked_invoice(invoice_id)
    _pay(invoice, paid_on)
    return invoice


def _added(enterprise_id: int, row: BankRow, invoice: Invoice | None, problem: PaymentProblem | None) -> bool:
    """Whether the payment was not here before."""
    statement = insert(Payment).values(
        enterprise_id=enterprise_id,
        **vars(row),
        imported_at=clock.now(),
        imported_by=current_actor().user_name,
        problem=problem,
        invoice_id=invoice.id if invoice is not None and problem is None else None,
        mended_by="",
        note_sv="",
    )
    added = statement.on_conflict_do_nothing(index_elements=["enterprise_id", "bank_id"])
    return db.session.scalar(added.returning(Payment.id)) is not None


def _require_same(enterprise_id: int, rows: list[BankRow]) -> None:
    """The bank does not use an id again: another payment with a known id is a faulty file."""
    known = {
        payment.bank_id: BankRow(payment.bank_id, payment.paid_on, payment.ocr, payment.amount_ore)
        for payment in db.session.scalars(
            select(Payment).where(
                Payment.enterprise_id == enterprise_id, Payment.bank_id.in_([row.bank_id for row in rows])
            )
        )
    }
    changed = [row.bank_id for row in rows if known[row.bank_id] != row]
    if changed:
        raise Invalid(
            "Inget i filen är inläst. De här betalningarna är inlästa förut, med annan dag, annat OCR-nummer eller "
            f"annat belopp: {', '.join(changed)}.",
            field="file",
        )


def _to_mend(payment_id: int) -> Payment:
    payment = get_or_404(Payment, payment_id, lock=True)
    if not payment.is_open:
        raise Conflict("Inbetalningen är redan utredd.")
    return payment


def _mend(payment: Payment, note_sv: str) -> None:
    payment.mended_on = clock.today()
    payment.mended_by = current_actor().user_name
    payment.note_sv = note_sv


def _pay(invoice: Invoice, paid_on: date) -> None:
    move_invoice(invoice, InvoiceAction.MARK_PAID)
    invoice.paid_on = paid_on
