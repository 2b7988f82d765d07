"""Monthly rates and fees that are paid once."""

import datetime as dt
from decimal import Decimal

import pytest

from invoicing.remuneration.facts import Month, Result, Unit
from invoicing.remuneration.price_rules import (
    LevelPrice,
    MonthlyRate,
    ReportFee,
    StartFee,
)
from invoicing.remuneration.rules import month_lines
from marketplace.procurement.price_rules import Component, MonthBasis
from tests.unit.invoicing.price_lists import (
    MARCH,
    NACKA,
    NACKA_BASIC,
    NACKA_REINFORCED,
    march,
    placement,
    terms,
)

FEBRUARY, APRIL = MARCH.previous, MARCH.next


def amounts(*components: object, month: Month = MARCH, **facts: object) -> dict[Component, int]:
    result = month_lines(terms(*components), [placement(**facts)], month)  # type: ignore[arg-type]
    assert result.problems == ()
    return {line.component: line.amount_ore for line in result.lines}


class TestNacka:
    def test_start_month(self) -> None:
        """Began 2 March: the fee on the 15th, and March is a started month of the basic rate."""
        assert amounts(*NACKA, first_day=march(2), level=NACKA_BASIC) == {
            Component.START_FEE: 500000,
            Component.MONTHLY_RATE: 368600,
        }

    def test_fourteen_days_across_a_month_end(self) -> None:
        """Began 25 March: the fourteenth day is 7 April, so nothing in March, both in April."""
        assert amounts(*NACKA, first_day=march(25), level=NACKA_REINFORCED) == {}
        assert amounts(*NACKA, month=APRIL, first_day=march(25), level=NACKA_REINFORCED) == {
            Component.START_FEE: 500000,
            Component.MONTHLY_RATE: 485800,
        }

    def test_ended_before_fourteen_days(self) -> None:
        assert amounts(*NACKA, first_day=march(2), last_day=march(14), level=NACKA_BASIC) == {}

    def test_ended_on_the_fourteenth_day(self) -> None:
        assert amounts(*NACKA, first_day=march(2), last_day=march(15), level=NACKA_BASIC) == {
            Component.START_FEE: 500000
        }

    def test_later_month_pays_only_the_month(self) -> None:
        assert amounts(*NACKA, level=NACKA_REINFORCED) == {Component.MONTHLY_RATE: 485800}

    @pytest.mark.parametrize(
        ("level", "verified_on", "kronor"),
        [
            (NACKA_BASIC, dt.date(2026, 11, 11), 26_058),  # 5 000 + 3 × 3 686 + 10 000
            (NACKA_REINFORCED, dt.date(2026, 11, 11), 29_574),  # 5 000 + 3 × 4 858 + 10 000
            (NACKA_BASIC, dt.date(2026, 11, 10), 16_058),  # a day too early for the bonus
        ],
    )
    def test_from_the_first_day_to_the_bonus(self, level: str, verified_on: dt.date, kronor: int) -> None:
        """2 March to 10 May, the fee on 15 March and three started months; work from 11 May, for six months."""
        result = Result(began_on=dt.date(2026, 5, 11), verified_on=verified_on)
        by_month = {
            month: sum(
                amounts(
                    *NACKA,
                    month=Month(2026, month),
                    first_day=march(2),
                    last_day=dt.date(2026, 5, 10),
                    level=level,
                    result=result,
                ).values()
            )
            for month in range(1, 13)
        }
        assert {month for month, ore in by_month.items() if ore} <= {3, 4, 5, 11}
        assert sum(by_month.values()) == kronor * 100

    @pytest.mark.parametrize(
        ("verified", "bonus"), [(march(1), 1000000), (march(31), 1000000), (dt.date(2026, 2, 28), 0)]
    )
    def test_bonus_needs_six_months(self, verified: dt.date, bonus: int) -> None:
        result = Result(began_on=dt.date(2025, 9, 1), verified_on=verified)
        paid = amounts(
            *NACKA,
            result=result,
            first_day=dt.date(2025, 3, 1),
            last_day=dt.date(2025, 8, 20),
            level=NACKA_BASIC,
        )
        assert paid.get(Component.RESULT_FEE, 0) == bonus


