from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from indicators.capacity.rules import (
    ALWAYS,
    Capacity,
    Number,
    finding_sv,
    heat_table,
    merged,
    overlaps,
    periods_in_state,
)

START = date(2026, 1, 1)
days = st.integers(0, 40).map(lambda n: START + timedelta(days=n))
periods = st.lists(st.tuples(days, days).map(lambda pair: (min(pair), max(pair))), max_size=5)


def days_of(spans: list[tuple[date, date]]) -> set[int]:
    last = START + timedelta(days=60)
    return {n for first, end in spans for n in range((first - START).days, (min(end, last) - START).days + 1)}


def test_the_last_change_of_a_day_is_what_held() -> None:
    day = date(2026, 3, 2)
    changes = [
        (day, "published"),
        (day, "paused"),
        (date(2026, 3, 9), "published"),
        (date(2026, 4, 1), "closed"),
    ]
    assert periods_in_state(changes, "published") == [(date(2026, 3, 9), date(2026, 3, 31))]
    assert periods_in_state(changes, "closed") == [(date(2026, 4, 1), ALWAYS)]
    assert periods_in_state([], "published") == []
    assert periods_in_state([(day, "published"), (date(2026, 3, 9), "published")], "published") == [
        (day, ALWAYS)
    ]


@given(periods, periods)
def test_overlaps_are_the_days_in_both(left: list[tuple[date, date]], right: list[tuple[date, date]]) -> None:
    shared = overlaps(left, right)
    assert days_of(shared) == days_of(left) & days_of(right)
    assert shared == merged(shared)


@given(periods)
def test_merging_keeps_the_days_and_leaves_gaps_between(spans: list[tuple[date, date]]) -> None:
    result = merged(spans)
    assert days_of(result) == days_of(spans)
    assert all(later[0] - earlier[1] > timedelta(days=1) for earlier, later in pairwise(result))


def test_heat_table_leaves_out_what_is_empty_and_adds_up() -> None:
    cells = {("7531", "0136"): Capacity(6, 1, 1, 2, 5), ("7231", "0126"): Capacity(2, 0, 0, 2, 0)}
    names = {"6112": "Odla", "7231": "Laga", "7531": "Sy"}
    table = heat_table(cells, names, {"0126": "Huddinge", "0136": "Haninge", "0181": "Södertälje"})
    assert [row.name for row in table.rows] == ["Laga", "Sy"]
    assert [name for _, name in table.kommuner] == ["Huddinge", "Haninge"]
    assert table.rows[1].cells == (None, Capacity(6, 1, 1, 2, 5))
    assert table.total == Capacity(8, 1, 1, 4, 5)
    assert (table.total.free, table.largest(Number.FREE), table.largest(Number.BOOKED)) == (2, 2, 2)
    assert heat_table({}, names, {}).largest(Number.FREE) == 0


def test_the_charts_heading_is_what_happened() -> None:
    assert finding_sv([]) == finding_sv([3.0]) == "Platser per månad"
    assert finding_sv([41.2, 35.0, 28.9]).startswith("Färre lediga platser en vanlig dag: 29, mot 41")
    assert finding_sv([2.0, 5.0]).startswith("Fler")
    assert finding_sv([4.9, 5.1]).startswith("Lika många")
