"""Slutdokumentation: states, exit reasons, what it must say and by when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.errors import Conflict, Invalid
from marketplace.reference.rules import add_working_days
from marketplace.rules import Transition, TransitionTable, by
from placements.booking.rules import PlacementState


class ReportState(StrEnum):
    DRAFT = "draft"
    FILED = "filed"
    RECEIVED = "received"


REPORT_STATE_SV = {
    ReportState.DRAFT: "Utkast",
    ReportState.FILED: "Inlämnad",
    ReportState.RECEIVED: "Mottagen",
}

REPORT_TONE = {
    ReportState.DRAFT: "neutral",
    ReportState.FILED: "waits",
    ReportState.RECEIVED: "good",
}


class ReportAction(StrEnum):
    EDIT = "edit"
    FILE = "file"
    RECEIVE = "receive"


REPORT_TRANSITIONS: TransitionTable = {
    (ReportState.DRAFT, ReportAction.FILE): Transition(
        ReportState.FILED,
        by(Role.SUPERVISOR),
        "Lämna in",
        needs_sv="Slutdokumentationen är redan inlämnad.",
        causes_sv="Samordnaren och handläggaren kan läsa den. Den kan inte ändras efteråt.",
    ),
    (ReportState.DRAFT, ReportAction.EDIT): Transition(
        ReportState.DRAFT,
        by(Role.SUPERVISOR),
        "Ändra utkastet",
        needs_sv="En inlämnad slutdokumentation kan inte ändras.",
    ),
    (ReportState.FILED, ReportAction.RECEIVE): Transition(
        ReportState.RECEIVED,
        by(Role.COORDINATOR),
        "Ta emot",
        needs_sv="Slutdokumentationen är inte inlämnad, eller är redan mottagen.",
        causes_sv="Du skriver vad nästa steg blir. Beviljandet avslutas.",
    ),
}


class ExitReason(StrEnum):
    WORK = "work"
    STUDIES = "studies"
    JOB_SEEKING = "job_seeking"
    ORDINARY_PROGRAMME = "ordinary_programme"
    REHABILITATION = "rehabilitation"
    ILLNESS = "illness"
    PARENTAL_LEAVE = "parental_leave"
    MOVED = "moved"
    OTHER = "other"


EXIT_REASON_SV = {
    ExitReason.WORK: "Arbete",
    ExitReason.STUDIES: "Studier",
    ExitReason.JOB_SEEKING: "Arbetssökande",
    ExitReason.ORDINARY_PROGRAMME: "Ordinarie program",
    ExitReason.REHABILITATION: "Fortsatt rehabilitering",
    ExitReason.ILLNESS: "Sjukdom",
    ExitReason.PARENTAL_LEAVE: "Föräldraledighet",
    ExitReason.MOVED: "Flytt",
    ExitReason.OTHER: "Annat",
}


ENDED_STATES = frozenset({PlacementState.COMPLETED, PlacementState.ENDED_EARLY})

_LONGEST_TEXT = 10_000
_NAMES = {
    "done_sv": "vad deltagaren har gjort",
    "reached_sv": "vad deltagaren har nått",
    "recommended_sv": "vilket nästa steg ni rekommenderar",
}


@dataclass(frozen=True)
class ReportContent:
    """What a final report says; a draft may leave anything out."""

    done_sv: str = ""
    reached_sv: str = ""
    adaptations_sv: str = ""
    recommended_sv: str = ""
    exit_reason: ExitReason | None = None

    @property
    def texts(self) -> Mapping[str, str]:
        return {
            "done_sv": self.done_sv,
            "reached_sv": self.reached_sv,
            "adaptations_sv": self.adaptations_sv,
            "recommended_sv": self.recommended_sv,
        }


GOES_ON_SV = (
    "Deltagaren fortsätter på en annan plats hos er. Slutdokumentationen skrivs när den placeringen har avslutats, och "
    "gäller hela tiden."
)


def check_ended(state: PlacementState, *, goes_on: bool = False) -> None:
    """Raises Conflict while the training goes on, here or at another place of the same enterprise, or when it never
    was."""
    if state not in ENDED_STATES:
        raise Conflict("Slutdokumentationen skrivs när placeringen har avslutats.")
    if goes_on:
        raise Conflict(GOES_ON_SV)


def check_draft(content: ReportContent) -> None:
    """Raises Invalid, naming the field, for a text that is too long."""
    for name, text in content.texts.items():
        if len(text) > _LONGEST_TEXT:
            raise Invalid(f"Texten får ha högst {_LONGEST_TEXT} tecken.", field=name)


def missing_parts(content: ReportContent) -> list[str]:
    """What has to be written before the report can be filed."""
    missing = [what for name, what in _NAMES.items() if not content.texts[name].strip()]
    return missing if content.exit_reason else [*missing, "varför placeringen avslutades"]


def check_complete(content: ReportContent) -> None:
    """Raises Invalid with everything that is missing."""
    missing = missing_parts(content)
    if missing:
        listed = missing[0] if len(missing) == 1 else f"{', '.join(missing[:-1])} och {missing[-1]}"
        raise Invalid(f"Skriv också {listed} innan du lämnar in.")


def report_deadline(ended_on: date, report_within: int) -> date:
    """`report_within` working days after the last day of training."""
    return add_working_days(ended_on, report_within)
