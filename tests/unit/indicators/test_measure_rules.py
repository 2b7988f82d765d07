"""What may be shown of a cohort's table: every reading that its relations and its structure allow is listed."""

from collections.abc import Iterable
from datetime import date
from itertools import product

import pytest

from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from indicators.measures.cohort_queries import COHORTS, EXITS, countings
from indicators.measures.rules import (
    Cell,
    Count,
    Dimension,
    Group,
    Table,
    counted_until,
    hidden_cells,
    settled_until,
)
from placements.report.content_rules import ExitReason

Row = tuple[str, str, str]  # sex, supplier, trade
ALL: Group = ()


def groups_of(row: Row) -> list[Group]:
    sex, supplier, trade = row
    by_supplier, by_trade = (Dimension.SUPPLIER, supplier), (Dimension.TRADE, trade)
    return [ALL, ((Dimension.SEX, sex),), (by_supplier,), (by_trade,), (by_supplier, by_trade)]


def table_of(ended: dict[Row, int], completed: dict[Row, int]) -> Table:
    groups = dict.fromkeys(group for row in ended for group in groups_of(row))

    def column(counts: dict[Row, int]) -> dict[Group, Count]:
        cases = {
            group: sum(count for row, count in counts.items() if group in groups_of(row)) for group in groups
        }
        return {group: Count(count, count) for group, count in cases.items()}

    columns = {"ended": column(ended), "completed": column(completed)}
    return Table(columns, ("ended",), [("ended", ("completed",), True)])


def shown(table: Table) -> dict[Cell, int]:
    hidden = hidden_cells(table)
    return {
        (name, group): count.cases
        for name, groups in table.columns.items()
        for group, count in groups.items()
        if len(group) < 2 and (name, group) not in hidden
    }


def possible(ended: dict[Row, int], completed: dict[Row, int], most: int) -> Iterable[dict[Cell, int]]:
    """What everyone could read of every history of the same rows that has as much shown: all of it, slowly."""
    wanted = shown(table_of(ended, completed))
    rows = list(ended)
    for numbers in product(range(most + 1), repeat=len(rows)):
        for parts in product(*(range(number + 1) for number in numbers)):
            history = table_of(dict(zip(rows, numbers, strict=True)), dict(zip(rows, parts, strict=True)))
            cells = {
                (name, group): count.cases
                for name, groups in history.columns.items()
                for group, count in groups.items()
                if len(group) < 2
            }
            if all(cells[cell] == value for cell, value in wanted.items()):
                yield cells


@pytest.mark.parametrize(
    ("ended", "completed"),
    [
        ({("woman", "a", "1"): 7, ("man", "b", "2"): 3}, {("woman", "a", "1"): 5, ("man", "b", "2"): 3}),
        ({("woman", "a", "1"): 6, ("man", "b", "1"): 2}, {("woman", "a", "1"): 6}),
        ({("woman", "a", "1"): 5, ("man", "a", "1"): 6}, {("woman", "a", "1"): 5}),
    ],
)
def test_what_is_hidden_can_be_more_than_one_number(ended: dict[Row, int], completed: dict[Row, int]) -> None:
    table = table_of(ended, completed)
    histories = list(possible(ended, completed, most=8))
    assert histories
    for name, group in hidden_cells(table):
        if len(group) < 2:
            assert len({cells[name, group] for cells in histories}) > 1, (name, group)


def test_nothing_small_is_shown_and_large_numbers_are() -> None:
    rows = [(sex, supplier, trade) for sex in ("woman", "man") for supplier in "ab" for trade in "12"]
    table = table_of(dict.fromkeys(rows, 10), dict.fromkeys(rows, 5))
    assert len(shown(table)) == 2 * (1 + 2 + 2 + 2)
    few = table_of(dict.fromkeys(rows, 1), dict.fromkeys(rows, 1))
    assert all(value >= 5 for value in shown(few).values())


def test_a_supplier_alone_with_its_trades_is_not_had_from_them() -> None:
    """Supplier b has trade 2 alone and trade 3 alone: who reads the trades must not get the supplier."""
    ended = {
        ("woman", "a", "1"): 20,
        ("woman", "b", "2"): 9,
        ("woman", "b", "3"): 8,
        ("woman", "c", "4"): 3,
        ("woman", "d", "5"): 30,
    }
    numbers = shown(table_of(ended, {}))

    def has(dimension: Dimension, key: str) -> bool:
        return ("ended", ((dimension, key),)) in numbers

    assert not has(Dimension.SUPPLIER, "c")
    assert not has(Dimension.TRADE, "4")
    for supplier, trades in (("a", "1"), ("b", "23"), ("d", "5")):
        assert has(Dimension.SUPPLIER, supplier) == all(has(Dimension.TRADE, trade) for trade in trades)


def test_the_limit_is_of_people() -> None:
    counts = {
        ALL: Count(12, 4),
        ((Dimension.SEX, "woman"),): Count(12, 4),
        ((Dimension.SEX, "man"),): Count(),
    }
    assert hidden_cells(Table({"ended": counts}, ("ended",))) == {("ended", group) for group in counts}


def test_cases_that_are_the_same_for_everyone_are_hidden_alike() -> None:
    ended = {
        ALL: Count(16, 16),
        ((Dimension.SEX, "woman"),): Count(9, 9),
        ((Dimension.SEX, "man"),): Count(7, 7),
    }
    work = {ALL: Count(6, 6), ((Dimension.SEX, "woman"),): Count(6, 6), ((Dimension.SEX, "man"),): Count()}
    columns = {"ended": ended, "due": dict(ended), "work": work}
    hidden = hidden_cells(
        Table(columns, ("ended", "due"), [("due", ("work",), True), ("ended", ("due",), True)])
    )
    assert {group for name, group in hidden if name == "ended"} == {
        group for name, group in hidden if name == "due"
    }


def test_every_indicator_is_counted_once_and_defined() -> None:
    keys = [counting.indicator for _, counting in countings()]
    assert len(keys) == len(set(keys))
    assert set(keys) <= INDICATORS.keys()
    assert set(EXITS.values()) == set(ExitReason)
    for cohort in COHORTS:
        parts = {one.indicator for one in cohort.countings if one.part} | {one.of for one in cohort.countings}
        assert {name for whole, made in cohort.made_of for name in (whole, *made)} <= parts
    assert Indicator.COST in keys


def test_only_whole_months_are_counted() -> None:
    assert counted_until(date(2026, 11, 22)) == date(2026, 11, 1)
    assert counted_until(date(2026, 1, 1), months_late=1) == date(2025, 12, 1)
    assert settled_until(2025, date(2026, 2, 1)) == date(2026, 2, 1)
    assert settled_until(2025, date(2026, 11, 1)) == date(2026, 3, 1)
