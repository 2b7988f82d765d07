"""Subtraction is tried, not argued about: every table that fits what is published is listed."""

from collections.abc import Mapping
from functools import cache
from itertools import product
from time import perf_counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from indicators.disclosure.rules import Relation, suppressed

Key = tuple[int, ...]


def table_with_totals(base: Mapping[Key, int]) -> tuple[dict[Key, int], list[Relation[Key]]]:
    """The table and every margin in every direction; −1 stands for the total."""
    sizes = [max(key[axis] for key in base) + 1 for axis in range(len(next(iter(base))))]
    cells = {
        key: sum(
            value
            for part, value in base.items()
            if all(wanted in (-1, index) for wanted, index in zip(key, part, strict=True))
        )
        for key in product(*(range(-1, size) for size in sizes))
    }
    relations = [
        (key, tuple((*key[:axis], index, *key[axis + 1 :]) for index in range(sizes[axis])))
        for axis in range(len(sizes))
        for key in cells
        if key[axis] == -1
    ]
    return cells, relations


def possible_values(
    cells: Mapping[Key, int],
    hidden: frozenset[Key],
    base: list[Key],
    *,
    reach: int,
) -> dict[Key, set[int]]:
    """Values that each hidden cell takes in some other table that fits everything published.

    Tables are listed whose cells differ by at most ``reach`` from the true ones and are not negative.
    """
    above = {
        key: [total for total in cells if all(t in (-1, k) for t, k in zip(total, key, strict=True))]
        for key in base
    }
    last_part = {total: max(i for i, key in enumerate(base) if total in above[key]) for total in cells}
    closing = [
        [total for total in above[key] if total not in hidden and last_part[total] == position]
        for position, key in enumerate(base)
    ]
    steps = sorted(range(-reach, reach + 1), key=abs)
    change = dict.fromkeys(cells, 0)
    waiting = set(hidden)
    seen: dict[Key, set[int]] = {key: set() for key in hidden}

    def search(position: int) -> None:
        if position == len(base):
            for key in list(waiting):
                seen[key].add(cells[key] + change[key])
                if len(seen[key]) > 1:
                    waiting.discard(key)
            return
        key = base[position]
        for step in steps if key in hidden else (0,):
            if cells[key] + step < 0 or not waiting:
                continue
            for total in above[key]:
                change[total] += step
            if not any(change[total] for total in closing[position]):
                search(position + 1)
            for total in above[key]:
                change[total] -= step

    search(0)
    return seen


@cache
def _shape(rows: int, columns: int) -> list[Key]:
    return list(product(range(rows), range(columns)))


def check(base: dict[Key, int]) -> frozenset[Key]:
    cells, relations = table_with_totals(base)
    hidden = suppressed(cells, relations)
    assert all(value >= 5 for key, value in cells.items() if key not in hidden)
    if len(hidden) < len(cells):
        possible = possible_values(cells, hidden, list(base), reach=1)
        if any(len(values) == 1 for values in possible.values()):
            possible = possible_values(cells, hidden, list(base), reach=2)
        assert all(len(values) > 1 for values in possible.values()), (cells, hidden, possible)
    return hidden


def by_rows(*rows: list[int]) -> dict[Key, int]:
    return {(i, j): value for i, row in enumerate(rows) for j, value in enumerate(row)}


def test_large_cells_are_left_alone() -> None:
    assert check(by_rows([10, 20], [30, 5])) == frozenset()


def test_one_small_cell_takes_three_with_it() -> None:
    assert check(by_rows([3, 20], [30, 8])) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_a_pair_whose_sum_is_small_takes_a_third() -> None:
    hidden = check(by_rows([20, 2, 1], [20, 9, 9]))
    assert {(0, 0), (0, 1), (0, 2)} <= hidden


def test_zero_is_hidden_like_other_small_numbers() -> None:
    assert (0, 0) in check(by_rows([0, 20, 9], [30, 8, 7], [9, 9, 9]))


def test_a_small_table_is_hidden_whole() -> None:
    base = by_rows([1, 0], [2, 1])
    cells, relations = table_with_totals(base)
    assert suppressed(cells, relations) == set(cells)


def test_zeros_on_both_sides_of_a_cycle_are_seen() -> None:
    # Every line hides two cells whose sum is five, yet the table can be worked out from its margins alone.
    check(by_rows([0, 5, 9], [9, 5, 0], [5, 9, 5]))


def test_a_total_cannot_be_taken_from_the_rows_of_another_direction() -> None:
    hidden = check(by_rows([1, 1, 1], [20, 20, 20], [20, 20, 20]))
    assert (0, -1) in hidden
    assert len([key for key in hidden if key[1] == -1]) >= 2


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 8), min_size=4, max_size=4))
@example([0, 5, 5, 0])
@example([5, 0, 0, 0])
def test_two_by_two(values: list[int]) -> None:
    check(dict(zip(_shape(2, 2), values, strict=True)))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([0, 1, 3, 5, 6, 9]), min_size=6, max_size=6))
def test_two_by_three(values: list[int]) -> None:
    check(dict(zip(_shape(2, 3), values, strict=True)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([0, 2, 5, 5, 6]), min_size=9, max_size=9))
@example([0, 5, 6, 6, 5, 0, 5, 6, 5])
def test_three_by_three(values: list[int]) -> None:
    check(dict(zip(_shape(3, 3), values, strict=True)))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from([0, 1, 4, 5, 7]), min_size=8, max_size=8))
def test_three_directions(values: list[int]) -> None:
    check(dict(zip(product(range(2), repeat=3), values, strict=True)))


def test_trades_inside_dominance_are_protected_together() -> None:
    # Own = a + b, other = c: hiding c alone would leave it as the total less own.
    cells = {"total": 30, "own": 27, "other": 3, "a": 15, "b": 12, "c": 3}
    relations = [("total", ("own", "other")), ("own", ("a", "b")), ("other", ("c",))]
    assert suppressed(cells, relations) == {"other", "c", "own", "b"}


def test_sums_are_checked() -> None:
    with pytest.raises(ValueError, match="not the sum"):
        suppressed({"t": 9, "a": 5, "b": 5}, [("t", ("a", "b"))])
    with pytest.raises(ValueError, match="negative"):
        suppressed({"t": 9, "a": 10, "b": -1}, [("t", ("a", "b"))])


def test_a_county_of_kommuner_is_quick() -> None:
    base: dict[Key, int] = {
        key: (7 * key[0] + 5 * key[1] + 3 * key[2]) % 17 for key in product(range(13), range(3), range(3))
    }
    cells, relations = table_with_totals(base)
    start = perf_counter()
    hidden = suppressed(cells, relations)
    assert perf_counter() - start < 3
    assert 0 < len(hidden) < len(cells)
