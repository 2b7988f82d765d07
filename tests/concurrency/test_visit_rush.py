"""A crowd for the last visitor's place, and everything that can meet a booking: lawful ends and no server error."""

from datetime import time

import pytest
from sqlalchemy import func, select

from marketplace.clock import travelling
from marketplace.db import db
from marketplace.errors import Conflict
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.choice.services import close_round
from placements.visits import queries
from placements.visits.models import StudyVisit, VisitTime
from placements.visits.rules import VisitState, VisitTimeState
from placements.visits.services import book_visit, cancel_visit, cancel_visits_in_round, withdraw_time
from tests.support.application import Database
from tests.support.at_once import Act, all_at_once, by, refusals
from tests.support.placement_market import TODAY, Market, build_market
from tests.support.visiting import booked, choosing, herself, offered


@pytest.fixture
def market(database: Database) -> Market:
    return build_market()


def _book(time_id: int, round_id: int, actor: Actor) -> Act:
    return by(actor, lambda: book_visit(time_id, round_id).id)


def _time(market: Market, time_id: int) -> VisitTime:
    with acting_as(market.supervisor):
        return queries.visit_time(time_id)


def _live(market: Market, time_id: int) -> int:
    with acting_as(market.supervisor):
        counted = select(func.count(StudyVisit.id)).where(
            StudyVisit.visit_time_id == time_id, StudyVisit.state != VisitState.CANCELLED
        )
        return db.session.scalar(counted) or 0


def test_twenty_want_the_last_place(database: Database, market: Market) -> None:
    """Officers of two authorities and participants themselves, who do not see each other's visits."""
    with travelling(TODAY):
        (time_id,) = offered(market, most_visitors=2)
        first = choosing(market, 99)[1]
        booked(time_id, first, market.officer)
        north = [choosing(market, number) for number in range(1, 13)]
        south = [choosing(market, number, officer=market.south_officer) for number in range(13, 21)]
    acts = [_book(time_id, round_id, market.officer) for _, round_id in north[:6]]
    acts += [_book(time_id, round_id, herself(person)) for person, round_id in north[6:]]
    acts += [_book(time_id, round_id, market.south_officer) for _, round_id in south]
    assert len(acts) == 20
    refused = refusals(all_at_once(database, acts, TODAY))
    assert len(refused) == 19
    assert all(isinstance(error, Conflict) and "fullbok" in error.message_sv for error in refused)
    assert (_time(market, time_id).taken, _live(market, time_id)) == (2, 2)


def test_the_same_click_many_times(database: Database, market: Market) -> None:
    with travelling(TODAY):
        (time_id,) = offered(market, most_visitors=10)
        person, round_id = choosing(market)
    acts = [_book(time_id, round_id, market.officer)] * 4 + [_book(time_id, round_id, herself(person))] * 4
    refused = refusals(all_at_once(database, acts, TODAY))
    assert len(refused) == 7
    assert (_time(market, time_id).taken, _live(market, time_id)) == (1, 1)


def test_two_visits_at_the_same_hour(database: Database, market: Market) -> None:
    with travelling(TODAY):
        (sewing,) = offered(market)
        (repair,) = offered(market, market.repair_id, clock=time(10, 30))
        person, round_id = choosing(market, place_ids=[market.sewing_id, market.repair_id])
    acts = [_book(sewing, round_id, market.officer), _book(repair, round_id, herself(person))]
    assert len(refusals(all_at_once(database, acts, TODAY))) == 1
    assert _live(market, sewing) + _live(market, repair) == 1


def test_bookings_and_cancellations_meet_a_withdrawal(database: Database, market: Market) -> None:
    with travelling(TODAY):
        (time_id,) = offered(market, most_visitors=10)
        there = [choosing(market, number)[1] for number in range(1, 5)]
        visits = [booked(time_id, round_id, market.officer) for round_id in there]
        coming = [choosing(market, number)[1] for number in range(5, 9)]
    acts = [_book(time_id, round_id, market.officer) for round_id in coming]
    acts += [by(market.officer, lambda one=one: cancel_visit(one).id) for one in visits]  # type: ignore[misc]
    acts.append(by(market.manager, lambda: withdraw_time(time_id).id))
    all_at_once(database, acts, TODAY)
    assert _time(market, time_id).state is VisitTimeState.WITHDRAWN
    assert (_time(market, time_id).taken, _live(market, time_id)) == (0, 0)


def test_a_booking_meets_the_end_of_its_round(database: Database, market: Market) -> None:
    """Whichever comes first, nobody is left with a visit in a round that is over."""
    with travelling(TODAY):
        times = offered(market, most_visitors=10, weeks=4)
        person, round_id = choosing(market)
        booked(times[0], round_id, market.officer)

    def close() -> object:
        close_round(round_id)
        with acting_as(system_actor(market.north_id)):
            return cancel_visits_in_round(round_id)

    acts: list[Act] = [_book(one, round_id, market.officer) for one in times[1:3]]
    acts += [_book(times[3], round_id, herself(person)), by(market.officer, close)]
    all_at_once(database, acts, TODAY)
    assert sum(_live(market, one) for one in times) == 0
