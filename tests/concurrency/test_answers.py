"""Answers that meet: two suppliers at once, an answer and the night's job, a longer stay and a booking."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from enterprises.places.models import SeatUse
from enterprises.places.rules import SeatUseKind
from enterprises.places.services import take_seat
from marketplace.clock import travelling
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict, Invalid
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.rules import LIVE_STATES, PlacementState
from placements.booking.services import (
    accept_placement,
    agree_change,
    ask_extension,
    cancel_placement,
    expire_placement,
    request_placement,
    withdraw_change,
    withdraw_requests,
)
from placements.participants.models import Grant
from placements.participants.rules import GrantState
from placements.participants.withdrawal import withdraw_grant
from tests.support.application import Database
from tests.support.at_once import all_at_once, by, refusals
from tests.support.bookings import chosen_with_reserves, request_each, running, seen
from tests.support.placement_market import FIRST_DAY, LAST_DAY, TODAY, Market, build_market

SHORT = date(2026, 5, 29)


@pytest.fixture
def market(database: Database) -> Market:
    return build_market(seats=1)


def _states(market: Market, placement_ids: list[int]) -> list[PlacementState]:
    return [seen(placement_id, market, by=market.south_officer).state for placement_id in placement_ids]


def _competing(market: Market, number: int = 1) -> list[int]:
    places = [market.growing_id, market.bakery_place_id]
    with travelling(TODAY):
        round_id = chosen_with_reserves(market, places, number, officer=market.south_officer)
        return request_each(round_id, places, market.south_officer)


def test_two_suppliers_say_yes_at_once(database: Database, market: Market) -> None:
    at_farm, at_bakery = _competing(market)
    acts = [
        by(market.supervisor, lambda: accept_placement(at_farm).id),
        by(market.other_supervisor, lambda: accept_placement(at_bakery).id),
    ] * 3
    results = all_at_once(database, acts, TODAY)
    refused = refusals(results)
    assert len(refused) == 5
    assert all(isinstance(error, Conflict) and "redan besvarad" in error.message_sv for error in refused)
    assert sorted(_states(market, [at_farm, at_bakery])) == [
        PlacementState.ACCEPTED,
        PlacementState.CANCELLED,
    ]
    with acting_as(system_actor(market.south_id)):
        assert db.session.scalar(select(func.count(SeatUse.id)).where(SeatUse.kind == "placement")) == 1
        assert db.session.scalar(select(func.count(SeatUse.id)).where(SeatUse.kind == "request")) == 0


def test_a_yes_meets_a_no_a_withdrawal_and_the_nights_job(database: Database, market: Market) -> None:
    at_farm, at_bakery = _competing(market)
    grant_id = seen(at_farm, market, by=market.south_officer).grant_id
    contract_id = seen(at_farm, market, by=market.south_officer).contract_id
    system = system_actor(market.south_id, market.farm_id)
    acts = [
        by(market.supervisor, lambda: accept_placement(at_farm).id),
        by(market.other_supervisor, lambda: accept_placement(at_bakery).id),
        by(market.south_officer, lambda: cancel_placement(at_farm).id),
        by(system, lambda: expire_placement(at_farm).id),
        by(system, lambda: withdraw_requests(contract_id)),
        by(market.south_coordinator, lambda: withdraw_grant(grant_id).id),
    ]
    all_at_once(database, acts, date(2026, 3, 7))
    states = _states(market, [at_farm, at_bakery])
    assert states.count(PlacementState.ACCEPTED) <= 1
    assert PlacementState.REQUESTED not in states
    with acting_as(market.south_coordinator):
        grant = get_or_404(Grant, grant_id)
        lives = select(func.count(Placement.id)).where(
            Placement.grant_id == grant_id, Placement.state.in_(LIVE_STATES)
        )
        assert (grant.state is GrantState.PLACED) == bool(db.session.scalar(lives))


def test_a_yes_meets_the_end_of_the_time(database: Database, market: Market) -> None:
    """On the last day that the seat is held the yes counts; the job waits for the day after."""
    at_farm, _ = _competing(market)
    system = system_actor(market.south_id, market.farm_id)
    acts = [
        by(market.supervisor, lambda: accept_placement(at_farm).id),
        by(system, lambda: expire_placement(at_farm).id),
    ]
    accepted, expired = all_at_once(database, acts, date(2026, 3, 6))
    assert accepted == at_farm
    assert isinstance(expired, Conflict)


def test_a_longer_stay_meets_a_booking(database: Database, market: Market) -> None:
    with travelling(TODAY):
        placement_id = running(market)
        with acting_as(market.officer), transaction():
            placement = get_or_404(Placement, placement_id)
            assert placement.seat_use_id is not None
            get_or_404(SeatUse, placement.seat_use_id).last_day = placement.last_day = SHORT

    def book() -> object:
        return take_seat(market.sewing_id, SHORT + timedelta(days=10), LAST_DAY, SeatUseKind.REQUEST).id

    acts = [
        by(market.officer, lambda: ask_extension(placement_id, LAST_DAY).id),
        by(market.officer, lambda: ask_extension(placement_id, LAST_DAY).id),
        by(market.south_officer, book),
    ]
    results = all_at_once(database, acts, FIRST_DAY)
    assert len(refusals(results)) == 2
    assert all(isinstance(error, Conflict | Invalid) for error in refusals(results))
    with acting_as(system_actor(market.south_id)):
        uses = db.session.scalars(select(SeatUse).where(SeatUse.place_id == market.sewing_id)).all()
        assert sum(1 for use in uses if use.first_day <= SHORT + timedelta(days=20) <= use.last_day) == 1


def test_an_extension_agreed_and_withdrawn_at_once(database: Database, market: Market) -> None:
    with travelling(TODAY):
        placement_id = running(market)
        with acting_as(market.officer), transaction():
            placement = get_or_404(Placement, placement_id)
            assert placement.seat_use_id is not None
            get_or_404(SeatUse, placement.seat_use_id).last_day = placement.last_day = SHORT
        with acting_as(market.officer), transaction():
            change_id = ask_extension(placement_id, LAST_DAY).id
    acts = [
        by(market.supervisor, lambda: agree_change(change_id).id),
        by(market.officer, lambda: withdraw_change(change_id).id),
        by(market.supervisor, lambda: agree_change(change_id).id),
    ]
    results = all_at_once(database, acts, TODAY)
    assert len(refusals(results)) == 2
    last_day = seen(placement_id, market).last_day
    assert last_day == (SHORT if isinstance(results[1], int) else LAST_DAY)


def test_the_fourth_request_waits_for_nobody(database: Database, market: Market) -> None:
    """The same reserve asked for in two tabs, beside the chosen place."""
    places = [market.sewing_id, market.growing_id, market.repair_id]
    with travelling(TODAY):
        round_id = chosen_with_reserves(market, places)

    def ask(place_id: int) -> object:
        return request_placement(round_id, first_day=FIRST_DAY, place_id=place_id).id

    acts = [by(market.officer, lambda place_id=place_id: ask(place_id)) for place_id in (*places, *places)]  # type: ignore[misc]
    results = all_at_once(database, acts, TODAY)
    assert len(refusals(results)) == 3
    assert all("redan begärd" in error.message_sv for error in refusals(results))
