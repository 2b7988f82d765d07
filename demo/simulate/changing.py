"""What changes while somebody trains: a longer period, fewer hours, another place (omval).

Chance has streams of its own here, so that the rest of the story is the same with and without.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from demo.simulate.agenda import Phase
from demo.simulate.cases import Case
from demo.simulate.chance import rng_for, some_of
from demo.simulate.finding import find
from demo.simulate.history import History
from marketplace.clock import today
from marketplace.db import get_or_404
from marketplace.errors import Conflict
from marketplace.reference.rules import add_working_days
from placements.booking import services as booking
from placements.booking.rules import DeclineReason
from placements.choice import services as choice
from placements.choice.queries import criteria_for
from placements.participants import services as participants
from placements.participants.models import Grant

_LONGER, _FEWER_HOURS, _MOVES = 0.12, 0.08, 0.06
_IS_AGREED = 0.85
_WEEKS_LONGER = (4, 6, 8, 10)
_LEFT_TO_MOVE = timedelta(weeks=6)

Then = Callable[[History, Case], None]


@dataclass(frozen=True)
class Course:
    """What the changes lead to: somebody begins at another place, and is over at the one before."""

    begin: Then
    leave: Then


def plan(history: History, case: Case, course: Course) -> None:
    """For a placement that has just begun and is to last its period out."""
    rng = rng_for(history.seed, "changes", case.authority.key, case.number, case.first_day)
    drawn = rng.random()
    length = (case.last_day - case.first_day).days
    if drawn < _LONGER:
        _go_on(history, case, rng)
    elif drawn < _LONGER + _FEWER_HOURS:
        _lessen(history, case, rng, case.first_day + timedelta(days=length // 3))
    elif drawn < _LONGER + _FEWER_HOURS + _MOVES and length > 2 * _LEFT_TO_MOVE.days:
        _look_elsewhere(history, case, rng, course, case.first_day + timedelta(days=length // 3))


def _later(history: History, case: Case, day: date, phase: Phase, act: Callable[[], None]) -> None:
    """By the case officer, or whoever acts in the phase. What the rules refuse is left undone."""
    assert case.officer is not None
    actor = {Phase.DECISIONS: history.coordinator, Phase.TRAINING: history.supervisor}.get(phase)
    history.agenda.add(
        add_working_days(day, 0),
        phase,
        actor(case) if actor else case.officer,
        act,
        otherwise=lambda: None,
    )


# A longer period: the coordinator lengthens the grant, the officer asks, the supervisor answers.


def _go_on(history: History, case: Case, rng: Random) -> None:
    last_day = case.last_day + timedelta(weeks=rng.choice(_WEEKS_LONGER))
    day = case.last_day - timedelta(weeks=3)
    is_agreed = rng.random() < _IS_AGREED

    def lengthen() -> None:
        participants.extend_grant(case.grant_id, last_day)
        _later(history, case, today() + timedelta(days=1), Phase.CASES, ask)

    def ask() -> None:
        change_id = booking.ask_extension(case.placement_id, last_day).id
        answer_day = add_working_days(today(), 1)
        _later(history, case, answer_day, Phase.TRAINING, lambda: answer(change_id))

    def answer(change_id: int) -> None:
        if is_agreed:
            booking.agree_change(change_id)
            case.last_day = case.attends_until = last_day
            history.counts["extensions"] += 1
        else:
            booking.decline_change(change_id, DeclineReason.NO_SUPERVISION)

    if day > case.first_day:
        _later(history, case, day, Phase.DECISIONS, lengthen)


# Fewer hours and days a week from a Monday.


def _lessen(history: History, case: Case, rng: Random, day: date) -> None:
    hours = Decimal(round(case.hours_per_week * 3 / 4))
    days = max(1, case.days_per_week - 1)

    def ask() -> None:
        monday = today() + timedelta(days=14 - today().weekday())
        change_id = booking.ask_extent(
            case.placement_id, from_day=monday, hours_per_week=hours, days_per_week=days
        ).id
        answer_day = add_working_days(today(), rng.randint(1, 2))
        _later(history, case, answer_day, Phase.TRAINING, lambda: agree(change_id, monday))

    def agree(change_id: int, monday: date) -> None:
        booking.agree_change(change_id)
        history.counts["changes of extent"] += 1
        _later(history, case, monday, Phase.TRAINING, hold)

    def hold() -> None:
        case.hours_per_week, case.days_per_week = hours, days

    _later(history, case, day, Phase.CASES, ask)


# Omval: shown other places, the participant chooses one and moves there.


def _look_elsewhere(history: History, case: Case, rng: Random, course: Course, day: date) -> None:
    def look() -> None:
        round_id = booking.open_move(case.placement_id).id
        criteria = criteria_for(get_or_404(Grant, case.grant_id))
        found = [one for one in find(criteria) if history.published.places[one.place_id] != case.enterprise]
        if not found:
            raise Conflict("Inget annat att välja.")
        shown = some_of(rng, found, [1.0] * len(found), 3)
        choice.show_places(round_id, [one.place_id for one in shown], criteria)
        chosen = shown[0]
        choice.record_choice(round_id, chosen.place_id)
        first_day = add_working_days(max(criteria.start_by, today() + timedelta(days=7)), 0)
        placement = booking.request_placement(round_id, first_day=first_day)
        moved = replace(
            case,
            choice_round_id=round_id,
            placement_id=placement.id,
            enterprise=history.published.places[placement.place_id],
            first_day=placement.first_day,
            last_day=placement.last_day,
        )
        answer_by = min(placement.answer_due_on, add_working_days(today(), 2))
        _later(history, moved, answer_by, Phase.TRAINING, lambda: accept(moved))

    def accept(moved: Case) -> None:
        booking.accept_placement(moved.placement_id)
        case.attends_until = case.last_day = moved.first_day - timedelta(days=1)
        case.has_moved = True
        history.counts["moves"] += 1
        supervisor = history.supervisor(moved)
        history.agenda.add(moved.first_day, Phase.TRAINING, supervisor, lambda: course.begin(history, moved))
        day_after = add_working_days(moved.first_day, 1)
        history.agenda.add(
            day_after, Phase.ENDINGS, history.supervisor(case), lambda: course.leave(history, case)
        )

    _later(history, case, day, Phase.CASES, look)
