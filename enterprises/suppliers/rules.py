"""What an enterprise tells of itself: numbers that must be right, and what is still missing."""

import re

from stdnum import luhn

ENTERPRISE_EVENT_SV = {"register": "Företaget registrerat", "update": "Uppgifterna ändrade"}


def bankgiro_digits(text: str) -> str | None:
    """A bankgiro as typed, "5050-1055" or "505 01 055", as seven or eight digits; None when it is not one (Luhn)."""
    digits = re.sub(r"[\s-]", "", text)
    is_number = digits.isascii() and digits.isdigit() and len(digits) in (7, 8)
    return digits if is_number and luhn.is_valid(digits) else None


def bankgiro_text(digits: str) -> str:
    """50501055 → 5050-1055."""
    return f"{digits[:-4]}-{digits[-4:]}"


def profile_gaps(*, street: str, bankgiro: str | None, has_f_tax: bool) -> list[str]:
    """What an enterprise has not told of itself that its invoices need."""
    gaps = []
    if not street.strip():
        gaps.append("adress")
    if not bankgiro:
        gaps.append("bankgiro")
    if not has_f_tax:
        gaps.append("F-skatt")
    return gaps
