"""Numbers on a Swedish invoice that no e-invoice validator checks: bankgiro, OCR and VAT number."""

from __future__ import annotations

from stdnum import luhn
from stdnum.se import orgnr as stdnum_orgnr
from stdnum.se import vat as stdnum_vat

OCR_MAX_DIGITS = 25


def ocr_number(base: str) -> str:
    """The payment reference: the base and a Luhn check digit.

    Raises ValueError for a base that is not digits or makes too long a reference.
    """
    if not (base.isascii() and base.isdigit()):
        raise ValueError(f"an OCR base is digits: {base!r}")
    if len(base) >= OCR_MAX_DIGITS:
        raise ValueError(f"an OCR reference has at most {OCR_MAX_DIGITS} digits")
    return base + str(luhn.calc_check_digit(base))


def is_ocr_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and 2 <= len(text) <= OCR_MAX_DIGITS and luhn.is_valid(text)


def is_bankgiro(digits: str) -> bool:
    """Seven or eight digits without hyphen, Luhn."""
    return digits.isascii() and digits.isdigit() and len(digits) in (7, 8) and luhn.is_valid(digits)


def bankgiro_text(digits: str) -> str:
    """5050105 → 505-0105."""
    return f"{digits[:-4]}-{digits[-4:]}"


def is_orgnr(digits: str) -> bool:
    """Ten digits without hyphen, Luhn."""
    return len(digits) == 10 and bool(stdnum_orgnr.is_valid(digits))


def orgnr_text(digits: str) -> str:
    """5561234567 → 556123-4567."""
    return f"{digits[:6]}-{digits[6:]}"


def vat_number(orgnr: str) -> str:
    """The number that a VAT-registered organisation has: SE, the organisation number, 01."""
    return f"SE{orgnr}01"


def is_vat_number(text: str) -> bool:
    """SE, ten digits that pass Luhn, 01."""
    return text.startswith("SE") and len(text) == 14 and bool(stdnum_vat.is_valid(text))
