"""Nobody answers: the supplier is reminded, the coordinator told, and the seat freed a working day later."""

from datetime import date

import pytest

from enterprises.places.queries import free_seats
from marketplace.clock import travelling
from marketplace.db import get_or_404
from marketplace.errors import Conflict
from marketplace.tenancy import acting_as, system_actor
from placements.booking.rules import PlacementState
from placements.booking.services import accept_placement, expire_placement
from placements.booking.waiting_queries import waiting
from placements.participants.models import Grant
from placements.participants.rules import GrantState
from tests.support.bookings import do, night, seen, work_off
from tests.support.placement_market import FIRST_DAY, LAST_DAY, Market, requested

DUE, HELD_UNTIL = date(2026, 3, 5), date(2026, 3, 6)  # Thursday and Friday


def test_reminded_then_told_of_then_freed(market: Market) -> None:
    placement_id = requested(market)
    assert work_off("placements.tell") == ["request"]
    assert night(date(2026, 3, 3)) == []
    assert night(date(2026, 3, 4)) == ["remind"]
    assert night(DUE) == []
    assert night(HELD_UNTIL) == ["escalate"]
    assert night(HELD_UNTIL) == []
    held = seen(placement_id, market)
    assert (held.state, held.reminded_on, held.escalated_on) == (
        PlacementState.REQUESTED,
        date(2026, 3, 4),
        HELD_UNTIL,
    )
    with acting_as(market.officer):
        assert free_seats(market.sewing_id, FIRST_DAY, LAST_DAY) == 1
    assert night(date(2026, 3, 7)) == ["expire"]
    assert seen(placement_id, market).state is PlacementState.EXPIRED
    with acting_as(market.officer):
        assert free_seats(market.sewing_id, FIRST_DAY, LAST_DAY) == 2
        assert get_or_404(Grant, held.grant_id).state is GrantState.OPEN


def test_the_coordinator_has_it_on_her_page_while_the_seat_is_held(market: Market) -> None:
    requested(market)
    with acting_as(market.coordinator):
        with travelling(DUE):
            assert waiting(market.coordinator) == []
        with travelling(HELD_UNTIL):
            (item,) = waiting(market.coordinator)
    assert (
        item.text_sv
        == "Gården & Co svarade inte i tid om Maja Öberg1: ring dem, platsen hålls till 2026-03-06"
    )
    assert item.deadline == HELD_UNTIL
    with acting_as(market.other_coordinator), travelling(HELD_UNTIL):
        assert waiting(market.other_coordinator) == []


def test_a_late_yes_still_counts_while_the_seat_is_held(market: Market) -> None:
    placement_id = requested(market)
    night(HELD_UNTIL)
    do(market.supervisor, accept_placement, placement_id, on=HELD_UNTIL)
    assert night(date(2026, 3, 7)) == ["accept"]
    assert seen(placement_id, market).state is PlacementState.ACCEPTED


def test_nothing_is_freed_while_it_is_held(market: Market) -> None:
    placement_id = requested(market)
    with pytest.raises(Conflict, match="hålls till och med 2026-03-06"):
        do(system_actor(market.north_id, market.farm_id), expire_placement, placement_id, on=HELD_UNTIL)
