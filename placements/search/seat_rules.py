"""A place's seats over some days, from what uses them: the same answers as the database's own `free_seats_over` gives,
for a page of places read in one statement.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Use:
    """Days on which a seat is not free."""

    first_day: date
    last_day: date
    is_retired: bool = False


Uses = Sequence[Use]
"""Those of one seat."""


def is_free(uses: Uses, first_day: date, last_day: date) -> bool:
    """Whether the seat is free on every day from first to last."""
    return not any(use.first_day <= last_day and use.last_day >= first_day for use in uses)


def free_over(seats: Iterable[Uses], first_day: date, last_day: date) -> int:
    return sum(is_free(uses, first_day, last_day) for uses in seats)


def in_service(seats: Iterable[Uses], day: date) -> int:
    """Seats that are not retired on the day."""
    return sum(
        not any(use.is_retired and use.first_day <= day <= use.last_day for use in uses) for uses in seats
    )


def last_taken(seats: Iterable[Uses], start_by: date, until: date, today: date) -> list[date | None]:
    """For each seat that is free over the days: the last day before them, yesterday or later, on which it is taken."""
    yesterday = today - timedelta(days=1)
    return [
        max((use.last_day for use in uses if yesterday <= use.last_day < start_by), default=None)
        for uses in seats
        if is_free(uses, start_by, until)
    ]


def weeks_free(seats: Sequence[Uses], from_day: date, weeks: int = 8) -> list[tuple[date, int, int]]:
    """Monday, free seats over the whole week (from `from_day` in the first), and seats in service, week by week.

    What `free_over` and `in_service` say of each week, counted use by use.
    """
    monday = from_day - timedelta(days=from_day.weekday())
    mondays = [monday + number * WEEK for number in range(weeks)]
    free, serving = [len(seats)] * weeks, [len(seats)] * weeks
    for uses in seats:
        taken, retired = set[int](), set[int]()
        for use in uses:
            if use.last_day < from_day:
                continue
            first = max(0, (use.first_day - monday).days // 7)
            last = min(weeks - 1, (use.last_day - monday).days // 7)
            taken.update(range(first, last + 1))
            if use.is_retired:
                since = first if use.first_day <= max(monday + first * WEEK, from_day) else first + 1
                retired.update(range(since, last + 1))
        for number in taken:
            free[number] -= 1
        for number in retired:
            serving[number] -= 1
    return list(zip(mondays, free, serving, strict=True))


def free_from(uses: Uses, start_by: date, days: int) -> date | None:
    """The first day from `start_by` on from which the seat is free for so many days in a row; None when it is not seen
    to be so."""
    day = start_by
    for use in sorted(uses, key=lambda one: one.first_day):
        if use.last_day < day:
            continue
        if use.first_day > day + timedelta(days=days - 1):
            break
        if use.last_day >= date.max - WEEK:
            return None
        day = use.last_day + timedelta(days=1)
    return day


def free_until(uses: Uses, start_by: date) -> date | None:
    """The last day to which the seat is free from `start_by` on; None when it is not free that day."""
    if not is_free(uses, start_by, start_by):
        return None
    following = min((use.first_day for use in uses if use.first_day > start_by), default=date.max)
    return following - timedelta(days=1)
