"""Who may attest what, what stands in the way of a step, and how a dispute is said and answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from invoicing.invoices.rules import InvoiceAction, InvoiceState
from marketplace.reference.rules import add_working_days
from marketplace.swedish import kronor

ANSWER_WITHIN_WORKING_DAYS = 10
REMIND_AGAIN_AFTER_WORKING_DAYS = 5
"""A working week."""
REMINDED_IN = frozenset({InvoiceState.SENT, InvoiceState.EXAMINED, InvoiceState.ATTESTED})


class DisputeOutcome(StrEnum):
    KEPT = "kept"
    CREDITED = "credited"
    WITHDRAWN = "withdrawn"


OUTCOME_SV = {
    DisputeOutcome.KEPT: "Leverantören står fast",
    DisputeOutcome.CREDITED: "Leverantören krediterar",
    DisputeOutcome.WITHDRAWN: "Bestridandet är tillbakataget",
}


class Waits(StrEnum):
    """What the authority's side of an invoice waits for, as its inbox asks for it."""

    EXAMINATION = "examination"
    ATTEST = "attest"
    PAYMENT = "payment"
    SETTLEMENT = "settlement"
    ANSWER = "answer"


WAITS_SV = {
    Waits.EXAMINATION: "Sakgranskning",
    Waits.ATTEST: "Attest",
    Waits.PAYMENT: "Utbetalning",
    Waits.SETTLEMENT: "Kvittning",
    Waits.ANSWER: "Leverantörens svar",
}


@dataclass(frozen=True)
class SaidOfLine:
    """What the buyer says is wrong with a line, and what it ought to be, where that is known."""

    position: int
    reason_sv: str
    quantity: Decimal | None = None
    amount_ore: int | None = None


@dataclass(frozen=True)
class Matter:
    """What a step asks of an invoice."""

    payable_ore: int
    due_on: date | None
    is_credit_note: bool
    examined_by_id: int | None
    payment_sent_on: date | None
    reminded_on: date | None

    @property
    def amount_ore(self) -> int:
        """What a limit is held against: money in either direction."""
        return abs(self.payable_ore)


@dataclass(frozen=True)
class Attester:
    """A controller, and the largest amount that she may attest; None: she may attest nothing."""

    user_id: int
    name: str
    limit_ore: int | None

    def is_able(self, matter: Matter) -> bool:
        return self.limit_ore is not None and self.limit_ore >= matter.amount_ore


def next_reminder_on(matter: Matter) -> date | None:
    """The first day that a reminder may be sent: after the due day, and once a working week. None for what has no due
    day."""
    if matter.due_on is None:
        return None
    first = add_working_days(matter.due_on, 1)
    if matter.reminded_on is None:
        return first
    return max(first, add_working_days(matter.reminded_on, REMIND_AGAIN_AFTER_WORKING_DAYS))


def obstacles(
    matter: Matter, user_id: int | None, attesters: Sequence[Attester], today: date
) -> Mapping[StrEnum, str]:
    """What stands in the way of a step beside the invoice's state, in words."""
    found: dict[StrEnum, str] = {}
    if reason := _attest_obstacle(matter, user_id, attesters):
        found[InvoiceAction.ATTEST] = reason
    if matter.payment_sent_on is not None:
        found[InvoiceAction.RECORD_PAYMENT] = f"Utbetalningen registrerades {matter.payment_sent_on}."
    may_remind_on = next_reminder_on(matter)
    if may_remind_on is not None and may_remind_on > today:
        found[InvoiceAction.REMIND] = (
            f"Nästa påminnelse kan skickas {may_remind_on}."
            if matter.reminded_on
            else f"Fakturan förfaller {matter.due_on}. En påminnelse kan skickas {may_remind_on}."
        )
    return found


def _attest_obstacle(matter: Matter, user_id: int | None, attesters: Sequence[Attester]) -> str:
    if user_id == matter.examined_by_id:
        return f"Du har sakgranskat fakturan, så någon annan attesterar. {_able_sv(matter, attesters)}"
    own = next((one for one in attesters if one.user_id == user_id), None)
    if own is None or own.limit_ore is None:
        return f"Du har ingen attesträtt. {_able_sv(matter, attesters)}"
    if not own.is_able(matter):
        return f"Din beloppsgräns är {kronor(own.limit_ore)}. {_able_sv(matter, attesters)}"
    return ""


def _able_sv(matter: Matter, attesters: Sequence[Attester]) -> str:
    names = [one.name for one in attesters if one.is_able(matter) and one.user_id != matter.examined_by_id]
    if not names:
        return "Ingen annan kan heller: be upphandlaren se över beloppsgränserna."
    return f"{' eller '.join(names)} kan attestera."
