"""How differently women and men are spread over trades.

Duncan and Duncan's D (1955) is the share of either sex who would have to change trade for the two to be spread alike:
D = ½ Σ |mᵢ/M − fᵢ/F|. Karmel and MacLachlan's KM (1988) weighs in how many of each there are: KM = 2a(1−a)D, a = M/T.

Small numbers mislead: twenty of each sex who choose blindly among eight trades get a D of 0.33 on average. D is
therefore always shown beside what chance alone would give, with the margins as they are (E[D]), and adjusted:
(D − E[D])/(1 − E[D]), which is 0 for chance and 1 for full segregation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, hypot, lgamma
from random import Random
from typing import Final

from indicators.rules import wilson_interval

PERMUTATIONS: Final = 999
_ROUNDING: Final = 1e-9
PERMUTATION_SEED: Final = 19880501
# SCB's 429 trades, employed 16–64 in the whole country. The sexes are nearly as many, so KM is half of D.
NATIONAL_D_ALL_TRADES: Final = 0.484
NATIONAL_KM_ALL_TRADES: Final = 0.242
NATIONAL_YEAR_ALL_TRADES: Final = 2024

Counts = Sequence[tuple[int, int]]  # (women, men) per trade


def duncan_d(counts: Counts) -> float | None:
    """D, 0–1; None when there are no women or no men, for then nothing can be compared."""
    women, men = _totals(counts)
    if women == 0 or men == 0:
        return None
    return sum(abs(m * women - f * men) for f, m in counts) / (2 * women * men)


def karmel_maclachlan(counts: Counts) -> float | None:
    """KM = (1/T) Σ |(1−a)·mᵢ − a·fᵢ|, 0–0.5; None when nobody chose."""
    women, men = _totals(counts)
    total = women + men
    if total == 0:
        return None
    # (1−a)·m − a·f with a = M/T is (F·m − M·f)/T
    return sum(abs(women * m - men * f) for f, m in counts) / (total * total)


def expected_d(counts: Counts) -> float | None:
    """The exact mean of D when the sexes are dealt at random over the same choices.

    A trade chosen n times of T holds men as the hypergeometric distribution says: n drawn from M men and F women. The
    mean distance of such a number from its mean, n·M/T, has a closed form (De Moivre's): 2·k·(F − n + k)/T · P(k), with
    k the first whole number above the mean.
    """
    women, men = _totals(counts)
    if women == 0 or men == 0:
        return None
    total = women + men
    distance = 0.0
    for size, repeats in Counter(f + m for f, m in counts).items():
        above = size * men // total + 1
        if above <= min(size, men):
            ways = above * (women - size + above)
            distance += repeats * 2 * ways / total * exp(_log_probability(above, size, men, women))
    return min(1.0, distance * total / (2 * women * men))


def _log_probability(m: int, size: int, men: int, women: int) -> float:
    """Of so many men among so many drawn."""
    return _log_ways(men, m) + _log_ways(women, size - m) - _log_ways(men + women, size)


def _log_ways(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def permuted_ds(counts: Counts, *, rounds: int = PERMUTATIONS, seed: int = PERMUTATION_SEED) -> list[float]:
    """D of each random deal of the sexes over the same choices, sorted; empty when D does not exist."""
    women, men = _totals(counts)
    if women == 0 or men == 0:
        return []
    random = Random(seed)  # noqa: S311 - a repeatable draw, not a secret
    sizes = [f + m for f, m in counts]
    drawn = []
    for _ in range(rounds):
        women_left, men_left, distance = women, men, 0
        for size in sizes:
            mixed = _dealt(random, size, men_left, women_left)
            men_left, women_left = men_left - mixed, women_left - (size - mixed)
            distance += abs(mixed * women - (size - mixed) * men)
        drawn.append(distance / (2 * women * men))
    return sorted(drawn)


def _dealt(random: Random, size: int, men: int, women: int) -> int:
    """How many are men of so many drawn: whole numbers are tried outwards from the likeliest, so that the time grows
    with the spread of what can be drawn and not with how many there are."""
    least, most = max(0, size - women), min(size, men)
    low = high = min(max((size + 1) * (men + 1) // (men + women + 2), least), most)
    p_low = p_high = exp(_log_probability(low, size, men, women))
    left = random.random() - p_low
    while left > 0 and (low > least or high < most):
        if high < most:
            p_high *= (men - high) * (size - high) / ((high + 1) * (women - size + high + 1))
            high += 1
            left -= p_high
            if left <= 0:
                return high
        if low > least:
            p_low *= low * (women - size + low) / ((men - low + 1) * (size - low + 1))
            low -= 1
            left -= p_low
            if left <= 0:
                return low
    return low


def d_interval(counts: Counts) -> tuple[float, float]:
    """Newcombe's interval for D as what it is: in the trades where men are over-represented, the share of the men less
    the share of the women, each with Wilson's interval. D exists."""
    women, men = _totals(counts)
    over = [(f, m) for f, m in counts if m * women > f * men]
    of_men, of_women = sum(m for _, m in over), sum(f for f, _ in over)
    d = of_men / men - of_women / women
    (men_low, men_high), (women_low, women_high) = (
        wilson_interval(of_men, men) or (0.0, 1.0),
        wilson_interval(of_women, women) or (0.0, 1.0),
    )
    below = hypot(of_men / men - men_low, women_high - of_women / women)
    above = hypot(men_high - of_men / men, of_women / women - women_low)
    return max(0.0, d - below), min(1.0, d + above)


@dataclass(frozen=True, slots=True)
class Segregation:
    """D with everything that must stand beside it."""

    women: int
    men: int
    d: float
    km: float
    expected: float
    adjusted: float
    chance_low: float
    chance_high: float
    low: float
    high: float


def segregation(counts: Counts) -> Segregation | None:
    """D, KM, the random baseline and the adjusted D; None when there are no women or no men."""
    return _segregation(tuple((f, m) for f, m in counts))


@lru_cache(maxsize=512)
def _segregation(counts: tuple[tuple[int, int], ...]) -> Segregation | None:
    d, km, expected = duncan_d(counts), karmel_maclachlan(counts), expected_d(counts)
    if d is None or km is None or expected is None:
        return None
    drawn = permuted_ds(counts)
    edge = round(0.025 * (len(drawn) - 1))
    # When chance alone must give D = 1 (one choice of each sex, say) there is no room to adjust in.
    adjusted = 0.0 if expected > 1 - _ROUNDING else (d - expected) / (1 - expected)
    women, men = _totals(counts)
    interval = d_interval(counts)
    return Segregation(women, men, d, km, expected, adjusted, drawn[edge], drawn[-1 - edge], *interval)


def _totals(counts: Counts) -> tuple[int, int]:
    if any(f < 0 or m < 0 for f, m in counts):
        raise ValueError("numbers of persons cannot be negative")
    return sum(f for f, _ in counts), sum(m for _, m in counts)
