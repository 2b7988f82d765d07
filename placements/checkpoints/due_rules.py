"""When a participant is asked: at the start, every third month and at the end of a placement."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.reference.rules import add_months, add_working_days
from placements.booking.rules import PlacementState
from placements.checkpoints.rules import Occasion

WORKING_DAYS_TO_ANSWER = 10
_START_WITHIN = timedelta(days=28)
"""A start is asked about while it is one: a survey that is published later begins with the next occasion."""
_END_WITHIN = timedelta(days=28)
_NEAR_THE_END = timedelta(days=21)
"""So near its last day a placement is asked about at the end instead."""
_OPEN_AFTER_DUE = timedelta(days=42)
_ENDED = frozenset({PlacementState.COMPLETED, PlacementState.ENDED_EARLY})


@dataclass(frozen=True)
class Stay:
    """What of a placement says when to ask."""

    state: PlacementState
    started_on: date | None
    last_day: date
    is_moved: bool = False
    """The participant goes on at another place: nothing has ended."""


@dataclass(frozen=True)
class Due:
    occasion: Occasion
    number: int
    """Which quarter; 0 at the start and the end."""
    due_on: date


def due_now(stay: Stay, today: date, made: Collection[tuple[Occasion, int]]) -> Due | None:
    """What to ask of today, unless it has been made already. A quarter that was missed is not made up for."""
    asked = _occasion_on(stay, today)
    if asked is None or asked in made:
        return None
    return Due(*asked, add_working_days(today, WORKING_DAYS_TO_ANSWER))


def _occasion_on(stay: Stay, today: date) -> tuple[Occasion, int] | None:
    if stay.started_on is None or stay.started_on > today:
        return None
    if stay.state in _ENDED:
        is_recent = today - stay.last_day <= _END_WITHIN
        return (Occasion.END, 0) if is_recent and not stay.is_moved else None
    if stay.state is not PlacementState.RUNNING:
        return None
    number = 0
    while add_months(stay.started_on, 3 * (number + 1)) <= today:
        number += 1
    if number == 0:
        return (Occasion.START, 0) if today - stay.started_on <= _START_WITHIN else None
    is_near_the_end = stay.last_day - add_months(stay.started_on, 3 * number) < _NEAR_THE_END
    return None if is_near_the_end else (Occasion.QUARTER, number)


def is_over(due_on: date, today: date) -> bool:
    """Whether nobody is waited for any more. It can be answered late for some weeks; then the moment is gone."""
    return today > due_on + _OPEN_AFTER_DUE
