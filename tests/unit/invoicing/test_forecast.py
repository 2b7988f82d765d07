"""What is booked is priced as if it is done, and what is assumed is as it is said."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from invoicing.forecast.rules import Attended, expected
from invoicing.remuneration.facts import (
    AttendanceDays,
    ContractTerms,
    DayKind,
    Month,
    PlacementFacts,
    day_set,
)
from invoicing.remuneration.price_rules import (
    DayPrice,
    DayRate,
    LevelPrice,
    MonthlyRate,
    ReportFee,
    StartFee,
)
from marketplace.clock import days_from
from marketplace.procurement.price_rules import MonthBasis

MARCH, APRIL = Month(2026, 3), Month(2026, 4)
TODAY = date(2026, 3, 11)
DAYS = DayRate((DayPrice(100_00),), Decimal(6), Decimal(3))
SEVEN = Decimal(7)
PLANNED = {
    "P1": {day: SEVEN for day in days_from(date(2026, 3, 2), date(2026, 4, 30)) if day.isoweekday() < 6}
}
RUNNING = PlacementFacts(
    "P1",
    date(2026, 2, 2),
    date(2026, 4, 15),
    None,
    days=(
        AttendanceDays(day_set(date(2026, 3, day) for day in (2, 3, 4, 5)), DayKind.PRESENT, SEVEN, SEVEN),
        AttendanceDays.on(date(2026, 3, 6), DayKind.INVALID_ABSENCE, SEVEN),
    ),
    plan_agreed_on=date(2026, 2, 10),
)


def of(*components: object, facts: PlacementFacts = RUNNING, month: Month = MARCH) -> tuple[int, int]:
    found = expected(
        ContractTerms(date(2026, 1, 1), None, tuple(components)),  # type: ignore[arg-type]
        [facts],
        PLANNED,
        month,
        today=TODAY,
        attended=Attended(3, 4),
    )
    assert not found.unpriced
    return found.low_ore // 100_00, found.high_ore // 100_00


def test_days_that_are_not_on_record_are_attended_as_often_as_so_far() -> None:
    assert of(DAYS) == (4 + 12, 4 + 17)
    assert of(DAYS, facts=replace(RUNNING, days=()), month=APRIL) == (8, 11)


def test_a_month_that_is_over_is_as_recorded() -> None:
    earlier = Month(2026, 2)
    in_february = replace(RUNNING, days=(AttendanceDays.on(date(2026, 2, 3), DayKind.PRESENT, SEVEN, SEVEN),))
    assert of(DAYS, facts=in_february, month=earlier) == (1, 1)


def test_a_monthly_rate_needs_no_days() -> None:
    rate = MonthlyRate((LevelPrice(5_000_00),), MonthBasis.STARTED)
    assert of(rate) == (50, 50)


def test_the_report_comes_in_time_on_the_last_day() -> None:
    fee = ReportFee(3_000_00, late_price_ore=100_00)
    assert of(fee) == (0, 0)
    assert of(fee, month=APRIL) == (30, 30)
    assert of(fee, facts=replace(RUNNING, is_continued=True), month=APRIL) == (0, 0)
    ended = replace(RUNNING, last_day=date(2026, 3, 9))
    assert of(fee, facts=ended) == (0, 0)


def test_whoever_begins_agrees_on_her_plan_the_first_day() -> None:
    fee = StartFee(1_000_00)
    begins = PlacementFacts("P1", date(2026, 4, 1), date(2026, 8, 31), None)
    assert of(fee, facts=begins, month=APRIL) == (10, 10)
    assert of(fee, facts=begins, month=Month(2026, 5)) == (0, 0)
    assert of(fee, facts=replace(begins, began_on=date(2026, 1, 1)), month=APRIL) == (0, 0)


def test_what_cannot_be_priced_is_counted_by_placement() -> None:
    holed = DayRate((DayPrice(100_00, level="1"),), Decimal(6), Decimal(3))
    terms = ContractTerms(date(2026, 1, 1), None, (holed,))
    found = expected(terms, [RUNNING], PLANNED, MARCH, today=TODAY, attended=Attended(0, 0))
    assert (found.unpriced, found.high_ore, found.low_ore) == (1, 0, 0)
    assert Attended(0, 0).share == 1
