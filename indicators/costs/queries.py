"""Reads what a placement has cost and how many hours it has given, side by side."""

from dataclasses import dataclass

from indicators.definitions.keys import Indicator
from indicators.measures.queries import Parts, cells, key_names
from indicators.measures.rules import Dimension

INDICATORS_SHOWN = (Indicator.COST, Indicator.HOURS)


@dataclass(frozen=True)
class CostRow:
    """Everyone, a sex, a supplier …; None where it may not be shown, or where there is nothing of it."""

    name: str
    cost: Parts
    """Öre, and placements."""
    hours: Parts
    """Hours, and months."""


def cost_year(authority_id: int, year: int) -> dict[Dimension, list[CostRow]]:
    """The rows by what they are for, in the order of their names."""
    found = cells(authority_id, year, INDICATORS_SHOWN)
    cost, hours = (found[indicator] for indicator in INDICATORS_SHOWN)
    return {
        by: [
            CostRow(name, cost.get(by, {}).get(key), hours.get(by, {}).get(key))
            for key, name in key_names(found, by).items()
        ]
        for by in Dimension
    }
