"""Two supervisors save the same day at the same moment: one of them is told, whoever comes second."""

from datetime import date
from decimal import Decimal
from functools import partial

from sqlalchemy import insert

from marketplace.db import db
from marketplace.errors import Conflict
from marketplace.tenancy import acting_as
from placements.attendance.models import AttendanceDay, NoTrainingDay
from placements.attendance.queries import days_of_placement, no_training_days
from placements.attendance.rules import AttendanceKind
from placements.attendance.services import record_attendance
from placements.booking.models import Placement
from tests.support.application import Database
from tests.support.at_once import all_at_once, by, refusals
from tests.support.placement_market import build_market
from tests.support.training import present, running

TUESDAY = date(2026, 3, 10)


def test_one_of_two_is_told_and_the_other_stands(database: Database) -> None:
    market = build_market()
    placement_id = running(market)
    db.session.remove()
    seen = {(placement_id, TUESDAY): False}
    both = [
        by(market.supervisor, partial(record_attendance, [present(placement_id, TUESDAY, hours)], stood=seen))
        for hours in (2, 3)
    ]
    results = all_at_once(database, both, TUESDAY)
    (refusal,) = refusals(results)
    assert isinstance(refusal, Conflict)
    with acting_as(market.officer):
        (day,) = days_of_placement(placement_id)
    assert day.actual_hours == (3 if results[0] is refusal else 2)


def test_one_records_the_day_that_the_other_clears(database: Database) -> None:
    market = build_market()
    placement_id = running(market)
    db.session.remove()
    seen = {(placement_id, TUESDAY): False}
    save = partial(record_attendance, stood=seen)
    both = [
        by(market.supervisor, partial(save, [present(placement_id, TUESDAY)])),
        by(market.supervisor, partial(save, [], no_training={(placement_id, TUESDAY): Decimal(4)})),
    ]
    (refusal,) = refusals(all_at_once(database, both, TUESDAY))
    assert isinstance(refusal, Conflict)
    with acting_as(market.officer):
        said = [*days_of_placement(placement_id), *no_training_days([placement_id], TUESDAY, TUESDAY)]
    assert len(said) == 1


def test_the_database_itself_keeps_a_day_on_one_side(database: Database) -> None:
    """Whoever writes past the services, without holding the placement first."""
    market = build_market()
    placement_id = running(market)
    with acting_as(market.officer):
        contract_id = db.session.get_one(Placement, placement_id).contract_id
    db.session.remove()
    key = {"placement_id": placement_id, "day": TUESDAY, "planned_hours": 4}
    present_there = {"kind": AttendanceKind.PRESENT, "actual_hours": 4, "contract_id": contract_id}
    rows = [insert(AttendanceDay).values(**key, **present_there), insert(NoTrainingDay).values(**key)]
    results = all_at_once(database, [by(market.supervisor, partial(db.session.execute, row)) for row in rows])
    assert len(refusals(results)) <= 1
    with acting_as(market.officer):
        recorded = days_of_placement(placement_id)
        assert bool(recorded) != bool(no_training_days([placement_id], TUESDAY, TUESDAY))
