"""Which costs may be shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from indicators.disclosure.rules import Relation, suppressed

ALL_SUPPLIERS: Final = 0
ALL_KOMMUNER: Final = ""


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One sex's placements with a supplier, or in a kommun, or all of them."""

    enterprise_id: int = ALL_SUPPLIERS
    kommun_code: str = ALL_KOMMUNER


@dataclass(frozen=True, slots=True)
class Cost:
    """What so many placements of so many participants have cost together."""

    cost_ore: int
    placements: int
    participants: int


@dataclass(frozen=True, slots=True)
class Mean:
    """The cost of a placement, with what it is made of."""

    cost_ore: int
    placements: int

    @property
    def mean_ore(self) -> int:
        return round(self.cost_ore / self.placements)


def published(
    costs: Mapping[Cell, Cost], sellers: list[int], kommun_codes: list[str]
) -> dict[Cell, Cost | None]:
    """The table of one sex: all, by supplier and by kommun; None where a number may not be shown.

    Every supplier and kommun of either sex has a cell, also without placements: that would tell nobody from somebody.
    """
    nothing = Cost(0, 0, 0)
    total = Cell()
    by_seller = tuple(Cell(enterprise_id=one) for one in sellers)
    by_kommun = tuple(Cell(kommun_code=one) for one in kommun_codes)
    whole = {cell: costs.get(cell, nothing) for cell in (*by_seller, *by_kommun, total)}
    relations: list[Relation[Cell]] = [(total, by_seller), (total, by_kommun)]
    hidden = suppressed(
        {cell: cost.placements for cell, cost in whole.items()},
        relations,
        persons={cell: cost.participants for cell, cost in whole.items()},
    )
    return {cell: None if cell in hidden else cost for cell, cost in whole.items()}


def ended_before(today: date) -> date:
    """Placements that ended before the month before this one: their last month has had a month to be invoiced."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)
