"""Who may attest what, when a reminder may be sent, and what is said to whoever may not."""

from dataclasses import replace
from datetime import date

import pytest

from invoicing.attest.rules import Attester, Matter, next_reminder_on, obstacles
from invoicing.invoices.rules import InvoiceAction

MONDAY = date(2026, 5, 4)
INVOICE = Matter(
    payable_ore=50_000_00,
    due_on=date(2026, 5, 1),
    is_credit_note=False,
    examined_by_id=1,
    payment_sent_on=None,
    reminded_on=None,
)
EVA, ARNE, SIV = Attester(1, "Eva", 100_000_00), Attester(2, "Arne", 40_000_00), Attester(3, "Siv", None)
STINA = Attester(4, "Stina", 50_000_00)


@pytest.mark.parametrize(
    ("who", "others", "said"),
    [
        (STINA, (), None),
        (EVA, (STINA,), "Du har sakgranskat fakturan, så någon annan attesterar. Stina kan attestera."),
        (ARNE, (STINA,), "Din beloppsgräns är 40 000,00 kr. Stina kan attestera."),
        (
            SIV,
            (STINA, Attester(5, "Bo", 90_000_00)),
            "Du har ingen attesträtt. Stina eller Bo kan attestera.",
        ),
        (
            SIV,
            (EVA,),
            "Du har ingen attesträtt. Ingen annan kan heller: be upphandlaren se över beloppsgränserna.",
        ),
    ],
)
def test_who_may_attest_and_who_else_can(
    who: Attester, others: tuple[Attester, ...], said: str | None
) -> None:
    found = obstacles(INVOICE, who.user_id, [who, *others], MONDAY).get(InvoiceAction.ATTEST)
    assert (found and found.replace("\u00a0", " ")) == said


def test_a_limit_holds_for_money_in_either_direction() -> None:
    note = replace(INVOICE, payable_ore=-50_000_01, is_credit_note=True)
    assert InvoiceAction.ATTEST in obstacles(note, STINA.user_id, [STINA], MONDAY)


@pytest.mark.parametrize(
    ("due_on", "reminded_on", "expected"),
    [
        (date(2026, 5, 8), None, date(2026, 5, 11)),
        (date(2026, 5, 1), date(2026, 5, 4), date(2026, 5, 11)),
        (date(2026, 5, 1), date(2026, 5, 11), date(2026, 5, 19)),  # Ascension Day is no working day
        (None, None, None),
    ],
)
def test_a_reminder_comes_after_the_due_day_and_once_a_working_week(
    due_on: date | None, reminded_on: date | None, expected: date | None
) -> None:
    assert next_reminder_on(replace(INVOICE, due_on=due_on, reminded_on=reminded_on)) == expected


def test_what_is_done_once_says_when() -> None:
    done = replace(INVOICE, payment_sent_on=date(2026, 4, 29), due_on=date(2026, 5, 8))
    said = obstacles(done, STINA.user_id, [STINA], MONDAY)
    assert said[InvoiceAction.RECORD_PAYMENT] == "Utbetalningen registrerades 2026-04-29."
    assert (
        said[InvoiceAction.REMIND] == "Fakturan förfaller 2026-05-08. En påminnelse kan skickas 2026-05-11."
    )
    again = replace(INVOICE, reminded_on=MONDAY)
    assert (
        obstacles(again, None, [], MONDAY)[InvoiceAction.REMIND] == "Nästa påminnelse kan skickas 2026-05-11."
    )
