"""Day rates, hours and absence: months worked out by hand from published price lists."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from invoicing.remuneration.facts import Unit
from invoicing.remuneration.price_rules import (
    DayPrice,
    HourlyRate,
    Index,
    IndexStep,
    LevelPrice,
    PaidAbsence,
)
from invoicing.remuneration.rules import month_lines
from marketplace.procurement.price_rules import Component
from tests.unit.invoicing.price_lists import (
    MARCH,
    TYRESO,
    absent,
    march,
    placement,
    present,
    terms,
    total_ore,
)


def test_tyreso_month_level_three() -> None:
    """12 whole, 5 half and 2 part days: 12 × 987 + 5 × 691 + 2 × 296 = 15 891 kr."""
    days = [
        *(present(march(day), "7") for day in range(2, 14)),
        *(present(march(day), "4") for day in range(16, 21)),
        *(present(march(day), "2") for day in (23, 24)),
    ]

    result = month_lines(terms(TYRESO), [placement(*days)], MARCH)

    assert [
        (line.description_sv, int(line.quantity), line.price_ore, line.amount_ore) for line in result.lines
    ] == [
        ("Dagersättning, nivå 3, heldag", 12, 98700, 1184400),
        ("Dagersättning, nivå 3, halvdag", 5, 69100, 345500),
        ("Dagersättning, nivå 3, deldag", 2, 29600, 59200),
    ]
    assert total_ore(result) == 1_589_100
    assert result.problems == ()
    whole = result.lines[0]
    assert (whole.unit, whole.first_day, whole.last_day) == (Unit.DAY, march(2), march(13))
    assert whole.dates == [march(day) for day in range(2, 14)]
    assert whole.basis_sv == "12 närvarodagar"


@pytest.mark.parametrize(
    ("level", "kronor"),
    [
        ("1", 1_931),  # 2 × 439 + 3 × 307 + 132 = 878 + 921 + 132
        ("2", 2_757),  # 2 × 626 + 3 × 439 + 188 = 1 252 + 1 317 + 188
        ("3", 4_343),  # 2 × 987 + 3 × 691 + 296 = 1 974 + 2 073 + 296
        ("4", 5_733),  # 2 × 1 303 + 3 × 912 + 391 = 2 606 + 2 736 + 391
        ("5", 7_317),  # 2 × 1 663 + 3 × 1 164 + 499 = 3 326 + 3 492 + 499
    ],
)
def test_tyreso_week_on_each_level(level: str, kronor: int) -> None:
    """Two whole days, three half and one part day."""
    hours = {2: "7", 3: "6", 4: "5", 5: "4", 6: "3", 9: "2"}
    days = [present(march(day), each) for day, each in hours.items()]
    result = month_lines(terms(TYRESO), [placement(*days, level=level)], MARCH)
    assert [int(line.quantity) for line in result.lines] == [2, 3, 1]
    assert total_ore(result) == kronor * 100


def test_tyreso_two_placements_on_different_levels() -> None:
    """Level 1: 3 × 439 = 1 317 kr. Level 5: 1 × 1 663 + 1 × 1 164 = 2 827 kr."""
    one = placement(*(present(march(day)) for day in (2, 3, 4)), number="P-1", level="1")
    other = placement(present(march(2)), present(march(3), "5.5"), number="P-2", level="5")

    result = month_lines(terms(TYRESO), [other, one], MARCH)

    assert [line.placement_number for line in result.lines] == ["P-1", "P-2", "P-2"]
    assert total_ore(result) == (1317 + 2827) * 100


@pytest.mark.parametrize(
    ("hours", "price"), [("6", 98700), ("5.99", 69100), ("3", 69100), ("2.99", 29600), ("0.5", 29600)]
)
def test_length_of_a_day_decides_its_price(hours: str, price: int) -> None:
    result = month_lines(terms(TYRESO), [placement(present(march(2), hours))], MARCH)
    assert total_ore(result) == price


def test_hole_in_the_list_is_told_and_the_rest_is_paid() -> None:
    holed = replace(
        TYRESO, prices=tuple(row for row in TYRESO.prices if (row.level, row.part) != ("3", "half"))
    )
    days = [present(march(2)), present(march(3), "4"), present(march(4), "4")]

    result = month_lines(terms(holed), [placement(*days)], MARCH)

    assert total_ore(result) == 98700
    (problem,) = result.problems
    assert (
        problem.reason_sv
        == "Prislistan saknar dagersättning för nivå 3, halvdag. Komplettera avtalets prislista."
    )
    assert problem.days == (march(3), march(4))


def test_placement_without_level_cannot_be_priced_per_level() -> None:
    result = month_lines(terms(TYRESO), [placement(present(march(2)), level=None)], MARCH)
    assert result.lines == ()
    assert "ingen stödnivå" in result.problems[0].reason_sv


def test_one_price_whatever_level_and_length() -> None:
    rate = replace(TYRESO, prices=(DayPrice(450_00),))
    result = month_lines(
        terms(rate), [placement(present(march(2)), present(march(3), "1"), level=None)], MARCH
    )
    assert total_ore(result) == 900_00


def test_day_outside_placement_or_contract_is_a_problem() -> None:
    one = placement(present(march(2)), present(march(20)), last_day=march(10))
    result = month_lines(terms(TYRESO), [one], MARCH)
    assert total_ore(result) == 98700
    assert "utanför placeringens tid" in result.problems[0].reason_sv

    ended = month_lines(terms(TYRESO, last_day=march(15)), [placement(present(march(20)))], MARCH)
    assert ended.lines == ()
    assert "utanför avtalets tid" in ended.problems[0].reason_sv


def test_presence_without_hours_is_a_problem() -> None:
    result = month_lines(terms(TYRESO), [placement(present(march(2), "0"))], MARCH)
    assert result.lines == ()
    assert "närvaro utan timmar" in result.problems[0].reason_sv


def test_hours_are_paid_by_the_hour() -> None:
    """6.5 + 3.25 h à 181,00 kr = 1 764,75 kr."""
    rate = HourlyRate(prices=(LevelPrice(181_00),))
    result = month_lines(terms(rate), [placement(present(march(2), "6.5"), present(march(3), "3.25"))], MARCH)
    (line,) = result.lines
    assert (line.quantity, line.unit, line.amount_ore) == (Decimal("9.75"), Unit.HOUR, 176475)
    assert line.hours == (Decimal("6.5"), Decimal("3.25"))


def test_index_splits_the_month_where_it_begins() -> None:
    """2 days at 987 kr, then 1 at 987 × 1.025 = 1 011,675 → 1 011,68 kr."""
    index = Index(steps=(IndexStep(march(16), Decimal("2.5")),))
    days = [present(march(2)), present(march(13)), present(march(16))]
    result = month_lines(terms(TYRESO, index), [placement(*days)], MARCH)
    assert [(int(line.quantity), line.price_ore) for line in result.lines] == [(2, 98700), (1, 101168)]


def test_index_steps_build_on_each_other() -> None:
    index = Index(
        steps=(IndexStep(dt.date(2025, 1, 1), Decimal(2)), IndexStep(dt.date(2026, 1, 1), Decimal(3)))
    )
    assert index.applied(100_00, dt.date(2024, 12, 31)) == 100_00
    assert index.applied(100_00, dt.date(2025, 12, 31)) == 102_00
    assert index.applied(100_00, dt.date(2026, 1, 1)) == 105_06


class TestAbsence:
    def paid_days(self, rule: PaidAbsence | None, *days: object, absent_in_a_row: int = 0) -> list[int]:
        components = (TYRESO,) if rule is None else (TYRESO, rule)
        result = month_lines(terms(*components), [placement(*days, absent_in_a_row=absent_in_a_row)], MARCH)  # type: ignore[arg-type]
        lines = [line for line in result.lines if line.component is Component.PAID_ABSENCE]
        return [day.day for line in lines for day in line.dates]

    def test_pays_the_rate_of_the_planned_day(self) -> None:
        result = month_lines(
            terms(TYRESO, PaidAbsence(max_in_a_row=5)), [placement(absent(march(2), hours="4"))], MARCH
        )
        (line,) = result.lines
        assert line.component is Component.PAID_ABSENCE
        assert line.amount_ore == 69100
        assert line.description_sv == "Ersättning vid giltig frånvaro, nivå 3, halvdag"
        assert line.basis_sv == "1 dag med giltig frånvaro"

    def test_is_unpaid_unless_the_contract_pays_it(self) -> None:
        assert self.paid_days(None, absent(march(2))) == []

    def test_invalid_absence_pays_nothing(self) -> None:
        assert self.paid_days(PaidAbsence(), absent(march(2), valid=False)) == []

    def test_must_be_reported_the_same_day(self) -> None:
        late = absent(march(2), reported=False)
        assert self.paid_days(PaidAbsence(), late) == []
        assert self.paid_days(PaidAbsence(must_be_reported_same_day=False), late) == [2]

    def test_pays_the_first_days_in_a_row_and_again_after_attendance(self) -> None:
        days = [*(absent(march(day)) for day in (2, 3, 4, 5)), present(march(6)), absent(march(9))]
        assert self.paid_days(PaidAbsence(max_in_a_row=2), *days) == [2, 3, 9]

    def test_a_day_reported_late_counts_in_the_row(self) -> None:
        days = [absent(march(2), reported=False), absent(march(3)), absent(march(4))]
        assert self.paid_days(PaidAbsence(max_in_a_row=2), *days) == [3]

    def test_invalid_absence_does_not_start_a_new_row(self) -> None:
        days = [absent(march(2)), absent(march(3), valid=False), absent(march(4))]
        assert self.paid_days(PaidAbsence(max_in_a_row=2), *days) == [2]

    def test_a_row_that_began_last_month_goes_on(self) -> None:
        days = [absent(march(2)), absent(march(3)), present(march(4)), absent(march(5))]
        assert self.paid_days(PaidAbsence(max_in_a_row=3), *days, absent_in_a_row=2) == [2, 5]

    def test_pays_some_days_a_month(self) -> None:
        days = [absent(march(day)) for day in (2, 5, 9)]
        assert self.paid_days(PaidAbsence(max_in_a_month=2), *days) == [2, 5]
