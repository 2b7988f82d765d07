"""Shares with their interval.

A share is never a bare percentage: it carries numerator and denominator, and says in words when there is nothing to
count. The interval is Wilson's (1927) score interval, which stays inside 0–1 and holds for small numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Final

from marketplace.swedish import percent, plain_number

Z_95: Final = 1.959963984540054
NOTHING_TO_COUNT_SV: Final = "inget att räkna på"


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
        return f"{plain_number(self.numerator)} av {plain_number(self.denominator)}"

    @property
    def percent_sv(self) -> str:
        value = self.value
        return "–" if value is None else percent(value)

    @property
    def interval_sv(self) -> str:
        """”13–53 %”."""
        interval = self.interval
        if interval is None:
            return "–"
        return f"{plain_number(interval[0] * 100)}–{percent(interval[1], 0)}"
