"""Aktivitetsplan: states, what it must say, its deadline, and that three must agree."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.reference.rules import add_working_days
from marketplace.rules import ActionView, Transition, TransitionTable, by, possible_actions
from placements.booking.rules import PlacementState


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
PLAN_EVENT_SV = {
    "draft": "Utkast skrivet",
    "edit": "Utkast ändrat",
    "propose": "Föreslagen och godkänd av handledaren",
    "agree": "Godkänd av handläggaren",
    "witness": "Godkänd av deltagaren",
    "agree_own": "Godkänd av deltagaren med sin kod",
    "wish": "Deltagaren vill ändra något",
    "conclude": "Överenskommen av alla tre",
    "revise": "Ny version påbörjad",
    "replace": "Ersatt av en ny version",
    "discard": "Utkast till en ny version kastat",
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
    AGREE_OWN = "agree_own"
    WISH = "wish"
    CONCLUDE = "conclude"
    REVISE = "revise"
    REPLACE = "replace"
    DISCARD = "discard"


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
    (PlanState.DRAFT, PlanAction.DISCARD): Transition(
        PlanState.DRAFT, _SUPERVISOR, "Kasta utkastet", needs_sv="Bara ett utkast kan kastas."
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
    (PlanState.PROPOSED, PlanAction.AGREE_OWN): Transition(
        PlanState.PROPOSED,
        by(Role.PARTICIPANT),
        "Ja, planen är bra",
        needs_sv="Du kan säga ja till en plan som är föreslagen.",
    ),
    (PlanState.PROPOSED, PlanAction.WISH): Transition(
        PlanState.PROPOSED,
        by(Role.PARTICIPANT, Role.CASE_OFFICER, Role.SUPERVISOR),
        "Deltagaren vill ändra något",
        needs_sv="Önskemål lämnas om en föreslagen plan.",
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


def obstacle_to_discard(states: Iterable[PlanState]) -> str:
    """Why a draft is not thrown away, by the states of all versions: another has to go on. Nothing where it may be."""
    if PlanState.AGREED in states:
        return ""
    return "Det finns ingen överenskommen plan. Skriv klart utkastet och föreslå det."


UNREAD_SV = "Det finns något i utkastet som behöver rättas först. Öppna det, rätta och spara."
ENDED_SV = "Placeringen pågår inte längre, så planen kan inte godkännas."


@dataclass(frozen=True)
class Standing:
    """How far one version has come: what the table alone does not know."""

    state: PlanState
    placement_state: PlacementState
    has_case_officer_agreed: bool = False
    has_participant_agreed: bool = False
    has_newer: bool = False
    has_agreed: bool = False
    """Another version, which goes on when this one is thrown away."""


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
    is_second = standing.state is PlanState.DRAFT and standing.has_agreed
    mentioned = (*_MENTIONED.get(standing.state, ()), *([PlanAction.DISCARD] if is_second else []))
    return [
        action
        for action in possible_actions(PLAN_TRANSITIONS, standing.state, role, obstacles)
        if action.action in mentioned
    ]


_MENTIONED = {
    PlanState.DRAFT: (PlanAction.PROPOSE, PlanAction.EDIT, PlanAction.WITNESS),
    PlanState.PROPOSED: (PlanAction.AGREE, PlanAction.WITNESS, PlanAction.REVISE),
    PlanState.AGREED: (PlanAction.REVISE,),
}
"""Actions worth mentioning in a state: those possible and those that come next."""


def plan_deadline(start: date, plan_within: int) -> date:
    """The day by which the plan must be agreed: `plan_within` working days from the start."""
    return add_working_days(start, plan_within)


def superseded_sv(revision: int, newer: int, role: Role | None) -> str:
    """What someone is told who agrees to a version that has been replaced. A newer draft is not hers to see."""
    if role is Role.PARTICIPANT:
        return "Planen är gammal. " + (
            "Läs den nya planen." if newer > revision else "Din handledare skriver en ny plan."
        )
    if newer <= revision:
        return f"Version {revision} har ersatts: handledaren skriver en ny. Ta ställning till den när den kommer."
    return (
        f"Version {revision} har ersatts av version {newer}. Läs den nya versionen och ta ställning till den."
    )
