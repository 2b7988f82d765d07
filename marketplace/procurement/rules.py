"""Systems of choice and their terms: states, regimes, and the rules a published version sets."""

from dataclasses import dataclass
from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.errors import Conflict
from marketplace.rules import Transition, TransitionTable, by


class Regime(StrEnum):
    LOV = "lov"  # lag (2008:962) om valfrihetssystem
    LOU_FRAMEWORK = "lou_framework"
    RESERVED_CONTRACT = "reserved_contract"


REGIME_SV = {
    Regime.LOV: "Valfrihetssystem (LOV)",
    Regime.LOU_FRAMEWORK: "Ramavtal (LOU)",
    Regime.RESERVED_CONTRACT: "Reserverat kontrakt",
}


def check_unopened(is_open: bool) -> None:
    """Raises Conflict for a system that is open: applicants and contracts rely on what it says."""
    if is_open:
        raise Conflict(
            "Systemet är öppet och kan inte ändras. Skriv en ny version av förfrågningsunderlaget, eller skapa ett "
            "nytt system om något annat ska köpas."
        )


class TermsState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    REPLACED = "replaced"


TERMS_STATE_SV = {
    TermsState.DRAFT: "Utkast",
    TermsState.PUBLISHED: "Publicerat",
    TermsState.REPLACED: "Ersatt",
}

TERMS_STATE_TONE = {
    TermsState.DRAFT: "waits",
    TermsState.PUBLISHED: "good",
    TermsState.REPLACED: "muted",
}

SYSTEM_EVENT_SV = {
    "create": "Systemet skapat",
    "update": "Systemet ändrat",
    "draft_terms": "Utkast till förfrågningsunderlag sparat",
    "publish": "Förfrågningsunderlag publicerat",
}


class TermsAction(StrEnum):
    PUBLISH = "publish"
    REPLACE = "replace"


TERMS_TRANSITIONS: TransitionTable = {
    (TermsState.DRAFT, TermsAction.PUBLISH): Transition(
        TermsState.PUBLISHED,
        by(Role.PROCUREMENT_OFFICER),
        "Publicera",
        needs_sv="Bara ett utkast kan publiceras.",
        causes_sv="Förfrågningsunderlaget blir öppet för alla och kan inte ändras efteråt.",
    ),
    (TermsState.PUBLISHED, TermsAction.REPLACE): Transition(
        TermsState.REPLACED,
        by(Role.PROCUREMENT_OFFICER),
        "Ersätt",
        needs_sv="Bara en publicerad version kan ersättas.",
        causes_sv="Nya ansökningar görs mot den nya versionen.",
    ),
}


class Proof(StrEnum):
    """How an applicant shows that a requirement is met."""

    ANSWER = "answer"
    DECLARATION = "declaration"


PROOF_SV = {
    Proof.ANSWER: "Beskriv i text",
    Proof.DECLARATION: "Intyga",
}


@dataclass(frozen=True)
class RequirementDraft:
    """One requirement as it is written, before it has a row."""

    text_sv: str
    proof: Proof = Proof.ANSWER


@dataclass(frozen=True)
class TermsRules:
    """What a terms version promises, with the sources' own defaults. Working days unless named otherwise."""

    start_within_days: int = 14  # calendar days from the search to the start
    answer_within: int = 3
    plan_within: int = 10
    report_within: int = 10
    decision_within: int = 20

    def problems(self) -> list[str]:
        """Swedish sentences for what cannot be promised."""
        names = {
            "start_within_days": "Tid till start",
            "answer_within": "Svarstid",
            "plan_within": "Tid för aktivitetsplan",
            "report_within": "Tid för slutdokumentation",
            "decision_within": "Handläggningstid",
        }
        return [
            f"{label} måste vara mellan 1 och 120 dagar."
            for key, label in names.items()
            if not 1 <= getattr(self, key) <= 120
        ]
