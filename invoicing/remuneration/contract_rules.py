"""What a contract's invoice of a month is computed from, and the computing of it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from enterprises.contracts.rules import VatCategory
from invoicing.remuneration.facts import (
    AttendanceDays,
    ContractTerms,
    Line,
    Month,
    PlacementFacts,
    Problem,
)
from invoicing.remuneration.price_rules import DayRate, HourlyRate, MonthlyRate, ResultFee, StartFee
from invoicing.remuneration.rules import month_lines
from invoicing.remuneration.settlement_rules import lines_to_invoice
from marketplace.procurement.price_rules import Component

BY_THE_DAY = frozenset({Component.DAY_RATE, Component.HOURLY_RATE, Component.PAID_ABSENCE})

MONTHS_LOOKED_BACK = 6
"""So many months before the invoice's are settled with it: a late report, a changed date, a month that was left out."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the contract's edition of a month says. A list with problems pays nothing."""

    terms: ContractTerms
    vat_category: VatCategory
    problems: tuple[str, ...] = ()
    is_rounded: bool = False

    @property
    def pays_days(self) -> bool:
        return any(isinstance(one, DayRate | HourlyRate) for one in self.terms.components)

    @property
    def pays_results(self) -> bool:
        return any(isinstance(one, ResultFee) for one in self.terms.components)

    @property
    def pays_time(self) -> bool:
        """Whether a placement earns something by going on."""
        return any(
            isinstance(one, MonthlyRate) or (isinstance(one, StartFee) and one.after_run_days > 0)
            for one in self.terms.components
        )


@dataclass(frozen=True, slots=True)
class DaysOnRecord:
    """One placement's in one month."""

    groups: tuple[AttendanceDays, ...]
    absent_in_a_row: int = 0


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """`agreed` by month: the invoice's own, those before it that are settled with it, and those in `whole`.

    `whole`: months whose days are looked at too, the invoice's own among them.
    """

    month: Month
    agreed: Mapping[Month, Agreed]
    whole: frozenset[Month] = frozenset()
    placements: Sequence[PlacementFacts] = ()
    days: Mapping[Month, Mapping[str, DaysOnRecord]] = field(default_factory=dict)
    invoiced: Sequence[Line] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    lines: list[Line]
    problems: list[tuple[Month, Problem]]
    """What could not be priced, by month; without a placement, it is the price list."""


def settle(facts: ContractFacts) -> Settled:
    """The lines of the month's invoice: its own month, and what has come late or changed in those before it."""
    earned: list[Line] = []
    problems: list[tuple[Month, Problem]] = []
    events = _events(facts.placements)
    for month, agreed in facts.agreed.items():
        if agreed.problems and month in facts.whole:
            problems += [(month, Problem("", reason)) for reason in agreed.problems]
        found = month_lines(agreed.terms, _concerned(facts, month, agreed, events[month]), month)
        problems += [(month, problem) for problem in found.problems]
        earned += found.lines
    lines = lines_to_invoice(_settled(earned, facts), _settled(facts.invoiced, facts), facts.month)
    return Settled(lines, problems)


def _settled(lines: Iterable[Line], facts: ContractFacts) -> list[Line]:
    """Those that the month's invoice settles: days of the months that are whole, and else what is not too long ago."""
    oldest = looked_back(facts.month)[-1]
    settled = {month for month, agreed in facts.agreed.items() if not agreed.problems}
    by_the_day, others = settled & facts.whole, {month for month in settled if month >= oldest}
    return [line for line in lines if line.month in (by_the_day if line.component in BY_THE_DAY else others)]


def _concerned(
    facts: ContractFacts, month: Month, agreed: Agreed, have_event: Set[str]
) -> Iterator[PlacementFacts]:
    """The placements that may earn something in the month."""
    days = facts.days.get(month, {})
    pays_time = agreed.pays_time
    for placement in facts.placements:
        on_record = days.get(placement.number)
        if on_record is not None:
            yield replace(placement, days=on_record.groups, absent_in_a_row=on_record.absent_in_a_row)
        elif (pays_time and _goes_on(placement, month)) or placement.number in have_event:
            yield placement


def _events(placements: Iterable[PlacementFacts]) -> Mapping[Month, Set[str]]:
    """By month, the numbers of those of which something was agreed, filed or verified in it."""
    found: dict[Month, set[str]] = defaultdict(set)
    for placement in placements:
        events = [placement.plan_agreed_on, placement.report_filed_on]
        if placement.result is not None:
            events.append(placement.result.verified_on)
        for day in events:
            if day is not None:
                found[Month.of(day)].add(placement.number)
    return found


def _goes_on(placement: PlacementFacts, month: Month) -> bool:
    return placement.first_day <= month.last_day and (
        placement.last_day is None or placement.last_day >= month.first_day
    )


def looked_back(month: Month) -> list[Month]:
    """The months before it that are settled with it, the latest first."""
    months = [month.previous]
    while len(months) < MONTHS_LOOKED_BACK:
        months.append(months[-1].previous)
    return months
