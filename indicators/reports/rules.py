"""What a year's table says, and what of it may be told to whoever sees no persons."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from indicators.definitions.keys import Indicator
from indicators.disclosure.rules import Relation, suppressed
from marketplace.accounts.rules import Role
from marketplace.reference.rules import Sex

COLUMNS: Final = (
    Indicator.YEAR_PARTICIPANTS,
    Indicator.NEW_PARTICIPANTS,
    Indicator.ENDED_PARTICIPANTS,
    Indicator.TO_WORK_OR_STUDIES,
    Indicator.TO_JOB_SEEKING,
)
ALL_SYSTEMS: Final = 0


class Report(StrEnum):
    HOURS = "hours"
    YEAR = "year"


REPORT_SV: Final = {
    Report.HOURS: "Timmar till ESF och SCB",
    Report.YEAR: "Årstabeller och Uppföljning Finsam",
}
ABOUT_SV: Final = {
    Report.HOURS: "Varje deltagares timmar, en månad i taget och i ordning.",
    Report.YEAR: "Deltagare per insats och kön, nya och avslutade, vart de gick och vad det kostade.",
}
READERS: Final[Mapping[Report, frozenset[Role]]] = {
    Report.HOURS: frozenset({Role.COORDINATOR}),
    Report.YEAR: frozenset({Role.STRATEGIST, Role.COORDINATOR}),
}
ENDPOINT: Final = {Report.HOURS: "hours.index", Report.YEAR: "reports.year"}

Cell = tuple[Indicator, int]
"""What is counted, and of which system of choice."""
YearTable = Mapping[Sex, Mapping[Cell, int | None]]


def months_end(today: date) -> date:
    """The first day that is not counted: numbers are of whole months."""
    return today.replace(day=1)


def filled(counts: Mapping[Sex, Mapping[Cell, int]]) -> dict[Sex, dict[Cell, int]]:
    """With nobody where nobody was counted: every sex has the same cells."""
    systems = sorted({ALL_SYSTEMS, *(key for cells in counts.values() for _, key in cells)})
    return {
        sex: {(one, key): counts.get(sex, {}).get((one, key), 0) for key in systems for one in COLUMNS}
        for sex in Sex
    }


def published(persons: Mapping[Cell, int]) -> dict[Cell, int | None]:
    """One sex's table; None where a number may not be shown. Women, men and others are never added together (ADR 0007).

    Somebody in two systems is counted once among all, so all are protected as the sum that they nearly are.
    """
    keys = sorted({key for _, key in persons})
    systems = [key for key in keys if key != ALL_SYSTEMS]
    cells: dict[tuple[str, int], int] = {}
    for key in keys:
        for one in COLUMNS:
            of = systems if key == ALL_SYSTEMS else [key]
            cells[one, key] = sum(persons[one, system] for system in of)
        whole, new, ended, working, seeking = (cells[one, key] for one in COLUMNS)
        cells |= {
            ("stayed", key): whole - new,
            ("goes_on", key): whole - ended,
            ("elsewhere", key): ended - working - seeking,
        }
    names = {name for name, _ in cells}
    relations: list[Relation[tuple[str, int]]] = [
        ((name, ALL_SYSTEMS), tuple((name, system) for system in systems)) for name in sorted(names)
    ]
    for key in keys:
        relations += [
            ((COLUMNS[0], key), ((COLUMNS[1], key), ("stayed", key))),
            ((COLUMNS[0], key), ((COLUMNS[2], key), ("goes_on", key))),
            ((COLUMNS[2], key), ((COLUMNS[3], key), (COLUMNS[4], key), ("elsewhere", key))),
        ]
    unpublished = {(name, key) for name in ("stayed", "goes_on") for key in keys}
    people = cells | {cell: n for cell, n in persons.items() if n < cells[cell]}
    hidden = suppressed(cells, relations, persons=people, unpublished=unpublished)
    return {cell: None if cell in hidden else n for cell, n in persons.items()}


def together(table: YearTable, cell: Cell) -> int | None:
    """All sexes, where each may be shown."""
    found = [table[sex].get(cell, 0) for sex in Sex]
    return None if None in found else sum(n for n in found if n is not None)
