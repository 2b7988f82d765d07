"""Placements: states, who moves them, and which of them hold a seat."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from enterprises.contracts.rules import ContractState
from marketplace.accounts.rules import Role
from marketplace.reference.rules import add_working_days
from marketplace.rules import ActionView, Transition, TransitionTable, by, possible_actions


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


PLACED_STATES = SEAT_HOLDING_STATES - {PlacementState.REQUESTED}
"""States of a placement that came to be."""

BEGUN_STATES = PLACED_STATES - {PlacementState.ACCEPTED}
"""States of a placement that has started, also when it is over."""


class PlacementAction(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    REMIND = "remind"
    ESCALATE = "escalate"
    EXPIRE = "expire"
    CANCEL = "cancel"
    START = "start"
    NEVER_START = "never_start"
    EXTEND = "extend"
    CHANGE_EXTENT = "change_extent"
    MOVE = "move"
    COMPLETE = "complete"
    END_EARLY = "end_early"
    MOVE_ON = "move_on"
    RESUME = "resume"


_OFFICER = by(Role.CASE_OFFICER)
_SUPERVISOR = by(Role.SUPERVISOR)
_SYSTEM = by(Role.SYSTEM)
_CANCEL = Transition(
    PlacementState.CANCELLED,
    # The system when the contract rests or has ended, another place was accepted first, or the grant is withdrawn.
    by(Role.CASE_OFFICER, Role.SYSTEM),
    "Återkalla",
    needs_sv="En placering kan återkallas innan den har startat.",
    causes_sv="Platsen blir fri igen och deltagaren kan välja på nytt.",
)
_EXTEND = Transition(
    PlacementState.ACCEPTED,
    _OFFICER,
    "Förläng",
    needs_sv="Bara en placering som är accepterad eller pågår kan förlängas.",
    causes_sv="Dagarna hålls medan leverantören svarar.",
)
_CHANGE_EXTENT = Transition(
    PlacementState.ACCEPTED,
    _OFFICER,
    "Ändra omfattning",
    needs_sv="Omfattningen kan ändras för en placering som är accepterad eller pågår.",
    causes_sv="Ändringen gäller från den dag ni väljer, när leverantören har godkänt den.",
)
_MOVE = Transition(
    PlacementState.ACCEPTED,
    _OFFICER,
    "Byt plats",
    needs_sv="Deltagaren kan byta från en placering som är accepterad eller pågår.",
    causes_sv="Deltagaren väljer på nytt. Den här placeringen fortsätter tills den nya börjar.",
)

_RESUME = Transition(
    PlacementState.RUNNING,
    _OFFICER,
    "Öppna igen",
    needs_sv="Bara en placering som har avslutats kan öppnas igen.",
    causes_sv="För en placering som har avslutats av misstag. Platsen bokas på nytt och leverantören får besked.",
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
    (PlacementState.REQUESTED, PlacementAction.REMIND): Transition(
        PlacementState.REQUESTED,
        _SYSTEM,
        "Leverantören påminns",
        needs_sv="Förfrågan är redan besvarad.",
    ),
    (PlacementState.REQUESTED, PlacementAction.ESCALATE): Transition(
        PlacementState.REQUESTED,
        _SYSTEM,
        "Samordnaren får veta att svaret dröjer",
        needs_sv="Förfrågan är redan besvarad.",
        causes_sv="Platsen hålls en arbetsdag till.",
    ),
    (PlacementState.REQUESTED, PlacementAction.EXPIRE): Transition(
        PlacementState.EXPIRED,
        _SYSTEM,
        "Svarstiden har gått ut",
        needs_sv="Svarstiden har inte gått ut.",
        causes_sv="Platsen blir fri igen.",
    ),
    (PlacementState.REQUESTED, PlacementAction.CANCEL): _CANCEL,
    (PlacementState.ACCEPTED, PlacementAction.CANCEL): _CANCEL,
    (PlacementState.ACCEPTED, PlacementAction.START): Transition(
        PlacementState.RUNNING,
        _SUPERVISOR,
        "Registrera start",
        needs_sv="Placeringen kan starta när den är accepterad, från och med startdagen.",
    ),
    (PlacementState.ACCEPTED, PlacementAction.NEVER_START): Transition(
        PlacementState.NEVER_STARTED,
        by(Role.SUPERVISOR, Role.SYSTEM),  # the system when the participant has moved on without having begun
        "Kom aldrig",
        needs_sv="Gäller bara en accepterad placering vars startdag har passerat.",
        causes_sv="Platsen blir fri igen och handläggaren får besked.",
    ),
    (PlacementState.ACCEPTED, PlacementAction.EXTEND): _EXTEND,
    (PlacementState.ACCEPTED, PlacementAction.CHANGE_EXTENT): _CHANGE_EXTENT,
    (PlacementState.ACCEPTED, PlacementAction.MOVE): _MOVE,
    (PlacementState.RUNNING, PlacementAction.EXTEND): replace(_EXTEND, target=PlacementState.RUNNING),
    (PlacementState.RUNNING, PlacementAction.CHANGE_EXTENT): replace(
        _CHANGE_EXTENT, target=PlacementState.RUNNING
    ),
    (PlacementState.RUNNING, PlacementAction.MOVE): replace(_MOVE, target=PlacementState.RUNNING),
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
    (PlacementState.RUNNING, PlacementAction.MOVE_ON): Transition(
        PlacementState.ENDED_EARLY,
        _SYSTEM,
        "Deltagaren har bytt plats",
        needs_sv="Deltagaren byter inte plats, eller så har den sista dagen här inte passerat.",
    ),
    (PlacementState.COMPLETED, PlacementAction.RESUME): _RESUME,
    (PlacementState.ENDED_EARLY, PlacementAction.RESUME): _RESUME,
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


class CancelReason(StrEnum):
    """Why a placement was taken back before its start. Tells a participant's no from everything else."""

    PLANS = "plans"
    PARTICIPANT = "participant"
    OTHER_ACCEPTED = "other_accepted"
    CONTRACT = "contract"
    GRANT_WITHDRAWN = "grant_withdrawn"
    CONSENT_WITHDRAWN = "consent_withdrawn"