class TestMonthlyRate:
    def rate(self, basis: MonthBasis, *, prorated: bool = False) -> MonthlyRate:
        return MonthlyRate(prices=(LevelPrice(3_100_00),), basis=basis, is_prorated=prorated)

    def test_started_month_pays_whole(self) -> None:
        assert amounts(self.rate(MonthBasis.STARTED), first_day=march(31)) == {Component.MONTHLY_RATE: 310000}

    def test_full_month_only(self) -> None:
        full = self.rate(MonthBasis.FULL)
        assert amounts(full, first_day=march(2)) == {}
        assert amounts(full, first_day=march(1)) == {Component.MONTHLY_RATE: 310000}
        assert amounts(full, first_day=march(1), last_day=march(30)) == {}

    def test_prorated_by_calendar_days(self) -> None:
        """15 of 31 days of 3 100 kr is 1 500 kr."""
        assert amounts(self.rate(MonthBasis.FULL, prorated=True), first_day=march(17)) == {
            Component.MONTHLY_RATE: 150000
        }

    def test_basis_says_how_much_of_the_month(self) -> None:
        result = month_lines(
            terms(self.rate(MonthBasis.FULL, prorated=True)), [placement(first_day=march(17))], MARCH
        )
        (line,) = result.lines
        assert line.basis_sv == "Mars 2026: 15 av 31 dagar av månadspriset 3 100,00 kr"
        assert (line.unit, line.quantity) == (Unit.MONTH, Decimal(1))
        assert (line.first_day, line.last_day) == (march(17), march(31))

    def test_nothing_outside_the_placement(self) -> None:
        assert amounts(self.rate(MonthBasis.STARTED), last_day=dt.date(2026, 2, 28)) == {}
        assert amounts(self.rate(MonthBasis.STARTED), first_day=dt.date(2026, 4, 1)) == {}

    def test_level_without_price_is_a_problem(self) -> None:
        rate = MonthlyRate(prices=(LevelPrice(1, "1"),))
        result = month_lines(terms(rate), [placement(level="2")], MARCH)
        assert "månadsersättning för nivå 2" in result.problems[0].reason_sv


class TestStartFee:
    def test_paid_in_the_month_when_the_plan_is_agreed(self) -> None:
        fee = StartFee(2_500_00)
        assert amounts(fee) == {}
        assert amounts(fee, plan_agreed_on=march(4)) == {Component.START_FEE: 250000}
        assert amounts(fee, plan_agreed_on=march(4), month=FEBRUARY) == {}

    def test_belongs_to_the_month_of_its_event(self) -> None:
        fee, agreed = StartFee(100), dt.date(2026, 2, 20)
        assert amounts(fee, plan_agreed_on=agreed) == {}
        result = month_lines(terms(fee), [placement(plan_agreed_on=agreed)], FEBRUARY)
        (line,) = result.lines
        assert (line.first_day, line.last_day) == (agreed, agreed)
        assert line.basis_sv == "Aktivitetsplanen blev överenskommen 2026-02-20"


class TestReportFee:
    fee = ReportFee(price_ore=1_500_00, late_price_ore=750_00)

    @pytest.mark.parametrize(
        ("filed", "ore"), [(march(20), 150000), (march(21), 75000), (dt.date(2026, 4, 1), None)]
    )
    def test_reduced_when_late(self, filed: dt.date, ore: int | None) -> None:
        paid = amounts(self.fee, report_filed_on=filed, report_due_on=march(20))
        assert paid.get(Component.REPORT_FEE) == ore

    def test_nothing_when_late_and_the_list_says_so(self) -> None:
        assert amounts(ReportFee(1_500_00), report_filed_on=march(21), report_due_on=march(20)) == {}

    def test_nothing_without_a_report(self) -> None:
        assert amounts(self.fee, last_day=march(2)) == {}

    def test_basis_tells_the_deadline(self) -> None:
        facts = placement(report_filed_on=march(21), report_due_on=march(20))
        (line,) = month_lines(terms(self.fee), [facts], MARCH).lines
        assert line.basis_sv == "Slutdokumentationen lämnades 2026-03-21, efter fristen 2026-03-20"


class TestAMoveWithinTheContract:
    def paid(
        self, *components: object, moves_on: int = 17, month: Month = MARCH
    ) -> dict[Component, list[int]]:
        """From 2 March, at another place of the supplier's from the day after `moves_on`."""
        first = placement(first_day=march(2), last_day=march(moves_on), is_continued=True, level=NACKA_BASIC)
        then = placement(
            number="P2",
            first_day=march(moves_on) + dt.timedelta(days=1),
            began_on=march(2),
            level=NACKA_BASIC,
        )
        result = month_lines(terms(*components), [first, then], month)  # type: ignore[arg-type]
        assert result.problems == ()
        found: dict[Component, list[int]] = {}
        for line in result.lines:
            found.setdefault(line.component, []).append(line.amount_ore)
        return found

    def test_a_month_is_paid_once(self) -> None:
        once = {Component.START_FEE: [500000], Component.MONTHLY_RATE: [368600]}
        assert self.paid(*NACKA) == once
        assert self.paid(*NACKA, moves_on=5) == once, "the fourteen days run on"
        assert self.paid(*NACKA, moves_on=31) == once, "on the first of a month each has its own"
        assert self.paid(*NACKA, month=APRIL)[Component.MONTHLY_RATE] == [368600]

    def test_by_days_it_is_as_long_as_without_the_move(self) -> None:
        rate = MonthlyRate((LevelPrice(310000, NACKA_BASIC),), MonthBasis.FULL, is_prorated=True)
        assert self.paid(rate) == {Component.MONTHLY_RATE: [300000]}


def test_a_list_with_a_component_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        month_lines(terms(StartFee(1), StartFee(2)), [placement()], MARCH)


def test_month() -> None:
    assert Month.parse("2026-03") == MARCH
    assert str(MARCH) == "2026-03"
    assert MARCH.text_sv == "mars 2026"
    assert (Month(2026, 1).previous, Month(2026, 12).next) == (Month(2025, 12), Month(2027, 1))


@pytest.mark.parametrize("text", ["2026-13", "2026-1", "2026-01-01", "mars", ""])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="month"):
        Month.parse(text)
