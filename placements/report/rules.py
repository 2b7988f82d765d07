"""Slutdokumentation: states, exit reasons."""

from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.rules import Transition, TransitionTable, by


class ReportState(StrEnum):
    DRAFT = "draft"
    FILED = "filed"
    RECEIVED = "received"


REPORT_STATE_SV = {
    ReportState.DRAFT: "Utkast",
    ReportState.FILED: "Inlämnad",
    ReportState.RECEIVED: "Mottagen",
}


class ReportAction(StrEnum):
    FILE = "file"
    RECEIVE = "receive"


REPORT_TRANSITIONS: TransitionTable = {
    (ReportState.DRAFT, ReportAction.FILE): Transition(
        ReportState.FILED,
        by(Role.SUPERVISOR),
        "Lämna in",
        needs_sv="Rapporten är redan inlämnad.",
        causes_sv="Samordnaren och handläggaren kan läsa den. Den kan inte ändras efteråt.",
    ),
    (ReportState.FILED, ReportAction.RECEIVE): Transition(
        ReportState.RECEIVED,
        by(Role.COORDINATOR),
        "Ta emot",
        needs_sv="Rapporten är inte inlämnad, eller är redan mottagen.",
        causes_sv="Beviljandet avslutas.",
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
