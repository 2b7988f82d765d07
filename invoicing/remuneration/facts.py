"""What pricing needs to know about a contract's month: facts only, no sums."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class AttendanceDay:
    """One day of one placement. `is_invoiced`: an earlier invoice has already asked for it."""

    day: dt.date
    kind: DayKind
    planned_hours: Decimal
    actual_hours: Decimal = Decimal(0)
    is_reported_same_day: bool = False
    is_invoiced: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """Work or studies that began after the placement, and the day when somebody verified that they last."""

    began_on: dt.date
    verified_on: dt.date


@dataclass(frozen=True, slots=True)
class PlacementFacts:
    """A placement as pricing sees it: a number, never a person.

    `days` holds the month and, where absence is paid by days in a row, enough days before it to count
    the row.
    """

    number: str
    first_day: dt.date
    last_day: dt.date | None
    level: str | None
    days: tuple[AttendanceDay, ...] = ()
    plan_agreed_on: dt.date | None = None
    report_filed_on: dt.date | None = None
    report_due_on: dt.date | None = None
    result: Result | None = None
    already_paid: frozenset[Component] = frozenset()
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
class LineDay:
    """A day behind a line: how much of the line's quantity it stands for."""

    day: dt.date
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the month: `quantity` × `price_ore` rounded to whole öre is `amount_ore`."""

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
    days: tuple[LineDay, ...] = ()


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
