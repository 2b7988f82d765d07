"""The waiting list: what a yes, a no and silence cause."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.places.models import SeatUse
from enterprises.places.rules import SeatUseKind
from enterprises.places.services import (
    pause_place,
    resume_place,
)
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.rules import DeclineReason, PlacementState
from placements.booking.services import (
    accept_placement,
    decline_placement,
)
from placements.choice.queries import choice_round
from placements.choice.rules import ChoiceState
from placements.choice.services import open_round, show_places
from placements.waiting_list import services
from placements.waiting_list.models import WaitingOffer
from placements.waiting_list.rules import EndReason, EntryState, OfferState
from tests.factories import GARDEN, WORKSHOP
from tests.support.placement_market import (
    LAST_DAY,
    TODAY,
    Market,
    granted,
)
from tests.support.waiting import (
    DUE,
    cancels,
    entry,
    held,
    joins,
    night,
    offered_to,
    offers,
    passes,
    says_no,
    says_yes,
    waits,
    work,
)


def test_a_no_goes_to_the_next_at_once_and_the_first_stays_in_line(market: Market, taken: int) -> None:
    first, second = waits(market, 1), waits(market, 2)
    cancels(market, taken)
    says_no(market, offers(market)[0])
    assert offered_to(market) == [second]
    assert entry(first, market).state is EntryState.WAITING
    assert passes(market) == [(first, "asked")]
    says_no(market, offers(market)[0])
    assert offers(market) == []  # each has been asked about the place once
    assert held(market) == []
    night()
    assert offers(market) == []


def test_a_yes_is_shown_chosen_and_requested_with_the_held_seat(market: Market, taken: int) -> None:
    first = waits(market, 1)
    cancels(market, taken)
    (offer,) = offers(market)
    seat_use_id = offer.seat_use_id
    placement_id = says_yes(market, offer)
    with acting_as(market.officer):
        placement = db.session.get_one(Placement, placement_id)
        assert placement.state is PlacementState.REQUESTED
        assert placement.seat_use_id == seat_use_id
        assert (placement.first_day, placement.last_day) == (DUE, LAST_DAY)
        use = db.session.get_one(SeatUse, seat_use_id)
        assert (use.kind, use.first_day) == (SeatUseKind.REQUEST, DUE)
        round_ = choice_round(placement.choice_round_id)
        assert round_.state is ChoiceState.CHOSEN
        (shown,) = round_.shown
        assert shown.place_id == market.growing_id
        assert shown.is_chosen
    (offer,) = offers(market, OfferState.ACCEPTED)
    assert (offer.placement_id, offer.seat_use_id) == (placement_id, None)
    assert entry(first, market).state is EntryState.WAITING  # until the supplier has accepted


def test_a_yes_goes_into_the_round_that_is_open(market: Market, taken: int) -> None:
    _, grant_id = granted(market, 1)
    with acting_as(market.officer), transaction():
        round_id = open_round(grant_id).id
        show_places(round_id, [market.sewing_id])
    joins(grant_id, market.officer)
    cancels(market, taken)
    says_yes(market, offers(market)[0])
    with acting_as(market.officer):
        round_ = choice_round(round_id, is_fresh=True)
        assert round_.state is ChoiceState.CHOSEN
        assert [(one.place_id, one.is_chosen) for one in round_.shown] == [
            (market.sewing_id, False),
            (market.growing_id, True),
        ]


def test_when_the_supplier_says_no_the_place_in_line_is_kept(market: Market, taken: int) -> None:
    first, second = waits(market, 1), waits(market, 2)
    cancels(market, taken)
    placement_id = says_yes(market, offers(market)[0])
    with acting_as(market.supervisor), transaction():
        decline_placement(placement_id, DeclineReason.OTHER)
    work()
    assert offered_to(market) == [second]
    assert entry(first, market).state is EntryState.WAITING
    assert (first, "asked") in passes(market)


def test_when_the_supplier_accepts_every_entry_of_the_grant_ends(market: Market, taken: int) -> None:
    _, grant_id = granted(market, 1)
    first = joins(grant_id, market.officer)
    second = joins(grant_id, market.officer, ssyks=[WORKSHOP])
    work()
    for offer in offers(market):  # there is a free seat in the workshop
        says_no(market, offer)
    cancels(market, taken)
    placement_id = says_yes(market, offers(market)[0])
    with acting_as(market.supervisor), transaction():
        accept_placement(placement_id)
    work()
    night()
    for entry_id in (first, second):
        ended = entry(entry_id, market)
        assert (ended.state, ended.end_reason) == (EntryState.ENDED, EndReason.PLACED)


def test_an_unanswered_offer_goes_on_in_the_night(market: Market, taken: int) -> None:
    first, second = waits(market, 1), waits(market, 2)
    cancels(market, taken)
    with travelling(DUE):
        night()
        assert offered_to(market) == [first]
    with travelling(DUE + timedelta(days=1)):
        with pytest.raises(Conflict, match="gick ut 2026-03-04"):
            says_yes(market, offers(market)[0], DUE + timedelta(days=1))
        night()
        assert offered_to(market) == [second]
        assert offered_to(market, OfferState.EXPIRED) == [first]
        assert entry(first, market).state is EntryState.WAITING


def test_two_unanswered_offers_end_the_entry(market: Market, taken: int) -> None:
    first = waits(market, 1, ssyks=[GARDEN, WORKSHOP], seen=[market.repair_id])
    cancels(market, taken)
    with travelling(date(2026, 3, 5)):
        night()
        assert offers(market) == []
        with acting_as(market.officer), transaction():
            found = entry(first, market)
            found.seen_place_ids = []
        night()
        assert offered_to(market) == [first]
    with travelling(date(2026, 3, 10)):
        night()
        ended = entry(first, market)
        assert (ended.state, ended.end_reason) == (EntryState.ENDED, EndReason.UNANSWERED)
        assert held(market) == []


def test_an_offer_that_leads_nowhere_is_taken_back_in_the_night(market: Market, taken: int) -> None:
    first = waits(market, 1)
    cancels(market, taken)
    with acting_as(market.manager), transaction():
        pause_place(market.growing_id)
    with pytest.raises(Conflict, match="inte publicerad"):
        says_yes(market, offers(market)[0])
    assert offered_to(market) == [first]
    night()
    assert offered_to(market, OfferState.WITHDRAWN) == [first]
    assert held(market) == []
    with acting_as(market.manager), transaction():
        resume_place(market.growing_id)
    work()
    assert offered_to(market) == [first]  # it was never answered


def test_answers_are_checked(market: Market, taken: int) -> None:
    waits(market, 1)
    cancels(market, taken)
    (offer,) = offers(market)
    for day in (TODAY - timedelta(days=1), LAST_DAY + timedelta(days=1)):
        with pytest.raises(Invalid, match="Platsen hålls från 2026-03-02"):
            says_yes(market, offer, day)
    for stranger in market.outsiders():
        with pytest.raises((NotFound, NotAllowed)), acting_as(stranger), transaction():
            services.accept_offer(offer.id, DUE)
    assert offers(market)[0].state is OfferState.OPEN
    says_yes(market, offer)
    for again in (lambda: says_yes(market, offer), lambda: says_no(market, offer)):
        with pytest.raises(Conflict, match="redan besvarat"):
            again()
    with pytest.raises(Conflict, match="redan besvarat"), acting_as(market.officer), transaction():
        db.session.get_one(WaitingOffer, offer.id).answered_by = "Någon annan"


def test_an_offer_under_a_contract_that_is_suspended_is_taken_back(market: Market, taken: int) -> None:
    first = waits(market, 1)
    cancels(market, taken)
    with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
        contract = db.session.scalars(select(Contract).where(Contract.authority_id == market.north_id)).one()
        contract.state = ContractState.SUSPENDED
    with pytest.raises(Conflict, match="inget avtal"):
        says_yes(market, offers(market)[0])
    night()
    assert offered_to(market, OfferState.WITHDRAWN) == [first]
    assert held(market) == []
    assert entry(first, market).state is EntryState.WAITING
