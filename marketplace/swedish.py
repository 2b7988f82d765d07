"""Numbers, the words beside them and the order of names, in Swedish. Knows no framework: rules and filters share it."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

NBSP: Final = "\u00a0"
"""Keeps a number and its unit on one line."""


FOLDED: Final = "åäöéèüøæ"
FOLDS_TO: Final = "{|}eey}|"
"""Small letters beyond a–z, and what stands for each when names are put in order: {|} come after z."""

_FOLDS: Final = str.maketrans(FOLDED, FOLDS_TO)


def swedish_key(text: str) -> str:
    """A text as a key to sort by: … x y z å ä ö. The same order as `swedish_order` gives in the database."""
    return text.lower().translate(_FOLDS)


def plain_number(value: Decimal | int | float, decimals: int = 0, *, is_trimmed: bool = False) -> str:
    """1234.5 → "1 234,50": spaces between thousands, decimal comma. Trimmed leaves out zeros at the end.

    Raises ValueError for what is not a finite number.
    """
    exact = Decimal(str(value))
    if not exact.is_finite():
        raise ValueError("only finite numbers can be written")
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    whole, _, fraction = f"{abs(rounded):,f}".partition(".")
    if is_trimmed:
        fraction = fraction.rstrip("0")
    text = whole.replace(",", NBSP) + (f",{fraction}" if fraction else "")
    return f"−{text}" if rounded < 0 else text


def plain_hours(hours: Decimal | int) -> str:
    """12.50 → "12,5"."""
    return plain_number(hours, 2, is_trimmed=True)


def kronor(ore: int) -> str:
    """Öre → "1 234,50 kr"."""
    return f"{plain_number(Decimal(ore) / 100, 2)}{NBSP}kr"


def percent(share: Decimal | float, decimals: int = 1) -> str:
    """A share, 0 to 1 → "29,4 %"."""
    return f"{plain_number(Decimal(str(share)) * 100, decimals)}{NBSP}%"


def full_stop(text: str) -> str:
    """The text as the end of a sentence: "Kretsen ek. för." has its full stop already. No text is none."""
    return text if not text or text.endswith((".", "?", "!")) else f"{text}."


def counted(number: int, one: str, many: str) -> str:
    """1 → "1 plats", 25 → "25 platser"."""
    return f"{plain_number(number)} {one if number == 1 else many}"


def counted_of(numerator: int, denominator: int, one: str, many: str) -> str:
    """1 of 1 → "1 av 1 placering", 1 of 4 → "1 av 4 placeringar": the noun goes with the whole."""
    return f"{plain_number(numerator)} av {counted(denominator, one, many)}"
