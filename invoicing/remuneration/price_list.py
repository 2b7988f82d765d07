"""Reads the rows of a price list, as the terms store them, into components."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from invoicing.remuneration.price_rules import (
    DayPrice,
    DayRate,
    HourlyRate,
    Index,
    IndexStep,
    LevelPrice,
    MonthlyRate,
    PaidAbsence,
    PriceComponent,
    ReportFee,
    ResultFee,
    StartFee,
)
from marketplace.procurement.price_rules import (
    Component,
    DayPart,
    PriceDraft,
    PriceSettings,
    price_problems,
    settings_of,
)


@dataclass(frozen=True, slots=True)
class PriceList:
    """The components of a list, and what is wrong with it in Swedish. A list with problems pays nothing."""

    components: tuple[PriceComponent, ...] = ()
    problems: tuple[str, ...] = ()


def read_price_list(rows: Iterable[PriceDraft]) -> PriceList:
    """Components in their fixed order, or the reasons why the rows do not make a price list."""
    listed = list(rows)
    problems = price_problems(listed)
    if problems:
        return PriceList(problems=tuple(problems))
    settings = settings_of(listed)
    by_component = {one: [row for row in listed if row.component == one] for one in Component}
    return PriceList(tuple(_READERS[one](found, settings) for one, found in by_component.items() if found))


def _day_rate(rows: list[PriceDraft], settings: PriceSettings) -> DayRate:
    prices = (
        DayPrice(row.amount_ore, row.support_level, DayPart(row.day_part) if row.day_part else None)
        for row in rows
    )
    return DayRate(tuple(prices), settings.whole_from_hours, settings.half_from_hours)


def _monthly_rate(rows: list[PriceDraft], settings: PriceSettings) -> MonthlyRate:
    return MonthlyRate(
        _by_level(rows), settings.month_basis, settings.is_month_prorated, settings.month_from_run_day
    )


def _paid_absence(_: list[PriceDraft], settings: PriceSettings) -> PaidAbsence:
    return PaidAbsence(
        settings.absence_max_in_a_row, settings.absence_max_in_a_month, settings.is_absence_reported_same_day
    )


def _by_level(rows: list[PriceDraft]) -> tuple[LevelPrice, ...]:
    return tuple(LevelPrice(row.amount_ore, row.support_level) for row in rows)


_READERS: Mapping[Component, Callable[[list[PriceDraft], PriceSettings], PriceComponent]] = {
    Component.START_FEE: lambda rows, settings: StartFee(rows[0].amount_ore, settings.start_after_run_days),
    Component.DAY_RATE: _day_rate,
    Component.HOURLY_RATE: lambda rows, _: HourlyRate(_by_level(rows)),
    Component.MONTHLY_RATE: _monthly_rate,
    Component.PAID_ABSENCE: _paid_absence,
    Component.REPORT_FEE: lambda rows, settings: ReportFee(rows[0].amount_ore, settings.late_report_ore),
    Component.RESULT_FEE: lambda rows, settings: ResultFee(rows[0].amount_ore, settings.result_after_months),
    Component.INDEX: lambda _, settings: Index(tuple(IndexStep(*step) for step in settings.index_steps)),
}
