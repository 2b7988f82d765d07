"""Fifty at once for the last seat, by the pages that people use; and booking against whatever else changes capacity.

Commits are real and every one has a thread of its own. All end lawfully: who came too late is told so, nobody gets a
server error, and afterwards the stored rows are looked at seat by seat and day by day.
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from enterprises.contracts.models import Contract
from enterprises.contracts.services import end_contract, suspend_contract
from enterprises.places import services as places
from enterprises.places.models import Place
from enterprises.places.rules import PlaceState
from enterprises.places.services import lock_capacity
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid
from marketplace.tenancy import acting_as, system_actor
from placements.booking.rules import PlacementState
from placements.booking.services import accept_placement, request_placement
from tests.support.application import Database
from tests.support.at_once import Act, all_at_once, by, refusals
from tests.support.clients import ClientFor
from tests.support.in_turn import in_turn
from tests.support.lawful import live_placements, seats_in_service, seats_used
from tests.support.placement_market import FIRST_DAY, TODAY, Market, build_market, chosen

FIFTY = 50
SHORTLY = TODAY + timedelta(days=30)


@pytest.fixture
def market(database: Database) -> Market:
    return build_market(seats=2)


def rounds(market: Market, how_many: int, place_id: int, first: int = 1) -> list[int]:
    """Every other one is South's."""
    officers = (market.officer, market.south_officer)
    with travelling(TODAY):
        made = [
            chosen(market, number, place_id=place_id, officer=officers[number % 2])
            for number in range(first, first + how_many)
        ]
    db.session.remove()
    return made


def bookings(market: Market, round_ids: list[int], first: int = 1) -> list[Act]:
    officers = (market.officer, market.south_officer)
    return [
        by(officers[number % 2], partial(book_days, round_id))
        for number, round_id in enumerate(round_ids, start=first)
    ]


def book_days(round_id: int) -> int:
    return request_placement(round_id, first_day=FIRST_DAY, last_day=SHORTLY).id


def test_fifty_press_the_button_for_the_last_seat(
    database: Database, market: Market, client_for: ClientFor
) -> None:
    round_ids = rounds(market, FIFTY, market.growing_id)
    officers = (market.officer, market.south_officer)
    with travelling(TODAY):
        clients = [client_for(officers[number % 2]) for number in range(1, FIFTY + 1)]
    typed = {"first_day": FIRST_DAY.isoformat(), "last_day": SHORTLY.isoformat()}

    def press(number: int) -> Any:
        return clients[number].post(f"/placeringar/begar/{round_ids[number]}", data=typed)

    answers: list[Any] = all_at_once(database, [partial(press, number) for number in range(FIFTY)], TODAY)
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [302] + [422] * (FIFTY - 1)
    refused = [answer for answer in answers if answer.status_code == 422]
    assert all("ledig" in answer.text for answer in refused)
    assert all(typed["last_day"] in answer.text for answer in refused), "what was typed stays"
    assert len(live_placements(market)) == 1
    assert seats_used(market.growing_id, FIRST_DAY) == 1


def close_seats(market: Market) -> object:
    return places.close_seats(
        market.sewing_id, seats=1, first_day=FIRST_DAY, last_day=SHORTLY, reason_sv="Sjukdom"
    )


RIVALS: dict[str, Callable[[Market], object]] = {
    "close seats": close_seats,
    "lower": lambda market: places.set_seats(market.sewing_id, 1, FIRST_DAY),
    "pause": lambda market: places.pause_place(market.sewing_id),
    "close the place": lambda market: places.close_place(market.sewing_id),
}


@pytest.mark.parametrize("rival", RIVALS)
def test_booking_against_the_supplier(database: Database, market: Market, rival: str) -> None:
    acts = bookings(market, rounds(market, 6, market.sewing_id))
    results = all_at_once(database, [*acts, by(market.manager, partial(RIVALS[rival], market))], TODAY)
    assert all(isinstance(refusal, Conflict | Invalid) for refusal in refusals(results))
    booked = sum(isinstance(result, int) for result in results[:-1])
    is_done = not refusals(results[-1:])
    assert booked == len(live_placements(market)) <= 2
    if is_done and rival in {"close seats", "lower"}:
        assert booked <= 1
    if is_done and rival == "close the place":
        assert booked == 0
    in_service = seats_in_service(market.sewing_id, FIRST_DAY)
    assert in_service == (1 if is_done and rival == "lower" else 2)
    assert seats_used(market.sewing_id, FIRST_DAY) == booked + (is_done and rival == "close seats")


