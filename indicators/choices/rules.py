"""Which numbers about choices are published, and which of them are left out.

For one authority, year and sex there are two tables. The funnel: how many trades were shown, saved, visited, chosen,
started and completed, by which sex dominates the trade, for all and by kommun, supplier, unit and trade. And what was
shown to each (`breadth_rules`). Women and men are never added together, so that the one cannot be had from the other.

A trade at a supplier counts once per choice round. One participant can therefore be behind several of the showings,
and the limit for what is published counts participants.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from indicators.disclosure.rules import Relation
from marketplace.reference.rules import Dominance

ALL: Final = ""
"""Stands for the total in a direction: all dominances, or no part of the whole."""


class ChoiceStep(StrEnum):
    """How far a trade came in a participant's choice round."""

    SHOWN = "shown"
    SHORTLISTED = "shortlisted"
    VISITED = "visited"
    CHOSEN = "chosen"
    STARTED = "started"
    COMPLETED = "completed"


CHOICE_STEP_SV: Final[dict[ChoiceStep, str]] = {
    ChoiceStep.SHOWN: "Visades",
    ChoiceStep.SHORTLISTED: "Sparades",
    ChoiceStep.VISITED: "Besöktes",
    ChoiceStep.CHOSEN: "Valdes",
    ChoiceStep.STARTED: "Påbörjades",
    ChoiceStep.COMPLETED: "Genomfördes",
}
WITHIN: Final[dict[ChoiceStep, ChoiceStep]] = {
    ChoiceStep.SHORTLISTED: ChoiceStep.SHOWN,
    ChoiceStep.VISITED: ChoiceStep.SHOWN,
    ChoiceStep.CHOSEN: ChoiceStep.SHOWN,
    ChoiceStep.STARTED: ChoiceStep.CHOSEN,
    ChoiceStep.COMPLETED: ChoiceStep.STARTED,
}
"""What a step is part of. Who chooses need neither have saved nor visited the place before."""
STEPS_WITH_INTERVAL: Final = (ChoiceStep.CHOSEN, ChoiceStep.STARTED, ChoiceStep.COMPLETED)
"""Steps where a round counts once. The same person is shown several trades: those are no separate cases."""


class Part(StrEnum):
    """What the whole is parted by, one at a time."""

    ALL = "all"
    KOMMUN = "kommun"
    SUPPLIER = "supplier"
    UNIT = "unit"
    TRADE = "trade"


PART_SV: Final[dict[Part, str]] = {
    Part.KOMMUN: "Kommun",
    Part.SUPPLIER: "Leverantör",
    Part.UNIT: "Enhet",
    Part.TRADE: "Yrke",
}
PARTS_SV: Final[dict[Part, str]] = {
    Part.KOMMUN: "Kommuner",
    Part.SUPPLIER: "Leverantörer",
    Part.UNIT: "Enheter",
    Part.TRADE: "Yrken",
}
KIND_STEPS: Final = (ChoiceStep.SHOWN, ChoiceStep.CHOSEN)
"""Steps that a part has by dominance, and a trade has at all; the others are too small there to say anything."""
LEAST_OFFICERS: Final = 2
"""Case officers whose participants must be in what is told of a unit: the choices of one are not put on show."""


class Cell(NamedTuple):
    """One count of the funnel. ``is_rest`` marks those of a step that did not reach the next: never published."""

    step: ChoiceStep
    dominance: str = ALL
    by: Part = Part.ALL
    key: str = ""
    """Of the part: a kommun's or trade's code, the id of a supplier or a unit."""
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """Trades in rounds, and the different participants and case officers behind them."""

    choices: int = 0
    participants: int = 0
    officers: int = 0

    def is_barred(self, cell: Cell) -> bool:
        """All that is counted of the unit is a single officer's."""
        return cell.by is Part.UNIT and self.officers < LEAST_OFFICERS


