"""Whoever holds several things takes them in the same order as everyone else, so that nobody has to give way."""

from datetime import date

import pytest

from enterprises.places.services import lock_capacity
from marketplace.clock import travelling
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict
from marketplace.tenancy import acting_as
from placements.assignment.services import assign_default
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.booking.services import accept_placement, open_move
from placements.choice.models import ChoiceRound
from placements.choice.rules import ChoiceState
from placements.choice.services import close_round, record_choice, show_places
from placements.participants.models import Grant
from placements.participants.rules import GrantState
from placements.participants.withdrawal import withdraw_grant
from placements.visits.models import StudyVisit
from placements.visits.rules import EndReason, VisitState
from placements.visits.services import book_visit
from tests.support.application import Database
from tests.support.bookings import do, request_each, running
from tests.support.in_turn import in_turn
from tests.support.placement_market import FIRST_DAY, TODAY, Market, build_market
from tests.support.turns import shared_system, undecided
from tests.support.visiting import booked, choosing, offered


@pytest.fixture
def market(database: Database) -> Market:
    return build_market(seats=4)


def _round(market: Market, round_id: int) -> ChoiceRound:
    with acting_as(market.coordinator):
        return get_or_404(ChoiceRound, round_id)


def test_a_default_waits_for_the_grant_before_it_holds_the_round(database: Database, market: Market) -> None:
    with travelling(TODAY):
        system_id = shared_system(market)
        round_id = undecided(market)
    grant_id = _round(market, round_id).grant_id
    given = in_turn(
        database,
        (market.officer, lambda: get_or_404(Grant, grant_id, lock=True)),
        (market.officer, lambda: assign_default(round_id, system_id).turn),
        TODAY,
        then=lambda: close_round(round_id),
    )
    assert "redan avslutad" in str(given)
    assert _round(market, round_id).state is ChoiceState.CLOSED


def test_a_withdrawn_grant_ends_its_round_before_its_visits(database: Database, market: Market) -> None:
    with travelling(TODAY):
        (time_id,) = offered(market)
        _, round_id = choosing(market)
        visit_id = booked(time_id, round_id, market.officer)
    grant_id = _round(market, round_id).grant_id

    def book_again() -> None:
        with pytest.raises(Conflict, match="redan bokad"):
            book_visit(time_id, round_id)

    given = in_turn(
        database,
        (
            market.officer,
            lambda: db.session.get(ChoiceRound, round_id, with_for_update={"read": True}),
        ),
        (market.coordinator, lambda: withdraw_grant(grant_id).state),
        TODAY,
        then=book_again,
    )
    assert given is GrantState.WITHDRAWN
    with acting_as(market.officer):
        visit = get_or_404(StudyVisit, visit_id)
        assert (visit.state, visit.end_reason) == (VisitState.CANCELLED, EndReason.GRANT_ENDED)


def test_a_yes_takes_the_places_that_it_frees_in_order(database: Database, market: Market) -> None:
    """A participant moves from the place with the highest number, and a request at one with a lower is taken back."""
    first_day = date(2026, 4, 13)
    with travelling(TODAY):
        left_id = running(market, place_id=market.growing_id)
    round_id = do(market.officer, open_move, left_id, on=FIRST_DAY).id  # type: ignore[attr-defined]
    places = [market.repair_id, market.sewing_id]
    assert market.sewing_id < market.repair_id < market.growing_id
    do(market.officer, show_places, round_id, places, on=FIRST_DAY)
    do(market.officer, record_choice, round_id, places[0], reserve_ids=places[1:], on=FIRST_DAY)
    with travelling(FIRST_DAY):
        new_id, _ = request_each(round_id, places, market.officer, first_day=first_day)
    given = in_turn(
        database,
        (market.south_officer, lambda: lock_capacity(market.sewing_id)),
        (market.supervisor, lambda: accept_placement(new_id).state),
        FIRST_DAY,
        then=lambda: lock_capacity(market.growing_id),
    )
    assert given is PlacementState.ACCEPTED
    with acting_as(market.officer):
        assert get_or_404(Placement, left_id).is_moved
