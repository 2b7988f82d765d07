"""Which costs are published: no small number, and none that subtraction gives back."""

from datetime import date

from indicators.costs.rules import Cell, Cost, Mean, ended_before, published


def table(**placements: int) -> dict[Cell, Cost]:
    """Two suppliers and two kommuner, with so many placements each; a hundred kronor a placement."""
    cells = {
        Cell(): placements["a"] + placements["b"],
        Cell(1): placements["a"],
        Cell(2): placements["b"],
        Cell(kommun_code="x"): placements["x"],
        Cell(kommun_code="y"): placements["a"] + placements["b"] - placements["x"],
    }
    return {cell: Cost(number * 100_00, number, number) for cell, number in cells.items() if number}


def shown(costs: dict[Cell, Cost]) -> set[Cell]:
    found = published(costs, [1, 2], ["x", "y"])
    assert set(found) == {Cell(), Cell(1), Cell(2), Cell(kommun_code="x"), Cell(kommun_code="y")}
    return {cell for cell, cost in found.items() if cost is not None}


def test_large_numbers_are_shown() -> None:
    costs = table(a=20, b=10, x=15)
    assert shown(costs) == set(costs)


def test_a_small_part_takes_another_with_it() -> None:
    assert shown(table(a=20, b=3, x=12)) == {Cell(), Cell(kommun_code="x"), Cell(kommun_code="y")}


def test_nobody_is_not_told_from_somebody() -> None:
    assert shown(table(a=20, b=0, x=10)) == {Cell(), Cell(kommun_code="x"), Cell(kommun_code="y")}
    assert shown({}) == set()


def test_one_person_many_times_is_one() -> None:
    cells = (Cell(), Cell(1), Cell(2), Cell(kommun_code="x"), Cell(kommun_code="y"))
    costs = {cell: Cost(1, 10 if cell != Cell() else 20, 4) for cell in cells}
    assert shown(costs) == set()


def test_the_last_month_has_had_a_month_to_be_invoiced() -> None:
    assert ended_before(date(2026, 4, 1)) == date(2026, 3, 1)
    assert ended_before(date(2026, 1, 31)) == date(2025, 12, 1)
    assert Mean(100_01, 3).mean_ore == 33_34
