"""Reads an enterprise's own indicators."""

from datetime import date

from sqlalchemy import select

from indicators.definitions.keys import Indicator
from indicators.definitions.suppliers_rules import SUPPLIERS
from indicators.suppliers.models import SupplierIndicator
from indicators.suppliers.rules import Value, summed
from marketplace.db import db

MonthlyParts = dict[Indicator, dict[date, tuple[int, int]]]


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
