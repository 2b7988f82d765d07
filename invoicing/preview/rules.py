"""An invented month of one placement, priced by what prices the real ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from invoicing.remuneration.facts import (
    AttendanceDays,
    ContractTerms,
    DayKind,
    Month,
    MonthResult,
    PlacementFacts,
    Result,
    day_set,
)
from invoicing.remuneration.price_rules import PriceComponent
from invoicing.remuneration.rules import month_lines
from marketplace.clock import days_from
from marketplace.errors import Invalid
from marketplace.reference.rules import add_months, is_working_day
from marketplace.swedish import counted, plain_hours

LONGEST_WEEK = Decimal(40)


class Report(StrEnum):
    NONE = "none"
    IN_TIME = "in_time"
    LATE = "late"


REPORT_SV = {
    Report.NONE: "Lämnas inte den här månaden",
    Report.IN_TIME: "Lämnas i tid",
    Report.LATE: "Lämnas för sent",
}


@dataclass(frozen=True, slots=True)
class Example:
    """What is asked: one placement, and what happens in one month of it."""

    month: Month
    first_day: date
    last_day: date
    days_per_week: int
    hours_per_day: Decimal
    level: str | None = None
    absence_days: int = 0
    is_plan_agreed: bool = False
    report: Report = Report.NONE
    result_months: int | None = None
    """How long work or studies have lasted, where it is verified in the month; the placement may be over by then."""


def example_lines(components: Iterable[PriceComponent], example: Example) -> MonthResult:
    """The month's lines. Raises Invalid for a month that cannot be."""
    return month_lines(
        ContractTerms(example.first_day, None, tuple(components)), [_placement(example)], example.month
    )


def _placement(example: Example) -> PlacementFacts:
    month = example.month
    first_day = max(example.first_day, month.first_day)
    last_day = min(example.last_day, month.last_day)
    if example.last_day < example.first_day:
        raise Invalid("Sista dagen är före den första.", field="till")
    is_over = example.last_day < month.first_day
    if first_day > last_day and not (is_over and example.result_months):
        raise Invalid(f"Placeringen pågår inte i {month.text_sv}.", field="manad")
    if example.days_per_week * example.hours_per_day > LONGEST_WEEK:
        raise Invalid(f"Det blir mer än {plain_hours(LONGEST_WEEK)} timmar i veckan.", field="timmar")
    days = [
        day
        for day in days_from(first_day, last_day)
        if day.isoweekday() <= example.days_per_week and is_working_day(day)
    ]
    if example.absence_days > len(days):
        planned = counted(len(days), "planerad dag", "planerade dagar")
        raise Invalid(f"Månaden har {planned}, så frånvaron kan inte vara fler.", field="franvaro")
    present, absent = days[: len(days) - example.absence_days], days[len(days) - example.absence_days :]
    hours = example.hours_per_day
    return PlacementFacts(
        number="",
        first_day=example.first_day,
        last_day=example.last_day,
        level=example.level,
        days=(
            AttendanceDays(day_set(present), DayKind.PRESENT, hours, hours),
            AttendanceDays(day_set(absent), DayKind.VALID_ABSENCE, hours, is_reported_same_day=True),
        ),
        plan_agreed_on=min(first_day, last_day) if example.is_plan_agreed else None,
        report_filed_on=None if example.report is Report.NONE else last_day,
        report_due_on=last_day - timedelta(days=example.report is Report.LATE),
        result=_result(example.result_months, month) if example.result_months else None,
    )


def _result(months: int, verified_in: Month) -> Result:
    verified_on = verified_in.last_day
    return Result(add_months(verified_on, -months), verified_on)
