"""What holds for every month, and a slow oracle that prices one day at a time."""

import datetime as dt
import random
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from invoicing.remuneration.facts import AttendanceDay, DayKind, PlacementFacts
from invoicing.remuneration.price_rules import (
    HourlyRate,
    LevelPrice,
    MonthlyRate,
    PaidAbsence,
    ReportFee,
    StartFee,
)
from invoicing.remuneration.rules import month_lines
from marketplace.procurement.price_rules import Component, MonthBasis
from tests.unit.invoicing.price_lists import MARCH, TYRESO, TYRESO_KRONOR, terms, total_ore

ABSENCE = PaidAbsence(max_in_a_row=3, max_in_a_month=6)
EVERYTHING = terms(
    TYRESO,
    ABSENCE,
    HourlyRate(prices=(LevelPrice(3333),)),
    MonthlyRate(prices=(LevelPrice(99_99),), basis=MonthBasis.STARTED),
    StartFee(2_500_00),
    ReportFee(1_500_00, 500_00),
)

hours = st.integers(1, 32).map(lambda quarters: Decimal(quarters) / 4)
march_days = st.dates(dt.date(2026, 2, 16), dt.date(2026, 4, 3))


@st.composite
def attendance(draw: st.DrawFn) -> list[AttendanceDay]:
    days = draw(st.lists(march_days, unique=True, max_size=30))
    return [
        AttendanceDay(day, draw(st.sampled_from(DayKind)), draw(hours), draw(hours), draw(st.booleans()))
        for day in days
    ]


@st.composite
def placements(draw: st.DrawFn) -> list[PlacementFacts]:
    maybe = st.none() | march_days
    return [
        PlacementFacts(
            number=f"P-{number}",
            first_day=dt.date(2026, 1, 1),
            last_day=None,
            level=draw(st.sampled_from("12345")),
            days=tuple(draw(attendance())),
            plan_agreed_on=draw(maybe),
            report_filed_on=draw(maybe),
            report_due_on=draw(maybe),
        )
        for number in range(draw(st.integers(0, 4)))
    ]


def oracle_day_rates_ore(placement: PlacementFacts) -> int:
    """Independent of the code under test: walks the calendar, looking back to count each row of absence."""
    by_day = {one.day: one for one in placement.days}
    total_kronor = 0
    paid_absences = 0
    for number in range(1, 32):
        one = by_day.get(dt.date(2026, 3, number))
        if one is None or one.kind == "invalid_absence":
            continue
        if one.kind == "valid_absence":
            row = 1
            for earlier in sorted((day for day in by_day if day < one.day), reverse=True):
                if by_day[earlier].kind == "present":
                    break
                row += 1
            if row > 3 or paid_absences >= 6 or not one.is_reported_same_day:
                continue
            paid_absences += 1
        length = one.actual_hours if one.kind == "present" else one.planned_hours
        column = 0 if length >= 6 else 1 if length >= 3 else 2
        total_kronor += TYRESO_KRONOR[str(placement.level)][column]
    return total_kronor * 100


@given(placements())
def test_day_rates_agree_with_the_oracle(many: list[PlacementFacts]) -> None:
    result = month_lines(terms(TYRESO, ABSENCE), many, MARCH)
    assert result.problems == ()
    assert total_ore(result) == sum(oracle_day_rates_ore(one) for one in many)


@given(placements(), st.integers(0, 1000))
def test_order_of_days_and_placements_changes_nothing(many: list[PlacementFacts], seed: int) -> None:
    shuffler = random.Random(seed)
    shuffled = [replace(one, days=tuple(shuffler.sample(one.days, len(one.days)))) for one in many]
    shuffler.shuffle(shuffled)
    assert month_lines(EVERYTHING, shuffled, MARCH) == month_lines(EVERYTHING, many, MARCH)


@given(placements())
def test_repeating_days_changes_nothing(many: list[PlacementFacts]) -> None:
    doubled = [replace(one, days=one.days * 2) for one in many]
    assert month_lines(EVERYTHING, doubled, MARCH) == month_lines(EVERYTHING, many, MARCH)


@given(placements())
def test_sums_are_exact_and_every_krona_has_its_days(many: list[PlacementFacts]) -> None:
    by_day = {Component.DAY_RATE, Component.PAID_ABSENCE, Component.HOURLY_RATE}
    result = month_lines(EVERYTHING, many, MARCH)
    for line in result.lines:
        assert abs(line.quantity * line.price_ore - line.amount_ore) <= Decimal("0.5")
        assert MARCH.first_day <= line.first_day <= line.last_day <= MARCH.last_day
        if line.component in by_day:
            assert sum(day.quantity for day in line.days) == line.quantity
            assert (line.days[0].day, line.days[-1].day) == (line.first_day, line.last_day)
            assert list(line.days) == sorted(line.days, key=lambda day: day.day)


@given(placements())
def test_each_placement_is_priced_on_its_own(many: list[PlacementFacts]) -> None:
    together = month_lines(EVERYTHING, many, MARCH)
    apart = [line for one in many for line in month_lines(EVERYTHING, [one], MARCH).lines]
    assert list(together.lines) == apart


@given(placements(), st.integers(1, 31))
def test_invoicing_a_month_in_two_pieces_pays_the_same(many: list[PlacementFacts], until: int) -> None:
    """First what had happened until a day, then the rest with those days marked as invoiced."""
    rates = terms(TYRESO, ABSENCE)
    cut = dt.date(2026, 3, until)
    first = [replace(one, days=tuple(day for day in one.days if day.day <= cut)) for one in many]
    rest = [
        replace(one, days=tuple(replace(day, is_invoiced=day.day <= cut) for day in one.days)) for one in many
    ]
    pieces = total_ore(month_lines(rates, first, MARCH)) + total_ore(month_lines(rates, rest, MARCH))
    assert pieces == total_ore(month_lines(rates, many, MARCH))


@given(placements())
def test_running_the_month_again_pays_nothing_more(many: list[PlacementFacts]) -> None:
    by_event = terms(TYRESO, ABSENCE, StartFee(2_500_00), ReportFee(1_500_00, 500_00))
    result = month_lines(by_event, many, MARCH)
    paid_days = {(line.placement_number, day.day) for line in result.lines for day in line.days}
    paid_fees = {(line.placement_number, line.component) for line in result.lines}
    after = [
        replace(
            one,
            days=tuple(replace(day, is_invoiced=(one.number, day.day) in paid_days) for day in one.days),
            already_paid=frozenset(kind for number, kind in paid_fees if number == one.number),
        )
        for one in many
    ]
    assert month_lines(by_event, after, MARCH).lines == ()
