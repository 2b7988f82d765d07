"""Attendance recorded at the moment when a placement is ended early: whoever comes second sees what the first did."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import func, select

from marketplace.db import db
from marketplace.errors import Invalid
from marketplace.tenancy import acting_as, system_actor
from placements.attendance.models import AttendanceDay
from placements.attendance.services import record_attendance
from placements.booking.models import Placement
from placements.booking.services import end_placement_early
from tests.support.application import Database
from tests.support.at_once import all_at_once, by, refusals
from tests.support.in_turn import in_turn
from tests.support.placement_market import Market, build_market
from tests.support.training import present, running

TUESDAY, WEDNESDAY = date(2026, 3, 10), date(2026, 3, 11)


@pytest.fixture
def market(database: Database) -> Market:
    return build_market(seats=8)


def acts(placement_id: int) -> dict[str, Callable[[], object]]:
    """It ends on the Tuesday; attendance is for the Wednesday."""
    return {
        "end": lambda: end_placement_early(placement_id, TUESDAY).id,
        "record": lambda: record_attendance([present(placement_id, WEDNESDAY)]),
    }


def last_days(market: Market, placement_id: int) -> tuple[date, date | None]:
    """The placement's, and that of its attendance."""
    latest = select(func.max(AttendanceDay.day)).where(AttendanceDay.placement_id == placement_id)
    with acting_as(system_actor(market.north_id, market.farm_id)):
        last_day = db.session.scalars(select(Placement.last_day).where(Placement.id == placement_id)).one()
        return last_day, db.session.scalar(latest)


@pytest.mark.parametrize(("first", "second"), [("end", "record"), ("record", "end")])
def test_the_second_waits_for_the_first_and_is_refused(
    database: Database, market: Market, first: str, second: str
) -> None:
    placement_id = running(market)
    done = acts(placement_id)
    answer = in_turn(
        database, (market.supervisor, done[first]), (market.supervisor, done[second]), on=WEDNESDAY
    )
    assert isinstance(answer, Invalid)
    last_day, latest = last_days(market, placement_id)
    assert (last_day == TUESDAY, latest == WEDNESDAY) == (first == "end", first == "record")


def test_both_at_once_leave_no_attendance_after_the_end(database: Database, market: Market) -> None:
    for number in range(1, 7):
        placement_id = running(market, number)
        db.session.remove()
        both = [by(market.supervisor, act) for act in acts(placement_id).values()]
        (refusal,) = refusals(all_at_once(database, both, WEDNESDAY))
        assert isinstance(refusal, Invalid)
        last_day, latest = last_days(market, placement_id)
        assert latest is None or latest <= last_day
        db.session.remove()
