"""Which numbers about choices are published, and which of them are left out.

The table, for one authority, year and sex: how many trades were shown, chosen, started and completed, by kommun and by
which sex dominates the trade; and, for the authority as a whole, by trade. Women and men are never added together, so
that the one cannot be had from the other.

A trade counts once per choice round. One participant can therefore be behind several of the showings, and the limit
for what is published counts participants.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from indicators.disclosure.rules import Relation, suppressed
from marketplace.reference.rules import Dominance

ALL: Final = ""
"""Stands for the total in a direction: all kommuner, all dominances, all trades of a dominance."""


class ChoiceStep(StrEnum):
    """How far a trade came in a participant's choice round; each step is part of the one before."""

    SHOWN = "shown"
    CHOSEN = "chosen"
    STARTED = "started"
    COMPLETED = "completed"


CHOICE_STEP_SV: Final[dict[ChoiceStep, str]] = {
    ChoiceStep.SHOWN: "Visades",
    ChoiceStep.CHOSEN: "Valdes",
    ChoiceStep.STARTED: "Påbörjades",
    ChoiceStep.COMPLETED: "Genomfördes",
}
STEPS_WITH_INTERVAL: Final = (ChoiceStep.CHOSEN, ChoiceStep.STARTED, ChoiceStep.COMPLETED)
"""Steps where a round counts once. The same person is shown several trades: those are no separate cases."""
KOMMUN_STEPS: Final = (ChoiceStep.SHOWN, ChoiceStep.CHOSEN)
"""Steps published by kommun and by trade; further on the numbers are too small to say anything."""
_STEPS: Final = tuple(ChoiceStep)


class Cell(NamedTuple):
    """One count of the table. ``is_rest`` marks those of a step that did not reach the next: never published."""

    step: ChoiceStep
    kommun_code: str = ALL
    dominance: str = ALL
    ssyk: str = ALL
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """Trades in rounds, and the different participants behind them."""

    choices: int = 0
    participants: int = 0


def published(
    counts: Mapping[Cell, Count], kommun_codes: Collection[str], trades: Mapping[str, Dominance]
) -> dict[Cell, int | None]:
    """The table for one sex, with None for what must not be shown. A cell without a count is zero.

    ``trades`` are those shown to anyone at all that year, with the dominance of each. The page names them, so a
    dominance that none of them has is known to be empty: it is not in the table, and nothing can hide behind it.
    """
    cells = {cell: counts.get(cell, Count()) for cell in _cells(sorted(kommun_codes), trades)}
    values = {cell: count.choices for cell, count in cells.items()}
    persons = {cell: count.participants for cell, count in cells.items()}
    relations = list(_relations(cells, sorted(kommun_codes), trades))
    rests = [parts[-1] for _, parts in relations if parts[-1].is_rest]
    for total, parts in relations:
        if parts[-1].is_rest:
            values[parts[-1]] = values[total] - values[parts[0]]
            persons[parts[-1]] = values[parts[-1]]
    hidden = suppressed(values, relations, persons=persons, unpublished=rests)
    return {cell: None if cell in hidden else count.choices for cell, count in cells.items()}


def comparable(
    women: Mapping[Cell, int | None],
    men: Mapping[Cell, int | None],
    step: ChoiceStep,
    trades: Mapping[str, Dominance],
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
    for kind in _kinds(trades):
        cells = (Cell(step, ALL, kind, ssyk) for ssyk, its_kind in sorted(trades.items()) if its_kind == kind)
        shown = [pair for cell in cells if (pair := both(cell)) is not None]
        whole = both(Cell(step, dominance=kind))
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


def _cells(kommun_codes: list[str], trades: Mapping[str, Dominance]) -> Iterator[Cell]:
    for step in _STEPS:
        for kommun_code in [*(kommun_codes if step in KOMMUN_STEPS else []), ALL]:
            for dominance in [*_kinds(trades), ALL]:
                yield Cell(step, kommun_code, dominance)
        if step in KOMMUN_STEPS:
            for ssyk, trade_dominance in sorted(trades.items()):
                yield Cell(step, ALL, trade_dominance, ssyk)


def _relations(
    cells: Collection[Cell], kommun_codes: list[str], trades: Mapping[str, Dominance]
) -> Iterator[Relation[Cell]]:
    for cell in cells:
        step, kommun_code, dominance, ssyk, _ = cell
        if dominance == ALL and trades:
            yield cell, tuple(Cell(step, kommun_code, part) for part in _kinds(trades))
        if kommun_code == ALL and ssyk == ALL and step in KOMMUN_STEPS:
            if kommun_codes:
                yield cell, tuple(Cell(step, code, dominance) for code in kommun_codes)
            if dominance != ALL:
                of_kind = sorted(ssyk for ssyk, kind in trades.items() if kind == dominance)
                yield cell, tuple(Cell(step, ALL, dominance, ssyk) for ssyk in of_kind)
        reached = cell._replace(step=_STEPS[min(_STEPS.index(step) + 1, len(_STEPS) - 1)])
        if reached != cell and reached in cells and dominance != ALL:
            yield cell, (reached, cell._replace(is_rest=True))


def _kinds(trades: Mapping[str, Dominance]) -> list[Dominance]:
    return [kind for kind in Dominance if kind in trades.values()]


def counted_until(today: date) -> date:
    """The first day that is not counted: only whole months are, so that a day's change tells nothing of a person."""
    return today.replace(day=1)


def year_bounds(year: int, until: date) -> tuple[date, date]:
    """First day of the year and the first day after its counted part."""
    return date(year, 1, 1), min(date(year + 1, 1, 1), until)