@dataclass(frozen=True, slots=True)
class Parts:
    """What the page names, whatever the numbers: of the participants whose choices were counted, of any sex."""

    trades: Mapping[str, Dominance]
    """Those shown to anyone. A dominance that none of them has is known to be empty: it is not in the table, and
    nothing can hide behind it."""
    others: Mapping[Part, Collection[str]]

    @property
    def kinds(self) -> list[Dominance]:
        return [kind for kind in Dominance if kind in self.trades.values()]


def is_published(cell: Cell) -> bool:
    """Whether the page shows the cell where it may be told. What it does not show ties together what it does."""
    is_by_kind = cell.by is Part.ALL or cell.step in KIND_STEPS
    return not cell.is_rest and (is_by_kind or (cell.dominance == ALL and cell.by is not Part.TRADE))


def cells_of(parts: Parts) -> Iterator[Cell]:
    """Every cell of the funnel, without the rests."""
    for step in ChoiceStep:
        for dominance in (*parts.kinds, ALL):
            yield Cell(step, dominance)
            for by, keys in parts.others.items():
                for key in sorted(keys):
                    yield Cell(step, dominance, by, key)
        for ssyk, kind in sorted(parts.trades.items()):
            yield Cell(step, kind, Part.TRADE, ssyk)


def relations_of(cells: Collection[Cell], parts: Parts) -> Iterator[Relation[Cell]]:
    """How the funnel's cells hang together. A step's rest is the last part of its relation, and in no other."""
    for cell in cells:
        if cell.dominance == ALL and parts.trades:
            yield cell, tuple(cell._replace(dominance=kind) for kind in parts.kinds)
        if cell.by is Part.ALL:
            yield from _parted(cell, parts)
        if cell.step in WITHIN and cell.dominance != ALL:
            yield cell._replace(step=WITHIN[cell.step]), (cell, cell._replace(is_rest=True))


def _parted(cell: Cell, parts: Parts) -> Iterator[Relation[Cell]]:
    for by, keys in parts.others.items():
        if keys:
            yield cell, tuple(cell._replace(by=by, key=key) for key in sorted(keys))
    if cell.dominance != ALL:
        of_kind = sorted(ssyk for ssyk, kind in parts.trades.items() if kind == cell.dominance)
        yield cell, tuple(cell._replace(by=Part.TRADE, key=ssyk) for ssyk in of_kind)


def comparable(
    women: Mapping[Cell, int | None], men: Mapping[Cell, int | None], step: ChoiceStep, parts: Parts
) -> list[tuple[int, int]]:
    """Women's and men's counts over trades, out of the published numbers alone; empty where they cannot be compared.

    A trade with a hidden number is put together with the others of its dominance, or with all others where that is
    hidden too. What is counted from it can be had by subtraction already, so an index of it gives nothing away.
    """

    def both(cell: Cell) -> tuple[int, int] | None:
        numbers = women.get(cell), men.get(cell)
        return None if numbers[0] is None or numbers[1] is None else (numbers[0], numbers[1])

    left = both(Cell(step))
    if left is None:
        return []
    counts: list[tuple[int, int]] = []
    for kind in parts.kinds:
        of_kind = sorted(ssyk for ssyk, its_kind in parts.trades.items() if its_kind == kind)
        cells = (Cell(step, kind, Part.TRADE, ssyk) for ssyk in of_kind)
        shown = [pair for cell in cells if (pair := both(cell)) is not None]
        whole = both(Cell(step, kind))
        if whole is not None:
            shown.append(_less(whole, shown))
        counts += shown
        left = _less(left, shown)
    counts = [pair for pair in (*counts, left) if any(pair)]
    return counts if len(counts) > 1 else []


def _less(whole: tuple[int, int], parts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    women, men = whole
    for part_women, part_men in parts:
        women, men = women - part_women, men - part_men
    return women, men


def counted_until(today: date) -> date:
    """The first day that is not counted: only whole months are, so that a day's change tells nothing of a person."""
    return today.replace(day=1)


def year_bounds(year: int, until: date) -> tuple[date, date]:
    """First day of the year and the first day after its counted part."""
    return date(year, 1, 1), min(date(year + 1, 1, 1), until)
