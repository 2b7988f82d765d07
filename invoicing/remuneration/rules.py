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

from invoicing.remuneration.facts import (
    AttendanceDay,
    ContractTerms,
    DayKind,
    Line,
    LineDay,
    Month,
    MonthResult,
    PlacementFacts,
    Problem,
    Unit,
)
from invoicing.remuneration.price_rules import (
    DayRate,
    HourlyRate,
    Index,
    MonthlyRate,
    PaidAbsence,
    PriceComponent,
    ReportFee,
    ResultFee,
    StartFee,
    whole_ore,
)
from marketplace.procurement.price_rules import (
    COMPONENT_SV,
    DAY_PART_SV,
    Component,
    DayPart,
    MonthBasis,
)
from marketplace.procurement.price_words import kronor_text
from marketplace.swedish import counted
from placements.participants.rules import support_level_sv

COMPONENT_ORDER = list(Component)


def month_lines(terms: ContractTerms, placements: Iterable[PlacementFacts], month: Month) -> MonthResult:
    """The lines that one contract earns in one month, and what could not be priced.

    The order of placements and days does not matter. Days that are already invoiced earn nothing again, and
    fees in `already_paid` are not paid twice. A fee whose day passed in an earlier month without being paid
    is paid now.
    """
    prices = _Prices.of(terms.components)
    lines: list[Line] = []
    problems: list[Problem] = []
    for placement in sorted(placements, key=lambda one: one.number):
        pricing = _PlacementMonth(terms, prices, placement, month)
        lines += pricing.lines()
        problems += pricing.problems
    return MonthResult(tuple(lines), tuple(problems))


@dataclass(frozen=True, slots=True)
class _Prices:
    """The components of a contract by kind, and every price with index."""

    start_fee: StartFee | None = None
    day_rate: DayRate | None = None
    hourly_rate: HourlyRate | None = None
    monthly_rate: MonthlyRate | None = None
    paid_absence: PaidAbsence | None = None
    report_fee: ReportFee | None = None
    result_fee: ResultFee | None = None
    index: Index | None = None

    @classmethod
    def of(cls, components: Iterable[PriceComponent]) -> _Prices:
        by_kind: dict[str, PriceComponent] = {}
        for one in components:
            if one.component.value in by_kind:
                raise ValueError(f"{one.component} is twice in the price list")
            by_kind[one.component.value] = one
        return cls(**by_kind)  # type: ignore[arg-type]  # each component's value is the name of its field

    def on(self, day: dt.date, price_ore: int) -> int:
        return price_ore if self.index is None else self.index.applied(price_ore, day)


@dataclass(frozen=True, slots=True)
class _DayKey:
    """Days with the same key share a line."""

    component: Component
    part: DayPart | None
    price_ore: int


