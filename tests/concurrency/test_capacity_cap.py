"""A crowd rushes for the last seats that a contract's cap leaves, at a place with room for them all."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from enterprises.contracts.models import Contract
from marketplace.clock import travelling
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.booking.services import accept_placement, request_placement
from placements.search.queries import how_many, left_out
from placements.search.rules import SearchCriteria
from tests.factories import amend_contract
from tests.support.application import Database
from tests.support.at_once import all_at_once, by, refusals
from tests.support.placement_market import FIRST_DAY, LAST_DAY, TODAY, Market, build_market, chosen

CAP = 3


@pytest.fixture
def market(database: Database) -> Market:
    market = build_market(seats=9)
    with travelling(TODAY), acting_as(system_actor(market.north_id, market.farm_id)), transaction():
        contract = db.session.scalars(select(Contract).where(Contract.authority_id == market.north_id)).one()
        amend_contract(contract, capacity_cap=CAP)
    return market


def rounds(market: Market, how_many: int) -> list[int]:
    with travelling(TODAY):
        return [chosen(market, number, place_id=market.sewing_id) for number in range(1, how_many + 1)]


def live(market: Market) -> list[Placement]:
    db.session.rollback()
    with acting_as(system_actor(market.north_id, market.farm_id)):
        return list(db.session.scalars(select(Placement).order_by(Placement.id)))


def test_no_more_than_the_cap_however_many_at_once(database: Database, market: Market) -> None:
    acts = [
        by(
            market.officer if number % 2 else market.colleague,
            lambda round_id=round_id: request_placement(round_id, first_day=FIRST_DAY).id,  # type: ignore[misc]
        )
        for number, round_id in enumerate(rounds(market, 9))
    ]
    refused = refusals(all_at_once(database, acts, TODAY))
    assert len(live(market)) == CAP
    assert len(refused) == 9 - CAP
    assert all(isinstance(one, Conflict) and "som avtalet tillåter" in one.message_sv for one in refused)


def test_the_cap_is_of_seats_at_once_and_a_request_keeps_its_seat(database: Database, market: Market) -> None:
    half = FIRST_DAY + timedelta(days=60)
    first, *others = rounds(market, 6)
    with travelling(TODAY):
        with acting_as(market.officer), transaction():
            placement_id = request_placement(first, first_day=FIRST_DAY, last_day=half).id
            for round_id in others[:2]:
                request_placement(round_id, first_day=FIRST_DAY)
        with acting_as(market.officer):
            with pytest.raises(Conflict, match="avtalet tillåter"), transaction():
                request_placement(others[2], first_day=half)
            with transaction():
                request_placement(others[3], first_day=half + timedelta(days=1))
        with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
            contract = db.session.scalars(
                select(Contract).where(Contract.authority_id == market.north_id)
            ).one()
            amend_contract(contract, date(2026, 3, 1), capacity_cap=1)
        with acting_as(market.supervisor), transaction():
            accept_placement(placement_id)
        with (
            acting_as(market.supervisor),
            pytest.raises(Conflict, match="som avtalet tillåter"),
            transaction(),
        ):
            get_or_404(Placement, placement_id).last_day = LAST_DAY  # the database has the last word
    assert [one.state for one in live(market)].count(PlacementState.ACCEPTED) == 1


def test_the_search_does_not_offer_what_the_cap_refuses(database: Database, market: Market) -> None:
    asked = SearchCriteria(start_by=FIRST_DAY, until=LAST_DAY)
    taken = rounds(market, CAP)
    with travelling(TODAY), acting_as(market.officer):
        before = how_many(asked)
        assert left_out(asked).capped == 0
        with transaction():
            for round_id in taken:
                request_placement(round_id, first_day=FIRST_DAY)
        assert before > 0
        assert how_many(asked) == 0
        assert left_out(asked).capped >= 1
