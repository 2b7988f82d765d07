"""Placements: states, who moves them, and which of them hold a seat."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from enterprises.contracts.rules import ContractState
from marketplace.accounts.rules import Role
from marketplace.errors import Conflict, Invalid
from marketplace.procurement.price_rules import COMPONENT_SV, RATES, Component, PriceDraft
from marketplace.reference.rules import add_working_days
from marketplace.rules import ActionView, Transition, TransitionTable, by, possible_actions
from marketplace.swedish import counted


class PlacementState(StrEnum):
    REQUESTED = "requested"
    ACCEPTED = "accepted"
    RUNNING = "running"
    COMPLETED = "completed"
    ENDED_EARLY = "ended_early"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    NEVER_STARTED = "never_started"


PLACEMENT_STATE_SV = {
    PlacementState.REQUESTED: "Begärd",
    PlacementState.ACCEPTED: "Accepterad",
    PlacementState.RUNNING: "Pågår",
    PlacementState.COMPLETED: "Genomförd",
    PlacementState.ENDED_EARLY: "Avbruten",
    PlacementState.DECLINED: "Nekad av leverantören",
    PlacementState.EXPIRED: "Obesvarad i tid",
    PlacementState.CANCELLED: "Återkallad",
    PlacementState.NEVER_STARTED: "Startade aldrig",
}

SEAT_HOLDING_STATES = frozenset(
    {
        PlacementState.REQUESTED,
        PlacementState.ACCEPTED,
        PlacementState.RUNNING,
        PlacementState.COMPLETED,
        PlacementState.ENDED_EARLY,
    }
)
"""States in which the placement's days are taken from the seat. The database holds the same list."""