@pytest.mark.parametrize("rival", RIVALS)
def test_the_supplier_waits_for_a_booking_and_is_told(database: Database, market: Market, rival: str) -> None:
    """It takes the second of two seats, so that nothing is left to close or give up."""
    first, second, third = rounds(market, 3, market.sewing_id)
    with travelling(TODAY), acting_as(market.south_officer), transaction():
        book_days(first)
    done = partial(RIVALS[rival], market)
    given = in_turn(database, (market.officer, partial(book_days, second)), (market.manager, done), TODAY)
    assert isinstance(given, Conflict) == (rival != "pause"), given
    late = all_at_once(database, [by(market.south_officer, partial(book_days, third))], TODAY)
    assert len(refusals(late)) == 1
    assert seats_used(market.sewing_id, FIRST_DAY) == 2


@pytest.mark.parametrize("rival", RIVALS)
def test_a_booking_waits_for_the_supplier(database: Database, market: Market, rival: str) -> None:
    [round_id] = rounds(market, 1, market.sewing_id)
    done = partial(RIVALS[rival], market)
    book = partial(book_days, round_id)
    given = in_turn(database, (market.manager, done), (market.south_officer, book), TODAY)
    assert isinstance(given, Conflict) == (rival in {"pause", "close the place"}), given
    assert seats_in_service(market.sewing_id, FIRST_DAY) == (1 if rival == "lower" else 2)


@pytest.mark.parametrize("end", [end_contract, suspend_contract])
def test_booking_and_accepting_against_the_contract(
    database: Database, market: Market, end: Callable[[int], object]
) -> None:
    """South's contract with the same supplier goes on, whatever becomes of North's."""
    acts = bookings(market, rounds(market, 4, market.sewing_id))
    waiting = rounds(market, 2, market.growing_id, first=10)
    with travelling(TODAY):
        [asked] = [book() for book in bookings(market, waiting[:1], first=10)]
    assert isinstance(asked, int)
    db.session.remove()
    with acting_as(system_actor(market.north_id, market.farm_id)):
        contract_id = db.session.scalars(
            select(Contract.id).where(Contract.authority_id == market.north_id)
        ).one()
    db.session.remove()
    acts.append(by(market.supervisor, lambda: accept_placement(asked).id))
    acts.append(by(market.procurement_officer, lambda: end(contract_id)))
    results = all_at_once(database, acts, TODAY)
    assert all(isinstance(refusal, Conflict | Invalid) for refusal in refusals(results))
    is_over = not refusals(results[-1:])
    assert seats_used(market.sewing_id, FIRST_DAY) <= 2
    states = {placement.id: placement.state for placement in live_placements(market)}
    if is_over and end is end_contract:
        assert states.get(asked) is not PlacementState.ACCEPTED


def test_two_who_stand_in_each_others_way_are_told_and_nothing_hangs(
    database: Database, market: Market
) -> None:
    """Nothing in the program takes two places in two orders; if something ever does, one of them is told."""
    meet = threading.Barrier(2)

    def lock(first: int, second: int) -> str:
        lock_capacity(first)
        meet.wait(20)
        lock_capacity(second)
        return "done"

    acts = [
        by(market.officer, partial(lock, market.sewing_id, market.growing_id)),
        by(market.officer, partial(lock, market.growing_id, market.sewing_id)),
    ]
    results = all_at_once(database, acts, TODAY)
    [refusal] = refusals(results)
    assert isinstance(refusal, Conflict)
    assert "försök igen" in refusal.message_sv
    assert results.count("done") == 1


def test_a_closed_place_stays_closed_however_many_come(database: Database, market: Market) -> None:
    acts = bookings(market, rounds(market, 4, market.sewing_id))
    with travelling(TODAY), acting_as(market.manager), transaction():
        places.close_place(market.sewing_id)
    assert len(refusals(all_at_once(database, acts, TODAY))) == 4
    with acting_as(market.manager):
        assert db.session.get_one(Place, market.sewing_id).state is PlaceState.CLOSED
    assert live_placements(market) == []
