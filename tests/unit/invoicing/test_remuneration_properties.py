"""What holds for every month and for every row of invoices, and a slow oracle that prices one day at a time."""

import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from enterprises.contracts.rules import VatCategory
from invoicing.remuneration.contract_rules import Agreed, ContractFacts, DaysOnRecord, settle
from invoicing.remuneration.facts import (
    AttendanceDays,
    ContractTerms,
    DayKind,
    Line,
    Month,
    PlacementFacts,
    day_set,
)
from invoicing.remuneration.price_rules import (
    HourlyRate,
    Index,
    IndexStep,
    LevelPrice,
    MonthlyRate,
    PaidAbsence,
    ReportFee,
    StartFee,
)
from invoicing.remuneration.rules import month_lines
from marketplace.procurement.price_rules import Component, MonthBasis
from tests.unit.invoicing.price_lists import MARCH, TYRESO, TYRESO_KRONOR, terms, total_ore

FEBRUARY = MARCH.previous
ABSENCE = PaidAbsence(max_in_a_row=3, max_in_a_month=6)
EVERYTHING = terms(
    TYRESO,
    ABSENCE,
    HourlyRate(prices=(LevelPrice(3333),)),
    MonthlyRate(prices=(LevelPrice(99_99),), basis=MonthBasis.STARTED, is_prorated=True),
    StartFee(2_500_00),
    ReportFee(1_500_00, 500_00),
    Index((IndexStep(dt.date(2026, 3, 16), Decimal("2.5")),)),
)
BY_DAY = {Component.DAY_RATE, Component.PAID_ABSENCE, Component.HOURLY_RATE}


@dataclass(frozen=True)
class Recorded:
    """A day as somebody has written it."""

    day: dt.date
    kind: DayKind
    planned: Decimal
    actual: Decimal
    is_reported: bool


@dataclass(frozen=True)
class Placed:
    facts: PlacementFacts
    recorded: tuple[Recorded, ...]

    def groups(self, month: Month) -> DaysOnRecord:
        alike: dict[tuple[DayKind, Decimal, Decimal, bool], list[dt.date]] = defaultdict(list)
        for one in self.recorded:
            if one.day in month:
                alike[one.kind, one.planned, one.actual, one.is_reported].append(one.day)
        row = 0
        for one in sorted(self.recorded, key=lambda one: one.day):
            if one.day < month.first_day:
                row = 0 if one.kind is DayKind.PRESENT else row + 1
        groups = (AttendanceDays(day_set(days), *key) for key, days in alike.items())
        return DaysOnRecord(tuple(groups), row)

    def in_month(self, month: Month) -> PlacementFacts:
        on_record = self.groups(month)
        return replace(self.facts, days=on_record.groups, absent_in_a_row=on_record.absent_in_a_row)


hours = st.integers(1, 32).map(lambda quarters: Decimal(quarters) / 4)
days_about_march = st.dates(dt.date(2026, 2, 2), dt.date(2026, 3, 31))


@st.composite
def recorded(draw: st.DrawFn) -> tuple[Recorded, ...]:
    days = draw(st.lists(days_about_march, unique=True, max_size=30))
    return tuple(
        Recorded(day, draw(st.sampled_from(DayKind)), draw(hours), draw(hours), draw(st.booleans()))
        for day in days
    )


@st.composite
def placed(draw: st.DrawFn, most: int = 4) -> list[Placed]:
    maybe = st.none() | days_about_march
    return [
        Placed(
            PlacementFacts(
                number=f"P-{number}",
                first_day=dt.date(2026, 1, 1),
                last_day=draw(st.none() | st.dates(dt.date(2026, 3, 31), dt.date(2026, 5, 1))),
                level=draw(st.sampled_from("12345")),
                plan_agreed_on=draw(maybe),
                report_filed_on=draw(maybe),
                report_due_on=draw(maybe),
            ),
            draw(recorded()),
        )
        for number in range(draw(st.integers(0, most)))
    ]


def in_march(many: Iterable[Placed]) -> list[PlacementFacts]:
    return [one.in_month(MARCH) for one in many]


def oracle_day_rates_ore(one: Placed) -> int:
    """Independent of the code under test: walks the calendar, looking back to count each row of absence."""
    by_day = {record.day: record for record in one.recorded}
    total_kronor = 0
    paid_absences = 0
    for number in range(1, 32):
        record = by_day.get(dt.date(2026, 3, number))
        if record is None or record.kind == "invalid_absence":
            continue
        if record.kind == "valid_absence":
            row = 1
            for earlier in sorted((day for day in by_day if day < record.day), reverse=True):
                if by_day[earlier].kind == "present":
                    break
                row += 1
            if row > 3 or paid_absences >= 6 or not record.is_reported:
                continue
            paid_absences += 1
        length = record.actual if record.kind == "present" else record.planned
        column = 0 if length >= 6 else 1 if length >= 3 else 2
        total_kronor += TYRESO_KRONOR[str(one.facts.level)][column]
    return total_kronor * 100


