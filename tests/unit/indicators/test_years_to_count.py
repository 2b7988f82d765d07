"""Which years a night counts, and how much of what was published it changes."""

import pytest

from indicators.changes.rules import canonical, changed_cells, years_to_count


@pytest.mark.parametrize(
    ("touched", "is_whole", "years"),
    [
        ((), False, [2025, 2026]),
        ((2023, 2026), False, [2023, 2025, 2026]),
        ((2019, 2031), False, [2025, 2026]),
        ((), True, [2022, 2023, 2024, 2025, 2026]),
    ],
    ids=["a night", "an older year", "years without anything", "all"],
)
def test_years_of_a_night(touched: tuple[int, ...], is_whole: bool, years: list[int]) -> None:
    assert years_to_count(2022, 2026, touched, is_whole=is_whole) == years


def test_the_first_year_has_none_before_it() -> None:
    assert years_to_count(2026, 2026, (), is_whole=False) == [2026]


def test_numbers_that_came_went_and_changed() -> None:
    before = {("a",): (1,), ("b",): (2,), ("c",): (None,)}
    assert changed_cells(before, before) == 0
    assert changed_cells(before, {("a",): (1,), ("b",): (3,), ("d",): (None,)}) == 3


def test_counts_in_another_order_are_the_same_counts() -> None:
    assert canonical({"a": {1, 2}, "b": [3, None]}) == canonical({"b": (3, None), "a": {2, 1}})
    assert canonical({"a": 1}) != canonical({"a": 2})
    assert canonical([1, 2]) != canonical([2, 1])
