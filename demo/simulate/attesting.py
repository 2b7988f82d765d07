"""The buyer's side of the invoices, and the money: one examines and another attests, now and then a line is disputed
and answered, the money is sent, and the supplier reads it in from the bank."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from random import Random

from sqlalchemy import select

from demo.simulate.agenda import Phase
from demo.simulate.chance import rng_for
from demo.simulate.history import History
from demo.story import Authority
from invoicing.attest import services
from invoicing.attest.queries import controllers
from invoicing.attest.rules import SaidOfLine
from invoicing.invoices.models import Invoice
from invoicing.payments import services as payments
from invoicing.payments.models import Payment
from invoicing.payments.rules import COLUMNS_SV
from invoicing.remuneration.facts import Month
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db, get_or_404
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import Actor

_LIMITS = (150_000_00, 2_000_000_00)
"""What the first and the second controller may attest."""
_DISPUTED, _CREDITED = 0.04, 0.4
_WRONG = 3
"""So many invoices into its history, each authority disputes one that is then credited."""
_WRONG_NUMBER, _TOO_LITTLE = 0.03, 0.03


def plan_limits(history: History, authority: Authority) -> None:
    """The procurement officer says what each controller may attest."""
    officer = history.directory.one(authority.name, Role.PROCUREMENT_OFFICER)

    def give() -> None:
        found = sorted(membership.id for membership, _ in controllers())
        services.set_limits(dict(zip(found, _LIMITS, strict=True)))

    history.agenda.add(history.begins_on, Phase.PROCUREMENT, officer, give)


@dataclass
class _Handled:
    """An invoice on its way through the authority, and who does what to it."""

    history: History
    invoice_id: int
    examiner: Actor
    attester: Actor
    manager: Actor
    rng: Random


def plan_handling(
    history: History, authority: Authority, enterprise: str, invoice_id: int, month: Month
) -> None:
    """From the day that the invoice is sent until the money is in."""
    rng = rng_for(history.seed, "attest", authority.key, enterprise, month)
    first = rng.choice((0, 1)) if get_or_404(Invoice, invoice_id).payable_ore <= _LIMITS[0] else 0
    handled = _Handled(
        history,
        invoice_id,
        history.directory.one(authority.name, Role.CONTROLLER, first),
        history.directory.one(authority.name, Role.CONTROLLER, first + 1),
        history.manager(enterprise),
        rng,
    )
    day = _after(rng.randint(3, 9))
    so_many = f"invoices to {authority.key}"
    history.counts[so_many] += 1
    is_wrong = history.counts[so_many] == _WRONG
    act = (
        partial(_dispute, handled, is_wrong=is_wrong)
        if is_wrong or rng.random() < _DISPUTED
        else partial(_examine, handled)
    )
    history.agenda.add(day, Phase.ATTESTS, handled.examiner, act)


def _after(working_days: int) -> date:
    return add_working_days(today(), working_days)


def _examine(handled: _Handled) -> None:
    services.examine_invoice(handled.invoice_id)
    day = _after(handled.rng.randint(1, 3))
    handled.history.agenda.add(day, Phase.ATTESTS, handled.attester, partial(_attest, handled))


def _attest(handled: _Handled) -> None:
    invoice = services.attest_invoice(handled.invoice_id)
    pay = services.settle_credit_note if invoice.is_credit_note else partial(_send_money, handled)
    handled.history.agenda.add(_after(8), Phase.ATTESTS, handled.attester, partial(pay, handled.invoice_id))


def _dispute(handled: _Handled, *, is_wrong: bool) -> None:
    said = SaidOfLine(1, "Antalet stämmer inte med vår uppgift om placeringen.")
    services.dispute_invoice(handled.invoice_id, [said])
    is_wrong = is_wrong or handled.rng.random() < _CREDITED
    is_credited = is_wrong and not get_or_404(Invoice, handled.invoice_id).is_credit_note
    answer = partial(_credit if is_credited else _keep, handled)
    handled.history.agenda.add(_after(4), Phase.INVOICES, handled.manager, answer)


def _keep(handled: _Handled) -> None:
    services.keep_claim(handled.invoice_id, "Närvaron är kontrollerad mot vår dagbok och stämmer.")
    handled.history.agenda.add(_after(2), Phase.ATTESTS, handled.examiner, partial(_examine, handled))


def _credit(handled: _Handled) -> None:
    """What was earned comes with the next month's invoice."""
    services.credit_invoice(handled.invoice_id, "Fel antal dagar. Det rätta kommer på nästa faktura.")


def _send_money(handled: _Handled, invoice_id: int) -> None:
    services.record_payment_sent(invoice_id)
    handled.history.agenda.add(_after(2), Phase.INVOICES, handled.manager, partial(_read_in, handled))


def _read_in(handled: _Handled) -> None:
    """The bank's file of the day; now and then the payer has typed the wrong number, or paid too little at first."""
    invoice = get_or_404(Invoice, handled.invoice_id)
    chance, name = handled.rng.random(), f"BG{invoice.enterprise_id:04d}-{invoice.number:06d}"
    amounts, ocr = [invoice.payable_ore], invoice.ocr
    if chance < _WRONG_NUMBER:
        ocr = ocr[::-1]
    elif chance < _WRONG_NUMBER + _TOO_LITTLE:
        amounts = [invoice.payable_ore // 2, invoice.payable_ore - invoice.payable_ore // 2]
    for number, ore in enumerate(amounts, start=1):
        line = f"{name}-{number};{today()};{ocr};{ore // 100},{ore % 100:02d}"
        payments.import_payments(f"{';'.join(COLUMNS_SV)}\r\n{line}\r\n".encode())
    if chance < _WRONG_NUMBER + _TOO_LITTLE:
        mend = partial(_mend, handled, f"{name}-")
        handled.history.agenda.add(_after(6), Phase.INVOICES, handled.manager, mend)


def _mend(handled: _Handled, bank_ids: str) -> None:
    listed = select(Payment.id).where(Payment.bank_id.startswith(bank_ids), Payment.invoice_id.is_(None))
    for payment_id in db.session.scalars(listed.order_by(Payment.id)).all():
        payments.attach_payment(payment_id, handled.invoice_id, "Rätt faktura enligt betalaren.")
