"""Withdrawing a grant ends what hangs on it, in one transaction, and says so before."""

from datetime import date

import pytest
from sqlalchemy import select

from enterprises.places.queries import free_seats
from marketplace.audit import timeline
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict, NotAllowed, NotFound
from marketplace.outbox import Outbox
from marketplace.tenancy import acting_as, system_actor
from placements.access.queries import live_code_of
from placements.access.services import give_code
from placements.booking.models import Placement
from placements.booking.rules import CancelReason, PlacementState
from placements.booking.services import accept_placement, end_placement_early
from placements.choice.models import ChoiceRound
from placements.choice.queries import criteria_for, open_round_of
from placements.choice.rules import ChoiceState
from placements.choice.services import open_round
from placements.participants.models import Grant
from placements.participants.rules import GrantState
from placements.participants.services import extend_grant
from placements.participants.withdrawal import cascade_of, withdraw_grant
from placements.waiting_list.queries import live_entries
from placements.waiting_list.services import join
from tests.support.bookings import chosen_with_reserves, do, request_each, running, seen, work_off
from tests.support.placement_market import (
    FIRST_DAY,
    LAST_DAY,
    Market,
    granted,
)


def _grant(market: Market, grant_id: int) -> Grant:
    with acting_as(market.coordinator):
        return get_or_404(Grant, grant_id)


def test_an_open_grant_with_a_round_and_a_place_in_line(market: Market) -> None:
    participant_id, grant_id = granted(market)
    with acting_as(market.officer), transaction():
        round_id = open_round(grant_id).id
        give_code(participant_id)
    with acting_as(market.officer), transaction():
        # The line is for what cannot be had: the trade that nobody offers.
        criteria = criteria_for(get_or_404(Grant, grant_id))
        join(grant_id, criteria, seen_place_ids=[])
    with acting_as(market.coordinator):
        cascade = cascade_of(get_or_404(Grant, grant_id))
        assert cascade.obstacle_sv == ""
        assert cascade.open_round is not None
        assert (cascade.has_code, cascade.entries, cascade.placements) == (True, 1, [])
    do(market.coordinator, withdraw_grant, grant_id)
    with acting_as(market.coordinator):
        assert get_or_404(Grant, grant_id).state is GrantState.WITHDRAWN
        assert get_or_404(ChoiceRound, round_id).state is ChoiceState.CLOSED
        assert open_round_of(grant_id) is None
        assert live_code_of(participant_id) is None
    with acting_as(system_actor(market.north_id)):
        assert live_entries(grant_id) == []
        topics = set(db.session.scalars(select(Outbox.topic)))
    assert "grant_withdrawn" in topics


def test_what_was_requested_and_accepted_is_taken_back(market: Market) -> None:
    places = [market.sewing_id, market.growing_id]
    asked, other = request_each(chosen_with_reserves(market, places), places, market.officer)
    (booked,) = request_each(chosen_with_reserves(market, places[:1], 2), places[:1], market.officer)
    do(market.supervisor, accept_placement, booked)
    for placement_id, together in ((asked, [asked, other]), (booked, [booked])):
        grant_id = seen(placement_id, market).grant_id
        with acting_as(market.coordinator):
            cascade = cascade_of(get_or_404(Grant, grant_id))
            assert [row.placement.id for row in cascade.placements] == together
        do(market.coordinator, withdraw_grant, grant_id)
        with acting_as(market.coordinator):
            actions = [event.action for event in timeline("grant", grant_id)]
            assert get_or_404(Grant, grant_id).state is GrantState.WITHDRAWN
            assert actions[0] == "withdraw", "it is not opened again on the way"
    for placement_id in (asked, other, booked):
        taken = seen(placement_id, market)
        assert (taken.state, taken.cancel_reason) == (PlacementState.CANCELLED, CancelReason.GRANT_WITHDRAWN)
    with acting_as(market.officer):
        assert free_seats(market.sewing_id, FIRST_DAY, LAST_DAY) == 2
    assert work_off("placements.tell").count("cancel") == 3


def test_not_while_a_placement_goes_on_or_when_it_has_been(market: Market) -> None:
    placement_id = running(market)
    grant_id = seen(placement_id, market).grant_id
    with pytest.raises(Conflict, match="Avbryt placeringen först"):
        do(market.coordinator, withdraw_grant, grant_id)
    do(market.supervisor, end_placement_early, placement_id, date(2026, 3, 20), on=date(2026, 3, 20))
    with pytest.raises(Conflict, match="Avsluta beviljandet i stället"):
        do(market.coordinator, withdraw_grant, grant_id)
    assert _grant(market, grant_id).state is GrantState.PLACED


def test_only_the_coordinator(market: Market) -> None:
    _, grant_id = granted(market)
    with pytest.raises(NotAllowed):
        do(market.officer, withdraw_grant, grant_id)
    for stranger in (market.other_coordinator, market.south_coordinator):
        with pytest.raises(NotFound):
            do(stranger, withdraw_grant, grant_id)
        with pytest.raises(NotFound):
            do(stranger, extend_grant, grant_id, date(2026, 12, 1))
    with pytest.raises(NotAllowed):
        do(market.officer, extend_grant, grant_id, date(2026, 12, 1))


def test_a_longer_grant_tells_from_when_to_when(market: Market) -> None:
    _, grant_id = granted(market)
    do(market.coordinator, extend_grant, grant_id, date(2026, 12, 1))
    with acting_as(market.coordinator):
        assert get_or_404(Grant, grant_id).last_day == date(2026, 12, 1)
        assert timeline("grant", grant_id)[0].note_sv == "Till och med 2026-12-01 i stället för 2026-08-28"


def test_a_placement_is_named_to_nobody(market: Market) -> None:
    with acting_as(market.south_officer), pytest.raises(NotFound):
        get_or_404(Placement, running(market))
