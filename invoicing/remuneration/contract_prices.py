"""The prices of one contract in a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from invoicing.remuneration.facts import Days, Month, first_and_last
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
)
from marketplace.procurement.price_rules import DayPart


@dataclass(frozen=True)
class Prices:
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
    def of(cls, components: Iterable[PriceComponent]) -> Prices:
        by_kind: dict[str, PriceComponent] = {}
        for one in components:
            if one.component.value in by_kind:
                raise ValueError(f"{one.component} is twice in the price list")
            by_kind[one.component.value] = one
        return cls(**by_kind)  # type: ignore[arg-type]  # each component's value is the name of its field

    def on(self, day: dt.date, price_ore: int) -> int:
        return price_ore if self.index is None else self.index.applied(price_ore, day)

    def by_index(self, days: Days, month: Month, price_ore: int) -> Iterator[tuple[Days, int]]:
        """The days by their price with index, which changes in few months."""
        if self.index is None:
            yield days, price_ore
            return
        for since, until in self._steps_in(month, self.index):
            part = days & until & ~since
            if part:
                yield part, self.on(first_and_last(part, month)[0], price_ore)

    @staticmethod
    def _steps_in(month: Month, index: Index) -> list[tuple[Days, Days]]:
        days = sorted({step.from_day.day for step in index.steps if step.from_day in month} - {1})
        ends = [(1 << day - 1) - 1 for day in days]
        return list(zip([0, *ends], [*ends, (1 << month.length) - 1], strict=True))

    @cached_property
    def day_price(self) -> Callable[[str | None, DayPart], int | None]:
        assert self.day_rate is not None
        return cache(self.day_rate.price)
