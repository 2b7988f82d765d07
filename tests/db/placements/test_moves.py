"""Omval: another place, within the enterprise or at another supplier, without a day at both."""

from datetime import date, timedelta

import pytest

from enterprises.places.queries import free_seats
from marketplace.audit import timeline
from marketplace.clock import travelling
from marketplace.db import get_or_404, transaction
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.tenancy import acting_as
from placements.attendance.rules import AttendanceEntry, AttendanceKind
from placements.attendance.services import record_attendance
from placements.booking import queries
from placements.booking.models import Placement
from placements.booking.rules import DeclineReason, PlacementState
from placements.booking.services import (
    accept_placement,
    ask_extension,
    cancel_placement,
    complete_placement,
    decline_placement,
    open_move,
    request_placement,
    start_placement,
)
from placements.choice.services import record_choice, show_places
from placements.participants.models import Grant
from placements.participants.rules import GrantState
from tests.support.bookings import accepted, do, night, request_each, seen
from tests.support.placement_market import FIRST_DAY, LAST_DAY, TODAY, Market, requested

NOW = FIRST_DAY + timedelta(days=14)
MOVES_ON = date(2026, 4, 13)


@pytest.fixture
def left_id(market: Market) -> int:
    """Running at the farm, for a participant of South."""
    placement_id = requested(market, place_id=market.growing_id, officer=market.south_officer)
    do(market.supervisor, accept_placement, placement_id)
    do(market.supervisor, start_placement, placement_id, on=FIRST_DAY)
    return placement_id


def _choose_anew(market: Market, left_id: int, *place_ids: int) -> int:
    with acting_as(market.south_officer), travelling(NOW), transaction():
        round_id = open_move(left_id).id
        show_places(round_id, place_ids)
        record_choice(round_id, place_ids[0], reserve_ids=place_ids[1:])
        return round_id


def _request(market: Market, left_id: int, *, first_day: date = MOVES_ON, on: date = NOW) -> int:
    round_id = _choose_anew(market, left_id, market.bakery_place_id)
    with travelling(on):
        return request_each(round_id, [market.bakery_place_id], market.south_officer, first_day=first_day)[0]


def _state(market: Market, placement_id: int) -> Placement:
    return seen(placement_id, market, by=market.south_officer)


def test_the_old_place_ends_the_day_before_the_new_one_begins(market: Market, left_id: int) -> None:
    new_id = _request(market, left_id)
    assert _state(market, left_id).last_day == LAST_DAY
    do(market.other_supervisor, accept_placement, new_id, on=NOW)
    left, new = _state(market, left_id), _state(market, new_id)
    assert (left.state, left.last_day, left.is_moved) == (
        PlacementState.RUNNING,
        MOVES_ON - timedelta(days=1),
        True,
    )
    assert (new.state, new.moved_from_id) == (PlacementState.ACCEPTED, left_id)
    with acting_as(market.south_officer):
        assert free_seats(market.growing_id, MOVES_ON, LAST_DAY) == 1
        assert timeline("placement", left_id)[0].note_sv == f"Byter till {new.number} från 2026-04-13"
        assert get_or_404(Grant, left.grant_id).state is GrantState.PLACED
    with acting_as(market.supervisor), pytest.raises(NotFound):
        queries.placement(new_id)


def test_the_old_one_is_over_by_itself_and_nobody_dropped_out(market: Market, left_id: int) -> None:
    do(market.other_supervisor, accept_placement, _request(market, left_id), on=NOW)
    with pytest.raises(Conflict, match="avslutas av sig själv"):
        do(market.supervisor, complete_placement, left_id, on=MOVES_ON - timedelta(days=1))
    night(MOVES_ON - timedelta(days=1))
    assert _state(market, left_id).state is PlacementState.RUNNING
    night(MOVES_ON)
    left = _state(market, left_id)
    assert (left.state, left.ended_on) == (PlacementState.ENDED_EARLY, MOVES_ON - timedelta(days=1))


def test_the_start_of_the_new_one_ends_the_old_one(market: Market, left_id: int) -> None:
    new_id = _request(market, left_id)
    do(market.other_supervisor, accept_placement, new_id, on=NOW)
    do(market.other_supervisor, start_placement, new_id, on=MOVES_ON)
    assert _state(market, left_id).state is PlacementState.ENDED_EARLY
    assert _state(market, new_id).state is PlacementState.RUNNING


def test_a_no_changes_nothing(market: Market, left_id: int) -> None:
    do(market.other_supervisor, decline_placement, _request(market, left_id), DeclineReason.OTHER, on=NOW)
    left = _state(market, left_id)
    assert (left.state, left.last_day, left.is_moved) == (PlacementState.RUNNING, LAST_DAY, False)
    with acting_as(market.south_officer):
        assert get_or_404(Grant, left.grant_id).state is GrantState.PLACED


