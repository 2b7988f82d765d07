"""Numbers on a Swedish invoice that no e-invoice validator checks: bankgiro, OCR and VAT number."""

from __future__ import annotations

from stdnum import luhn
from stdnum.se import orgnr as stdnum_orgnr
from stdnum.se import vat as stdnum_vat

OCR_MAX_DIGITS = 25


def ocr_number(base: str, *, has_length_digit: bool = False) -> str:
    """The payment reference: the base, a length digit if the bank agreement says so, and a Luhn check digit.

    The length digit is the last digit of the whole reference's length. Raises ValueError for a base that is
    not digits or makes too long a reference.
    """
    if not (base.isascii() and base.isdigit()):
        raise ValueError(f"an OCR base is digits: {base!r}")
    body = f"{base}{(len(base) + 2) % 10}" if has_length_digit else base
    if len(body) >= OCR_MAX_DIGITS:
        raise ValueError(f"an OCR reference has at most {OCR_MAX_DIGITS} digits")
    return body + str(luhn.calc_check_digit(body))


def is_ocr_number(text: str, *, has_length_digit: bool = False) -> bool:
    if not (text.isascii() and text.isdigit() and 2 <= len(text) <= OCR_MAX_DIGITS and luhn.is_valid(text)):
        return False
    return not has_length_digit or int(text[-2]) == len(text) % 10


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
