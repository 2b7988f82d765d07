"""Shares with their interval, and how numbers are written in Swedish.

A share is never a bare percentage: it carries numerator and denominator, and says in words when there is nothing to
count. The interval is Wilson's (1927) score interval, which stays inside 0–1 and holds for small numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Final

Z_95: Final = 1.959963984540054
NOTHING_TO_COUNT_SV: Final = "inget att räkna på"
NBSP: Final = "\u00a0"


def wilson_interval(numerator: int, denominator: int, z: float = Z_95) -> tuple[float, float] | None:
    """Lower and upper bound of a proportion, 0–1; None when there is nothing to count.

    centre (p + z²/2n)/(1 + z²/n), half-width z·√(p(1−p)/n + z²/4n²)/(1 + z²/n).
    """
    if denominator == 0:
        return None
    p = numerator / denominator
    squared = z * z / denominator
    centre = (p + squared / 2) / (1 + squared)
    half = z * sqrt(p * (1 - p) / denominator + squared / (4 * denominator)) / (1 + squared)
    # At the ends the formula is exact but floating point is not.
    low = 0.0 if numerator == 0 else max(0.0, centre - half)
    high = 1.0 if numerator == denominator else min(1.0, centre + half)
    return low, high


@dataclass(frozen=True, slots=True, order=False)
class Share:
    """So many of so many. A denominator of zero is allowed and has no value."""

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator:
            raise ValueError(f"{self.numerator} of {self.denominator} is not a share")

    @property
    def is_empty(self) -> bool:
        return self.denominator == 0

    @property
    def value(self) -> float | None:
        return None if self.is_empty else self.numerator / self.denominator

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson_interval(self.numerator, self.denominator)

    @property
    def count_sv(self) -> str:
        """”5 av 17”, or that there is nothing to count."""
        if self.is_empty:
            return NOTHING_TO_COUNT_SV
        return f"{whole_sv(self.numerator)} av {whole_sv(self.denominator)}"

    @property
    def percent_sv(self) -> str:
        value = self.value
        return "–" if value is None else percent_sv(value, decimals=1)

    @property
    def interval_sv(self) -> str:
        """”13–53 %”."""
        interval = self.interval
        if interval is None:
            return "–"
        return f"{decimal_sv(interval[0] * 100, 0)}–{percent_sv(interval[1], decimals=0)}"

    @property
    def text_sv(self) -> str:
        """”5 av 17, 29,4 % (95 % konfidensintervall 13–53 %)”."""
        if self.is_empty:
            return NOTHING_TO_COUNT_SV
        return f"{self.count_sv}, {self.percent_sv} (95{NBSP}% konfidensintervall {self.interval_sv})"

    def __str__(self) -> str:
        return self.text_sv


def decimal_sv(value: float, decimals: int) -> str:
    """A number with decimal comma and no-break spaces between thousands; halves round up, as people expect."""
    if not isfinite(value):
        raise ValueError("only finite numbers can be written")
    text = f"{abs(value) + 1e-9:,.{decimals}f}".replace(",", NBSP).replace(".", ",")
    is_zero = not text.strip(f"0,{NBSP}")
    return f"−{text}" if value < 0 and not is_zero else text


def whole_sv(value: int) -> str:
    return decimal_sv(value, 0)


def percent_sv(value: float, *, decimals: int) -> str:
    """A proportion 0–1 as a percentage: 0.294 → ”29,4 %”."""
    return f"{decimal_sv(value * 100, decimals)}{NBSP}%"
