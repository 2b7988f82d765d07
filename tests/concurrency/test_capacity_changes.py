"""Extending, moving and offering from the waiting list, each against bookings of the same seat at the same moment."""

from datetime import timedelta
from functools import partial

import pytest

from enterprises.places.services import close_seats
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid
from marketplace.tenancy import acting_as
from placements.booking.rules import DeclineReason, PlacementState
from placements.booking.services import (
    accept_placement,
    agree_change,
    ask_extension,
    cancel_placement,
    decline_placement,
    open_move,
    request_placement,
    start_placement,
)
from placements.choice.services import open_round, record_choice, show_places
from placements.search.rules import SearchCriteria
from placements.waiting_list import services as waiting_list
from placements.waiting_list.rules import NoReason, OfferState
from tests.factories import GARDEN
from tests.support.application import Database
from tests.support.at_once import Act, all_at_once, by, refusals
from tests.support.lawful import live_placements, seats_used
from tests.support.placement_market import FIRST_DAY, LAST_DAY, TODAY, Market, build_market, granted
from tests.support.waiting import joins, offers, work

ENDS = FIRST_DAY + timedelta(days=21)
NEXT = ENDS + timedelta(days=1)
LATER = NEXT + timedelta(days=40)
SOON = SearchCriteria(start_by=FIRST_DAY, until=FIRST_DAY)


@pytest.fixture
def market(database: Database) -> Market:
    return build_market(seats=1)


def chosen_rounds(market: Market, how_many: int, place_id: int, *, waits: bool = False) -> list[int]:
    """Of North's; with `waits`, each stands in line for the same kind of place too."""
    made = []
    with travelling(TODAY):
        for number in range(1, how_many + 1):
            _, grant_id = granted(market, number)
            with acting_as(market.officer), transaction():
                made.append(open_round(grant_id).id)
                show_places(made[-1], [place_id], SOON)
                record_choice(made[-1], place_id)
            if waits:
                joins(grant_id, market.officer, ssyks=[GARDEN])
    db.session.remove()
    return made


def running(market: Market, round_id: int) -> int:
    """A placement that has begun and ends on ENDS."""
    with travelling(TODAY):
        with acting_as(market.officer), transaction():
            placement_id = request_placement(round_id, first_day=FIRST_DAY, last_day=ENDS).id
        with acting_as(market.supervisor), transaction():
            accept_placement(placement_id)
    with travelling(FIRST_DAY), acting_as(market.supervisor), transaction():
        start_placement(placement_id)
    db.session.remove()
    return placement_id


def books(market: Market, round_ids: list[int], first_day: object = NEXT) -> list[Act]:
    def book(round_id: int) -> int:
        return request_placement(round_id, first_day=first_day, last_day=LATER).id  # type: ignore[arg-type]

    return [by(market.officer, partial(book, round_id)) for round_id in round_ids]


def only_conflicts(results: list[object]) -> list[object]:
    """Those that were done."""
    assert all(isinstance(refusal, Conflict | Invalid) for refusal in refusals(results)), results
    return [result for result in results if not isinstance(result, Exception)]


def test_an_extension_and_bookings_of_the_days_after(database: Database, market: Market) -> None:
    first, *others = chosen_rounds(market, 5, market.growing_id)
    placement_id = running(market, first)
    ask = by(market.officer, lambda: ask_extension(placement_id, LATER).id)
    close = by(
        market.manager,
        lambda: len(
            close_seats(market.growing_id, seats=1, first_day=NEXT, last_day=LATER, reason_sv="Semester")
        ),
    )
    results = all_at_once(database, [ask, *books(market, others), close], FIRST_DAY)
    assert len(only_conflicts(results)) == 1
    assert seats_used(market.growing_id, NEXT) == 1
    assert seats_used(market.growing_id, ENDS) == 1
    live_placements(market)


def test_an_extension_is_agreed_in_two_tabs_while_it_is_taken_back(
    database: Database, market: Market
) -> None:
    first, *others = chosen_rounds(market, 3, market.growing_id)
    placement_id = running(market, first)
    with travelling(FIRST_DAY), acting_as(market.officer), transaction():
        change_id = ask_extension(placement_id, LATER).id
    db.session.remove()
    agree = by(market.supervisor, lambda: agree_change(change_id).id)
    results = all_at_once(database, [agree, agree, *books(market, others)], FIRST_DAY)
    assert only_conflicts(results) == [change_id]
    [placement] = live_placements(market)
    assert placement.last_day == LATER
    assert seats_used(market.growing_id, LATER) == 1


