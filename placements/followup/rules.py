"""Follow-ups: states, what one must say, what becomes of the coming ones when the plan changes, and deadlines."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.errors import Invalid
from marketplace.reference.rules import add_working_days
from marketplace.rules import ActionView, Transition, TransitionTable, by, possible_actions
from placements.booking.rules import BEGUN_STATES, PlacementState
from placements.plan.content_rules import LONGEST_LINE, LONGEST_TEXT, storable
from placements.plan.rules import PLANNED_STATES


class FollowUpKind(StrEnum):
    PLANNED = "planned"
    MEETING = "meeting"
    EXTRA = "extra"


FOLLOW_UP_KIND_SV = {
    FollowUpKind.PLANNED: "Uppföljning",
    FollowUpKind.MEETING: "Trepartsmöte",
    FollowUpKind.EXTRA: "Extra uppföljning",
}


class FollowUpState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    MISSED = "missed"
    CANCELLED = "cancelled"


SETTLED_STATES = frozenset({FollowUpState.HELD, FollowUpState.MISSED})
"""What has been answered for: a revised plan does not ask for it again."""

FOLLOW_UP_STATE_SV = {
    FollowUpState.PLANNED: "Kommande",
    FollowUpState.HELD: "Hållen",
    FollowUpState.MISSED: "Blev inte av",
    FollowUpState.CANCELLED: "Inställd",
}
FOLLOW_UP_EVENT_SV = {
    "make": "Planerad",
    "move": "Flyttad",
    "hold": "Hållen och skriven",
    "edit": "Anteckningen ändrad",
    "miss": "Blev inte av",
    "cancel": "Inställd",
    "add_action": "Något bestämt tillagt",
    "remove_action": "Något bestämt borttaget",
    "done": "Något klart",
    "undone": "Inte klart ändå",
}

FOLLOW_UP_TONE = {
    FollowUpState.PLANNED: "active",
    FollowUpState.HELD: "good",
    FollowUpState.MISSED: "bad",
    FollowUpState.CANCELLED: "muted",
}


class Party(StrEnum):
    """Who takes part in a follow-up, and who does what was agreed."""

    PARTICIPANT = "participant"
    SUPERVISOR = "supervisor"
    CASE_OFFICER = "case_officer"
    COORDINATOR = "coordinator"


PARTY_SV = {
    Party.PARTICIPANT: "Deltagaren",
    Party.SUPERVISOR: "Handledaren",
    Party.CASE_OFFICER: "Handläggaren",
    Party.COORDINATOR: "Samordnaren",
}


class FollowUpStep(StrEnum):
    HOLD = "hold"
    EDIT = "edit"
    MOVE = "move"
    MISS = "miss"
    CANCEL = "cancel"


WRITERS = by(Role.SUPERVISOR, Role.CASE_OFFICER)
_IS_OVER = "Uppföljningen är redan avslutad."

FOLLOW_UP_TRANSITIONS: TransitionTable = {
    (FollowUpState.PLANNED, FollowUpStep.HOLD): Transition(
        FollowUpState.HELD, WRITERS, "Skriv upp uppföljningen", needs_sv=_IS_OVER
    ),
    (FollowUpState.HELD, FollowUpStep.EDIT): Transition(
        FollowUpState.HELD, WRITERS, "Ändra anteckningen", needs_sv="Uppföljningen har inte hållits."
    ),
    (FollowUpState.PLANNED, FollowUpStep.MOVE): Transition(
        FollowUpState.PLANNED,
        WRITERS | by(Role.SYSTEM),  # the system when the plan is revised
        "Flytta till en annan dag",
        needs_sv=_IS_OVER,
    ),
    (FollowUpState.PLANNED, FollowUpStep.MISS): Transition(
        FollowUpState.MISSED,
        WRITERS,
        "Den blev inte av",
        needs_sv=_IS_OVER,
        causes_sv="Uppföljningen räknas som missad. Du kan bestämma en ny dag på samma gång.",
    ),
    (FollowUpState.PLANNED, FollowUpStep.CANCEL): Transition(
        FollowUpState.CANCELLED,
        WRITERS | by(Role.SYSTEM),  # the system when the plan is revised or the placement ends
        "Ställ in",
        needs_sv=_IS_OVER,
        causes_sv="Uppföljningen behövs inte längre. Den räknas inte som missad.",
    ),
}

REMIND_BEFORE = 2
"""Working days before the day that both sides are reminded, and have it among what waits."""
REMIND_AFTER = 2
"""Working days after the day that they are reminded that nothing is written."""
MEET_WITHIN = 5
"""Working days from when repeated absence is known to the three-party meeting."""


def follow_up_actions(
    state: FollowUpState, due_on: date, placement_state: PlacementState, role: Role | None, today: date
) -> list[ActionView]:
    """The table's actions from this state, closed with a reason where something else than the state is in the way."""
    obstacles: dict[StrEnum, str] = {}
    if placement_state not in BEGUN_STATES:
        obstacles[FollowUpStep.HOLD] = NOT_BEGUN_SV
    if placement_state not in PLANNED_STATES:
        obstacles[FollowUpStep.MOVE] = PLACEMENT_OVER_SV
    if due_on > today:
        obstacles[FollowUpStep.MISS] = NOT_YET_SV
    if due_on < today:
        obstacles[FollowUpStep.CANCEL] = PASSED_SV
        obstacles[FollowUpStep.MOVE] = obstacles.get(FollowUpStep.MOVE, PASSED_SV)
    return [
        view
        for view in possible_actions(FOLLOW_UP_TRANSITIONS, state, role, obstacles)
        if (state, view.action) in FOLLOW_UP_TRANSITIONS
    ]


