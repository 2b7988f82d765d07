"""On which days something was in a state, from the changes that were recorded."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

FREE_WITHIN_DAYS: Final = 14
AHEAD_DAYS: Final = 56
"""Days after today that capacity is counted for, from what is booked so far."""
RECOUNTED_DAYS: Final = 62
"""Days before today that are counted anew each time, since what was recorded of them can still be put right."""
ALWAYS: Final = date(9999, 12, 31)

Period = tuple[date, date]
"""First and last day, both included."""


def periods_in_state(changes: Sequence[tuple[date, str]], state: str) -> list[Period]:
    """Days on which the last change of the day, or of an earlier one, led to ``state``; changes in order of time."""
    days: dict[date, str] = dict(changes)
    starts = sorted(days)
    periods: list[Period] = []
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        if days[start] != state:
            continue
        last = ALWAYS if following is None else following - timedelta(days=1)
        if periods and periods[-1][1] + timedelta(days=1) == start:
            periods[-1] = (periods[-1][0], last)
        else:
            periods.append((start, last))
    return periods


def overlaps(left: Iterable[Period], right: Iterable[Period]) -> list[Period]:
    """Days in both, in order and without overlap between them."""
    others = list(right)
    shared = (
        (max(first, other_first), min(last, other_last))
        for first, last in left
        for other_first, other_last in others
        if first <= other_last and other_first <= last
    )
    return merged(shared)


def merged(periods: Iterable[Period]) -> list[Period]:
    """The same days as periods that neither overlap nor touch, in order."""
    result: list[Period] = []
    for first, last in sorted(periods):
        if result and (result[-1][1] == ALWAYS or first <= result[-1][1] + timedelta(days=1)):
            result[-1] = (result[-1][0], max(last, result[-1][1]))
        else:
            result.append((first, last))
    return result