@dataclass
class _PlacementMonth:
    terms: ContractTerms
    prices: _Prices
    placement: PlacementFacts
    month: Month
    problems: list[Problem] = field(default_factory=list)

    def lines(self) -> list[Line]:
        found = [*self._day_lines(), *self._month_lines(), *self._fee_lines()]
        return sorted(
            (line for line in found if line.amount_ore),
            key=lambda line: (
                COMPONENT_ORDER.index(line.component),
                line.first_day,
                line.description_sv,
                line.price_ore,
            ),
        )

    # Days and hours

    def _day_lines(self) -> Iterator[Line]:
        groups: dict[_DayKey, list[LineDay]] = defaultdict(list)
        holes: dict[str, list[dt.date]] = defaultdict(list)
        for attendance in self._days_to_pay():
            for key, quantity in self._earned(attendance, holes):
                groups[key].append(LineDay(attendance.day, quantity))
        self._report(holes)
        for key, days in groups.items():
            is_hours = key.component is Component.HOURLY_RATE
            quantity = sum((day.quantity for day in days), Decimal(0))
            yield self._line(
                key.component,
                what=DAY_PART_SV[key.part] if key.part else "",
                basis_sv=_days_basis(key.component, len(days)),
                quantity=quantity,
                unit=Unit.HOUR if is_hours else Unit.DAY,
                price_ore=key.price_ore,
                first_day=days[0].day,
                last_day=days[-1].day,
                days=tuple(days),
            )

    def _earned(
        self, attendance: AttendanceDay, holes: dict[str, list[dt.date]]
    ) -> Iterator[tuple[_DayKey, Decimal]]:
        """The components that one day earns, with its quantity."""
        level = self.placement.level
        is_present = attendance.kind is DayKind.PRESENT
        hours = attendance.actual_hours if is_present else attendance.planned_hours
        if hours <= 0:
            what = "närvaro utan timmar" if is_present else "giltig frånvaro utan planerade timmar"
            holes[f"Dagen är registrerad som {what}. Rätta timmarna."].append(attendance.day)
            return
        rate = self.prices.day_rate
        if rate is not None:
            part = rate.part_of(hours)
            price = rate.price(level, part)
            if price is None:
                holes[_no_price(Component.DAY_RATE, level, DAY_PART_SV[part])].append(attendance.day)
            else:
                component = Component.DAY_RATE if is_present else Component.PAID_ABSENCE
                yield _DayKey(component, part, self.prices.on(attendance.day, price)), Decimal(1)
        if self.prices.hourly_rate is not None and is_present:
            price = self.prices.hourly_rate.price(level)
            if price is None:
                holes[_no_price(Component.HOURLY_RATE, level)].append(attendance.day)
            else:
                yield _DayKey(Component.HOURLY_RATE, None, self.prices.on(attendance.day, price)), hours

    def _days_to_pay(self) -> list[AttendanceDay]:
        """Present days and paid absence of the month, in order, that no invoice has asked for yet."""
        if self.prices.day_rate is None and self.prices.hourly_rate is None:
            return []
        to_pay = []
        outside: dict[str, list[dt.date]] = defaultdict(list)
        for attendance in self._present_and_paid_absence():
            if attendance.day not in self.month or attendance.is_invoiced:
                continue
            reason = self._why_outside(attendance.day)
            if reason:
                outside[reason].append(attendance.day)
            else:
                to_pay.append(attendance)
        self._report(outside)
        return to_pay

    def _present_and_paid_absence(self) -> Iterator[AttendanceDay]:
        """Days in a row count from the first day away and are broken only by a day of attendance."""
        rule = self.prices.paid_absence
        in_a_row = 0
        paid_in_month = 0
        for attendance in self._known_days():
            if attendance.kind is DayKind.PRESENT:
                in_a_row = 0
                yield attendance
                continue
            in_a_row += 1
            if attendance.kind is not DayKind.VALID_ABSENCE or rule is None:
                continue
            if rule.must_be_reported_same_day and not attendance.is_reported_same_day:
                continue
            if rule.max_in_a_row is not None and in_a_row > rule.max_in_a_row:
                continue
            if attendance.day in self.month:
                if rule.max_in_a_month is not None and paid_in_month >= rule.max_in_a_month:
                    continue
                paid_in_month += 1
            yield attendance

    def _known_days(self) -> list[AttendanceDay]:
        """Each day once, in order. Two different records of one day are a problem, and neither is paid."""
        by_day: dict[dt.date, set[AttendanceDay]] = defaultdict(set)
        for attendance in self.placement.days:
            by_day[attendance.day].add(attendance)
        doubtful = tuple(
            sorted(day for day, records in by_day.items() if len(records) > 1 and day in self.month)
        )
        if doubtful:
            self._problem(
                "Samma dag är registrerad två gånger med olika innehåll. Ta bort den ena.", doubtful
            )
        return [next(iter(records)) for _, records in sorted(by_day.items()) if len(records) == 1]

    def _why_outside(self, day: dt.date) -> str:
        if not _covers(self.placement.first_day, self.placement.last_day, day):
            return "Närvaron ligger utanför placeringens tid. Rätta närvaron eller placeringens datum."
        if not _covers(self.terms.first_day, self.terms.last_day, day):
            return "Närvaron ligger utanför avtalets tid. Kontrollera avtalets datum."
        return ""

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
            if event_day > self.month.last_day or component in self.placement.already_paid:
                continue
            day = max(event_day, self.month.first_day)
            yield self._line(
                component,
                basis_sv=basis_sv,
                unit=Unit.PIECE,
                price_ore=self.prices.on(event_day, price_ore),
                first_day=day,
                last_day=day,
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
        days: tuple[LineDay, ...] = (),
    ) -> Line:
        level = (
            ""
            if self.placement.level is None or unit is Unit.PIECE
            else support_level_sv(self.placement.level).lower()
        )
        return Line(
            placement_number=self.placement.number,
            component=component,
            description_sv=", ".join(part for part in (COMPONENT_SV[component], level, what) if part),
            basis_sv=basis_sv,
            quantity=quantity,
            unit=unit,
            price_ore=price_ore,
            amount_ore=whole_ore(quantity * price_ore),
            first_day=first_day,
            last_day=last_day,
            days=days,
        )

    def _problem(self, reason_sv: str, days: tuple[dt.date, ...] = ()) -> None:
        self.problems.append(Problem(self.placement.number, reason_sv, days))

    def _report(self, days_by_reason: dict[str, list[dt.date]]) -> None:
        for reason_sv, days in days_by_reason.items():
            self._problem(reason_sv, tuple(days))


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day some months later, or the last day of a month that is too short."""
    later = Month((day.year * 12 + day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1)
    return later.first_day.replace(day=min(day.day, later.length))


def _covers(first_day: dt.date, last_day: dt.date | None, day: dt.date) -> bool:
    return first_day <= day and (last_day is None or day <= last_day)


def _no_price(component: Component, level: str | None, part_sv: str = "") -> str:
    name = COMPONENT_SV[component].lower()
    if level is None:
        return (
            f"Placeringen har ingen stödnivå, men avtalets {name} har pris per nivå. Ange placeringens nivå."
        )
    what = ", ".join(text for text in (support_level_sv(level).lower(), part_sv) if text)
    return f"Prislistan saknar {name} för {what}. Komplettera avtalets prislista."


def _days_basis(component: Component, count: int) -> str:
    if component is Component.PAID_ABSENCE:
        return f"{counted(count, 'dag', 'dagar')} med giltig frånvaro"
    return counted(count, "närvarodag", "närvarodagar")
