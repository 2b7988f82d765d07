"""Disposal (gallring): which kinds there are, how long each is kept, and how a decision is made."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from marketplace.accounts.rules import Role
from marketplace.errors import Conflict, Invalid
from marketplace.rules import Transition, TransitionTable, by


class DisposalKind(StrEnum):
    PERSON = "person"
    BASIS = "basis"


DISPOSAL_KIND_SV: Final = {
    DisposalKind.PERSON: "Personakten",
    DisposalKind.BASIS: "Underlaget",
}
DISPOSAL_CAUSES_SV: Final = {
    DisposalKind.PERSON: (
        "Namn, personnummer, födelseår, behov, samtycken, koder och allt som är skrivet i ord tas bort ur planer,"
        " uppföljningar, svar och slutdokumentation. Kvar blir det som statistik och fakturor räknas av, utan att det"
        " går att se vem det gäller. Siffrorna ändras inte."
    ),
    DisposalKind.BASIS: (
        "Närvaro dag för dag, planer, svar, val och loggen över vilka som har tittat tas bort för den vars personakt"
        " redan är gallrad. Kvar blir placeringens nummer, plats och period, som fakturorna pekar på. Statistiken för"
        " åren är räknad och räknas inte om."
    ),
}
USUAL_YEARS: Final = {DisposalKind.PERSON: 2, DisposalKind.BASIS: 7}
"""What is suggested: two years is usual for participants' files, seven the law's for accounts."""
FEWEST_YEARS: Final = {DisposalKind.PERSON: 1, DisposalKind.BASIS: 7}
"""Accounting records are kept for seven years after the year that they are of (bokföringslagen 7 kap. 2 §)."""
MOST_YEARS: Final = 50


def check_years(kind: DisposalKind, years: int, others: Mapping[DisposalKind, int]) -> None:
    """Years after the end of the calendar year in which a case ended. Raises Invalid beside the field `years`."""
    if not FEWEST_YEARS[kind] <= years <= MOST_YEARS:
        raise Invalid(f"Skriv mellan {FEWEST_YEARS[kind]} och {MOST_YEARS} år.", field="years")
    kept = {**others, kind: years}
    if kept.get(DisposalKind.BASIS, MOST_YEARS) < kept.get(DisposalKind.PERSON, 0):
        raise Invalid("Underlaget sparas minst lika länge som personakten.", field="years")


def ended_before(today: date, years: int) -> date:
    """A case that ended before this day is due: the years are counted from the end of the year in which it ended."""
    return date(today.year - years, 1, 1)


def kept_sv(years: int) -> str:
    return f"{years} år efter utgången av det år då ärendet avslutades"


class DisposalState(StrEnum):
    PROPOSED = "proposed"
    DECIDED = "decided"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXECUTED = "executed"


DISPOSAL_STATE_SV: Final = {
    DisposalState.PROPOSED: "Väntar på beslut",
    DisposalState.DECIDED: "Beslutad, gallras nu",
    DisposalState.DECLINED: "Avslagen",
    DisposalState.WITHDRAWN: "Tillbakatagen",
    DisposalState.EXECUTED: "Gallrad",
}
DISPOSAL_TONE: Final = {
    DisposalState.PROPOSED: "waits",
    DisposalState.DECIDED: "active",
    DisposalState.DECLINED: "muted",
    DisposalState.WITHDRAWN: "muted",
    DisposalState.EXECUTED: "good",
}
OPEN_STATES: Final = (DisposalState.PROPOSED, DisposalState.DECIDED)


class DisposalAction(StrEnum):
    DECIDE = "decide"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    EXECUTE = "execute"


_ONLY_PROPOSED_SV = "Bara ett förslag som väntar på beslut kan ändras."

DISPOSAL_TRANSITIONS: TransitionTable = {
    (DisposalState.PROPOSED, DisposalAction.DECIDE): Transition(
        DisposalState.DECIDED,
        by(Role.CONTROLLER),
        "Besluta om gallring",
        needs_sv=_ONLY_PROPOSED_SV,
        causes_sv="Det som gallras går inte att få tillbaka.",
    ),
    (DisposalState.PROPOSED, DisposalAction.DECLINE): Transition(
        DisposalState.DECLINED, by(Role.CONTROLLER), "Avslå förslaget", needs_sv=_ONLY_PROPOSED_SV
    ),
    (DisposalState.PROPOSED, DisposalAction.WITHDRAW): Transition(
        DisposalState.WITHDRAWN, by(Role.COORDINATOR), "Ta tillbaka förslaget", needs_sv=_ONLY_PROPOSED_SV
    ),
    (DisposalState.DECIDED, DisposalAction.EXECUTE): Transition(
        DisposalState.EXECUTED, by(Role.SYSTEM), "Gallra"
    ),
}


def check_other_person(proposed_by_id: int, user_id: int | None) -> None:
    """Four eyes. Raises Conflict."""
    if proposed_by_id == user_id:
        raise Conflict("Du har själv lämnat förslaget. Någon annan beslutar om det.")


class Outcome(StrEnum):
    DISPOSED = "disposed"
    KEPT = "kept"


OUTCOME_SV: Final = {
    None: "Väntar",
    Outcome.DISPOSED: "Gallrad",
    Outcome.KEPT: "Behållen: undantagen, eller med ett nytt ärende",
}


@dataclass(frozen=True)
class Protocol:
    """What is kept of a disposal that is done: who, when, by which rule, and how many of what."""

    kind: str
    years: int
    rule_sv: str
    proposed_by: str
    proposed_at: str
    decided_by: str
    decided_at: str
    diary_number: str
    executed_at: str
    numbers: Sequence[tuple[int, str]]
    """Participant number and outcome, in order."""
    rows: Sequence[tuple[str, int]]
    """Table and how many rows were emptied or taken away, in order."""

    @property
    def seal(self) -> str:
        """SHA-256 of the protocol as canonical JSON: a later change of any of it shows."""
        text = json.dumps(vars(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
