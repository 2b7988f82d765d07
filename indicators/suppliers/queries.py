"""Reads an enterprise's own indicators, the placements behind them, and what is in the middle of all enterprises."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, text

from indicators.definitions.keys import Indicator, Measure
from indicators.definitions.rules import INDICATORS
from indicators.definitions.suppliers_rules import SUPPLIERS
from indicators.suppliers.case_queries import parameters, statement
from indicators.suppliers.models import SupplierIndicator
from indicators.suppliers.peer_rules import Median
from indicators.suppliers.rules import Value, summed
from marketplace.db import Page, db
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.queries import PlacementRow
from placements.booking.queries import rows as placement_rows

MonthlyParts = dict[Indicator, dict[date, tuple[int, int]]]
_PER_PAGE = 25

# Where the best is that every case is met, those that were not; of a mean, the largest first.
_OF_SHARE = """
    SELECT placement_id, sum(numerator), sum(denominator) FROM one
    GROUP BY 1 HAVING sum(numerator) < sum(denominator) ORDER BY sum(denominator) - sum(numerator) DESC, 1 DESC
"""
_OF_MEAN = """
    SELECT placement_id, sum(numerator), sum(denominator) FROM one
    GROUP BY 1 ORDER BY 2 DESC, 1 DESC
"""


@dataclass(frozen=True)
class CaseRow:
    """A placement that a number is counted from, and its part of it."""

    placement_id: int
    value: Value
    found: PlacementRow | None = None


def monthly_parts(enterprise_id: int, months: list[date]) -> MonthlyParts:
    """Numerator and denominator per indicator and month; a month without cases is left out."""
    statement = (
        select(SupplierIndicator)
        .where(SupplierIndicator.enterprise_id == enterprise_id, SupplierIndicator.month.in_(months))
        .order_by(SupplierIndicator.indicator, SupplierIndicator.month)
    )
    found: MonthlyParts = {definition.key: {} for definition in SUPPLIERS}
    for row in db.session.scalars(statement):
        found[Indicator(row.indicator)][row.month] = (row.numerator, row.denominator)
    return found


def values_over(parts: MonthlyParts) -> list[Value]:
    """Each indicator over all the months together, in the registry's order."""
    return [summed(definition, parts[definition.key].values()) for definition in SUPPLIERS]


def values_by_month(parts: MonthlyParts, months: list[date]) -> list[tuple[date, list[Value]]]:
    """Per month, each indicator in the registry's order."""
    return [
        (
            month,
            [summed(definition, [parts[definition.key].get(month, (0, 0))]) for definition in SUPPLIERS],
        )
        for month in months
    ]


def medians(since: date) -> dict[Indicator, Median]:
    """Of all enterprises with enough to count since that month; an indicator that too few of them have is left out."""
    rows = db.session.execute(text("SELECT * FROM supplier_medians(:since)"), {"since": since})
    return {Indicator(key): Median(value, enterprises) for key, value, enterprises in rows}


def cases(enterprise_id: int, indicator: Indicator, since: date) -> list[CaseRow]:
    """The placements that hold the number down since that month, the worst first."""
    definition = INDICATORS[indicator]
    selected = _OF_SHARE if definition.measure is Measure.SHARE else _OF_MEAN
    # As the nightly count reads them: a manager has no plans or attendance of her own to open.
    with acting_as(system_actor(enterprise_id=enterprise_id)):
        asked = parameters(enterprise_id, since)
        rows = db.session.execute(text(statement(indicator, selected)), asked).all()
    return [
        CaseRow(placement_id, Value(definition, int(numerator), int(denominator)))
        for placement_id, numerator, denominator in rows
    ]


def page_of_cases(found: list[CaseRow], page: int) -> Page[CaseRow]:
    """A page of them, with the placements."""
    shown = found[(page - 1) * _PER_PAGE : page * _PER_PAGE]
    asked = placement_rows().where(Placement.id.in_([case.placement_id for case in shown]))
    by_id = {row[0].id: PlacementRow(*row) for row in db.session.execute(asked)}
    items = [CaseRow(case.placement_id, case.value, by_id.get(case.placement_id)) for case in shown]
    return Page(items, len(found), page, _PER_PAGE)
