"""A consent that is withdrawn ends what waits for a supplier, and tells of what goes on."""

import pytest
from sqlalchemy import select

from enterprises.places.queries import free_seats
from marketplace.clock import now
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict, NotAllowed
from marketplace.tenancy import acting_as
from placements.booking.rules import CancelReason, PlacementState
from placements.booking.services import accept_placement
from placements.choice.models import ChoiceRound
from placements.participants.models import Consent, Grant
from placements.participants.rules import GrantState
from placements.participants.withdrawal import cascade_of, withdraw_consent
from placements.visits.models import StudyVisit
from placements.visits.rules import EndReason, VisitState
from placements.waiting_list.rules import EntryState, OfferState
from tests.support.bookings import chosen_with_reserves, do, request_each, running, seen, work_off
from tests.support.placement_market import FIRST_DAY, LAST_DAY, Market, requested
from tests.support.visiting import booked, choosing, offered
from tests.support.waiting import cancels, entry, held, offers, waits


def _consent_of(participant_id: int) -> int:
    wanted = select(Consent.id).where(
        Consent.participant_id == participant_id, Consent.withdrawn_at.is_(None)
    )
    return db.session.scalars(wanted).one()


def _withdraw(market: Market, participant_id: int) -> None:
    with acting_as(market.officer):
        consent_id = _consent_of(participant_id)
    do(market.officer, withdraw_consent, consent_id)


def test_what_waits_is_taken_back_and_can_no_longer_be_accepted(market: Market) -> None:
    places = [market.sewing_id, market.growing_id]
    asked = request_each(chosen_with_reserves(market, places), places, market.officer)
    _withdraw(market, seen(asked[0], market).participant_id)
    for placement_id in asked:
        taken = seen(placement_id, market)
        assert (taken.state, taken.cancel_reason) == (
            PlacementState.CANCELLED,
            CancelReason.CONSENT_WITHDRAWN,
        )
        with pytest.raises(Conflict):
            do(market.supervisor, accept_placement, placement_id)
    with acting_as(market.officer):
        assert free_seats(market.sewing_id, FIRST_DAY, LAST_DAY) == 2
        assert get_or_404(Grant, seen(asked[0], market).grant_id).state is GrantState.OPEN
    assert work_off("placements.tell").count("cancel") == 2


def test_what_goes_on_is_told_to_the_coordinator(market: Market) -> None:
    placement_id = running(market)
    _withdraw(market, seen(placement_id, market).participant_id)
    assert seen(placement_id, market).state is PlacementState.RUNNING
    assert "consent_withdrawn" in work_off("placements.tell")


def test_a_seat_held_from_the_line_goes_on_and_the_entry_stands(market: Market) -> None:
    taken = requested(market, place_id=market.growing_id)
    waiting_id, next_id = waits(market, 2), waits(market, 3)
    cancels(market, taken)
    (offer,) = offers(market)
    with acting_as(market.officer):
        assert cascade_of(get_or_404(Grant, offer.grant_id)).offers == 1
    _withdraw(market, offer.participant_id)
    assert [one.entry_id for one in offers(market, OfferState.WITHDRAWN)] == [waiting_id]
    assert (held(market), entry(waiting_id, market).state) == ([], EntryState.WAITING)
    assert next_id not in [one.entry_id for one in offers(market)], "only once the outbox has been worked off"


def test_coming_visits_are_cancelled(market: Market) -> None:
    (time_id,) = offered(market)
    participant_id, round_id = choosing(market)
    visit_id = booked(time_id, round_id, market.officer)
    _withdraw(market, participant_id)
    with acting_as(market.officer):
        visit = get_or_404(StudyVisit, visit_id)
        assert (visit.state, visit.end_reason) == (VisitState.CANCELLED, EndReason.CONSENT_WITHDRAWN)
        assert get_or_404(ChoiceRound, round_id).participant_id == participant_id


def test_the_database_refuses_a_yes_without_consent(market: Market) -> None:
    placement_id = requested(market)
    with acting_as(market.officer), transaction():
        consent_id = _consent_of(seen(placement_id, market).participant_id)
        get_or_404(Consent, consent_id).withdrawn_at = now()
    with pytest.raises(Conflict, match="samtycke är återkallat"):
        do(market.supervisor, accept_placement, placement_id)


def test_not_by_whoever_does_not_work_with_the_participant(market: Market) -> None:
    placement_id = requested(market)
    with acting_as(market.officer):
        consent_id = _consent_of(seen(placement_id, market).participant_id)
    with pytest.raises(NotAllowed):
        do(market.supervisor, withdraw_consent, consent_id)
