"""Which participants a supplier has had, beside its results: a difference in results may be a difference in these.

How many placements each supplier, sex, kommun and level has had in all is told elsewhere. This table hides its own
numbers as if every one of those were known to the reader, so that it gives nothing more away, whatever is hidden there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from indicators.disclosure.rules import suppressed

_ALL_SUPPLIERS: Final = 0
_ALL_KEYS: Final = ""


class MixBy(StrEnum):
    SEX = "sex"
    LEVEL = "level"
    KOMMUN = "kommun"


class Cell(NamedTuple):
    """A supplier's placements of one kind of participants. Without supplier or key it is the sum over them."""

    by: MixBy
    enterprise_id: int = _ALL_SUPPLIERS
    key: str = _ALL_KEYS


@dataclass(frozen=True, slots=True)
class Count:
    placements: int = 0
    participants: int = 0


def published(counts: Mapping[Cell, Count]) -> dict[Cell, int | None]:
    """Every supplier by every key that occurs, with None for what must not be shown; zero is hidden too."""
    table = {cell: counts.get(cell, Count()) for cell in _cells(counts)}
    parts: dict[Cell, list[Cell]] = {}
    for cell in table:
        for total in (cell._replace(key=_ALL_KEYS), cell._replace(enterprise_id=_ALL_SUPPLIERS)):
            parts.setdefault(total, []).append(cell)
    sums = {total: sum(table[part].placements for part in its) for total, its in parts.items()}
    hidden = suppressed(
        {cell: count.placements for cell, count in table.items()} | sums,
        [(total, tuple(its)) for total, its in parts.items()],
        persons={cell: count.participants for cell, count in table.items()} | sums,
        known=sums.keys(),
    )
    return {cell: None if cell in hidden else count.placements for cell, count in table.items()}


def _cells(counts: Mapping[Cell, Count]) -> list[Cell]:
    suppliers = sorted({cell.enterprise_id for cell in counts})
    return [
        Cell(by, supplier, key)
        for by in MixBy
        for supplier in suppliers
        for key in sorted({cell.key for cell in counts if cell.by is by})
    ]
