import csv
from itertools import permutations
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import marketplace.reference
from indicators.segregation.rules import (
    d_interval,
    duncan_d,
    expected_d,
    karmel_maclachlan,
    permuted_ds,
    segregation,
)

tables = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8)
both_sexes = tables.filter(lambda table: all(sum(side) > 0 for side in zip(*table, strict=True)))


def scb_trades() -> list[tuple[int, int]]:
    path = Path(marketplace.reference.__file__).parent / "data" / "trades.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [(int(row["women"]), int(row["men"])) for row in csv.DictReader(file)]


def test_scbs_figures_for_the_36_trades() -> None:
    trades = scb_trades()
    assert sum(women for women, _ in trades) == 606_638
    assert sum(men for _, men in trades) == 597_327
    assert duncan_d(trades) == pytest.approx(0.449193, abs=1e-6)
    assert karmel_maclachlan(trades) == pytest.approx(0.224583, abs=1e-6)


def test_full_and_no_segregation() -> None:
    assert duncan_d([(10, 0), (0, 7)]) == 1
    assert duncan_d([(10, 20), (5, 10)]) == 0
    assert karmel_maclachlan([(8, 0), (0, 8)]) == 0.5


@pytest.mark.parametrize("counts", [[], [(0, 0)], [(5, 0), (3, 0)], [(0, 2)]])
def test_one_sex_or_nobody_has_no_index(counts: list[tuple[int, int]]) -> None:
    assert duncan_d(counts) is None
    assert expected_d(counts) is None
    assert permuted_ds(counts) == []
    assert segregation(counts) is None


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        duncan_d([(-1, 2)])


def test_twenty_and_twenty_blind_on_eight_trades_average_a_third() -> None:
    random = Random(1)
    observed, expected = [], []
    for _ in range(2000):
        women, men = [0] * 8, [0] * 8
        for _ in range(20):
            women[random.randrange(8)] += 1
            men[random.randrange(8)] += 1
        counts = list(zip(women, men, strict=True))
        observed.append(duncan_d(counts) or 0.0)
        expected.append(expected_d(counts) or 0.0)
    # The exact mean of two independent multinomial draws is 0.3261.
    assert sum(observed) / 2000 == pytest.approx(0.326, abs=0.005)
    assert sum(expected) / 2000 == pytest.approx(sum(observed) / 2000, abs=0.004)


def test_expectation_against_every_deal() -> None:
    counts = [(2, 1), (0, 2), (1, 1)]
    persons = [trade for trade, (f, m) in enumerate(counts) for _ in range(f + m)]
    women = sum(f for f, _ in counts)
    total = 0.0
    deals = set(permutations("f" * women + "m" * (len(persons) - women)))
    for deal in deals:
        dealt = [[0, 0] for _ in counts]
        for trade, sex in zip(persons, deal, strict=True):
            dealt[trade][sex == "m"] += 1
        total += duncan_d([(f, m) for f, m in dealt]) or 0.0
    assert expected_d(counts) == pytest.approx(total / len(deals))


def test_permutations_agree_with_the_exact_expectation_and_repeat() -> None:
    counts = [(12, 3), (4, 9), (7, 7), (1, 5)]
    drawn = permuted_ds(counts)
    assert len(drawn) == 999
    assert sum(drawn) / 999 == pytest.approx(expected_d(counts), abs=0.01)
    assert drawn == permuted_ds(counts)
    assert drawn != permuted_ds(counts, seed=2)


def test_segregated_choices_are_beyond_chance_and_blind_ones_are_not() -> None:
    apart = segregation([(20, 1), (2, 18), (5, 5)])
    alike = segregation([(6, 5), (7, 7), (7, 8)])
    assert apart is not None
    assert alike is not None
    assert apart.d > apart.chance_high
    assert alike.d <= alike.chance_high
    assert apart.adjusted > 0.5 > alike.adjusted


def test_one_of_each_leaves_no_room_to_adjust() -> None:
    outcome = segregation([(1, 0), (0, 1)])
    assert outcome is not None
    assert outcome.d == outcome.expected == 1
    assert outcome.adjusted == 0


@given(both_sexes)
def test_km_is_2a_1_minus_a_d(counts: list[tuple[int, int]]) -> None:
    women, men = (sum(side) for side in zip(*counts, strict=True))
    a = men / (women + men)
    d, km = duncan_d(counts), karmel_maclachlan(counts)
    assert d is not None
    assert km == pytest.approx(2 * a * (1 - a) * d)


@given(both_sexes)
def test_index_does_not_care_for_order_or_naming(counts: list[tuple[int, int]]) -> None:
    d = duncan_d(counts)
    assert d is not None
    assert 0 <= d <= 1
    assert duncan_d(counts[::-1]) == pytest.approx(d)
    assert duncan_d([(m, f) for f, m in counts]) == pytest.approx(d)
    assert duncan_d([(3 * f, 3 * m) for f, m in counts]) == pytest.approx(d)
    assert duncan_d([*counts, (0, 0)]) == pytest.approx(d)


@settings(max_examples=30, deadline=None)
@given(both_sexes)
def test_everything_beside_d_is_in_order(counts: list[tuple[int, int]]) -> None:
    outcome = segregation(counts)
    assert outcome is not None
    assert 0 <= outcome.chance_low <= outcome.chance_high <= 1
    assert outcome.chance_low - 1e-9 <= outcome.expected <= outcome.chance_high + 1e-9
    assert outcome.adjusted <= outcome.d + 1e-9


def test_newcombes_published_example() -> None:
    """56 of 70 less 48 of 80 (Newcombe 1998, method 10)."""
    counts = [(48, 56), (32, 14)]
    assert duncan_d(counts) == pytest.approx(0.2)
    low, high = d_interval(counts)
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)


def test_a_large_deal_takes_no_longer_than_its_spread() -> None:
    counts = [(4_000 + 300 * trade, 9_000 - 200 * trade) for trade in range(36)]
    outcome = segregation(counts)
    assert outcome is not None
    assert outcome.chance_low < outcome.expected < outcome.chance_high < 0.02
    assert outcome.low < outcome.d < outcome.high