NOT_BEGUN_SV = "Placeringen har inte börjat, så det finns inget att följa upp än."
PLACEMENT_OVER_SV = "Placeringen är slut. Skriv upp uppföljningen, eller att den inte blev av."
NOT_YET_SV = "Dagen har inte kommit än. Flytta uppföljningen eller ställ in den."
PASSED_SV = "Dagen har gått. Skriv upp uppföljningen, eller att den inte blev av och när ni ses i stället."


# The coming ones follow the plan.


@dataclass(frozen=True)
class Coming:
    """An open follow-up: its day, and the plan's day that it stands for, if it is of the plan."""

    id: int
    due_on: date
    planned_on: date | None


@dataclass(frozen=True)
class Revision:
    """What becomes of the open follow-ups under a newly agreed plan."""

    new: list[date] = field(default_factory=list)
    moved: dict[int, date] = field(default_factory=dict)
    cancelled: list[int] = field(default_factory=list)


def revision(
    agreed_on: date, wanted: Iterable[date], coming: Collection[Coming], settled: Collection[date | None]
) -> Revision:
    """Moves the plan's open follow-ups to its new days, in order; makes what is missing and cancels what is left over.

    `settled` are the plan's days that have been held or missed already. A day that the plan keeps leaves its follow-up
    alone, also where that has been moved by hand, and a late one waits until somebody says what became of it; a day
    before the plan was agreed makes none, and one that another follow-up has taken is not doubled.
    """
    days = set(wanted)
    leaving = sorted(
        (
            one
            for one in coming
            if one.planned_on is not None and one.planned_on not in days and one.due_on >= agreed_on
        ),
        key=lambda one: (one.due_on, one.id),
    )
    stays = [one for one in coming if one not in leaving]
    taken = {one.due_on for one in stays} | {one.planned_on for one in stays} | set(settled)
    free = sorted(day for day in days - taken if day >= agreed_on)
    return Revision(
        new=free[len(leaving) :],
        moved={one.id: day for one, day in zip(leaving, free, strict=False)},
        cancelled=[one.id for one in leaving[len(free) :]],
    )


def is_pointless(due_on: date, state: PlacementState, last_day: date) -> bool:
    """Whether an open follow-up of a placement that is over has nothing left to follow up."""
    return state not in PLANNED_STATES and (state not in BEGUN_STATES or due_on > last_day)


def meeting_day(today: date, last_day: date, taken: Collection[date]) -> date | None:
    """The last working day within MEET_WITHIN, and in the placement, on which no other follow-up is due; None when
    there is none left."""
    days = (add_working_days(today, number) for number in range(MEET_WITHIN, 0, -1))
    return next((day for day in days if day <= last_day and day not in taken), None)


# When to remind.


def first_waiting_day(today: date) -> date:
    """Follow-ups due to this day wait for who holds them."""
    return add_working_days(today, REMIND_BEFORE)


def late_reminder_day(today: date) -> date:
    """Follow-ups that were due on this day or before and of which nothing is written are reminded of once more."""
    return add_working_days(today, -REMIND_AFTER)


# What is written.


@dataclass(frozen=True)
class Agreed:
    """What somebody is to do, and by when. `box`: what the names of its boxes begin with, where it was typed."""

    text_sv: str
    who: Party
    due_on: date
    box: str = ""


@dataclass(frozen=True)
class Minutes:
    """What a follow-up came to."""

    held_on: date
    took_part: Collection[Party]
    notes_sv: str
    agreed: Sequence[Agreed] = ()


def tidy_text(text: str) -> str:
    return storable(text).strip()


def tidy_line(text: str) -> str:
    return " ".join(storable(text).split())


def check_minutes(minutes: Minutes, *, first_day: date, today: date) -> None:
    """Raises Invalid, beside the box."""
    if not first_day <= minutes.held_on <= today:
        raise Invalid(
            f"Välj en dag från och med {first_day.isoformat()} till och med i dag.", field="held_on"
        )
    if not minutes.took_part:
        raise Invalid("Kryssa för vilka som var med.", field="took_part")
    if not tidy_text(minutes.notes_sv):
        raise Invalid("Skriv vad ni kom fram till.", field="notes_sv")
    if len(tidy_text(minutes.notes_sv)) > LONGEST_TEXT:
        raise Invalid(f"Texten får ha högst {LONGEST_TEXT} tecken.", field="notes_sv")
    for agreed in minutes.agreed:
        check_agreed(agreed, held_on=minutes.held_on)


def check_agreed(agreed: Agreed, *, held_on: date) -> None:
    """Raises Invalid, beside the box."""
    text_sv = tidy_line(agreed.text_sv)
    if not text_sv:
        raise Invalid("Skriv vad som ska göras.", field=f"{agreed.box}text_sv")
    if len(text_sv) > LONGEST_LINE:
        raise Invalid(f"Skriv kortare, högst {LONGEST_LINE} tecken.", field=f"{agreed.box}text_sv")
    if agreed.due_on < held_on:
        raise Invalid(
            f"Välj {held_on.isoformat()}, då ni träffades, eller en senare dag.", field=f"{agreed.box}due_on"
        )


def check_day(day: date, *, first_day: date, last_day: date) -> None:
    """A day to follow up on. Raises Invalid outside the placement."""
    if not first_day <= day <= last_day:
        raise Invalid(
            f"Välj en dag i placeringen, som är {first_day.isoformat()} till {last_day.isoformat()}.",
            field="due_on",
        )
