"""What a month is expected to earn: the days on record, and what is booked as if it is done.

Assumed, and said wherever it is shown: planned days that are not on record are attended; the plan of whoever begins is
agreed on her first day; the final report is filed in time, on the last day. The lower end takes of the planned days
only the share that has been attended so far, and takes absence for unpaid. What is not booked is not counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_

from invoicing.remuneration.facts import (
    AttendanceDays,
    ContractTerms,
    DayKind,
    Month,
    MonthResult,
    PlacementFacts,
    Unit,
    day_set,
)
from invoicing.remuneration.rules import month_lines

ASSUMED_SV = (
    "Planerade dagar räknas som genomförda, planen för den som börjar som överenskommen första dagen och "
    "slutdokumentationen som lämnad i tid sista dagen. Det lägre beloppet räknar bara med den andel av dagarna som har "
    "blivit närvaro hittills, och ingen ersättning för frånvaro. Bara det som är bokat är med."
)

Hours = Mapping[date, Decimal]


@dataclass(frozen=True, slots=True)
class Attended:
    """How many of the planned days became attendance."""

    days: int
    planned: int

    @property
    def share(self) -> Decimal:
        """One while there is nothing to go by."""
        return Decimal(self.days) / self.planned if self.planned else Decimal(1)


@dataclass(frozen=True, slots=True)
class Expected:
    attended: Attended
    low_ore: int
    high_ore: int
    unpriced: int
    """Placements of which something could not be priced, and is in neither end."""


def expected(
    terms: ContractTerms,
    placements: Iterable[PlacementFacts],
    planned: Mapping[str, Hours],
    month: Month,
    *,
    today: date,
    attended: Attended,
) -> Expected:
    """`planned`: the hours of each planned day, by placement's number. A month that is over has only its record."""
    known = list(placements)
    whole = earned = month_lines(terms, known, month)
    if month.last_day >= today:
        booked = [_as_if_done(one, planned.get(one.number, {}), month, today) for one in known]
        whole = month_lines(terms, booked, month)
    coming_ore = _ore_of_days(whole) - _ore_of_days(earned)
    high_ore = _ore(whole)
    return Expected(
        attended=attended,
        low_ore=high_ore - coming_ore + int(coming_ore * attended.share),
        high_ore=high_ore,
        unpriced=len({problem.placement_number for problem in whole.problems}),
    )


def _as_if_done(facts: PlacementFacts, planned: Hours, month: Month, today: date) -> PlacementFacts:
    recorded = reduce(or_, (row.days for row in facts.days), 0)
    by_hours: dict[Decimal, list[date]] = defaultdict(list)
    for day, hours in planned.items():
        if day in month and day <= (facts.last_day or day):
            by_hours[hours].append(day)
    coming = [
        AttendanceDays(day_set(days) & ~recorded, DayKind.PRESENT, hours, hours)
        for hours, days in by_hours.items()
    ]
    begins = facts.first_day if facts.first_day in month and facts.began_on is None else None
    ends = facts.last_day if facts.last_day in month and not facts.is_continued else None
    files = facts.report_filed_on or (ends if ends and ends >= today else None)
    return replace(
        facts,
        days=(*facts.days, *coming),
        plan_agreed_on=facts.plan_agreed_on or begins,
        report_filed_on=files,
        report_due_on=facts.report_due_on or files,
    )


def _ore(result: MonthResult) -> int:
    return sum(line.amount_ore for line in result.lines)


def _ore_of_days(result: MonthResult) -> int:
    return sum(line.amount_ore for line in result.lines if line.unit in {Unit.DAY, Unit.HOUR})
