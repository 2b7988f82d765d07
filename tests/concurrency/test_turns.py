"""Officers who assign at the same moment get a turn each, and no turn is given twice."""

from sqlalchemy import select

from marketplace.clock import travelling
from marketplace.db import db
from marketplace.tenancy import acting_as
from placements.assignment.models import DefaultAssignment
from placements.assignment.services import assign_default
from tests.support.application import Database
from tests.support.at_once import all_at_once, by, refusals
from tests.support.placement_market import TODAY, build_market
from tests.support.turns import shared_system, undecided


def test_turns_queue(database: Database) -> None:
    market = build_market(seats=10)
    with travelling(TODAY):
        system_id = shared_system(market)
        rounds = [undecided(market, number) for number in range(1, 7)]
    acts = [by(market.officer, lambda one=one: assign_default(one, system_id).turn) for one in rounds]  # type: ignore[misc]
    results = all_at_once(database, acts, on=TODAY)
    assert refusals(results) == []
    assert sorted(map(str, results)) == ["1", "2", "3", "4", "5", "6"]
    with acting_as(market.officer):
        places = db.session.scalars(select(DefaultAssignment.place_id).order_by(DefaultAssignment.turn)).all()
    assert [place == market.bakery_place_id for place in places] == [False, True] * 3
