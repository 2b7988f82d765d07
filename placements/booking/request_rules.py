"""A request: its days, hours, contract and price, how many may wait at once, and when the answer is due."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from marketplace.errors import Conflict, Invalid
from marketplace.procurement.price_rules import COMPONENT_SV, RATES, Component, PriceDraft
from marketplace.reference.rules import add_working_days
from marketplace.swedish import counted, plain_hours
from placements.participants.rules import GrantState

MOST_REQUESTED = 3
"""Requests that may wait at once on one grant: the place that was chosen, and the participant's two in reserve."""

HELD_LONGER = 1
"""Working days that a seat is held after the answer was due, while the coordinator is told."""


def answer_due(requested_on: date, answer_within: int, first_day: date) -> date:
    """The day by which a request is to be answered: working days by the terms, and never after the start."""
    return min(add_working_days(requested_on, answer_within), max(first_day, requested_on))


def check_days(
    first_day: date, last_day: date, *, today: date, grant_first: date, grant_last: date, lead_time_days: int
) -> None:
    """The days of a request. Raises Invalid beside the field that is wrong."""
    if last_day < first_day:
        raise Invalid("Sista dagen måste vara samma dag som den första eller senare.", field="last_day")
    if first_day < today:
        raise Invalid("Startdagen har redan passerat. Välj i dag eller en senare dag.", field="first_day")
    if first_day < grant_first:
        raise Invalid(
            f"Beviljandet börjar {grant_first.isoformat()}. Välj den dagen eller senare.", field="first_day"
        )
    if last_day > grant_last:
        raise Invalid(
            f"Beviljandet slutar {grant_last.isoformat()}. Välj den dagen eller tidigare.", field="last_day"
        )
    if (first_day - today).days < lead_time_days:
        raise Invalid(
            f"Leverantören behöver {counted(lead_time_days, 'dag', 'dagar')} på sig före start. "
            "Välj en senare startdag.",
            field="first_day",
        )


def check_hours(hours_per_week: Decimal, least: int, most: int) -> None:
    """The grant's hours against the place's. Raises Conflict."""
    hours = plain_hours(hours_per_week)
    if hours_per_week > most:
        raise Conflict(
            f"Beviljandet är på {hours} timmar i veckan, men platsen tar emot högst {most}. Välj en annan plats."
        )
    if hours_per_week < least:
        raise Conflict(
            f"Beviljandet är på {hours} timmar i veckan, men platsen kräver minst {least}. Välj en annan plats."
        )


def too_few_days_sv(days_per_week: int, weekdays: Collection[int]) -> str:
    days = counted(days_per_week, "dag", "dagar")
    return (
        f"Beviljandet är på {days} i veckan, men platsen är öppen {counted(len(weekdays), 'dag', 'dagar')}."
    )


def check_weekdays(days_per_week: int, weekdays: Collection[int]) -> None:
    """The grant's days a week against those that the place is open. The search asks the same. Raises Conflict."""
    if days_per_week > len(weekdays):
        raise Conflict(f"{too_few_days_sv(days_per_week, weekdays)} Välj en annan plats.")


def check_contract_lasts(ends: Iterable[date | None]) -> None:
    """Raises Invalid when a contract holds at the start but not to the last day, and says to when."""
    last = max((day for day in ends if day is not None), default=None)
    if last is not None:
        raise Invalid(
            f"Leverantörens avtal gäller till och med {last.isoformat()}. Välj den dagen eller tidigare.",
            field="last_day",
        )


def missing_prices(rows: Iterable[PriceDraft], support_level: str) -> list[Component]:
    """Rates that a price list pays by, but with no price for the level: what they should pay can never be invoiced."""
    rates = [row for row in rows if row.component in RATES]
    priced = {row.component for row in rates if row.support_level in (None, support_level)}
    return sorted({Component(row.component) for row in rates} - priced)


def no_price_sv(missing: Iterable[Component], level_sv: str) -> str:
    """Why a place cannot be requested, and what to do."""
    names = " och ".join(COMPONENT_SV[one].lower() for one in missing)
    return (
        f"Leverantörens avtal saknar pris för {level_sv.lower()} ({names}), så placeringen skulle aldrig kunna "
        "faktureras. Låt deltagaren välja en plats hos en annan leverantör, eller be upphandlaren se över prislistan."
    )


def held_until(answer_due_on: date, last_day: date) -> date:
    """The last day that the seat is held without an answer; never past the placement's own days."""
    return max(answer_due_on, min(add_working_days(answer_due_on, HELD_LONGER), last_day))


def check_answered_in_time(answer_due_on: date, held_to: date, today: date) -> None:
    """Raises Conflict when the seat is no longer held for an answer."""
    if today > held_to:
        raise Conflict(
            f"Svarstiden gick ut {answer_due_on.isoformat()} och platsen hölls till och med {held_to.isoformat()}, så "
            "begäran kan inte längre accepteras. Handläggaren kan begära platsen igen."
        )


class Step(StrEnum):
    """What the night's job does about a request that nobody has answered."""

    REMIND = "remind"
    ESCALATE = "escalate"
    EXPIRE = "expire"


@dataclass(frozen=True)
class Unanswered:
    """The days of a request that decide what is done about it."""

    requested_on: date
    answer_due_on: date
    held_until: date
    reminded_on: date | None
    escalated_on: date | None


def next_step(request: Unanswered, today: date) -> Step | None:
    """The supplier is reminded the working day before the answer is due, unless it was asked that day or later; then
    the coordinator is told; then the seat is freed."""
    if today > request.held_until:
        return Step.EXPIRE
    if today > request.answer_due_on:
        return Step.ESCALATE if request.escalated_on is None else None
    remind_on = add_working_days(request.answer_due_on, -1)
    if request.reminded_on is None and request.requested_on < remind_on <= today:
        return Step.REMIND
    return None


def check_may_request(
    grant_state: GrantState, *, requested: int, has_place: bool, is_requested: bool, is_move: bool
) -> None:
    """Whether one more place can be requested. Raises Conflict.

    `requested`: how many already wait on the grant; `has_place`: one is accepted or running, other than those that
    the participant moves from; `is_requested`: this very place already waits.
    """
    if is_requested:
        raise Conflict("Platsen är redan begärd för deltagaren och väntar på svar.")
    if has_place or (grant_state is not GrantState.OPEN and not requested and not is_move):
        raise Conflict("Deltagaren har redan en plats på det här beviljandet, eller så har det avslutats.")
    if grant_state not in (GrantState.OPEN, GrantState.PLACED):
        raise Conflict("Beviljandet har avslutats, så ingen plats kan begäras på det.")
    if requested >= MOST_REQUESTED:
        raise Conflict(
            f"{MOST_REQUESTED} platser väntar redan på svar. Återkalla någon av dem först, eller vänta på svaren."
        )
