"""How differently women and men are spread over trades.

Duncan and Duncan's D (1955) is the share of either sex who would have to change trade for the two to be spread alike:
D = ½ Σ |mᵢ/M − fᵢ/F|. Karmel and MacLachlan's KM (1988) weighs in how many of each there are: KM = 2a(1−a)D, a = M/T.

Small numbers mislead: twenty of each sex who choose blindly among eight trades get a D of 0.33 on average. D is
therefore always shown beside what chance alone would give, with the margins as they are (E[D]), and adjusted:
(D − E[D])/(1 − E[D]), which is 0 for chance and 1 for full segregation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb
from random import Random
from typing import Final

PERMUTATIONS: Final = 999
PERMUTATION_SEED: Final = 19880501
# SCB's 429 trades, employed 16–64 in the whole country. KM is then 0.242: the sexes are nearly as many.
NATIONAL_D_ALL_TRADES: Final = 0.484
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

    A trade chosen n times of T holds men as the hypergeometric distribution says: n drawn from M men and F women.
    """
    women, men = _totals(counts)
    if women == 0 or men == 0:
        return None
    total = women + men
    mean = 0.0
    sizes: dict[int, int] = {}
    for f, m in counts:
        sizes[f + m] = sizes.get(f + m, 0) + 1
    for size, repeats in sizes.items():
        if size == 0:
            continue
        ways = comb(total, size)
        weighted = sum(
            abs(m * women - (size - m) * men) * comb(men, m) * comb(women, size - m)
            for m in range(max(0, size - women), min(size, men) + 1)
        )
        mean += repeats * (weighted / ways)  # whole numbers of any size; true division rounds once
    return mean / (2 * women * men)


def permuted_ds(counts: Counts, *, rounds: int = PERMUTATIONS, seed: int = PERMUTATION_SEED) -> list[float]:
    """D of each random deal of the sexes over the same choices, sorted; empty when D does not exist."""
    women, men = _totals(counts)
    if women == 0 or men == 0:
        return []
    random = Random(seed)  # noqa: S311 - a repeatable draw, not a secret
    trades = [trade for trade, (f, m) in enumerate(counts) for _ in range(f + m)]
    sizes = [f + m for f, m in counts]
    drawn = []
    for _ in range(rounds):
        mixed = [0] * len(sizes)
        for trade in random.sample(trades, men):
            mixed[trade] += 1
        drawn.append(
            sum(abs(m * women - (size - m) * men) for m, size in zip(mixed, sizes, strict=True))
            / (2 * women * men)
        )
    return sorted(drawn)


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
    adjusted = 0.0 if expected >= 1 else (d - expected) / (1 - expected)
    women, men = _totals(counts)
    return Segregation(women, men, d, km, expected, adjusted, drawn[edge], drawn[-1 - edge])


def _totals(counts: Counts) -> tuple[int, int]:
    if any(f < 0 or m < 0 for f, m in counts):
        raise ValueError("numbers of persons cannot be negative")
    return sum(f for f, _ in counts), sum(m for _, m in counts)
