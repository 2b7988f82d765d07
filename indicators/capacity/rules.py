"""Seats and what they are used for, and on which days something was in a state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import zip_longest
from typing import Final

from marketplace.swedish import counted

FREE_WITHIN_DAYS: Final = 14
AHEAD_DAYS: Final = 56
"""Days after today that capacity is counted for, from what is booked so far."""
RECOUNTED_DAYS: Final = 62
"""Days before today that are counted anew each time, since what was recorded of them can still be put right."""
ALWAYS: Final = date(9999, 12, 31)

Period = tuple[date, date]
"""First and last day, both included."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """Seats on one day by use. They add up: whatever is not closed, held or booked is free."""

    seats: int = 0
    closed: int = 0
    held: int = 0
    booked: int = 0
    free_within: int = 0
    """Seats free on some day of the next two weeks."""

    @property
    def free(self) -> int:
        return self.seats - self.closed - self.held - self.booked

    def __add__(self, other: Capacity) -> Capacity:
        return Capacity(
            self.seats + other.seats,
            self.closed + other.closed,
            self.held + other.held,
            self.booked + other.booked,
            self.free_within + other.free_within,
        )


class PeriodUnit(StrEnum):
    """What days are summed by: months behind, weeks ahead."""

    MONTH = "month"
    WEEK = "week"


class Number(StrEnum):
    """Which number the heat table shows."""

    FREE = "lediga"
    FREE_WITHIN = "inom14"
    BOOKED = "bokade"
    HELD = "hallna"
    CLOSED = "stangda"


NUMBER_SV: Final[dict[Number, str]] = {
    Number.FREE: "Lediga",
    Number.FREE_WITHIN: "Lediga inom 14 dagar",
    Number.BOOKED: "Bokade",
    Number.HELD: "Hållna (förfrågan väntar)",
    Number.CLOSED: "Stängda",
}


def number_of(capacity: Capacity, number: Number) -> int:
    """The chosen number of a cell."""
    return {
        Number.FREE: capacity.free,
        Number.FREE_WITHIN: capacity.free_within,
        Number.BOOKED: capacity.booked,
        Number.HELD: capacity.held,
        Number.CLOSED: capacity.closed,
    }[number]


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A trade, its cells in the columns' order (None where there are no seats), and their sum."""

    ssyk: str
    name: str
    cells: tuple[Capacity | None, ...]
    total: Capacity


@dataclass(frozen=True, slots=True)
class HeatTable:
    """Trades by kommun. Columns and rows without a seat are left out."""

    kommuner: tuple[tuple[str, str], ...]
    rows: tuple[HeatRow, ...]
    totals: tuple[Capacity, ...]
    total: Capacity

    def largest(self, number: Number) -> int:
        """The largest value of any cell, for the shading."""
        values = (number_of(cell, number) for row in self.rows for cell in row.cells if cell is not None)
        return max(values, default=0)


def heat_table(
    cells: Mapping[tuple[str, str], Capacity], trades: Mapping[str, str], kommuner: Mapping[str, str]
) -> HeatTable:
    """Cells by (trade, kommun) as a table; names by code give the order of rows and columns."""
    columns = tuple((code, name) for code, name in kommuner.items() if any(k == code for _, k in cells))
    rows = []
    for ssyk, name in trades.items():
        found = tuple(cells.get((ssyk, code)) for code, _ in columns)
        if any(found):
            rows.append(HeatRow(ssyk, name, found, _sum(found)))
    totals = tuple(_sum(row.cells[position] for row in rows) for position in range(len(columns)))
    return HeatTable(columns, tuple(rows), totals, _sum(totals))


def _sum(capacities: Iterable[Capacity | None]) -> Capacity:
    return sum((capacity for capacity in capacities if capacity is not None), Capacity())


def finding_sv(free: Sequence[float]) -> str:
    """The heading of the chart over time: what happened to the free seats from the first month to the last."""
    if len(free) < 2:
        return "Platser per månad"
    first, last = round(free[0]), round(free[-1])
    if first == last:
        return f"Lika många lediga platser som för {len(free) - 1} månader sedan: {last} en vanlig dag"
    direction = "Fler" if last > first else "Färre"
    return f"{direction} lediga platser en vanlig dag: {last}, mot {first} för {len(free) - 1} månader sedan"


def forecast_sv(free: Sequence[float]) -> str:
    """The heading of the weeks ahead."""
    if len(free) < 2:
        return "Lediga platser de närmaste veckorna"
    first, last = round(free[0]), round(free[-1])
    ahead = counted(len(free) - 1, "vecka", "veckor")
    if first == last:
        return f"Lika många lediga platser om {ahead} som nu: {last}"
    return f"{'Fler' if last > first else 'Färre'} lediga platser om {ahead}: {last}, mot {first} nu"


def periods_in_state(changes: Sequence[tuple[date, str]], state: str) -> list[Period]:
    """Days on which the last change of the day, or of an earlier one, led to ``state``; changes in order of time."""
    days: dict[date, str] = dict(changes)
    starts = sorted(days)
    periods: list[Period] = []
    for start, following in zip_longest(starts, starts[1:]):
        if days[start] != state:
            continue
        last = ALWAYS if following is None else following - timedelta(days=1)
        if periods and periods[-1][1] + timedelta(days=1) == start:
            periods[-1] = (periods[-1][0], last)
        else:
            periods.append((start, last))
    return periods


def overlaps(left: Iterable[Period], right: Iterable[Period]) -> list[Period]:
    """Days in both, in order and without overlap between them."""
    others = list(right)
    shared = (
        (max(first, other_first), min(last, other_last))
        for first, last in left
        for other_first, other_last in others
        if first <= other_last and other_first <= last
    )
    return merged(shared)


def merged(periods: Iterable[Period]) -> list[Period]:
    """The same days as periods that neither overlap nor touch, in order."""
    result: list[Period] = []
    for first, last in sorted(periods):
        if result and (result[-1][1] == ALWAYS or first <= result[-1][1] + timedelta(days=1)):
            result[-1] = (result[-1][0], max(last, result[-1][1]))
        else:
            result.append((first, last))
    return result
