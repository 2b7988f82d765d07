"""Two supervisors save the same day at the same moment: one of them is told, whoever comes second."""

from datetime import date
from functools import partial

from marketplace.db import db
from marketplace.errors import Conflict
from marketplace.tenancy import acting_as
from placements.attendance.queries import days_of_placement
from placements.attendance.services import record_attendance
from tests.support.application import Database
from tests.support.at_once import all_at_once, by, refusals
from tests.support.placement_market import build_market
from tests.support.training import present, running

TUESDAY = date(2026, 3, 10)


def test_one_of_two_is_told_and_the_other_stands(database: Database) -> None:
    market = build_market()
    placement_id = running(market)
    db.session.remove()
    seen = {(placement_id, TUESDAY): None}
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
