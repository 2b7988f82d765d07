"""Systems of choice and their terms: states, regimes, and the rules a published version sets."""

from collections.abc import Mapping, Sequence
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


DECIDERS_SV = {
    False: "En upphandlare beslutar",
    True: "En upphandlare föreslår och en annan beslutar",
}
"""Who decides on an application, by whether two are needed."""


def deciders_problem(*, needs_two: bool, officers: int) -> str:
    """Why no application could be decided with so many procurement officers; empty when it can."""
    if not needs_two or officers > 1:
        return ""
    return (
        "Myndigheten har bara en upphandlare här. Så länge två behövs kan inget beslut om en ansökan fattas. "
        "Be den som sköter era konton att lägga till en upphandlare, eller låt en besluta."
    )


def check_unopened(is_open: bool) -> None:
    """Raises Conflict for a system that is open: applicants and contracts rely on what it says."""
    if is_open:
        raise Conflict(
            "Systemet är öppet och kan inte ändras. Skriv en ny version av förfrågningsunderlaget, eller skapa ett "
            "nytt system om något annat ska köpas."
        )


class SystemState(StrEnum):
    """What a system is, told from whether it has been opened and closed."""

    UNOPENED = "unopened"
    OPEN = "open"
    CLOSED = "closed"


SYSTEM_STATE_SV = {
    SystemState.UNOPENED: "Inte öppet",
    SystemState.OPEN: "Öppet för ansökningar",
    SystemState.CLOSED: "Stängt för nya ansökningar",
}

CLOSED_SV = "Systemet är stängt för nya ansökningar. Öppna system finns i listan över valfrihetssystem."
"""What is told to whoever would apply all the same."""

SYSTEM_STATE_TONE = {
    SystemState.UNOPENED: "waits",
    SystemState.OPEN: "good",
    SystemState.CLOSED: "muted",
}


class SystemAction(StrEnum):
    CLOSE = "close"


SYSTEM_TRANSITIONS: TransitionTable = {
    (SystemState.OPEN, SystemAction.CLOSE): Transition(
        SystemState.CLOSED,
        by(Role.PROCUREMENT_OFFICER),
        "Stäng systemet",
        needs_sv="Bara ett öppet system kan stängas.",
        causes_sv="Ingen kan ansöka längre. Avtal och placeringar fortsätter, och sidan finns kvar.",
    ),
}


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
    "discard_terms": "Utkast till förfrågningsunderlag kastat",
    "publish": "Förfrågningsunderlag publicerat",
    "set_deciders": "Vem som beslutar ändrat",
    "close": "Systemet stängt för nya ansökningar",
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


def discarding_obstacle_sv(state: TermsState) -> str:
    """Why a version cannot be thrown away, as a sentence; empty when it can."""
    return (
        ""
        if state is TermsState.DRAFT
        else "Versionen är publicerad och står kvar. Skriv en ny version i stället."
    )


class Proof(StrEnum):
    """How an applicant shows that a requirement is met."""

    ANSWER = "answer"
    DECLARATION = "declaration"
    ATTACHMENT = "attachment"


PROOF_SV = {
    Proof.ANSWER: "Beskriv i text",
    Proof.DECLARATION: "Intyga",
    Proof.ATTACHMENT: "Bifoga",
}


class DefaultRule(StrEnum):
    """Where a participant who does not choose is placed, decided beforehand (LOV 9:2)."""

    TURN_ORDER = "turn_order"
    OWN_PROVISION = "own_provision"
    NONE = "none"


DEFAULT_RULE_SV = {
    DefaultRule.TURN_ORDER: "Hos leverantörerna i turordning",
    DefaultRule.OWN_PROVISION: "I myndighetens egen verksamhet",
    DefaultRule.NONE: "Inget är bestämt",
}


def default_rules(regime: Regime) -> Sequence[DefaultRule]:
    """Those that can be decided, the usual first. Under LOV there has to be one."""
    decided = (DefaultRule.TURN_ORDER, DefaultRule.OWN_PROVISION)
    return decided if regime is Regime.LOV else (DefaultRule.NONE, *decided)


class CheckKind(StrEnum):
    """What is looked up again and again about a supplier under contract."""

    TAX = "tax"
    DEBT = "debt"
    STATUS = "status"
    INSURANCE = "insurance"


CHECK_KIND_SV = {
    CheckKind.TAX: "Skatter och registrering",
    CheckKind.DEBT: "Skulder hos Kronofogden",
    CheckKind.STATUS: "Företagets ställning (konkurs, likvidation)",
    CheckKind.INSURANCE: "Försäkring",
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
    capacity_floor: int | None = None
    """The fewest seats that a supplier must offer."""
    capacity_cap: int | None = None
    """The most seats that are in use at once under one contract. The number of suppliers has no cap."""
    default_rule: DefaultRule = DefaultRule.TURN_ORDER
    own_provision_sv: str = ""
    """What the authority's own provision is, when that is the default."""
    tax_check_months: int | None = 12
    debt_check_months: int | None = 12
    status_check_months: int | None = 12
    insurance_check_months: int | None = 12

    @property
    def check_intervals(self) -> Mapping[CheckKind, int]:
        """Months between two checks, for what is checked at all."""
        months = {kind: getattr(self, f"{kind}_check_months") for kind in CheckKind}
        return {kind: interval for kind, interval in months.items() if interval is not None}

    def problems(self, regime: Regime) -> list[str]:
        """Swedish sentences for what cannot be promised."""
        days = {
            "start_within_days": "Tid till start",
            "answer_within": "Svarstid",
            "plan_within": "Tid för aktivitetsplan",
            "report_within": "Tid för slutdokumentation",
            "decision_within": "Handläggningstid",
        }
        problems = [
            f"{label} måste vara mellan 1 och 120 dagar."
            for key, label in days.items()
            if not 1 <= getattr(self, key) <= 120
        ]
        if self.capacity_floor and self.capacity_cap and self.capacity_floor > self.capacity_cap:
            problems.append(
                "Kapacitetstaket är lägre än det antal platser som en leverantör minst ska erbjuda."
            )
        if self.default_rule not in default_rules(regime):
            problems.append(
                "Bestäm vad som gäller för den som inte väljer: egen verksamhet eller turordning (9 kap. 2 § LOV)."
            )
        if self.default_rule is DefaultRule.OWN_PROVISION and not self.own_provision_sv.strip():
            problems.append("Beskriv den egna verksamheten för den som inte väljer.")
        return problems
