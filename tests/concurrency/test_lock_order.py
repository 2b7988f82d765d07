"""Whoever holds several things takes them in the same order as everyone else, so that nobody has to give way."""

import pytest

from marketplace.clock import travelling
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict
from marketplace.tenancy import acting_as
from placements.assignment.services import assign_default
from placements.choice.models import ChoiceRound
from placements.choice.rules import ChoiceState
from placements.choice.services import close_round
from placements.participants.models import Grant
from placements.participants.rules import GrantState
from placements.participants.withdrawal import withdraw_grant
from placements.visits.models import StudyVisit
from placements.visits.rules import EndReason, VisitState
from placements.visits.services import book_visit
from tests.support.application import Database
from tests.support.in_turn import in_turn
from tests.support.placement_market import TODAY, Market, build_market
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
