"""What a version of the terms says, in Swedish and in the order of its page, for reading and for comparing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.procurement.rules import CHECK_KIND_SV, CheckKind, DefaultRule, RequirementDraft, TermsRules
from marketplace.swedish import counted

Row = tuple[str, str]
"""What is settled, and how."""

TURN_RULE_SV = (
    "Leverantörerna står i den ordning som deras avtal började gälla. Turen går vidare till den som står efter den "
    "som fick den senaste. Den som inte har en ledig plats som passar hoppas över och väntar till nästa varv. Det "
    "gör också den som bara har platser som deltagaren redan har sagt nej till. "
    "Hos leverantören gäller i första hand en plats i deltagarens kommun, i andra hand den som kan börja snabbast."
)
"""Whose turn it is, as enterprises/directory/turn_rules.py and placements/assignment do it."""


@dataclass(frozen=True)
class Group:
    """Rules about one thing. `anchor` is where the page has it."""

    anchor: str
    heading: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class TermsText:
    """All that a version says."""

    version: int
    requirements: Sequence[RequirementDraft]
    prices: Sequence[tuple[str, int]]
    """What is paid for, and öre."""
    conditions: Sequence[str]
    groups: Sequence[Group]
    contract_text_sv: str


def mark_of(said: TermsText) -> str:
    """Tells this text from every other: for knowing whether it has changed since somebody read it."""
    return hashlib.sha256(repr(said).encode()).hexdigest()


def rule_groups(rules: TermsRules) -> list[Group]:
    return [
        Group("tider", "Tider", _times(rules)),
        Group("kapacitet", "Kapacitet", _capacity(rules)),
        Group("inget-val", "Den som inte väljer", _default(rules)),
        Group("kontroller", "Återkommande kontroller", _checks(rules)),
    ]


def _times(rules: TermsRules) -> list[Row]:
    return [
        ("Tid till start", f"Högst {_days(rules.start_within_days)} från sökningen"),
        ("Svar på en förfrågan", f"Inom {_working_days(rules.answer_within)}"),
        ("Aktivitetsplan", f"Inom {_working_days(rules.plan_within)} från starten"),
        ("Slutdokumentation", f"Inom {_working_days(rules.report_within)} från slutet"),
        ("Beslut om en ansökan", f"Inom {_working_days(rules.decision_within)}"),
    ]


def _capacity(rules: TermsRules) -> list[Row]:
    floor, cap = rules.capacity_floor, rules.capacity_cap
    return [
        (
            "Minsta antal platser",
            f"Varje leverantör erbjuder minst {_seats(floor)}" if floor else "Ingen gräns",
        ),
        (
            "Kapacitetstak",
            f"Högst {_seats(cap)} används samtidigt hos varje leverantör" if cap else "Inget tak",
        ),
        ("Antal leverantörer", "Inget tak"),
    ]


def _default(rules: TermsRules) -> list[Row]:
    if rules.default_rule is DefaultRule.OWN_PROVISION:
        return [("Placering", "I myndighetens egen verksamhet"), ("Verksamheten", rules.own_provision_sv)]
    if rules.default_rule is DefaultRule.TURN_ORDER:
        return [("Placering", "Hos leverantörerna i turordning"), ("Turordningen", TURN_RULE_SV)]
    return [("Placering", "Inget är bestämt")]


def _checks(rules: TermsRules) -> list[Row]:
    intervals = rules.check_intervals
    return [
        (CHECK_KIND_SV[kind], every_sv(intervals[kind]) if kind in intervals else "Kontrolleras inte")
        for kind in CheckKind
    ]


def every_sv(months: int) -> str:
    """1 → "Varje månad", 12 → "Var 12:e månad"."""
    if months <= 2:
        return "Varje månad" if months == 1 else "Varannan månad"
    has_a = months % 10 in {1, 2} and months % 100 not in {11, 12}
    return f"Var {months}:{'a' if has_a else 'e'} månad"


def _days(number: int) -> str:
    return counted(number, "dag", "dagar")


def _working_days(number: int) -> str:
    return counted(number, "arbetsdag", "arbetsdagar")


def _seats(number: int) -> str:
    return counted(number, "plats", "platser")
