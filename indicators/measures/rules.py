"""What is counted by what, and which of the numbers may be shown.

A cohort is those that something of a year is counted of: placements that ended, requests, grants. Its table has a
column for each condition (ended, of them to work …) and is published in one direction at a time: by sex, by supplier,
by trade and so on. All its columns go through the suppression together, with what ties them: a total and its parts in
each direction, and a condition that is part of another.

Whoever has stated another sex or none is in no number here. They are too few to be shown, and a total that counted them
would give them away: it would be women and men and them (ADR 0038).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from indicators.definitions.keys import Indicator
from indicators.disclosure.rules import Relation, suppressed


class Dimension(StrEnum):
    """What a number is by."""

    ALL = "all"
    SEX = "sex"
    SUPPLIER = "supplier"
    TRADE = "trade"
    KOMMUN = "kommun"
    UNIT = "unit"


DIMENSION_SV: Final[dict[Dimension, str]] = {
    Dimension.ALL: "Alla",
    Dimension.SEX: "Kön",
    Dimension.SUPPLIER: "Leverantör",
    Dimension.TRADE: "Yrke",
    Dimension.KOMMUN: "Kommun",
    Dimension.UNIT: "Enhet",
}

Group = tuple[tuple[Dimension, str], ...]
"""One key of a dimension; none for all; two where dimensions cross."""
EVERYONE: Final[Group] = ()
CROSSES: Final = ((Dimension.SUPPLIER, Dimension.TRADE), (Dimension.KOMMUN, Dimension.UNIT))
"""Two dimensions whose keys everyone knows to belong together: which trades a supplier has, and a unit's kommun.
Suppliers that alone have some trades are together as many as those trades, so the one can be had from the other."""

Column = str
Cell = tuple[Column, Group]


@dataclass(frozen=True, slots=True)
class Count:
    """So many, of at least so many different people."""

    cases: int = 0
    persons: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A cohort's columns by group; all have the same groups."""

    columns: Mapping[Column, Mapping[Group, Count]]
    cases: Collection[Column]
    """The columns that others are parts of, or that are shown for themselves."""
    parts: Sequence[tuple[Column, tuple[Column, ...], bool]] = ()
    """A column, those that it holds, and whether it holds others too."""


def hidden_cells(table: Table) -> frozenset[Cell]:
    """What may not be shown of a table."""
    alike = _alike(table)
    # Of two numbers as large, what is part of something is left out before what it is part of.
    cells = {
        (name, group): table.columns[name][group]
        for name in sorted(table.columns, key=lambda name: name in table.cases)
        if alike[name] == name
        for group in sorted(table.columns[name], key=lambda group: group == EVERYONE)
        if len(group) < 2
    }
    values = {cell: count.cases for cell, count in cells.items()}
    relations: list[Relation[Cell]] = []
    unpublished: dict[Cell, int] = {}
    groups = list(next(iter(table.columns.values()), ()))
    for name in (name for name in table.columns if alike[name] == name):
        relations += [((name, EVERYONE), _of(name, keys)) for keys in _directions(groups)]
        for number, (ones, others) in enumerate(_belonging(groups)):
            total = (name, ones[0])
            if len(ones) > 1:
                total = (f"{name} together {number}", EVERYONE)
                unpublished[total] = sum(values[name, group] for group in ones)
                relations.append((total, _of(name, ones)))
            relations.append((total, _of(name, others)))
    for whole, parts, has_rest in table.parts:
        names = [alike[part] for part in parts]
        if alike[whole] in names:
            continue
        for group in (group for group in groups if len(group) < 2):
            total, members = (alike[whole], group), [(name, group) for name in names]
            if has_rest:
                rest = (f"{whole} without {', '.join(parts)}", group)
                unpublished[rest] = values[total] - sum(values[member] for member in members)
                members.append(rest)
            relations.append((total, tuple(members)))
    persons = {cell: count.persons for cell, count in cells.items()} | unpublished
    hidden = suppressed(values | unpublished, relations, persons=persons, unpublished=unpublished)
    return frozenset(
        (name, group)
        for name in table.columns
        for group in table.columns[name]
        if (alike[name], group) in hidden
    )


def _of(name: Column, groups: Iterable[Group]) -> tuple[Cell, ...]:
    return tuple((name, group) for group in groups)


def _alike(table: Table) -> dict[Column, Column]:
    """Cases that are the same for everyone are one: what is hidden of the one is not shown of the other."""
    first: dict[tuple[tuple[Group, Count], ...], Column] = {}
    return {
        name: first.setdefault(tuple(groups.items()), name) if name in table.cases else name
        for name, groups in table.columns.items()
    }


def _directions(groups: Collection[Group]) -> Iterator[Sequence[Group]]:
    """The keys of each dimension: together they are everyone."""
    for dimension in Dimension:
        keys = [group for group in groups if len(group) == 1 and group[0][0] is dimension]
        if keys:
            yield keys


def _belonging(groups: Collection[Group]) -> Iterator[tuple[list[Group], list[Group]]]:
    """The keys of one dimension and of another that have only each other; none where all hang together."""
    for pair in CROSSES:
        crossed = [group for group in groups if tuple(dimension for dimension, _ in group) == pair]
        found: list[set[Group]] = []
        for one, other in crossed:
            touched = [part for part in found if (one,) in part or (other,) in part]
            found = [part for part in found if part not in touched]
            found.append({(one,), (other,)}.union(*touched))
        for part in found if len(found) > 1 else ():
            sides = [sorted(group for group in part if group[0][0] is dimension) for dimension in pair]
            yield min(sides, key=len), max(reversed(sides), key=len)


@dataclass(frozen=True, slots=True)
class Counting:
    """How an indicator is counted over a cohort's rows, in SQL: how many of the cases that something holds for, or so
    much of something by how much of another; with neither, how many cases there are."""

    indicator: Indicator
    of: str = "true"
    """Which rows are cases."""
    part: str = ""
    """The numerator of a share, a condition."""
    amount: str = ""
    """The numerator of a mean, a whole number to be summed."""
    per: str = "1"
    """What each case counts for in the denominator, where that is not one."""


def counted_until(today: date, months_late: int = 0) -> date:
    """The first day that is not counted: whole months only, and where papers and invoices come after, later still."""
    day = today.replace(day=1)
    for _ in range(months_late):
        day = (day - timedelta(days=1)).replace(day=1)
    return day


def settled_until(year: int, until: date) -> date:
    """Up to when a year's count goes on by itself. A difference after its last papers are due puts something right."""
    return min(until, date(year + 1, 3, 1))