@given(placed())
def test_day_rates_agree_with_the_oracle(many: list[Placed]) -> None:
    result = month_lines(terms(TYRESO, ABSENCE), in_march(many), MARCH)
    assert result.problems == ()
    assert total_ore(result) == sum(oracle_day_rates_ore(one) for one in many)


@given(placed(), st.integers(0, 1000))
def test_order_of_days_and_placements_changes_nothing(many: list[Placed], seed: int) -> None:
    shuffler = random.Random(seed)
    shuffled = [
        replace(one, recorded=tuple(shuffler.sample(one.recorded, len(one.recorded)))) for one in many
    ]
    shuffler.shuffle(shuffled)
    assert month_lines(EVERYTHING, in_march(shuffled), MARCH) == month_lines(
        EVERYTHING, in_march(many), MARCH
    )


@given(placed())
def test_sums_are_exact_and_every_krona_has_its_days(many: list[Placed]) -> None:
    result = month_lines(EVERYTHING, in_march(many), MARCH)
    for line in result.lines:
        assert abs(line.quantity * line.price_ore - line.amount_ore) <= Decimal("0.5")
        assert MARCH.first_day <= line.first_day <= line.last_day <= MARCH.last_day
        if line.component in BY_DAY:
            assert sum(line.hours or [1] * len(line.dates)) == line.quantity
            assert (line.dates[0], line.dates[-1]) == (line.first_day, line.last_day)


@given(placed())
def test_each_placement_is_priced_on_its_own(many: list[Placed]) -> None:
    together = month_lines(EVERYTHING, in_march(many), MARCH)
    apart = [line for one in in_march(many) for line in month_lines(EVERYTHING, [one], MARCH).lines]
    assert list(together.lines) == apart


# Invoices that come after each other.


def invoice(
    agreed: ContractTerms, many: list[Placed], month: Month, invoiced: list[Line], whole: set[Month]
) -> list[Line]:
    facts = ContractFacts(
        month=month,
        agreed={one: Agreed(agreed, VatCategory.EXEMPT) for one in (FEBRUARY, MARCH) if one <= month},
        whole=frozenset(whole),
        placements=[one.facts for one in many],
        days={
            one: {placement.facts.number: placement.groups(one) for placement in many if placement.recorded}
            for one in whole
        },
        invoiced=invoiced,
    )
    return settle(facts).lines


def total(lines: Iterable[Line]) -> int:
    return sum(line.amount_ore for line in lines)


def both_months(agreed: ContractTerms, many: list[Placed]) -> int:
    return sum(
        total_ore(month_lines(agreed, [one.in_month(month) for one in many], month))
        for month in (FEBRUARY, MARCH)
    )


@given(st.lists(placed(most=2), min_size=1, max_size=5), st.lists(st.booleans(), min_size=5, max_size=5))
def test_however_facts_change_what_is_invoiced_is_what_is_earned_in_the_end(
    versions: list[list[Placed]], is_march: list[bool]
) -> None:
    """Invoices of both months in any order, each by the facts of its day; the last one settles all."""
    invoiced: list[Line] = []
    for many, march_now in zip(versions, is_march, strict=False):
        month = MARCH if march_now else FEBRUARY
        invoiced += invoice(EVERYTHING, many, month, invoiced, {FEBRUARY, month})
    invoiced += invoice(EVERYTHING, versions[-1], MARCH, invoiced, {FEBRUARY, MARCH})

    assert total(invoiced) == both_months(EVERYTHING, versions[-1])
    assert invoice(EVERYTHING, versions[-1], MARCH, invoiced, {FEBRUARY, MARCH}) == [], "once is enough"
    times: Counter[tuple[str, Component, dt.date]] = Counter()
    for line in invoiced:
        assert abs(line.quantity * line.price_ore - line.amount_ore) <= 2, "öre"
        assert len(line.hours or line.dates) == len(line.dates)
        if line.component in BY_DAY - {Component.HOURLY_RATE}:
            for day in line.dates:
                times[line.placement_number, line.component, day] += 1 if line.quantity > 0 else -1
    assert set(times.values()) <= {0, 1}


@given(placed(), st.dates(MARCH.first_day, MARCH.last_day))
def test_invoicing_a_month_in_two_pieces_pays_the_same(many: list[Placed], cut: dt.date) -> None:
    """What had happened until a day, then all."""
    known = [
        replace(one, recorded=tuple(record for record in one.recorded if record.day <= cut)) for one in many
    ]
    first = invoice(EVERYTHING, known, MARCH, [], {FEBRUARY, MARCH})
    rest = invoice(EVERYTHING, many, MARCH, first, {FEBRUARY, MARCH})
    assert total(first) + total(rest) == both_months(EVERYTHING, many)


@given(placed())
def test_a_credited_month_is_invoiced_again_as_it_was(many: list[Placed]) -> None:
    lines = invoice(EVERYTHING, many, MARCH, [], {FEBRUARY, MARCH})
    back = [
        replace(
            line,
            quantity=-line.quantity,
            amount_ore=-line.amount_ore,
            hours=tuple(-one for one in line.hours),
        )
        for line in lines
    ]
    assert invoice(EVERYTHING, many, MARCH, lines + back, {FEBRUARY, MARCH}) == lines