def test_a_move_that_is_taken_back_leaves_the_old_place(market: Market, left_id: int) -> None:
    new_id = _request(market, left_id)
    do(market.other_supervisor, accept_placement, new_id, on=NOW)
    do(market.south_officer, cancel_placement, new_id, on=NOW)
    left = _state(market, left_id)
    assert (left.state, left.is_moved) == (PlacementState.RUNNING, False)
    with acting_as(market.south_officer):
        assert get_or_404(Grant, left.grant_id).state is GrantState.PLACED


def test_within_the_enterprise(market: Market) -> None:
    left_id = accepted(market, place_id=market.growing_id)
    with acting_as(market.officer), transaction():
        round_id = open_move(left_id).id
        show_places(round_id, [market.sewing_id])
        record_choice(round_id, market.sewing_id)
    (new_id,) = request_each(round_id, [market.sewing_id], market.officer, first_day=MOVES_ON)
    do(market.supervisor, accept_placement, new_id)
    assert seen(left_id, market).last_day == MOVES_ON - timedelta(days=1)
    night(MOVES_ON)
    assert seen(left_id, market).state is PlacementState.NEVER_STARTED
    assert seen(new_id, market).state is PlacementState.ACCEPTED


@pytest.mark.parametrize("first_day", [FIRST_DAY, TODAY + timedelta(days=1)])
def test_not_before_the_old_one_began(market: Market, first_day: date) -> None:
    left_id = requested(market, place_id=market.growing_id, officer=market.south_officer)
    do(market.supervisor, accept_placement, left_id)
    with acting_as(market.south_officer), transaction():
        round_id = open_move(left_id).id
        show_places(round_id, [market.bakery_place_id])
        record_choice(round_id, market.bakery_place_id)
    with (
        acting_as(market.south_officer),
        pytest.raises(Invalid, match=r"börjar 2026-03-09\. Den nya måste börja senare") as refused,
        transaction(),
    ):
        request_placement(round_id, first_day=first_day)
    assert refused.value.field == "first_day"


def test_not_on_a_day_with_attendance(market: Market, left_id: int) -> None:
    new_id = _request(market, left_id, first_day=NOW + timedelta(days=1))
    with acting_as(market.supervisor), travelling(NOW + timedelta(days=1)), transaction():
        record_attendance([AttendanceEntry(left_id, NOW + timedelta(days=1), AttendanceKind.PRESENT, 5, 5)])  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="senare startdag"):
        do(market.other_supervisor, accept_placement, new_id, on=NOW + timedelta(days=1))
    assert _state(market, left_id).last_day == LAST_DAY


def test_one_move_at_a_time(market: Market, left_id: int) -> None:
    new_id = _request(market, left_id)
    do(market.other_supervisor, accept_placement, new_id, on=NOW)
    with pytest.raises(Conflict, match="byter redan"):
        do(market.south_officer, open_move, left_id, on=NOW)


def test_not_to_the_same_place(market: Market, left_id: int) -> None:
    with acting_as(market.south_officer), travelling(NOW), transaction():
        round_id = open_move(left_id).id
    with acting_as(market.south_officer), travelling(NOW), pytest.raises(Conflict), transaction():
        show_places(round_id, [market.growing_id])
        record_choice(round_id, market.growing_id)
        request_placement(round_id, first_day=MOVES_ON)


def test_a_second_move_is_planned_before_the_first_has_come_about(market: Market, left_id: int) -> None:
    """Growing, then the bakery, then sewing: each ends the day before the next."""
    to_bakery = _request(market, left_id)
    do(market.other_supervisor, accept_placement, to_bakery, on=NOW)
    with acting_as(market.south_officer), travelling(NOW), transaction():
        round_id = open_move(to_bakery).id
        show_places(round_id, [market.sewing_id])
        record_choice(round_id, market.sewing_id)
    last_from = MOVES_ON + timedelta(days=21)
    with travelling(NOW):
        (last_id,) = request_each(round_id, [market.sewing_id], market.south_officer, first_day=last_from)
    do(market.supervisor, accept_placement, last_id, on=NOW)
    days = [(_state(market, id_).last_day, _state(market, id_).is_moved) for id_ in (left_id, to_bakery)]
    assert days == [(MOVES_ON - timedelta(days=1), True), (last_from - timedelta(days=1), True)]
    assert _state(market, last_id).moved_from_id == to_bakery
    do(market.south_officer, cancel_placement, to_bakery, on=NOW)
    assert not _state(market, left_id).is_moved
    with pytest.raises(Invalid, match="har en annan placering från"):
        do(market.south_officer, ask_extension, left_id, last_from, on=NOW)