CANCEL_REASON_SV = {
    CancelReason.PLANS: "Planeringen har ändrats",
    CancelReason.PARTICIPANT: "Deltagaren tackar nej",
    CancelReason.OTHER_ACCEPTED: "En annan plats accepterades först",
    CancelReason.CONTRACT: "Leverantörens avtal tar inte emot fler",
    CancelReason.GRANT_WITHDRAWN: "Beviljandet har återkallats",
    CancelReason.CONSENT_WITHDRAWN: "Deltagarens samtycke har återkallats",
}

OFFICERS_REASONS = (CancelReason.PARTICIPANT, CancelReason.PLANS)
"""What a case officer gives; the others come of themselves."""


WITHDRAWN_WHEN = {
    ContractState.SUSPENDED: "Leverantörens avtal är vilande",
    ContractState.ENDED: "Leverantörens avtal har upphört",
}
"""Contracts under which no request waits, and why it was taken back."""


def placement_number(placement_id: int) -> str:
    """How a placement is named to those who see no persons: P000123."""
    return f"P{placement_id:06d}"


def placement_id_of(number: str) -> int:
    """The inverse of `placement_number`."""
    return int(number[1:])


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


_CHANGES = frozenset({PlacementAction.EXTEND, PlacementAction.CHANGE_EXTENT, PlacementAction.MOVE})
_NEXT_STEPS = {
    PlacementState.REQUESTED: frozenset(
        {PlacementAction.ACCEPT, PlacementAction.DECLINE, PlacementAction.CANCEL, PlacementAction.START}
    ),
    PlacementState.ACCEPTED: _CHANGES
    | {
        PlacementAction.CANCEL,
        PlacementAction.START,
        PlacementAction.NEVER_START,
        PlacementAction.END_EARLY,
    },
    PlacementState.RUNNING: _CHANGES | {PlacementAction.COMPLETE, PlacementAction.END_EARLY},
    PlacementState.COMPLETED: frozenset({PlacementAction.RESUME}),
    PlacementState.ENDED_EARLY: frozenset({PlacementAction.RESUME}),
}
"""Actions worth mentioning in a state: those possible and those that come next."""


class ResumeReason(StrEnum):
    """Why a placement that had ended goes on."""

    WRONG_PLACEMENT = "wrong_placement"
    WRONG_DAY = "wrong_day"
    CAME_BACK = "came_back"


RESUME_REASON_SV = {
    ResumeReason.WRONG_PLACEMENT: "Fel placering avslutades",
    ResumeReason.WRONG_DAY: "Den avslutades på fel dag",
    ResumeReason.CAME_BACK: "Deltagaren slutade inte, eller kom tillbaka",
}

RESUME_WITHIN = 10
"""Working days after its end that a placement can be opened again."""


def may_resume_until(ended_on: date) -> date:
    return add_working_days(ended_on, RESUME_WITHIN)


@dataclass(frozen=True)
class PlacementDays:
    """What decides what can be done when."""

    first_day: date
    last_day: date
    answer_due_on: date
    held_until: date
    is_moved: bool = False
    """The participant already has a place to move to."""
    has_open_change: bool = False
    """A change waits for its answer."""
    ended_on: date | None = None


def placement_actions(
    state: PlacementState, role: Role | None, days: PlacementDays, today: date
) -> list[ActionView]:
    """What the role can do now or next with a placement, and why not yet."""
    steps = _NEXT_STEPS.get(state, frozenset())
    if days.ended_on is not None and (days.is_moved or today > may_resume_until(days.ended_on)):
        steps = frozenset()
    views = [view for view in possible_actions(PLACEMENT_TRANSITIONS, state, role) if view.action in steps]
    return [_on_the_day(view, days, today) for view in views]


def _on_the_day(view: ActionView, days: PlacementDays, today: date) -> ActionView:
    if not view.is_possible:
        return view
    moving = (
        days.is_moved
        and "Deltagaren byter till en annan plats. Återkalla den nya placeringen om bytet ska ändras."
    )
    waiting = days.has_open_change and "En ändring väntar redan på svar."
    over = today > days.last_day and f"Sista dagen var {days.last_day.isoformat()}."
    not_yet = {
        PlacementAction.ACCEPT: today > days.held_until
        and "Svarstiden har gått ut. Begäran stängs i natt och platsen blir då fri.",
        PlacementAction.START: today < days.first_day
        and f"Starten registreras från och med {days.first_day.isoformat()}.",
        PlacementAction.NEVER_START: today <= days.first_day
        and f"Kan registreras när startdagen {days.first_day.isoformat()} har passerat.",
        PlacementAction.EXTEND: moving or waiting,
        PlacementAction.CHANGE_EXTENT: over or waiting,
        PlacementAction.MOVE: moving or over,
        PlacementAction.COMPLETE: (
            days.is_moved and "Placeringen avslutas av sig själv när deltagaren byter."
        )
        or (today < days.last_day and f"Sista dagen är {days.last_day.isoformat()}."),
        PlacementAction.END_EARLY: today >= days.last_day
        and "Sista dagen har kommit: avsluta som genomförd.",
    }
    reason = not_yet.get(PlacementAction(view.action))
    return replace(view, is_possible=False, reason_sv=reason) if reason else view
