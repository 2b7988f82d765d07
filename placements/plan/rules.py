"""Aktivitetsplan: states, what it must say, its deadline, and that three must agree."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.errors import Invalid
from marketplace.reference.rules import add_working_days
from marketplace.rules import ActionView, Transition, TransitionTable, by, possible_actions
from placements.booking.rules import PlacementState
from placements.participants.rules import check_extent


class PlanState(StrEnum):
    DRAFT = "draft"
    PROPOSED = "proposed"
    AGREED = "agreed"
    REPLACED = "replaced"


PLAN_STATE_SV = {
    PlanState.DRAFT: "Utkast",
    PlanState.PROPOSED: "Väntar på godkännande",
    PlanState.AGREED: "Överenskommen",
    PlanState.REPLACED: "Ersatt",
}

PLAN_TONE = {
    PlanState.DRAFT: "neutral",
    PlanState.PROPOSED: "waits",
    PlanState.AGREED: "good",
    PlanState.REPLACED: "muted",
}


class PlanAction(StrEnum):
    EDIT = "edit"
    PROPOSE = "propose"
    AGREE = "agree"
    WITNESS = "witness"
    CONCLUDE = "conclude"
    REVISE = "revise"
    REPLACE = "replace"


_SUPERVISOR = by(Role.SUPERVISOR)
_NEW_VERSION = "Skriv en ny version"
_REVISE_NEEDS = "En ny version utgår från en plan som är föreslagen eller överenskommen."

PLAN_TRANSITIONS: TransitionTable = {
    (PlanState.DRAFT, PlanAction.PROPOSE): Transition(
        PlanState.PROPOSED,
        _SUPERVISOR,
        "Föreslå planen",
        needs_sv="Bara ett utkast kan föreslås.",
        causes_sv="Du godkänner planen. Handläggaren och deltagaren tar ställning till den.",
    ),
    (PlanState.DRAFT, PlanAction.EDIT): Transition(
        PlanState.DRAFT, _SUPERVISOR, "Ändra utkastet", needs_sv="Bara ett utkast kan ändras."
    ),
    (PlanState.PROPOSED, PlanAction.AGREE): Transition(
        PlanState.PROPOSED,
        by(Role.CASE_OFFICER),
        "Godkänn planen",
        needs_sv="Bara en föreslagen plan kan godkännas.",
        causes_sv="Planen gäller när du, deltagaren och handledaren har godkänt den.",
    ),
    (PlanState.PROPOSED, PlanAction.WITNESS): Transition(
        PlanState.PROPOSED,
        by(Role.CASE_OFFICER, Role.SUPERVISOR),
        "Anteckna deltagarens godkännande",
        needs_sv="Deltagaren kan godkänna en föreslagen plan.",
        causes_sv="Görs när ni sitter tillsammans. Du blir vittne.",
    ),
    (PlanState.PROPOSED, PlanAction.CONCLUDE): Transition(
        PlanState.AGREED, by(Role.SYSTEM), "Överenskommen", needs_sv="Alla tre måste godkänna planen."
    ),
    (PlanState.PROPOSED, PlanAction.REVISE): Transition(
        PlanState.REPLACED,
        _SUPERVISOR,
        _NEW_VERSION,
        needs_sv=_REVISE_NEEDS,
        causes_sv="Förslaget ersätts. Alla tre tar ställning till den nya versionen.",
    ),
    (PlanState.AGREED, PlanAction.REVISE): Transition(
        PlanState.AGREED,
        _SUPERVISOR,
        _NEW_VERSION,
        needs_sv=_REVISE_NEEDS,
        causes_sv="Den här planen gäller tills alla tre har godkänt den nya.",
    ),
    (PlanState.AGREED, PlanAction.REPLACE): Transition(
        PlanState.REPLACED, by(Role.SYSTEM), "Ersatt", needs_sv="Ersätts när en ny version är överenskommen."
    ),
}
"""A new version never leaves a placement without a plan: the agreed one holds until the next is agreed."""


PLANNED_STATES = frozenset({PlacementState.ACCEPTED, PlacementState.RUNNING})
"""Placements that a plan can be written for and agreed to."""

ENDED_SV = "Placeringen pågår inte längre, så planen kan inte godkännas."


@dataclass(frozen=True)
class Standing:
    """How far one version has come: what the table alone does not know."""

    state: PlanState
    placement_state: PlacementState
    has_case_officer_agreed: bool = False
    has_participant_agreed: bool = False
    has_newer: bool = False


def plan_actions(standing: Standing, role: Role | None) -> list[ActionView]:
    """The table's actions, closed with a reason where something else than the state stands in the way."""
    obstacles: dict[StrEnum, str] = {}
    if standing.has_case_officer_agreed:
        obstacles[PlanAction.AGREE] = "Handläggaren har redan godkänt den här versionen."
    if standing.has_participant_agreed:
        obstacles[PlanAction.WITNESS] = "Deltagarens godkännande är redan antecknat."
    if standing.has_newer:
        obstacles[PlanAction.REVISE] = "En nyare version är på väg. Fortsätt med den."
    if standing.placement_state not in PLANNED_STATES:
        for action in (PlanAction.EDIT, PlanAction.PROPOSE, PlanAction.REVISE):
            obstacles[action] = "Planen kan ändras så länge placeringen pågår."
        for action in (PlanAction.AGREE, PlanAction.WITNESS):
            obstacles[action] = ENDED_SV
    return [
        replace(action, is_possible=False, reason_sv=obstacles[action.action])
        if action.is_possible and action.action in obstacles
        else action
        for action in possible_actions(PLAN_TRANSITIONS, standing.state, role)
        if action.action in _MENTIONED.get(standing.state, ())
    ]


