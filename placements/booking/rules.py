"""Placements: states, who moves them, and which of them hold a seat."""

from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.rules import Transition, TransitionTable, by


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
        _SUPERVISOR,
        "Kom aldrig",
        needs_sv="Gäller bara en accepterad placering vars startdag har passerat.",
        causes_sv="Platsen blir fri igen och handläggaren får besked.",
    ),
    (PlacementState.RUNNING, PlacementAction.COMPLETE): Transition(
        PlacementState.COMPLETED,
        _SUPERVISOR,
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


def placement_number(placement_id: int) -> str:
    """How a placement is named to those who see no persons: P000123."""
    return f"P{placement_id:06d}"
