"""A crowd rushes for the last seat: one gets it, the rest a polite answer, and nobody a server error."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from enterprises.places.models import SeatUse
from enterprises.places.services import close_seats
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import OrganisationKind
from marketplace.clock import travelling
from marketplace.db import db
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking import queries
from placements.booking.models import Placement
from placements.booking.rules import DeclineReason, PlacementState
from placements.booking.services import (
    accept_placement,
    cancel_placement,
    decline_placement,
    expire_placement,
    request_placement,
)
from tests.support.application import Database
from tests.support.at_once import Act, all_at_once, by, refusals
from tests.support.placement_market import (
    FIRST_DAY,
    LAST_DAY,
    TODAY,
    Market,
    build_market,
    chosen,
    requested,
)


def _request(officer: Actor, round_id: int) -> Act:
    return by(officer, lambda: request_placement(round_id, first_day=FIRST_DAY).id)


def _seat_uses(place_id: int) -> int:
    buyer = select(func.min(Organisation.id)).where(Organisation.kind == OrganisationKind.AUTHORITY)
    with acting_as(system_actor(authority_id=db.session.scalar(buyer))):  # any buyer reads the uses of a seat
        counted = select(func.count(SeatUse.id)).where(SeatUse.place_id == place_id)
        return db.session.scalar(counted) or 0


@pytest.fixture
def market(database: Database) -> Market:
    return build_market()


def _rounds(market: Market, how_many: int, place_id: int, officer: Actor | None = None) -> list[int]:
    with travelling(TODAY):
        return [
            chosen(market, number, place_id=place_id, officer=officer) for number in range(1, how_many + 1)
        ]


def test_ten_people_and_one_seat(database: Database, market: Market) -> None:
    officers = [market.officer, market.colleague]
    rounds = _rounds(market, 10, market.growing_id)
    acts = [_request(officers[n % 2], round_id) for n, round_id in enumerate(rounds)]
    results = all_at_once(database, acts, TODAY)
    refused = refusals(results)
    assert len(refused) == 9
    assert all(isinstance(error, Conflict) and "ledig" in error.message_sv for error in refused)
    assert _seat_uses(market.growing_id) == 1


def test_two_seats_for_ten(database: Database, market: Market) -> None:
    rounds = _rounds(market, 10, market.sewing_id)
    results = all_at_once(database, [_request(market.officer, round_id) for round_id in rounds], TODAY)
    assert len(refusals(results)) == 8
    assert _seat_uses(market.sewing_id) == 2


def test_two_authorities_share_a_seat_and_see_nothing_of_each_other(
    database: Database, market: Market
) -> None:
    north = _rounds(market, 5, market.growing_id)
    south = _rounds(market, 5, market.growing_id, market.south_officer)
    acts = [_request(market.officer, round_id) for round_id in north]
    acts += [_request(market.south_officer, round_id) for round_id in south]
    results = all_at_once(database, acts, TODAY)
    assert len(refusals(results)) == 9
    (placement_id,) = [r for r in results if isinstance(r, int)]
    north_won = placement_id in results[:5]
    winner, loser = (
        (market.officer, market.south_officer) if north_won else (market.south_officer, market.officer)
    )
    with acting_as(winner):
        assert queries.placement(placement_id).participant is not None
    with acting_as(loser):
        with pytest.raises(NotFound):
            queries.placement(placement_id)
        assert db.session.scalars(select(Placement)).all() == []
    with acting_as(market.supervisor):
        assert queries.placement(placement_id).placement.enterprise_id == market.farm_id


def test_the_same_request_sent_twice(database: Database, market: Market) -> None:
    (round_id,) = _rounds(market, 1, market.sewing_id)
    results = all_at_once(database, [_request(market.officer, round_id)] * 6, TODAY)
    assert len(refusals(results)) == 5
    assert _seat_uses(market.sewing_id) == 1


def test_an_answer_meets_another_answer(database: Database, market: Market) -> None:
    with travelling(TODAY):
        placement_id = requested(market)
    acts = [
        by(market.supervisor, lambda: accept_placement(placement_id).id),
        by(market.supervisor, lambda: decline_placement(placement_id, DeclineReason.OTHER).id),
        by(market.officer, lambda: cancel_placement(placement_id).id),
        by(market.supervisor, lambda: accept_placement(placement_id).id),
    ]
    assert refusals(all_at_once(database, acts, TODAY))
    with acting_as(market.officer):
        placement = queries.placement(placement_id).placement
        holds = placement.state is PlacementState.ACCEPTED
        assert placement.state in {PlacementState.ACCEPTED, PlacementState.DECLINED, PlacementState.CANCELLED}
        assert (placement.seat_use_id is not None) == holds
    assert _seat_uses(market.sewing_id) == int(holds)


def test_an_expiry_meets_a_new_request(database: Database, market: Market) -> None:
    """The seat that an expired request frees goes to exactly one of those who wait for it."""
    with travelling(TODAY):
        rounds = _rounds(market, 5, market.growing_id)
        late = requested(market, 20, place_id=market.growing_id)
    system = system_actor(market.north_id, market.farm_id)
    acts = [by(system, lambda: expire_placement(late).id)]
    acts += [_request(market.officer, round_id) for round_id in rounds]
    results = all_at_once(database, acts, date(2026, 3, 7))
    assert isinstance(results[0], int)
    got = [r for r in results[1:] if isinstance(r, int)]
    assert len(got) <= 1
    assert len(refusals(results)) == 5 - len(got)
    assert _seat_uses(market.growing_id) == len(got)


def test_booking_meets_a_closure(database: Database, market: Market) -> None:
    (round_id,) = _rounds(market, 1, market.growing_id)

    def close() -> object:
        return len(
            close_seats(
                market.growing_id,
                seats=1,
                first_day=FIRST_DAY + timedelta(days=7),
                last_day=LAST_DAY,
                reason_sv="Ombyggnad",
            )
        )

    results = all_at_once(database, [_request(market.officer, round_id), by(market.manager, close)], TODAY)
    assert len(refusals(results)) == 1
    assert all(isinstance(error, Conflict | Invalid) for error in refusals(results))
    assert _seat_uses(market.growing_id) == 1