_MENTIONED = {
    PlanState.DRAFT: (PlanAction.PROPOSE, PlanAction.EDIT, PlanAction.WITNESS),
    PlanState.PROPOSED: (PlanAction.AGREE, PlanAction.WITNESS, PlanAction.REVISE),
    PlanState.AGREED: (PlanAction.REVISE,),
}
"""Actions worth mentioning in a state: those possible and those that come next."""


MAX_GOALS = 5
"""Few enough to be remembered."""
MAX_FOLLOW_UPS = 6
_LONGEST_GOAL = 300
_LONGEST_TEXT = 5000
_FIRST_FOLLOW_UP = timedelta(weeks=3)
_BETWEEN_FOLLOW_UPS = timedelta(weeks=12)
_BEFORE_THE_END = timedelta(weeks=2)


@dataclass(frozen=True)
class PlanContent:
    """What a plan says. `hours_per_week` as decimal hours; every goal is one line."""

    hours_per_week: Decimal
    days_per_week: int
    tasks_sv: str
    goals: tuple[str, ...]
    adaptations_sv: str = ""
    follow_up_dates: tuple[date, ...] = ()


def tidy(content: PlanContent) -> PlanContent:
    """The same plan without empty lines and with each follow-up once, in order."""
    goals = (" ".join(goal.split()) for goal in content.goals)
    return PlanContent(
        content.hours_per_week,
        content.days_per_week,
        content.tasks_sv.strip(),
        tuple(goal for goal in goals if goal),
        content.adaptations_sv.strip(),
        tuple(sorted(set(content.follow_up_dates))),
    )


def check_plan(content: PlanContent, *, agreed_hours: Decimal, first_day: date, last_day: date) -> None:
    """Raises Invalid, naming the field, when a tidy plan leaves something out or goes outside the placement."""
    check_extent(content.hours_per_week, content.days_per_week)
    if content.hours_per_week > agreed_hours:
        limit = f"{agreed_hours.normalize():f}".replace(".", ",")
        raise Invalid(
            f"Placeringen är på {limit} timmar i veckan. Planen kan ha färre timmar, men inte fler.",
            field="hours_per_week",
        )
    if not content.tasks_sv:
        raise Invalid("Skriv vilka arbetsuppgifter deltagaren ska ha.", field="tasks_sv")
    if not 1 <= len(content.goals) <= MAX_GOALS:
        raise Invalid(f"Skriv minst ett och högst {MAX_GOALS} mål, ett på varje rad.", field="goals")
    if max(len(goal) for goal in content.goals) > _LONGEST_GOAL:
        raise Invalid(f"Ett mål får ha högst {_LONGEST_GOAL} tecken. Skriv det kortare.", field="goals")
    for field, text in (("tasks_sv", content.tasks_sv), ("adaptations_sv", content.adaptations_sv)):
        if len(text) > _LONGEST_TEXT:
            raise Invalid(f"Texten får ha högst {_LONGEST_TEXT} tecken.", field=field)
    if len(content.follow_up_dates) > MAX_FOLLOW_UPS:
        raise Invalid(f"Ange högst {MAX_FOLLOW_UPS} uppföljningar.", field="follow_up_dates")
    outside = [day for day in content.follow_up_dates if not first_day <= day <= last_day]
    if outside:
        raise Invalid(
            f"Uppföljningen {outside[0]} ligger utanför placeringen, som är {first_day} till {last_day}.",
            field="follow_up_dates",
        )


def plan_deadline(start: date, plan_within: int) -> date:
    """The day by which the plan must be agreed: `plan_within` working days from the start."""
    return add_working_days(start, plan_within)


def suggested_follow_ups(first_day: date, last_day: date) -> list[date]:
    """To start from: after three weeks, every twelfth week, and two weeks before the end; on working days."""
    last = last_day - _BEFORE_THE_END
    days: list[date] = []
    day = first_day + _FIRST_FOLLOW_UP
    while day < last - _FIRST_FOLLOW_UP and len(days) < MAX_FOLLOW_UPS - 1:
        days.append(day)
        day += _BETWEEN_FOLLOW_UPS
    if last > first_day:
        days.append(last)
    return [working for working in (add_working_days(day, 0) for day in days) if working <= last_day]


def superseded_sv(revision: int, newer: int) -> str:
    """What someone is told who agrees to a version that has been replaced."""
    return (
        f"Version {revision} har ersatts av version {newer}. Läs den nya versionen och ta ställning till den."
    )


def differences(before: PlanContent, after: PlanContent) -> list[str]:
    """What a new version changes, as the names of the parts."""
    parts: Sequence[tuple[str, object, object]] = (
        (
            "omfattningen",
            (before.hours_per_week, before.days_per_week),
            (after.hours_per_week, after.days_per_week),
        ),
        ("arbetsuppgifterna", before.tasks_sv, after.tasks_sv),
        ("målen", before.goals, after.goals),
        ("anpassningarna", before.adaptations_sv, after.adaptations_sv),
        ("uppföljningarna", before.follow_up_dates, after.follow_up_dates),
    )
    return [name for name, old, new in parts if old != new]
