"""Periods and sums of a supplier's indicators."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from indicators.definitions.keys import Definition, Indicator, Measure
from indicators.definitions.suppliers_rules import SUPPLIERS
from indicators.rules import NOTHING_TO_COUNT_SV, Share
from marketplace.swedish import counted, counted_of, plain_number

OF_PLACEMENTS: Final = tuple(one.key for one in SUPPLIERS if one.key is not Indicator.OCCUPANCY)
"""Those that have placements behind them."""


@dataclass(frozen=True, slots=True)
class Value:
    """One indicator over some months: the sums, never an average of averages."""

    definition: Definition
    numerator: int
    denominator: int

    @property
    def is_empty(self) -> bool:
        return self.denominator == 0

    @property
    def share(self) -> Share | None:
        """The value as a share; None for a mean or a count."""
        return Share(self.numerator, self.denominator) if self.definition.measure is Measure.SHARE else None

    @property
    def value(self) -> float | None:
        if self.definition.measure is Measure.COUNT:
            return float(self.numerator)
        return None if self.is_empty else self.numerator / self.denominator

    @property
    def interval(self) -> tuple[float, float] | None:
        share = self.share
        return share.interval if share is not None and self.definition.has_interval else None

    @property
    def short_sv(self) -> str:
        """”83,3 %”, or for a mean or a count the number without its unit."""
        if self.value is None:
            return "–"
        share = self.share
        is_count = self.definition.measure is Measure.COUNT
        return share.percent_sv if share is not None else plain_number(self.value, 0 if is_count else 1)

    @property
    def count_sv(self) -> str:
        """”5 av 6”, or ”7 på 5” for a mean."""
        if self.is_empty:
            return NOTHING_TO_COUNT_SV
        joint = "av" if self.share else "på"
        return f"{plain_number(self.numerator)} {joint} {plain_number(self.denominator)}"

    @property
    def basis_sv(self) -> str:
        """”5 av 6 placeringar”, ”1 av 1 placering”, or ”arbetsdagar i snitt: 7 på 5 förfrågningar” for a mean."""
        if self.is_empty:
            return NOTHING_TO_COUNT_SV.capitalize()
        defined = self.definition
        if self.share is not None:
            return counted_of(self.numerator, self.denominator, defined.unit_one_sv, defined.unit_sv)
        cases = counted(self.denominator, defined.case_one_sv, defined.case_sv)
        return f"{defined.unit_sv} i snitt: {plain_number(self.numerator)} på {cases}"


def summed(definition: Definition, parts: Iterable[tuple[int, int]]) -> Value:
    """The indicator over several months, from each month's numerator and denominator."""
    numerator = denominator = 0
    for part_numerator, part_denominator in parts:
        numerator += part_numerator
        denominator += part_denominator
    return Value(definition, numerator, denominator)


def months_back(last: date, count: int) -> list[date]:
    """The first days of ``count`` months, oldest first, ending with the month of ``last``."""
    number = last.year * 12 + last.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(number - count + 1, number + 1)]
