"""Price components: the things a contract can pay for, as values that pricing computes with.

Price lists differ between authorities, so a price list is a tuple of components that a contract combines. Their
vocabulary, and what makes a list usable, are the terms' own: marketplace/procurement/price_rules.py.
All prices are integer öre without VAT; hours are Decimal; a level of None means "whatever the support level".
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from marketplace.procurement.price_rules import Component, DayPart, MonthBasis


@dataclass(frozen=True, slots=True)
class DayPrice:
    """Öre for one attended day; a part of None means "whatever the length of the day"."""

    price_ore: int
    level: str | None = None
    part: DayPart | None = None


@dataclass(frozen=True, slots=True)
class LevelPrice:
    price_ore: int
    level: str | None = None


@dataclass(frozen=True, slots=True)
class StartFee:
    """Once: when the plan is agreed, or when the placement has run some calendar days if the list says so."""

    price_ore: int
    after_run_days: int = 0
    component: Component = field(default=Component.START_FEE, init=False)


@dataclass(frozen=True, slots=True)
class DayRate:
    """Per attended day. A day is whole or half from a number of hours; a shorter one is a part day."""

    prices: tuple[DayPrice, ...]
    whole_from_hours: Decimal
    half_from_hours: Decimal
    component: Component = field(default=Component.DAY_RATE, init=False)

    def part_of(self, hours: Decimal) -> DayPart:
        if hours >= self.whole_from_hours:
            return DayPart.WHOLE
        return DayPart.HALF if hours >= self.half_from_hours else DayPart.PART

    def price(self, level: str | None, part: DayPart) -> int | None:
        """The most particular price that fits, or None where the list has a hole."""
        fits = [row for row in self.prices if row.level in (None, level) and row.part in (None, part)]
        best = max(fits, key=lambda row: (row.level is not None, row.part is not None), default=None)
        return None if best is None else best.price_ore


@dataclass(frozen=True, slots=True)
class HourlyRate:
    prices: tuple[LevelPrice, ...]
    component: Component = field(default=Component.HOURLY_RATE, init=False)

    def price(self, level: str | None) -> int | None:
        return _level_price(self.prices, level)


@dataclass(frozen=True, slots=True)
class MonthlyRate:
    """Per calendar month in which the placement runs.

    `basis`: a started month pays, or only one that the placement fills. `is_prorated`: a month that is
    not filled pays its share of the calendar days instead. `from_run_day`: the rate starts on this day of
    the placement.
    """

    prices: tuple[LevelPrice, ...]
    basis: MonthBasis = MonthBasis.STARTED
    is_prorated: bool = False
    from_run_day: int = 1
    component: Component = field(default=Component.MONTHLY_RATE, init=False)

    def price(self, level: str | None) -> int | None:
        return _level_price(self.prices, level)


@dataclass(frozen=True, slots=True)
class PaidAbsence:
    """The day rate of the planned hours for valid absence, up to a number of days in a row and a month."""

    max_in_a_row: int | None = None
    max_in_a_month: int | None = None
    must_be_reported_same_day: bool = True
    component: Component = field(default=Component.PAID_ABSENCE, init=False)


@dataclass(frozen=True, slots=True)
class ReportFee:
    """When the final report is filed; a late one pays `late_price_ore`, which may be nothing."""

    price_ore: int
    late_price_ore: int = 0
    component: Component = field(default=Component.REPORT_FEE, init=False)


@dataclass(frozen=True, slots=True)
class ResultFee:
    """When work or studies have lasted a number of months and somebody has verified it."""

    price_ore: int
    after_months: int
    component: Component = field(default=Component.RESULT_FEE, init=False)


@dataclass(frozen=True, slots=True)
class IndexStep:
    from_day: dt.date
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Index:
    """Percentages that raise (or lower) every price from a date, each on top of the ones before it."""

    steps: tuple[IndexStep, ...]
    component: Component = field(default=Component.INDEX, init=False)

    def applied(self, price_ore: int, day: dt.date) -> int:
        factor = Decimal(1)
        for step in self.steps:
            if step.from_day <= day:
                factor *= 1 + step.percent / 100
        return whole_ore(price_ore * factor)


PriceComponent = StartFee | DayRate | HourlyRate | MonthlyRate | PaidAbsence | ReportFee | ResultFee | Index


def whole_ore(amount: Decimal) -> int:
    """Öre, half an öre away from zero: the rounding of Swedish invoices."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _level_price(prices: tuple[LevelPrice, ...], level: str | None) -> int | None:
    by_level = {row.level: row.price_ore for row in prices}
    return by_level.get(level, by_level.get(None))
