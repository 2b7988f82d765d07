"""Whether a group's share differs from the authority's own by more than chance explains.

Suppliers are never ranked: of twenty alike one is last. A funnel plot (Spiegelhalter 2005) has the authority's mean in
the middle, and limits around it that chance alone passes one time in twenty (95 per cent) and two in a thousand (99.8).
The limits are exact, of the binomial distribution, since most suppliers are small.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, lgamma, log
from typing import Final

from indicators.measures.rules import Dimension
from indicators.rules import Share
from marketplace.swedish import counted_of

TAIL_95: Final = 0.025
TAIL_998: Final = 0.001
_CURVE_POINTS: Final = 40
_NEGLIGIBLE: Final = 1e-17
"""Of a sum: what no longer changes it."""
_GROUP_SV: Final = {
    Dimension.SEX: ("Inget kön", "kön", "kön"),
    Dimension.SUPPLIER: ("Ingen leverantör", "leverantör", "leverantörer"),
    Dimension.TRADE: ("Inget yrke", "yrke", "yrken"),
    Dimension.KOMMUN: ("Ingen kommun", "kommun", "kommuner"),
    Dimension.UNIT: ("Ingen enhet", "enhet", "enheter"),
}


class Difference(StrEnum):
    """How a share stands to the mean."""

    NONE = "none"
    MAYBE_HIGHER = "maybe_higher"
    HIGHER = "higher"
    MAYBE_LOWER = "maybe_lower"
    LOWER = "lower"


DIFFERENCE_SV: Final[dict[Difference, str]] = {
    Difference.NONE: "Ingen skillnad kan ses",
    Difference.MAYBE_HIGHER: "Något högre, kan vara slump",
    Difference.HIGHER: "Högre än väntat",
    Difference.MAYBE_LOWER: "Något lägre, kan vara slump",
    Difference.LOWER: "Lägre än väntat",
}


def upper_limit(cases: int, mean: float, tail: float) -> float:
    """The count from which on chance gives at most `tail`, when each of so many cases succeeds with chance `mean`.

    A whole count reaches the limit exactly when that holds; between whole counts the limit runs smoothly. It is above
    `cases` where even all of them would not be too many.
    """
    counts = range(cases + 1)
    first = bisect_left(
        counts, True, lo=int(cases * mean), key=lambda count: _chance_of_at_least(count, cases, mean) <= tail
    )
    beyond = _chance_of_at_least(first, cases, mean)
    return first - (tail - beyond) / _chance_of(first - 1, cases, mean)


def lower_limit(cases: int, mean: float, tail: float) -> float:
    """The count up to which chance gives at most `tail`; below zero where even none would not be too few."""
    return cases - upper_limit(cases, 1 - mean, tail)


def compare(share: Share, mean: float) -> Difference:
    """The share against the mean of all."""
    count, cases = share.numerator, share.denominator
    if count > cases * mean:
        chance = _chance_of_at_least(count, cases, mean)
        sure, unsure = Difference.HIGHER, Difference.MAYBE_HIGHER
    else:
        chance = _chance_of_at_least(cases - count, cases, 1 - mean)
        sure, unsure = Difference.LOWER, Difference.MAYBE_LOWER
    if chance > TAIL_95:
        return Difference.NONE
    return sure if chance <= TAIL_998 else unsure


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits at a number of cases, as shares within 0–1, from the lowest to the highest."""

    cases: int
    low_998: float
    low_95: float
    high_95: float
    high_998: float


def funnel(most_cases: int, mean: float) -> list[Limits]:
    """The limits from one case to the most that any group has."""
    step = max(1, round(most_cases / _CURVE_POINTS))
    return [_limits(cases, mean) for cases in (*range(1, most_cases, step), most_cases)]


def _limits(cases: int, mean: float) -> Limits:
    lows = (max(0.0, lower_limit(cases, mean, tail) / cases) for tail in (TAIL_998, TAIL_95))
    highs = (min(1.0, upper_limit(cases, mean, tail) / cases) for tail in (TAIL_95, TAIL_998))
    return Limits(cases, *lows, *highs)


def _chance_of_at_least(count: int, cases: int, mean: float) -> float:
    """The binomial probability of so many or more, for counts from the mean on: each further one adds less."""
    here = beyond = _chance_of(count, cases, mean)
    while here > beyond * _NEGLIGIBLE:
        here *= (cases - count) * mean / ((count + 1) * (1 - mean)) if count < cases else 0
        beyond += here
        count += 1
    return round(beyond, 12)  # a chance that is just the tail is not above it


def _chance_of(count: int, cases: int, mean: float) -> float:
    """The binomial probability of exactly so many."""
    if mean in (0, 1) or count > cases:
        return float(count == cases * mean)
    ways = lgamma(cases + 1) - lgamma(count + 1) - lgamma(cases - count + 1)
    return exp(ways + count * log(mean) + (cases - count) * log(1 - mean))


def finding_sv(differences: Sequence[Difference], by: Dimension) -> str:
    """What the comparison found, in a sentence."""
    apart = sum(one in (Difference.HIGHER, Difference.LOWER) for one in differences)
    none_sv, one_sv, many_sv = _GROUP_SV[by]
    told = counted_of(apart, len(differences), one_sv, many_sv) if apart else none_sv
    return f"{told} skiljer sig mer från alla tillsammans än slumpen kan göra"
