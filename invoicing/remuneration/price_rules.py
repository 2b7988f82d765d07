"""Price components: the things a contract can pay for, as data.

Price lists differ between authorities, so a price list is a tuple of components that a contract combines.
All prices are integer öre without VAT; hours are Decimal; a level of None means "whatever the support level".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

HUNDRED = Decimal(100)

WHOLE_DAY_FROM_HOURS = Decimal(6)
HALF_DAY_FROM_HOURS = Decimal(3)
"""Where a price list does not say otherwise."""


class Component(StrEnum):
    """What a line is paid for; the value is what the database stores."""

    START_FEE = "start_fee"
    DAY_RATE = "day_rate"
    HOURLY_RATE = "hourly_rate"
    MONTHLY_RATE = "monthly_rate"
    PAID_ABSENCE = "paid_absence"
    REPORT_FEE = "report_fee"
    RESULT_FEE = "result_fee"
    INDEX = "index"


COMPONENT_SV: dict[Component, str] = {
    Component.START_FEE: "Startersättning",
    Component.DAY_RATE: "Dagersättning",
    Component.HOURLY_RATE: "Timersättning",
    Component.MONTHLY_RATE: "Månadsersättning",
    Component.PAID_ABSENCE: "Ersättning vid giltig frånvaro",
    Component.REPORT_FEE: "Slutersättning",
    Component.RESULT_FEE: "Resultatersättning",
    Component.INDEX: "Index",
}

ONCE_EVER = frozenset({Component.START_FEE, Component.REPORT_FEE, Component.RESULT_FEE})
"""Fees that a placement earns once, ever."""


class DayPart(StrEnum):
    WHOLE = "whole"
    HALF = "half"
    PART = "part"


DAY_PART_SV: dict[DayPart, str] = {DayPart.WHOLE: "heldag", DayPart.HALF: "halvdag", DayPart.PART: "deldag"}


class MonthBasis(StrEnum):
    STARTED = "started"
    FULL = "full"


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
    whole_from_hours: Decimal = WHOLE_DAY_FROM_HOURS
    half_from_hours: Decimal = HALF_DAY_FROM_HOURS
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
                factor *= 1 + step.percent / HUNDRED
        return whole_ore(price_ore * factor)


PriceComponent = StartFee | DayRate | HourlyRate | MonthlyRate | PaidAbsence | ReportFee | ResultFee | Index


def whole_ore(amount: Decimal) -> int:
    """Öre, half an öre away from zero: the rounding of Swedish invoices."""
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def price_list_problems(components: Iterable[PriceComponent]) -> list[str]:
    """What makes a price list unusable or ambiguous, in Swedish; empty when it can be used."""
    listed = list(components)
    problems = [
        f"{COMPONENT_SV[kind]} finns flera gånger i prislistan. Slå ihop dem till en."
        for kind in Component
        if sum(1 for one in listed if one.component is kind) > 1
    ]
    if not any(one.component not in (Component.PAID_ABSENCE, Component.INDEX) for one in listed):
        problems.append("Prislistan har ingen ersättning. Lägg till minst en.")
    for one in listed:
        problems += _component_problems(one)
    has_day_rate = any(isinstance(one, DayRate) for one in listed)
    if any(isinstance(one, PaidAbsence) for one in listed) and not has_day_rate:
        problems.append(
            "Giltig frånvaro ersätts med dagersättningen, men prislistan har ingen dagersättning."
        )
    return problems


def day_rate_holes(rate: DayRate, levels: Iterable[str]) -> list[tuple[str, DayPart]]:
    """Combinations of level and day length that the list does not price."""
    return [(level, part) for level in levels for part in DayPart if rate.price(level, part) is None]


def _component_problems(one: PriceComponent) -> list[str]:
    name = COMPONENT_SV[one.component]
    problems = []
    match one:
        case DayRate():
            keys = [(row.level, row.part) for row in one.prices]
            prices = [row.price_ore for row in one.prices]
            if not 0 < one.half_from_hours <= one.whole_from_hours:
                problems.append(
                    f"{name}: en halvdag måste börja vid fler än 0 timmar och högst där heldagen börjar."
                )
        case HourlyRate() | MonthlyRate():
            keys = [(row.level, None) for row in one.prices]
            prices = [row.price_ore for row in one.prices]
        case StartFee() | ResultFee():
            keys, prices = [(None, None)], [one.price_ore]
        case ReportFee():
            keys, prices = [(None, None)], [one.price_ore, one.late_price_ore]
        case PaidAbsence() | Index():
            return []
    if not keys:
        problems.append(f"{name}: det finns inget pris.")
    if len(set(keys)) < len(keys):
        problems.append(f"{name}: samma nivå har två priser. Ta bort det ena.")
    if any(price < 0 for price in prices):
        problems.append(f"{name}: ett pris kan inte vara mindre än noll.")
    return problems


def _level_price(prices: tuple[LevelPrice, ...], level: str | None) -> int | None:
    by_level = {row.level: row.price_ore for row in prices}
    return by_level.get(level, by_level.get(None))
