"""What a contract earns in a month: a pure function from facts to lines.

Every line can be opened down to the days behind it. What the price list does not price is returned as a
problem with a reason, never guessed. Amounts are öre without VAT.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from operator import itemgetter

from invoicing.remuneration.contract_prices import Prices
from invoicing.remuneration.facts import (
    AttendanceDays,
    ContractTerms,
    DayKind,
    Days,
    Line,
    Month,
    MonthResult,
    PlacementFacts,
    Problem,
    Unit,
    dates_in,
    days_between,
    first_and_last,
)
from invoicing.remuneration.price_rules import whole_ore
from marketplace.procurement.price_rules import (
    COMPONENT_SV,
    DAY_PART_SV,
    Component,
    DayPart,
    MonthBasis,
)
from marketplace.procurement.price_words import kronor_text
from marketplace.reference.rules import add_months
from marketplace.swedish import counted
from placements.participants.rules import support_level_sv

_COMPONENT_ORDER = {component: place for place, component in enumerate(Component)}


def order_of_lines(line: Line) -> tuple[object, ...]:
    """By placement and component; what takes back comes before what is asked for instead."""
    return (
        line.placement_number,
        _COMPONENT_ORDER[line.component],
        line.first_day,
        line.quantity > 0,
        line.description_sv,
        line.price_ore,
    )


def month_lines(terms: ContractTerms, placements: Iterable[PlacementFacts], month: Month) -> MonthResult:
    """What one contract earns in one month by the facts as they are, and what could not be priced.

    Knows nothing of earlier invoices: what is asked for is the difference (settlement_rules). The order of placements
    and days does not matter.
    """
    prices = Prices.of(terms.components)
    lines: list[Line] = []
    problems: list[Problem] = []
    for placement in sorted(placements, key=lambda one: one.number):
        pricing = _PlacementMonth(terms, prices, placement, month)
        lines += pricing.lines()
        problems += pricing.problems
    return MonthResult(tuple(lines), tuple(problems))


_DayKey = tuple[Component, DayPart | None, int]
"""Days of the same component, part of the day and price share a line."""


@dataclass
class _PlacementMonth:
    terms: ContractTerms
    prices: Prices
    placement: PlacementFacts
    month: Month
    problems: list[Problem] = field(default_factory=list)
    _days_by_reason: dict[str, Days] = field(default_factory=lambda: defaultdict(int))

    def lines(self) -> list[Line]:
        found = [*self._day_lines(), *self._month_lines(), *self._fee_lines()]
        for reason_sv, days in self._days_by_reason.items():
            self.problems.append(Problem(self.placement.number, reason_sv, tuple(dates_in(days, self.month))))
        return sorted((line for line in found if line.amount_ore), key=order_of_lines)

    # Days and hours

    def _day_lines(self) -> Iterator[Line]:
        earned: dict[_DayKey, Days] = defaultdict(int)
        hours: dict[dt.date, Decimal] = {}
        for group, days in self._days_to_pay():
            for component, part, price in self._earned(group, days):
                for part_days, price_ore in self.prices.by_index(days, self.month, price):
                    earned[component, part, price_ore] |= part_days
                if component is Component.HOURLY_RATE:
                    hours |= dict.fromkeys(dates_in(days, self.month), group.actual_hours)
        for (component, part, price_ore), days in earned.items():
            count = days.bit_count()
            is_hours = component is Component.HOURLY_RATE
            each = tuple(hours[day] for day in dates_in(days, self.month)) if is_hours else ()
            first_day, last_day = first_and_last(days, self.month)
            yield self._line(
                component,
                what=DAY_PART_SV[part] if part else "",
                basis_sv=days_basis(component, count),
                quantity=sum(each, Decimal(0)) if is_hours else Decimal(count),
                unit=Unit.HOUR if is_hours else Unit.DAY,
                price_ore=price_ore,
                first_day=first_day,
                last_day=last_day,
                days=days,
                hours=each,
            )

    def _earned(self, group: AttendanceDays, days: Days) -> Iterator[tuple[Component, DayPart | None, int]]:
        """The components that each of the days earns, with their prices before index."""
        level = self.placement.level
        is_present = group.kind is DayKind.PRESENT
        hours = group.actual_hours if is_present else group.planned_hours
        if hours <= 0:
            what = "närvaro utan timmar" if is_present else "giltig frånvaro utan planerade timmar"
            self._days_problem(f"Dagen är registrerad som {what}. Rätta timmarna.", days)
            return
        rate = self.prices.day_rate
        if rate is not None:
            part = rate.part_of(hours)
            price = self.prices.day_price(level, part)
            if price is None:
                self._days_problem(_no_price(Component.DAY_RATE, level, DAY_PART_SV[part]), days)
            else:
                yield (Component.DAY_RATE if is_present else Component.PAID_ABSENCE), part, price
        if self.prices.hourly_rate is not None and is_present:
            price = self.prices.hourly_rate.price(level)
            if price is None:
                self._days_problem(_no_price(Component.HOURLY_RATE, level), days)
            else:
                yield Component.HOURLY_RATE, None, price

    def _days_to_pay(self) -> Iterator[tuple[AttendanceDays, Days]]:
        """Present days and paid absence."""
        if not self.placement.days or (self.prices.day_rate is None and self.prices.hourly_rate is None):
            return
        paid_absence = self._paid_absence()
        ours = days_between(self.placement.first_day, self.placement.last_day, self.month)
        agreed = days_between(self.terms.first_day, self.terms.last_day, self.month)
        for group in self.placement.days:
            days = group.days if group.kind is DayKind.PRESENT else group.days & paid_absence
            if days & ~ours:
                reason = "Närvaron ligger utanför placeringens tid. Rätta närvaron eller placeringens datum."
                self._days_problem(reason, days & ~ours)
            if days & ours & ~agreed:
                reason = "Närvaron ligger utanför avtalets tid. Kontrollera avtalets datum."
                self._days_problem(reason, days & ours & ~agreed)
            if days & ours & agreed:
                yield group, days & ours & agreed

    def _paid_absence(self) -> Days:
        """Days in a row count from the first day away and are broken only by a day of attendance."""
        rule = self.prices.paid_absence
        if rule is None:
            return 0
        present = 0
        away: list[tuple[int, AttendanceDays]] = []
        for group in self.placement.days:
            if group.kind is DayKind.PRESENT:
                present |= group.days
            else:
                away += [(number, group) for number in range(31) if group.days >> number & 1]
        found = paid = before = 0
        in_a_row = self.placement.absent_in_a_row
        for number, group in sorted(away, key=itemgetter(0)):
            if present >> before & ((1 << number - before) - 1):
                in_a_row = 0
            before = number
            in_a_row += 1
            if group.kind is not DayKind.VALID_ABSENCE:
                continue
            if rule.must_be_reported_same_day and not group.is_reported_same_day:
                continue
            if rule.max_in_a_row is not None and in_a_row > rule.max_in_a_row:
                continue
            if rule.max_in_a_month is not None and paid >= rule.max_in_a_month:
                continue
            paid += 1
            found |= 1 << number
        return found

    # Months

    def _month_lines(self) -> Iterator[Line]:
        rate = self.prices.monthly_rate
        if rate is None:
            return
        first_day = max(
            self.placement.counted_from + dt.timedelta(days=rate.from_run_day - 1),
            self.terms.first_day,
            self.month.first_day,
        )
        ends = (self.placement.last_day, self.terms.last_day, self.month.last_day)
        last_day = min(day for day in ends if day is not None)
        covered = (last_day - first_day).days + 1
        if covered <= 0 or self.placement.first_day > self.month.last_day:
            return
        if self.placement.is_continued and last_day < self.month.last_day:
            return  # a month in which the participant moves within the contract is the later place's
        is_full = covered == self.month.length
        if not is_full and not rate.is_prorated and rate.basis is MonthBasis.FULL:
            return
        price = rate.price(self.placement.level)
        if price is None:
            self._problem(_no_price(Component.MONTHLY_RATE, self.placement.level))
            return
        price = self.prices.on(first_day, price)
        basis = "hel månad" if is_full else f"påbörjad månad, {covered} av {self.month.length} dagar"
        if rate.is_prorated and not is_full:
            basis = f"{covered} av {self.month.length} dagar av månadspriset {kronor_text(price)}"
            price = whole_ore(Decimal(price * covered) / self.month.length)
        yield self._line(
            Component.MONTHLY_RATE,
            basis_sv=f"{self.month.text_sv.capitalize()}: {basis}",
            unit=Unit.MONTH,
            price_ore=price,
            first_day=first_day,
            last_day=last_day,
        )

    # Fees, once ever

    def _fee_lines(self) -> Iterator[Line]:
        for component, event_day, price_ore, basis_sv in self._fees():
            if event_day in self.month:
                yield self._line(
                    component,
                    basis_sv=basis_sv,
                    unit=Unit.PIECE,
                    price_ore=self.prices.on(event_day, price_ore),
                    first_day=event_day,
                    last_day=event_day,
                )

    def _fees(self) -> Iterator[tuple[Component, dt.date, int, str]]:
        """Every fee whose event has happened: component, day of the event, öre before index, basis."""
        placement = self.placement
        start = self.prices.start_fee
        if start is not None and start.after_run_days:
            due = placement.counted_from + dt.timedelta(days=start.after_run_days - 1)
            if due >= placement.first_day and (placement.last_day is None or placement.last_day >= due):
                basis = f"Placeringen hade pågått i {counted(start.after_run_days, 'dag', 'dagar')} {due}"
                yield start.component, due, start.price_ore, basis
        elif start is not None and placement.plan_agreed_on is not None:
            day = placement.plan_agreed_on
            yield start.component, day, start.price_ore, f"Aktivitetsplanen blev överenskommen {day}"
        report = self.prices.report_fee
        filed = placement.report_filed_on
        if report is not None and filed is not None:
            due_on = placement.report_due_on
            is_late = due_on is not None and filed > due_on
            when = "" if due_on is None else f", {'efter' if is_late else 'inom'} fristen {due_on}"
            price = report.late_price_ore if is_late else report.price_ore
            yield report.component, filed, price, f"Slutdokumentationen lämnades {filed}{when}"
        result_fee = self.prices.result_fee
        result = placement.result
        if result_fee is not None and result is not None:
            lasted_until = add_months(result.began_on, result_fee.after_months)
            if result.verified_on >= lasted_until:
                basis = f"Arbete eller studier sedan {result.began_on}, styrkt {result.verified_on}"
                yield result_fee.component, result.verified_on, result_fee.price_ore, basis

    # Shared

    def _line(
        self,
        component: Component,
        *,
        basis_sv: str,
        unit: Unit,
        price_ore: int,
        first_day: dt.date,
        last_day: dt.date,
        what: str = "",
        quantity: Decimal = Decimal(1),
        days: Days = 0,
        hours: tuple[Decimal, ...] = (),
    ) -> Line:
        level = None if unit is Unit.PIECE else self.placement.level
        return Line(
            placement_number=self.placement.number,
            component=component,
            description_sv=_description(component, level, what),
            basis_sv=basis_sv,
            quantity=quantity,
            unit=unit,
            price_ore=price_ore,
            amount_ore=whole_ore(quantity * price_ore),
            first_day=first_day,
            last_day=last_day,
            days=days,
            hours=hours,
        )

    def _problem(self, reason_sv: str) -> None:
        self.problems.append(Problem(self.placement.number, reason_sv))

    def _days_problem(self, reason_sv: str, days: Days) -> None:
        self._days_by_reason[reason_sv] |= days


@cache
def _description(component: Component, level: str | None, what: str) -> str:
    level_sv = "" if level is None else support_level_sv(level).lower()
    return ", ".join(part for part in (COMPONENT_SV[component], level_sv, what) if part)


def _no_price(component: Component, level: str | None, part_sv: str = "") -> str:
    name = COMPONENT_SV[component].lower()
    if level is None:
        return (
            f"Placeringen har ingen stödnivå, men avtalets {name} har pris per nivå. Ange placeringens nivå."
        )
    what = ", ".join(text for text in (support_level_sv(level).lower(), part_sv) if text)
    return f"Prislistan saknar {name} för {what}. Komplettera avtalets prislista."


@cache
def days_basis(component: Component, count: int) -> str:
    if component is Component.PAID_ABSENCE:
        return f"{counted(count, 'dag', 'dagar')} med giltig frånvaro"
    return counted(count, "närvarodag", "närvarodagar")