class PlacementAction(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    CANCEL = "cancel"
    START = "start"
    NEVER_START = "never_start"
    COMPLETE = "complete"
    END_EARLY = "end_early"


_OFFICER = by(Role.CASE_OFFICER)
_SUPERVISOR = by(Role.SUPERVISOR)
_CANCEL = Transition(
    PlacementState.CANCELLED,
    _OFFICER,
    "Återkalla",
    needs_sv="En placering kan återkallas innan den har startat.",
    causes_sv="Platsen blir fri igen och deltagaren kan välja på nytt.",
)

PLACEMENT_TRANSITIONS: TransitionTable = {
    (PlacementState.REQUESTED, PlacementAction.ACCEPT): Transition(
        PlacementState.ACCEPTED,
        _SUPERVISOR,
        "Acceptera",
        needs_sv="Förfrågan är redan besvarad.",
        causes_sv="Platsen bokas och handläggaren får besked.",
    ),
    (PlacementState.REQUESTED, PlacementAction.DECLINE): Transition(
        PlacementState.DECLINED,
        _SUPERVISOR,
        "Neka",
        needs_sv="Förfrågan är redan besvarad.",
        causes_sv="Platsen blir fri igen och handläggaren får besked.",
    ),
    (PlacementState.REQUESTED, PlacementAction.EXPIRE): Transition(
        PlacementState.EXPIRED,
        by(Role.SYSTEM),
        "Svarstiden har gått ut",
        needs_sv="Svarstiden har inte gått ut.",
    ),
    (PlacementState.REQUESTED, PlacementAction.CANCEL): replace(
        _CANCEL,
        roles=by(Role.CASE_OFFICER, Role.SYSTEM),  # the system when the contract rests or has ended
    ),
    (PlacementState.ACCEPTED, PlacementAction.CANCEL): _CANCEL,
    (PlacementState.ACCEPTED, PlacementAction.START): Transition(
        PlacementState.RUNNING,
        _SUPERVISOR,
        "Registrera start",
        needs_sv="Placeringen kan starta när den är accepterad, från och med startdagen.",
    ),
    (PlacementState.ACCEPTED, PlacementAction.NEVER_START): Transition(
        PlacementState.NEVER_STARTED,
        _SUPERVISOR,
        "Kom aldrig",
        needs_sv="Gäller bara en accepterad placering vars startdag har passerat.",
        causes_sv="Platsen blir fri igen och handläggaren får besked.",
    ),
    (PlacementState.RUNNING, PlacementAction.COMPLETE): Transition(
        PlacementState.COMPLETED,
        by(Role.SUPERVISOR, Role.CASE_OFFICER),
        "Avsluta som genomförd",
        needs_sv="Placeringen måste pågå och ha nått sin sista dag.",
        causes_sv="Slutdokumentationen ska lämnas in.",
    ),
    (PlacementState.RUNNING, PlacementAction.END_EARLY): Transition(
        PlacementState.ENDED_EARLY,
        by(Role.SUPERVISOR, Role.CASE_OFFICER),
        "Avbryt i förtid",
        needs_sv="Bara en pågående placering kan avbrytas.",
        causes_sv="Platsen blir fri från dagen efter. Slutdokumentationen ska lämnas in.",
    ),
}


class DeclineReason(StrEnum):
    """Why a supplier declines, by code so that it can be counted."""

    NO_SUPERVISION = "no_supervision"
    NEEDS_NOT_MET = "needs_not_met"
    HOURS = "hours"
    OTHER = "other"


DECLINE_REASON_SV = {
    DeclineReason.NO_SUPERVISION: "Vi saknar handledare dessa dagar",
    DeclineReason.NEEDS_NOT_MET: "Vi kan inte möta deltagarens behov",
    DeclineReason.HOURS: "Omfattningen passar inte",
    DeclineReason.OTHER: "Annat skäl",
}


WITHDRAWN_WHEN = {
    ContractState.SUSPENDED: "Leverantörens avtal är vilande",
    ContractState.ENDED: "Leverantörens avtal har upphört",
}
"""Contracts under which no request waits, and why it was taken back."""


def placement_number(placement_id: int) -> str:
    """How a placement is named to those who see no persons: P000123."""
    return f"P{placement_id:06d}"


PLACEMENT_TONE = {
    PlacementState.REQUESTED: "waits",
    PlacementState.ACCEPTED: "active",
    PlacementState.RUNNING: "active",
    PlacementState.COMPLETED: "good",
    PlacementState.ENDED_EARLY: "muted",
    PlacementState.DECLINED: "bad",
    PlacementState.EXPIRED: "bad",
    PlacementState.CANCELLED: "muted",
    PlacementState.NEVER_STARTED: "bad",
}

LIVE_STATES = (PlacementState.REQUESTED, PlacementState.ACCEPTED, PlacementState.RUNNING)
"""States of a placement that is still to end."""


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
    hours = f"{hours_per_week.normalize():f}".replace(".", ",")
    if hours_per_week > most:
        raise Conflict(
            f"Beviljandet är på {hours} timmar i veckan, men platsen tar emot högst {most}. Välj en annan plats."
        )
    if hours_per_week < least:
        raise Conflict(
            f"Beviljandet är på {hours} timmar i veckan, men platsen kräver minst {least}. Välj en annan plats."
        )


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


def check_answered_in_time(answer_due_on: date, today: date) -> None:
    """Raises Conflict when the seat is no longer held for an answer."""
    if today > answer_due_on:
        raise Conflict(
            f"Svarstiden gick ut {answer_due_on.isoformat()}, så begäran kan inte längre accepteras. "
            "Handläggaren kan begära platsen igen."
        )


def check_start(started_on: date, *, first_day: date, last_day: date, today: date) -> None:
    """Raises Invalid for a start outside the placement's days or in the future."""
    if today < first_day:
        raise Invalid(
            f"Placeringen börjar {first_day.isoformat()}. Starten registreras då.", field="started_on"
        )
    if not first_day <= started_on <= min(last_day, today):
        raise Invalid(
            f"Starten kan registreras från och med {first_day.isoformat()} till och med i dag.",
            field="started_on",
        )


def check_never_started(first_day: date, today: date) -> None:
    """Raises Conflict until the start day has passed."""
    if today <= first_day:
        raise Conflict(f"Startdagen {first_day.isoformat()} har inte passerat än.")


def check_completed(last_day: date, today: date) -> None:
    """Raises Conflict before the last day."""
    if today < last_day:
        raise Conflict(
            f"Sista dagen är {last_day.isoformat()}. Slutar placeringen tidigare ska den avbrytas i förtid."
        )


def check_early_end(
    last_day: date, *, first_day: date, planned_last: date, latest_attendance: date | None, today: date
) -> None:
    """The new last day of a placement that ends early. Raises Invalid."""
    if last_day < first_day:
        raise Invalid(
            f"Placeringen började {first_day.isoformat()}. Välj den dagen eller senare.", field="last_day"
        )
    if last_day > today:
        raise Invalid("Sista dagen kan inte ligga i framtiden.", field="last_day")
    if last_day >= planned_last:
        raise Invalid(
            f"Placeringen slutar ändå {planned_last.isoformat()}. Avsluta den då som genomförd.",
            field="last_day",
        )
    if latest_attendance is not None and last_day < latest_attendance:
        raise Invalid(
            f"Det finns närvaro registrerad {latest_attendance.isoformat()}. Välj den dagen eller senare.",
            field="last_day",
        )


_NEXT_STEPS = {
    PlacementState.REQUESTED: frozenset(
        {PlacementAction.ACCEPT, PlacementAction.DECLINE, PlacementAction.CANCEL, PlacementAction.START}
    ),
    PlacementState.ACCEPTED: frozenset(
        {
            PlacementAction.CANCEL,
            PlacementAction.START,
            PlacementAction.NEVER_START,
            PlacementAction.END_EARLY,
        }
    ),
    PlacementState.RUNNING: frozenset({PlacementAction.COMPLETE, PlacementAction.END_EARLY}),
}
"""Actions worth mentioning in a state: those possible and those that come next."""


@dataclass(frozen=True)
class PlacementDays:
    """The days that decide what can be done when."""

    first_day: date
    last_day: date
    answer_due_on: date


def placement_actions(
    state: PlacementState, role: Role | None, days: PlacementDays, today: date
) -> list[ActionView]:
    """What the role can do now or next with a placement, and why not yet."""
    steps = _NEXT_STEPS.get(state, frozenset())
    views = [view for view in possible_actions(PLACEMENT_TRANSITIONS, state, role) if view.action in steps]
    return [_on_the_day(view, days, today) for view in views]


def _on_the_day(view: ActionView, days: PlacementDays, today: date) -> ActionView:
    if not view.is_possible:
        return view
    not_yet = {
        PlacementAction.ACCEPT: today > days.answer_due_on
        and "Svarstiden har gått ut. Begäran stängs i natt och platsen blir då fri.",
        PlacementAction.START: today < days.first_day
        and f"Starten registreras från och med {days.first_day.isoformat()}.",
        PlacementAction.NEVER_START: today <= days.first_day
        and f"Kan registreras när startdagen {days.first_day.isoformat()} har passerat.",
        PlacementAction.COMPLETE: today < days.last_day and f"Sista dagen är {days.last_day.isoformat()}.",
        PlacementAction.END_EARLY: today >= days.last_day
        and "Sista dagen har kommit: avsluta som genomförd.",
    }
    reason = not_yet.get(PlacementAction(view.action))
    return replace(view, is_possible=False, reason_sv=reason) if reason else view
