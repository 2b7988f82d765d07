"""What is to happen in the history, in order: day by day, and within a day by phase and actor."""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import IntEnum
from itertools import count

from marketplace import clock
from marketplace.db import db, transaction
from marketplace.errors import DomainError
from marketplace.tenancy import Actor, acting_as


class Phase(IntEnum):
    """The order of a day. The clock stands three quarters of an hour later for each."""

    JOBS = 0
    PROCUREMENT = 1
    SUPPLY = 2
    REGISTRATIONS = 3
    DECISIONS = 4
    CASES = 5
    ANSWERS = 6
    TRAINING = 7
    ATTENDANCE = 8
    ENDINGS = 9
    INVOICES = 10
    ATTESTS = 11


_MORNING = 8 * 60  # minutes after midnight
_BETWEEN_PHASES = 45


@dataclass(order=True)
class _Task:
    day: date
    phase: Phase
    actor_key: str
    number: int
    actor: Actor = field(compare=False)
    act: Callable[[], object] = field(compare=False)
    otherwise: Callable[[], None] | None = field(compare=False)


class Agenda:
    """Tasks by time. All that one actor does in a phase of a day is one transaction."""

    def __init__(self, ends_on: date, away: Mapping[int, date] | None = None) -> None:
        """Nothing happens after `ends_on`, nor by someone (by membership) after the day that they went away.

        New participants are registered all the same.
        """
        self.ends_on = ends_on
        self._away = away or {}
        self._tasks: list[_Task] = []
        self._numbers = count()

    def add(
        self,
        day: date,
        phase: Phase,
        actor: Actor,
        act: Callable[[], object],
        otherwise: Callable[[], None] | None = None,
    ) -> None:
        """On `day` the actor acts. Where the rules may refuse, `otherwise` says what is done instead."""
        is_away = phase is not Phase.REGISTRATIONS and day > self._away.get(
            actor.membership_id or 0, date.max
        )
        if day <= self.ends_on and not is_away:
            key = f"{actor.organisation_id or actor.authority_id or 0:06d}-{actor.membership_id or 0:06d}"
            task = _Task(day, phase, key, next(self._numbers), actor, act, otherwise)
            heapq.heappush(self._tasks, task)

    def run(self, on_new_month: Callable[[date], None] | None = None) -> None:
        """Does everything. `on_new_month` is called with the first day of each month that has tasks."""
        month: tuple[int, int] | None = None
        while self._tasks:
            together = self._next()
            day = together[0].day
            if on_new_month and month != (day.year, day.month):
                month = (day.year, day.month)
                on_new_month(day.replace(day=1))
            self._do(together)

    def _next(self) -> list[_Task]:
        """What the next actor does in the next phase."""
        first = heapq.heappop(self._tasks)
        together = [first]
        same = (first.day, first.phase, first.actor_key)
        while self._tasks and (self._tasks[0].day, self._tasks[0].phase, self._tasks[0].actor_key) == same:
            together.append(heapq.heappop(self._tasks))
        return together

    def _do(self, together: list[_Task]) -> None:
        first = together[0]
        with clock.travelling(instant(first.day, first.phase)), acting_as(first.actor), transaction():
            for task in together:
                if task.otherwise is None:
                    task.act()
                    continue
                try:
                    with db.session.begin_nested():
                        task.act()
                except DomainError:
                    task.otherwise()


def instant(day: date, phase: Phase) -> datetime:
    minutes = _MORNING + phase * _BETWEEN_PHASES
    return datetime.combine(day, time(minutes // 60, minutes % 60), clock.STOCKHOLM)
