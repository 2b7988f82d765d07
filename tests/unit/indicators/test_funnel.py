"""Limits of the funnel plot against the binomial distribution itself, and words that do not rank noise."""

from fractions import Fraction
from itertools import accumulate
from math import comb
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.measures.rules import Dimension
from indicators.outcomes.funnel_rules import (
    DIFFERENCE_SV,
    TAIL_95,
    TAIL_998,
    Difference,
    compare,
    finding_sv,
    funnel,
    lower_limit,
    upper_limit,
)
from indicators.rules import Share


def chances_of_at_least(cases: int, mean: Fraction) -> list[Fraction]:
    """By count, from none to one more than all."""
    each = [comb(cases, k) * mean**k * (1 - mean) ** (cases - k) for k in range(cases + 1)]
    return [*accumulate(reversed(each), initial=Fraction(0))][::-1]


@given(
    st.integers(1, 60),
    st.fractions(0, 1, max_denominator=40),
    st.sampled_from((TAIL_95, TAIL_998)),
)
def test_a_count_reaches_the_limit_exactly_when_chance_is_at_most_the_tail(
    cases: int, mean: Fraction, tail: float
) -> None:
    high, low = upper_limit(cases, float(mean), tail), lower_limit(cases, float(mean), tail)
    at_least = chances_of_at_least(cases, mean)
    for count in range(cases + 1):
        above, below = at_least[count], 1 - at_least[count + 1]
        assert (count >= high) == (above <= Fraction(tail)), (count, high)
        assert (count <= low) == (below <= Fraction(tail)), (count, low)
        found = compare(Share(count, cases), float(mean))
        assert (found is Difference.HIGHER) == (above <= Fraction(TAIL_998)), count
        assert (found is Difference.LOWER) == (below <= Fraction(TAIL_998)), count
        assert (found is Difference.NONE) == (min(above, below) > Fraction(TAIL_95)), count


def test_published_limits() -> None:
    """Of twenty at one half, six to fourteen are within 95 per cent (the sign test's table: five is 0.0207)."""
    assert [k for k in range(21) if compare(Share(k, 20), 0.5) is Difference.NONE] == list(range(6, 15))
    assert compare(Share(5, 20), 0.5) is Difference.MAYBE_LOWER
    assert compare(Share(15, 20), 0.5) is Difference.MAYBE_HIGHER
    assert compare(Share(2, 20), 0.5) is Difference.LOWER
    assert compare(Share(18, 20), 0.5) is Difference.HIGHER


def test_a_few_cases_never_differ() -> None:
    for cases in range(5):
        for count in range(cases + 1):
            assert compare(Share(count, cases), 0.3) in (Difference.NONE, Difference.MAYBE_HIGHER)
    assert compare(Share(0, 0), 0.3) is Difference.NONE
    assert compare(Share(0, 5), 0.0) is Difference.NONE
    assert compare(Share(5, 5), 1.0) is Difference.NONE


def test_alike_suppliers_are_told_apart_no_oftener_than_the_limits_say() -> None:
    random = Random(1)
    found = [
        compare(Share(sum(random.random() < 0.3 for _ in range(cases)), cases), 0.3)
        for cases in (8, 15, 30, 60)
        for _ in range(500)
    ]
    apart = [one for one in found if one in (Difference.HIGHER, Difference.LOWER)]
    outside_95 = [one for one in found if one is not Difference.NONE]
    assert len(apart) <= 2 * TAIL_998 * len(found)
    assert len(outside_95) <= 2 * TAIL_95 * len(found)


def test_the_limits_narrow_with_more_cases_and_keep_their_order() -> None:
    curve = funnel(400, 0.3)
    assert (curve[0].cases, curve[-1].cases) == (1, 400)
    for limits in curve:
        shares = (limits.low_998, limits.low_95, 0.3, limits.high_95, limits.high_998)
        assert list(shares) == sorted(shares)
        assert 0 <= shares[0] <= shares[-1] <= 1
    assert curve[-1].high_998 - curve[-1].low_998 < curve[5].high_998 - curve[5].low_998
    assert [limits.cases for limits in funnel(1, 0.5)] == [1]


@pytest.mark.parametrize(
    ("differences", "expected"),
    [
        ([Difference.NONE, Difference.MAYBE_LOWER], "Ingen leverantör skiljer sig mer"),
        ([Difference.NONE, Difference.LOWER, Difference.HIGHER], "2 av 3 leverantörer skiljer sig mer"),
    ],
)
def test_the_finding_is_a_sentence(differences: list[Difference], expected: str) -> None:
    assert finding_sv(differences, Dimension.SUPPLIER).startswith(expected)
    assert set(DIFFERENCE_SV) == set(Difference)
