"""Seats freed at once, an offer answered in two tabs, an answer against the night: one head of the line."""

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest

from enterprises.places.services import set_seats
from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.errors import Conflict
from marketplace.outbox import emit
from marketplace.tenancy import acting_as, system_actor
from placements.booking.services import cancel_placement
from placements.waiting_list import jobs, services
from placements.waiting_list.rules import NoReason, OfferState
from tests.support.application import Database
from tests.support.at_once import all_at_once, by, refusals
from tests.support.placement_market import TODAY, Market, build_market, granted, requested
from tests.support.waiting import held, joins, messages, offered_to, offers, waits, work

DUE = date(2026, 3, 4)


@pytest.fixture
def market(database: Database) -> Market:
    return build_market()


def _job(job: Callable[[int], None], outbox_id: int) -> Callable[[], object]:
    return lambda: job(outbox_id)


def test_two_seats_freed_at_once_go_to_the_two_first(database: Database, market: Market) -> None:
    with travelling(TODAY):
        with acting_as(market.manager), transaction():
            set_seats(market.growing_id, 2, TODAY)
        taken = [requested(market, number, place_id=market.growing_id) for number in (90, 91)]
        near = ["0136"]  # and not the other enterprise's
        line = [waits(market, n, officer=market.south_officer, kommun_codes=near) for n in (1, 2)]
        line += [waits(market, number) for number in (3, 4)]
        work()
    all_at_once(database, [by(market.officer, partial(cancel_placement, key)) for key in taken], TODAY)
    # Each message and six repetitions of it, all at the same time.
    freed = [outbox_id for outbox_id, topic in messages() if topic == "seat_freed"]
    all_at_once(database, [_job(jobs.offer_seat, key) for key in freed * 4], TODAY)
    with travelling(TODAY):
        work()
    assert offered_to(market) == line[:2]
    assert len(held(market)) == 2


def test_one_participant_in_two_lines_is_offered_one_seat(database: Database, market: Market) -> None:
    with travelling(TODAY):
        taken = [requested(market, 90, place_id=market.growing_id)]
        _, grant_id = granted(market, 1)
        first = joins(grant_id, market.officer)
        joins(grant_id, market.officer, ssyks=["7231"], seen=[market.repair_id])
        second = waits(market, 2)
        work()
        with acting_as(market.officer), transaction():
            cancel_placement(taken[0])
        with acting_as(system_actor()), transaction():
            for _ in range(3):
                for place_id in (market.growing_id, market.repair_id):
                    emit("seat_freed", place_id=place_id)
    freed = [outbox_id for outbox_id, topic in messages() if topic == "seat_freed"]
    all_at_once(database, [_job(jobs.offer_seat, key) for key in freed], TODAY)
    assert offered_to(market) == [first]
    assert second not in offered_to(market, None)


@pytest.mark.parametrize("other", ["yes", "no"])
def test_an_offer_answered_in_two_tabs(database: Database, market: Market, other: str) -> None:
    with travelling(TODAY):
        taken = requested(market, 90, place_id=market.growing_id)
        first, second = waits(market, 1), waits(market, 2)
        work()
        with acting_as(market.officer), transaction():
            cancel_placement(taken)
        work()
    (offer,) = offers(market)
    yes = by(market.officer, lambda: services.accept_offer(offer.id, DUE))
    no = by(market.colleague, lambda: services.decline_offer(offer.id, NoReason.OTHER).id)
    results = all_at_once(database, [yes, yes if other == "yes" else no], TODAY)
    (refused,) = refusals(results)
    assert isinstance(refused, Conflict)
    assert "redan" in refused.message_sv
    with travelling(TODAY):
        work()
    assert held(market) == [one.seat_use_id for one in offers(market)]
    is_yes = offered_to(market, OfferState.ACCEPTED) == [first]
    assert is_yes or offered_to(market) == [second]


def test_an_answer_meets_leaving_and_the_job(database: Database, market: Market) -> None:
    with travelling(TODAY):
        taken = requested(market, 90, place_id=market.growing_id)
        first = waits(market, 1)
        waits(market, 2)
        work()
        with acting_as(market.officer), transaction():
            cancel_placement(taken)
        work()
        (offer,) = offers(market)
        with acting_as(system_actor()), transaction():
            for _ in range(3):
                emit("seat_freed", place_id=market.growing_id)
    freed = [outbox_id for outbox_id, topic in messages() if topic == "seat_freed"]
    acts = [
        by(market.officer, lambda: services.accept_offer(offer.id, DUE)),
        by(market.colleague, lambda: services.leave(first).id),
        *[_job(jobs.offer_seat, key) for key in freed],
    ]
    results = all_at_once(database, acts, TODAY)
    assert len(refusals(results)) <= 1
    with travelling(TODAY):
        work()
    assert held(market) == sorted(one.seat_use_id for one in offers(market))


def test_whoever_books_meets_the_line(database: Database, market: Market) -> None:
    """A seat that is freed goes to the line or to whoever asks that moment, never to both, and none is lost."""
    with travelling(TODAY):
        taken = requested(market, 90, place_id=market.growing_id)
        first = waits(market, 1)
        work()
        with acting_as(market.officer), transaction():
            cancel_placement(taken)
        freed = [outbox_id for outbox_id, topic in messages() if topic == "seat_freed"]

    def book() -> object:
        return requested(market, 5, place_id=market.growing_id)

    results = all_at_once(database, [book, *[_job(jobs.offer_seat, key) for key in freed]], TODAY)
    with travelling(TODAY):
        work()
    is_booked = isinstance(results[0], int)
    assert offered_to(market) == ([] if is_booked else [first])
    assert len(held(market)) == (0 if is_booked else 1)
