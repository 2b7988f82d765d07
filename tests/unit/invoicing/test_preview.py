"""The calculator prices an invented month as a real one would be."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from invoicing.preview.rules import Example, Report, example_lines
from invoicing.remuneration.facts import Month
from invoicing.remuneration.price_rules import PaidAbsence, ReportFee, ResultFee, StartFee
from marketplace.errors import Invalid
from tests.unit.invoicing.price_lists import NACKA, NACKA_BASIC, TYRESO

MARCH = Month(2026, 3)
WHOLE = Example(MARCH, date(2026, 3, 1), date(2026, 8, 31), 5, Decimal(7), level="1")


def amounts(*components: object, example: Example) -> list[tuple[str, int]]:
    found = example_lines(components, example)  # type: ignore[arg-type]
    assert not found.problems
    return [(line.component.value, line.amount_ore) for line in found.lines]


def test_days_are_working_days_from_monday() -> None:
    assert amounts(TYRESO, example=WHOLE) == [("day_rate", 22 * 439_00)]
    three = replace(WHOLE, days_per_week=3, hours_per_day=Decimal(4))
    assert amounts(TYRESO, example=three) == [("day_rate", 14 * 307_00)]
    from_the_middle = replace(WHOLE, first_day=date(2026, 3, 16), last_day=date(2026, 3, 20))
    assert amounts(TYRESO, example=from_the_middle) == [("day_rate", 5 * 439_00)]


def test_absence_comes_last_in_a_row() -> None:
    away = replace(WHOLE, absence_days=4)
    assert amounts(TYRESO, PaidAbsence(max_in_a_row=3), example=away) == [
        ("day_rate", 18 * 439_00),
        ("paid_absence", 3 * 439_00),
    ]
    assert amounts(TYRESO, example=away) == [("day_rate", 18 * 439_00)]


def test_fees_of_the_month() -> None:
    fees = (StartFee(2_500_00), ReportFee(4_000_00, late_price_ore=1_000_00))
    last = replace(WHOLE, last_day=date(2026, 3, 31), is_plan_agreed=True)
    assert amounts(*fees, example=last) == [("start_fee", 2_500_00)]
    for report, paid in ((Report.IN_TIME, 4_000_00), (Report.LATE, 1_000_00)):
        assert ("report_fee", paid) in amounts(*fees, example=replace(last, report=report))


def test_work_that_has_lasted_long_enough_is_paid_also_when_the_placement_is_over() -> None:
    fee = ResultFee(10_000_00, after_months=6)
    for months, paid in ((None, []), (5, []), (6, [("result_fee", 10_000_00)])):
        assert amounts(fee, example=replace(WHOLE, result_months=months)) == paid
    later = replace(WHOLE, month=Month(2027, 2), is_plan_agreed=True, report=Report.IN_TIME, result_months=6)
    fees = (fee, StartFee(2_500_00), ReportFee(4_000_00))
    assert amounts(TYRESO, *fees, example=later) == [("result_fee", 10_000_00)]


def test_a_monthly_rate_from_a_day_of_the_placement() -> None:
    began = replace(WHOLE, level=NACKA_BASIC)
    assert amounts(*NACKA, example=began) == [("start_fee", 5_000_00), ("monthly_rate", 3_686_00)]
    later = replace(began, month=Month(2026, 5))
    assert amounts(*NACKA, example=later) == [("monthly_rate", 3_686_00)]


def test_a_hole_in_the_list_is_told() -> None:
    (problem,) = example_lines([TYRESO], replace(WHOLE, level="9")).problems
    assert problem.reason_sv.startswith("Prislistan saknar dagersättning för nivå 9, heldag.")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"last_day": date(2026, 2, 1)}, "till"),
        ({"month": Month(2026, 9)}, "manad"),
        ({"month": Month(2026, 2), "result_months": 6}, "manad"),
        ({"hours_per_day": Decimal(9)}, "timmar"),
        ({"absence_days": 23}, "franvaro"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(wrong: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as told:
        example_lines([TYRESO], replace(WHOLE, **wrong))  # type: ignore[arg-type]
    assert told.value.field == field
