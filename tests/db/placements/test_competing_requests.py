"""Up to three requests wait at once, and the first yes closes the others."""

import pytest
from sqlalchemy import select

from enterprises.places.models import SeatUse
from enterprises.places.queries import free_seats
from enterprises.places.rules import SeatUseKind
from enterprises.places.services import take_seat
from marketplace.audit import timeline
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict, NotFound
from marketplace.letters.models import Letter
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.rules import CancelReason, DeclineReason, PlacementState
from placements.booking.services import (
    accept_placement,
    cancel_placement,
    decline_placement,
    request_placement,
)
from placements.participants.models import Grant
from placements.participants.rules import GrantState
from tests.support.bookings import chosen_with_reserves, do, request_each, seen, work_off
from tests.support.placement_market import FIRST_DAY, LAST_DAY, Market, chosen


def _grant_state(market: Market, placement_id: int) -> GrantState:
    with acting_as(system_actor(seen(placement_id, market, by=market.south_officer).authority_id)):
        return get_or_404(Grant, get_or_404(Placement, placement_id).grant_id).state


@pytest.fixture
def both(market: Market) -> list[int]:
    """A request at each of two suppliers, for one participant of South."""
    places = [market.growing_id, market.bakery_place_id]
    round_id = chosen_with_reserves(market, places, officer=market.south_officer)
    return request_each(round_id, places, market.south_officer)


def test_the_first_yes_closes_what_competes(market: Market, both: list[int]) -> None:
    at_farm, at_bakery = both
    do(market.other_supervisor, accept_placement, at_bakery)
    closed = seen(at_farm, market, by=market.south_officer)
    assert (closed.state, closed.cancel_reason) == (PlacementState.CANCELLED, CancelReason.OTHER_ACCEPTED)
    assert closed.seat_use_id is None
    assert seen(at_bakery, market, by=market.south_officer).state is PlacementState.ACCEPTED
    assert _grant_state(market, at_bakery) is GrantState.PLACED
    with acting_as(market.south_officer):
        assert free_seats(market.growing_id, FIRST_DAY, LAST_DAY) == 1
    with acting_as(market.supervisor):
        assert timeline("placement", at_farm)[0].note_sv == "En annan plats accepterades först"
        assert timeline("placement", at_farm)[0].user_name == "Platstorget"


def test_the_suppliers_are_told_and_no_letter_names_anybody(market: Market, both: list[int]) -> None:
    do(market.other_supervisor, accept_placement, both[1])
    told = work_off("placements.tell", "placement_accepted")
    assert sorted(told) == ["accept", "cancel", "request", "request"]
    with acting_as(system_actor()):
        letters = {
            (letter.organisation_id, letter.subject_sv): letter
            for letter in db.session.scalars(select(Letter))
        }
    assert (market.farm_id, "En placering hos er är återkallad") in letters
    assert (market.south_unit_id, "En placering är accepterad") in letters
    assert not any("Maja" in letter.text_sv for letter in letters.values())


def test_the_second_yes_is_told_that_it_came_too_late(market: Market, both: list[int]) -> None:
    do(market.other_supervisor, accept_placement, both[1])
    with pytest.raises(Conflict, match="redan besvarad"):
        do(market.supervisor, accept_placement, both[0])


def test_a_no_leaves_the_other_waiting_and_the_last_no_opens_the_grant(
    market: Market, both: list[int]
) -> None:
    do(market.supervisor, decline_placement, both[0], DeclineReason.HOURS)
    assert _grant_state(market, both[0]) is GrantState.PLACED
    do(market.south_officer, cancel_placement, both[1], CancelReason.PARTICIPANT)
    assert _grant_state(market, both[0]) is GrantState.OPEN
    assert seen(both[1], market, by=market.south_officer).cancel_reason is CancelReason.PARTICIPANT


def test_three_wait_at_once_and_a_place_only_once(market: Market) -> None:
    places = [market.sewing_id, market.growing_id, market.repair_id]
    round_id = chosen_with_reserves(market, places)
    request_each(round_id, places, market.officer)
    with pytest.raises(Conflict, match="redan begärd"):
        request_each(round_id, places[:1], market.officer)


def test_what_was_not_chosen_cannot_be_requested(market: Market) -> None:
    round_id = chosen_with_reserves(market, [market.sewing_id, market.growing_id])
    with pytest.raises(Conflict, match="en av reserverna") as refused:
        request_each(round_id, [market.repair_id], market.officer)
    assert refused.value.field == "place_id"


def test_nothing_more_is_requested_once_there_is_a_place(market: Market) -> None:
    places = [market.sewing_id, market.growing_id]
    round_id = chosen_with_reserves(market, places)
    (placement_id,) = request_each(round_id, places[:1], market.officer)
    do(market.supervisor, accept_placement, placement_id)
    with pytest.raises(Conflict, match="redan en plats"):
        request_each(round_id, places[1:], market.officer)


def test_the_database_holds_one_place_a_day(market: Market) -> None:
    places = [market.sewing_id, market.growing_id]
    first, second = request_each(chosen_with_reserves(market, places), places, market.officer)
    do(market.supervisor, accept_placement, first)
    with (
        acting_as(market.supervisor),
        pytest.raises(Conflict, match="redan en placering de dagarna"),
        transaction(),
    ):
        cancelled, going = get_or_404(Placement, second), get_or_404(Placement, first)
        use = take_seat(cancelled.place_id, going.first_day, going.last_day, SeatUseKind.PLACEMENT)
        cancelled.seat_use_id, cancelled.seat_id = use.id, use.seat_id
        cancelled.state = PlacementState.ACCEPTED


def test_a_seat_held_in_the_line_is_taken_over(market: Market) -> None:
    round_id = chosen(market, place_id=market.growing_id)
    with acting_as(system_actor(market.north_id)), transaction():
        held_id = take_seat(market.growing_id, FIRST_DAY, LAST_DAY, SeatUseKind("offer")).id
    with pytest.raises(Conflict, match="ledig"):
        request_each(round_id, [market.growing_id], market.officer)
    with acting_as(market.officer), transaction():
        placement = request_placement(round_id, first_day=FIRST_DAY, held_seat_use_id=held_id)
        assert placement.seat_use_id == held_id
        assert get_or_404(SeatUse, held_id).kind is SeatUseKind.REQUEST


def test_a_seat_that_is_no_longer_held_says_so(market: Market) -> None:
    round_id = chosen(market, place_id=market.growing_id)
    with acting_as(market.officer), pytest.raises(Conflict, match="hålls inte längre"), transaction():
        request_placement(round_id, first_day=FIRST_DAY, held_seat_use_id=4711)
    (other,) = request_each(chosen(market, 2), [market.sewing_id], market.officer)
    taken = seen(other, market).seat_use_id
    with acting_as(market.officer), pytest.raises(Conflict, match="hålls inte längre"), transaction():
        request_placement(round_id, first_day=FIRST_DAY, held_seat_use_id=taken)


def test_a_supplier_sees_nothing_of_what_competes(market: Market, both: list[int]) -> None:
    with acting_as(market.supervisor), pytest.raises(NotFound):
        get_or_404(Placement, both[1])
    with acting_as(market.supervisor), pytest.raises(NotFound), transaction():
        accept_placement(both[1])
