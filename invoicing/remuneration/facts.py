"""What pricing needs to know about a contract's month: facts only, no sums."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache, reduce

from invoicing.remuneration.price_rules import PriceComponent
from marketplace.procurement.price_rules import Component
from marketplace.reference.rules import spoken_month


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    @classmethod
    def of(cls, day: dt.date) -> Month:
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """`2026-03` → March 2026. Raises ValueError for anything else."""
        if not re.fullmatch(r"\d{4}-\d{2}", text):
            raise ValueError(f"not a month: {text!r}")
        return cls.of(dt.date.fromisoformat(f"{text}-01"))

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, self.number, 1)

    @property
    def last_day(self) -> dt.date:
        return dt.date(self.year, self.number, self.length)

    @property
    def length(self) -> int:
        return calendar.monthrange(self.year, self.number)[1]

    @property
    def previous(self) -> Month:
        return Month.of(self.first_day - dt.timedelta(days=1))

    @property
    def next(self) -> Month:
        return Month.of(self.last_day + dt.timedelta(days=1))

    @property
    def text_sv(self) -> str:
        return spoken_month(self.year, self.number)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, dt.date) and self.first_day <= day <= self.last_day

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


class DayKind(StrEnum):
    """What pricing asks about a day; the attendance feature knows finer kinds of absence."""

    PRESENT = "present"
    VALID_ABSENCE = "valid_absence"
    INVALID_ABSENCE = "invalid_absence"


Days = int
"""A set of days of one month: bit n stands for day n + 1. A run prices a million days and compares what they earn with
what has been invoiced: as numbers both are quick."""


def day_set(days: Iterable[dt.date]) -> Days:
    """Days of one and the same month."""
    return reduce(lambda found, day: found | 1 << (day.day - 1), days, 0)


def dates_in(days: Days, month: Month) -> list[dt.date]:
    return [day for number, day in enumerate(_dates_of(month)) if days >> number & 1]


def written_dates_in(days: Days, month: Month) -> list[str]:
    """As ISO 8601 has them."""
    return [day for number, day in enumerate(_written_dates_of(month)) if days >> number & 1]


def first_and_last(days: Days, month: Month) -> tuple[dt.date, dt.date]:
    """Of a set that is not empty."""
    dates = _dates_of(month)
    return dates[(days & -days).bit_length() - 1], dates[days.bit_length() - 1]


@lru_cache
def days_between(first_day: dt.date, last_day: dt.date | None, month: Month) -> Days:
    """Those of the month, from first to last, both included; without an end, to the month's."""
    until = month.length
    if last_day is not None:
        until = min(until, (last_day - month.first_day).days + 1)
    since = (first_day - month.first_day).days
    return (1 << max(until, 0)) - 1 & -1 << max(since, 0)


@cache
def _dates_of(month: Month) -> tuple[dt.date, ...]:
    return tuple(dt.date(month.year, month.number, day) for day in range(1, month.length + 1))


@cache
def _written_dates_of(month: Month) -> tuple[str, ...]:
    return tuple(day.isoformat() for day in _dates_of(month))


@dataclass(frozen=True, slots=True)
class AttendanceDays:
    """Days of one placement and month that are recorded alike."""

    days: Days
    kind: DayKind
    planned_hours: Decimal
    actual_hours: Decimal = Decimal(0)
    is_reported_same_day: bool = False

    @classmethod
    def on(
        cls,
        day: dt.date,
        kind: DayKind,
        planned_hours: Decimal,
        actual_hours: Decimal = Decimal(0),
        *,
        is_reported_same_day: bool = False,
    ) -> AttendanceDays:
        return cls(day_set([day]), kind, planned_hours, actual_hours, is_reported_same_day)


@dataclass(frozen=True, slots=True)
class Result:
    """Work or studies that began after the placement, and the day when somebody verified that they last."""

    began_on: dt.date
    verified_on: dt.date


@dataclass(frozen=True, slots=True)
class PlacementFacts:
    """A placement as pricing sees it in a month: a number, never a person."""

    number: str
    first_day: dt.date
    last_day: dt.date | None
    level: str | None
    days: tuple[AttendanceDays, ...] = ()
    """Of the month, no day twice."""
    absent_in_a_row: int = 0
    """Days away in a row when the month began."""
    plan_agreed_on: dt.date | None = None
    report_filed_on: dt.date | None = None
    report_due_on: dt.date | None = None
    result: Result | None = None
    began_on: dt.date | None = None
    """When the participant came from another place under the same contract: her first day there."""
    is_continued: bool = False
    """She went on at another place under the same contract, the day after the last one here."""

    @property
    def counted_from(self) -> dt.date:
        """The day from which a time of training is counted: a move within the contract does not begin it anew."""
        return self.began_on or self.first_day


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """The part of a contract that sets prices. `last_day` is None while the contract has no end."""

    first_day: dt.date
    last_day: dt.date | None
    components: tuple[PriceComponent, ...]


class Unit(StrEnum):
    """UN/ECE Recommendation 20 codes."""

    DAY = "DAY"
    HOUR = "HUR"
    MONTH = "MON"
    PIECE = "C62"


UNIT_SV: dict[Unit, str] = {Unit.DAY: "dagar", Unit.HOUR: "timmar", Unit.MONTH: "mån", Unit.PIECE: "st"}


@dataclass(frozen=True, slots=True)
class Line:
    """`quantity` × `price_ore` rounded to whole öre is `amount_ore`. What takes back is below zero; the amount is then
    exactly what it changes, which the rounding of hours can put an öre beside."""

    placement_number: str
    component: Component
    description_sv: str
    basis_sv: str
    quantity: Decimal
    unit: Unit
    price_ore: int
    amount_ore: int
    first_day: dt.date
    last_day: dt.date
    days: Days = 0
    """Of the month that earned it; none behind a fee or a month."""
    hours: tuple[Decimal, ...] = ()
    """What each of the days stands for, signed, where hours are paid."""

    @property
    def month(self) -> Month:
        """That earned it."""
        return Month.of(self.first_day)

    @property
    def dates(self) -> list[dt.date]:
        return dates_in(self.days, self.month)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be priced, for a person to mend; never guessed."""

    placement_number: str
    reason_sv: str
    days: tuple[dt.date, ...] = ()


@dataclass(frozen=True, slots=True)
class MonthResult:
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]
