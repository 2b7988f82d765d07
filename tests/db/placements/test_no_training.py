"""A day that was said to be without training stays so: it is neither filled in again nor waited for."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import DBAPIError

from marketplace import audit
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, DomainError, Invalid, NotFound
from marketplace.tenancy import Actor, acting_as
from placements.attendance.absence_queries import expected_today, next_training
from placements.attendance.models import NoTrainingDay
from placements.attendance.month_queries import opening_month
from placements.attendance.queries import days_of_placement, no_training_days
from placements.attendance.rules import AttendanceEntry, AttendanceKind, Stands
from placements.attendance.services import correct_day, record_attendance, report_absence
from placements.attendance.waiting_queries import missing_by_week
from placements.attendance.week_queries import week_grid
from placements.attendance.week_rules import DayChoice
from tests.support.invoiced import march_approved
from tests.support.placement_market import Market
from tests.support.training import absent, agreed, attended, present, running

MONDAY = date(2026, 3, 16)
WEEK = [MONDAY + timedelta(days=number) for number in range(5)]
PLANNED = WEEK[:4]
NEXT_MONDAY = date(2026, 3, 23)


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(WEEK[4]):
        yield ready_market


@pytest.fixture
def placement_id(market: Market) -> int:
    placement_id = running(market)
    attended(market, placement_id, *(date(2026, 3, day) for day in range(9, 13)))
    return placement_id


def rest(
    market: Market, placement_id: int, *days: date, by: Actor | None = None, stood: Stands | None = None
) -> int:
    keys = [(placement_id, day) for day in days]
    with acting_as(by or market.supervisor), transaction():
        return record_attendance(
            [],
            no_training=dict.fromkeys(keys, Decimal(5)),
            stood=None if stood is None else dict.fromkeys(keys, stood),
        )


def rested(market: Market, placement_id: int) -> list[date]:
    with acting_as(market.officer):
        return [day for _, day in no_training_days([placement_id], WEEK[0], WEEK[4])]


def on_record(market: Market, placement_id: int) -> list[date]:
    with acting_as(market.officer):
        return [day.day for day in days_of_placement(placement_id) if day.day >= MONDAY]


def choices(market: Market) -> list[DayChoice]:
    with acting_as(market.supervisor):
        (row,) = week_grid(MONDAY).rows
        return [day.shown_choice for day in row.days]


def missing(market: Market) -> dict[date, int]:
    with travelling(NEXT_MONDAY), acting_as(market.supervisor):
        return missing_by_week()


def test_the_last_days_of_a_week_stay_without_training(market: Market, placement_id: int) -> None:
    attended(market, placement_id, *WEEK[:2])
    assert missing(market) == {MONDAY: 1}, "half a week still waits"
    assert rest(market, placement_id, *WEEK[2:4]) == 2
    assert rest(market, placement_id, *WEEK[2:4]) == 0
    assert choices(market) == [DayChoice.PRESENT] * 2 + [DayChoice.NO_TRAINING] * 3
    assert missing(market) == {}
    assert on_record(market, placement_id) == WEEK[:2]
    with acting_as(market.officer):
        last = audit.timeline("attendance", placement_id)[0]
    assert (last.action, last.note_sv) == ("clear", "2 dagar, 2026-03-18 till 2026-03-19")


def test_a_day_in_the_middle_that_nobody_has_told_of_waits(market: Market, placement_id: int) -> None:
    attended(market, placement_id, WEEK[0], *WEEK[2:4])
    assert choices(market)[1] is DayChoice.PRESENT
    assert missing(market) == {MONDAY: 1}


def test_a_closed_week_does_not_wait(market: Market, placement_id: int) -> None:
    rest(market, placement_id, *PLANNED)
    assert missing(market) == {}
    assert on_record(market, placement_id) == []


def test_a_plan_that_changes_afterwards_asks_nothing_of_a_saved_week(
    market: Market, placement_id: int
) -> None:
    attended(market, placement_id, *WEEK[1:5])
    rest(market, placement_id, WEEK[0])
    assert missing(market) == {}
    agreed(market, placement_id)
    assert missing(market) == {}


def test_a_day_is_on_record_or_without_training(market: Market, placement_id: int) -> None:
    attended(market, placement_id, *PLANNED)
    assert rest(market, placement_id, WEEK[1]) == 1
    assert (on_record(market, placement_id), rested(market, placement_id)) == (
        [WEEK[0], WEEK[2], WEEK[3]],
        [WEEK[1]],
    )
    attended(market, placement_id, WEEK[1])
    assert (on_record(market, placement_id), rested(market, placement_id)) == (PLANNED, [])
    row = insert(NoTrainingDay).values(placement_id=placement_id, day=WEEK[1], planned_hours=4)
    with pytest.raises(Conflict, match="någon annanstans"), acting_as(market.supervisor), transaction():
        db.session.execute(row)


@pytest.mark.parametrize("stood", [True, False])
def test_who_comes_second_is_told(market: Market, placement_id: int, *, stood: bool) -> None:
    if not stood:
        rest(market, placement_id, WEEK[0])
    with pytest.raises(Conflict, match="någon annanstans"):
        rest(market, placement_id, WEEK[0], stood=stood)


@pytest.mark.parametrize("day", [date(2026, 3, 6), date(2026, 9, 1), date(2026, 3, 21)])
def test_no_day_outside_the_placement_or_to_come(market: Market, placement_id: int, day: date) -> None:
    with pytest.raises(Invalid):
        rest(market, placement_id, day)


def test_nobody_is_away_from_a_day_without_training(market: Market, placement_id: int) -> None:
    with travelling(WEEK[3]):
        rest(market, placement_id, WEEK[3])
        with acting_as(market.supervisor):
            assert expected_today() == []
        with pytest.raises(Conflict), acting_as(market.supervisor), transaction():
            report_absence(placement_id, AttendanceKind.ILL)


def correct(market: Market, placement_id: int, day: date, entry: AttendanceEntry | None) -> None:
    with acting_as(market.officer):
        stood = next((one for one in days_of_placement(placement_id) if one.day == day), None)
    with acting_as(market.supervisor), transaction():
        correct_day(placement_id, day, entry, reason_sv="Fel dag", stood=stood)


def test_after_approval_only_a_correction_puts_a_day_there_or_takes_it_away(
    market: Market, placement_id: int
) -> None:
    attended(market, placement_id, *WEEK[:2])
    rest(market, placement_id, *WEEK[2:4])
    march_approved(market, placement_id)
    for statement in (
        delete(NoTrainingDay).where(NoTrainingDay.placement_id == placement_id),
        insert(NoTrainingDay).values(placement_id=placement_id, day=WEEK[4], planned_hours=0),
    ):
        with pytest.raises(Conflict, match="godkänd"), acting_as(market.supervisor), transaction():
            db.session.execute(statement)
    correct(market, placement_id, WEEK[0], None)
    correct(market, placement_id, WEEK[2], present(placement_id, WEEK[2]))
    correct(market, placement_id, WEEK[3], absent(placement_id, WEEK[3]))
    correct(market, placement_id, WEEK[3], None)
    assert on_record(market, placement_id) == WEEK[1:3]
    assert rested(market, placement_id) == [WEEK[0], WEEK[3]]
    with acting_as(market.officer):
        assert no_training_days([placement_id], WEEK[0], WEEK[0]) == {(placement_id, WEEK[0]): Decimal(4)}


def test_outsiders_see_and_say_nothing(market: Market, placement_id: int) -> None:
    rest(market, placement_id, WEEK[0])
    rows = select(func.count()).select_from(NoTrainingDay)
    for actor in market.outsiders():
        with acting_as(actor):
            assert db.session.scalar(rows) == 0, actor.user_name
        with pytest.raises(DomainError):
            rest(market, placement_id, WEEK[1], by=actor)
    with pytest.raises(NotFound):
        rest(market, placement_id, WEEK[1], by=market.other_supervisor)
    row = insert(NoTrainingDay).values(placement_id=placement_id, day=WEEK[1], planned_hours=4)
    for actor in (market.officer, market.coordinator):
        with pytest.raises(DBAPIError, match="row-level security"), acting_as(actor), transaction():
            db.session.execute(row)


def test_the_months_hours_open_where_somebody_trained(market: Market, placement_id: int) -> None:
    with acting_as(market.supervisor):
        assert opening_month() == date(2026, 3, 1), "began this month"
        with travelling(date(2026, 4, 7)):
            assert opening_month() == date(2026, 3, 1)
        with travelling(date(2027, 6, 1)):
            assert opening_month() < date(2026, 12, 1), "nobody trains any more"
    with acting_as(market.other_supervisor):
        assert opening_month() == date(2026, 2, 1)


def test_the_next_day_of_training_is_named(market: Market, placement_id: int) -> None:
    with acting_as(market.supervisor):
        assert next_training() == NEXT_MONDAY
    with acting_as(market.other_supervisor):
        assert next_training() is None