def move_round(market: Market, placement_id: int, place_id: int) -> int:
    with travelling(FIRST_DAY), acting_as(market.officer), transaction():
        round_id = open_move(placement_id).id
        show_places(round_id, [place_id], SearchCriteria(start_by=NEXT, until=LATER))
        record_choice(round_id, place_id)
    db.session.remove()
    return round_id


def test_a_move_and_bookings_of_the_same_seat(database: Database, market: Market) -> None:
    first, *others = chosen_rounds(market, 5, market.growing_id)
    with travelling(TODAY), acting_as(market.officer), transaction():
        left = request_placement(first, first_day=FIRST_DAY, last_day=LATER).id
    with travelling(TODAY), acting_as(market.supervisor), transaction():
        accept_placement(left)
    with travelling(FIRST_DAY), acting_as(market.supervisor), transaction():
        start_placement(left)
    moves = move_round(market, left, market.sewing_id)
    with travelling(FIRST_DAY), acting_as(market.officer), transaction():
        new = request_placement(moves, first_day=NEXT, last_day=LATER).id
    db.session.remove()
    accept = by(market.supervisor, lambda: accept_placement(new).id)
    results = all_at_once(database, [accept, *books(market, others)], FIRST_DAY)
    done = only_conflicts(results)
    assert new in done, "nobody stands in the way of the move"
    assert len(done) <= 2, "the seat that it leaves has room for one"
    for day in (ENDS, NEXT, LATER):
        assert seats_used(market.growing_id, day) <= 1
        assert seats_used(market.sewing_id, day) == int(day >= NEXT)
    one = {placement.id: placement for placement in live_placements(market)}
    assert (one[left].last_day, one[new].first_day) == (ENDS, NEXT)


def test_a_move_wants_the_seat_that_others_book(database: Database, market: Market) -> None:
    [first] = chosen_rounds(market, 1, market.sewing_id)
    placement_id = running(market, first)
    with travelling(TODAY):
        others = []
        for number in range(2, 6):
            _, grant_id = granted(market, number)
            with acting_as(market.officer), transaction():
                others.append(open_round(grant_id).id)
                show_places(others[-1], [market.growing_id], SOON)
                record_choice(others[-1], market.growing_id)
    moves = move_round(market, placement_id, market.growing_id)
    results = all_at_once(database, books(market, [moves, *others]), FIRST_DAY)
    assert len(only_conflicts(results)) == 1
    assert seats_used(market.growing_id, NEXT) == 1


def test_a_freed_seat_goes_to_one_in_line_or_to_one_who_books(database: Database, market: Market) -> None:
    """Those who book stand in line themselves: their grants are wanted by both."""
    first, *others = chosen_rounds(market, 6, market.growing_id, waits=True)
    with travelling(TODAY), acting_as(market.officer), transaction():
        before = request_placement(first, first_day=FIRST_DAY, last_day=LAST_DAY).id
    with travelling(TODAY):
        work()
        with acting_as(market.officer), transaction():
            cancel_placement(before)
    db.session.remove()
    acts = [work, work, *books(market, others, FIRST_DAY), work]
    results = all_at_once(database, acts, TODAY)
    booked = [result for result in only_conflicts(results) if isinstance(result, int)]
    with travelling(TODAY):
        work()
    assert len(booked) + len(offers(market)) == 1
    assert seats_used(market.growing_id, FIRST_DAY) == 1
    assert len(live_placements(market)) == len(booked)


def test_a_held_seat_is_answered_once_whatever_is_pressed(database: Database, market: Market) -> None:
    first, *others = chosen_rounds(market, 4, market.growing_id, waits=True)
    with travelling(TODAY):
        with acting_as(market.officer), transaction():
            before = request_placement(first, first_day=FIRST_DAY, last_day=LAST_DAY).id
        work()
        with acting_as(market.supervisor), transaction():
            decline_placement(before, DeclineReason.OTHER)
        work()
        [offer] = offers(market)
    db.session.remove()
    yes = by(market.officer, lambda: waiting_list.accept_offer(offer.id, FIRST_DAY))
    no = by(market.colleague, lambda: waiting_list.decline_offer(offer.id, NoReason.PARTICIPANT).id)
    results = all_at_once(database, [yes, yes, no, *books(market, others, FIRST_DAY), work], TODAY)
    only_conflicts(results)
    with travelling(TODAY):
        work()
    answered = {one.id: one.state for one in offers(market, None)}
    assert answered[offer.id] in {OfferState.ACCEPTED, OfferState.DECLINED}
    held = seats_used(market.growing_id, FIRST_DAY)
    lives = [one for one in live_placements(market) if one.state is PlacementState.REQUESTED]
    assert held == 1 == len(lives) + len(offers(market))
