"""Recurring checks: what they can find, and when the next one is."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from marketplace.reference.rules import add_months


class CheckOutcome(StrEnum):
    OK = "ok"
    REMARK = "remark"
    FAILED = "failed"


CHECK_OUTCOME_SV = {
    CheckOutcome.OK: "Utan anmärkning",
    CheckOutcome.REMARK: "Anmärkning",
    CheckOutcome.FAILED: "Uppfyller inte kravet",
}

CHECK_OUTCOME_TONE = {
    CheckOutcome.OK: "good",
    CheckOutcome.REMARK: "waits",
    CheckOutcome.FAILED: "bad",
}

AHEAD_DAYS = 14
"""How long before its day a check begins to wait for someone."""


def next_check(after: date, months: int) -> date:
    """When to look again."""
    return add_months(after, months)


def check_problems(outcome: CheckOutcome | None, evidence_sv: str) -> Mapping[str, str]:
    """Form field → Swedish sentence for what is missing."""
    problems = {}
    if outcome is None:
        problems["outcome"] = "Välj vad kontrollen visade."
    if not evidence_sv.strip():
        problems["evidence_sv"] = "Skriv vad du har sett och var: register, datum och diarienummer."
    return problems
