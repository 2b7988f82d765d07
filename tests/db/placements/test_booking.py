"""An answer books or frees the seat, a placement takes its course, and the grant follows."""

from datetime import date, timedelta

import pytest

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.places.models import SeatUse
from enterprises.places.queries import free_seats
from enterprises.places.rules import SeatUseKind
from marketplace.clock import travelling
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.outbox import claim_unsent
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking import jobs
from placements.booking.models import Placement
from placements.booking.rules import DeclineReason, PlacementState
from placements.booking.services import (
    accept_placement,
    cancel_placement,
    complete_placement,
    decline_placement,
    end_placement_early,
    expire_placement,
    never_start_placement,
    start_placement,
)
from placements.booking.waiting_queries import waiting
from placements.participants.models import Grant
from placements.participants.rules import GrantState
from tests.support.placement_market import (
    FIRST_DAY,
    LAST_DAY,
    TODAY,
    Market,
    requested,
)


def _grant_state(market: Market, placement_id: int) -> GrantState:
    with acting_as(market.officer):
        return get_or_404(Grant, get_or_404(Placement, placement_id).grant_id).state


def _do(actor: Actor, service: object, *args: object, on: date = TODAY) -> Placement:
    with acting_as(actor), travelling(on), transaction():
        placement: Placement = service(*args)  # type: ignore[operator]
        db.session.flush()
        db.session.refresh(placement)
        db.session.expunge(placement)  # readable also to the test, which is nobody
        return placement


def test_accepting_books_the_held_seat(market: Market) -> None:
    placement_id = requested(market)
    _do(market.supervisor, accept_placement, placement_id)
    with acting_as(market.supervisor):
        placement = get_or_404(Placement, placement_id)
        assert placement.state is PlacementState.ACCEPTED
        assert get_or_404(SeatUse, placement.seat_use_id).kind is SeatUseKind.PLACEMENT


def test_declining_frees_the_seat_and_opens_the_grant(market: Market) -> None:
    placement_id = requested(market)
    placement = _do(market.supervisor, decline_placement, placement_id, DeclineReason.NEEDS_NOT_MET)
    assert placement.decline_reason is DeclineReason.NEEDS_NOT_MET
    with acting_as(market.officer):
        assert free_seats(market.sewing_id, FIRST_DAY, LAST_DAY) == 2
    assert _grant_state(market, placement_id) is GrantState.OPEN


def test_a_late_answer_is_refused_in_words(market: Market) -> None:
    placement_id = requested(market)
    with pytest.raises(
        Conflict, match="Svarstiden gick ut 2026-03-05 och platsen hölls till och med 2026-03-06"
    ):
        _do(market.supervisor, accept_placement, placement_id, on=date(2026, 3, 7))


def test_an_answer_while_the_seat_is_still_held_counts(market: Market) -> None:
    placement_id = requested(market)
    accepted = _do(market.supervisor, accept_placement, placement_id, on=date(2026, 3, 6))
    assert accepted.state is PlacementState.ACCEPTED


def test_an_end_that_the_supplier_never_registers_is_registered_by_the_case_officer(market: Market) -> None:
    placement_id = requested(market)
    _do(market.supervisor, accept_placement, placement_id)
    _do(market.supervisor, start_placement, placement_id, on=FIRST_DAY)
    with travelling(LAST_DAY), acting_as(market.officer):
        assert waiting(market.officer) == []
    with travelling(LAST_DAY + timedelta(days=1)), acting_as(market.officer):
        (item,) = waiting(market.officer)
        assert item.text_sv == "Avslut inte registrerat för Maja Öberg1 hos Gården & Co"
    ended = _do(market.officer, complete_placement, placement_id, on=LAST_DAY + timedelta(days=1))
    assert (ended.state, ended.ended_on) == (PlacementState.COMPLETED, LAST_DAY)


def test_two_tabs_answer_the_same_request(market: Market) -> None:
    placement_id = requested(market)
    _do(market.supervisor, accept_placement, placement_id)
    with pytest.raises(Conflict, match="redan besvarad"):
        _do(market.supervisor, decline_placement, placement_id, DeclineReason.OTHER)


def test_the_job_expires_what_nobody_answered(market: Market) -> None:
    late, answered = requested(market, 1), requested(market, 2)
    _do(market.supervisor, accept_placement, answered)
    with travelling(date(2026, 3, 7)):
        jobs.dispatch_follow_up()
        with acting_as(system_actor()):
            messages = [m for m in claim_unsent() if m.topic == jobs.FOLLOW_UP_TOPIC]
        assert [message.payload["placement_id"] for message in messages] == [late]
        for message in (*messages, *messages):
            jobs.follow_up(message.id)
    with acting_as(market.officer):
        assert get_or_404(Placement, late).state is PlacementState.EXPIRED
        assert get_or_404(Placement, answered).state is PlacementState.ACCEPTED
    assert _grant_state(market, late) is GrantState.OPEN


def test_nothing_expires_before_its_time(market: Market) -> None:
    placement_id = requested(market)
    with pytest.raises(Conflict):
        _do(system_actor(market.north_id, market.farm_id), expire_placement, placement_id)


def test_the_whole_life(market: Market) -> None:
    placement_id = requested(market)
    _do(market.supervisor, accept_placement, placement_id)
    with pytest.raises(Invalid, match="börjar 2026-03-09"):
        _do(market.supervisor, start_placement, placement_id)
    started = _do(market.supervisor, start_placement, placement_id, on=FIRST_DAY)
    assert started.started_on == FIRST_DAY
    with pytest.raises(Conflict, match="Sista dagen är"):
        _do(market.supervisor, complete_placement, placement_id, on=LAST_DAY - timedelta(days=1))
    ended = _do(market.supervisor, complete_placement, placement_id, on=LAST_DAY)
    assert (ended.state, ended.ended_on) == (PlacementState.COMPLETED, LAST_DAY)
    assert _grant_state(market, placement_id) is GrantState.PLACED


def test_ending_early_shortens_seat_and_placement_together(market: Market) -> None:
    placement_id = requested(market, place_id=market.growing_id)
    _do(market.supervisor, accept_placement, placement_id)
    _do(market.supervisor, start_placement, placement_id, on=FIRST_DAY)
    last = date(2026, 4, 10)
    placement = _do(market.officer, end_placement_early, placement_id, last, on=date(2026, 4, 13))
    assert (placement.last_day, placement.ended_on) == (last, last)
    with acting_as(market.officer):
        assert free_seats(market.growing_id, last, last) == 0
        assert free_seats(market.growing_id, last + timedelta(days=1), LAST_DAY) == 1


@pytest.mark.parametrize(
    ("last_day", "why"),
    [
        (FIRST_DAY - timedelta(days=1), "började"),
        (date(2026, 4, 14), "framtiden"),
    ],
)
def test_days_that_cannot_be_the_last(market: Market, last_day: date, why: str) -> None:
    placement_id = requested(market)
    _do(market.supervisor, accept_placement, placement_id)
    _do(market.supervisor, start_placement, placement_id, on=FIRST_DAY)
    with pytest.raises(Invalid, match=why):
        _do(market.supervisor, end_placement_early, placement_id, last_day, on=date(2026, 4, 13))


def test_who_never_came(market: Market) -> None:
    placement_id = requested(market)
    _do(market.supervisor, accept_placement, placement_id)
    with pytest.raises(Conflict, match="inte passerat"):
        _do(market.supervisor, never_start_placement, placement_id, on=FIRST_DAY)
    _do(market.supervisor, never_start_placement, placement_id, on=FIRST_DAY + timedelta(days=1))
    assert _grant_state(market, placement_id) is GrantState.OPEN


def test_cancelling_before_the_start(market: Market) -> None:
    placement_id = requested(market)
    _do(market.officer, cancel_placement, placement_id)
    assert _grant_state(market, placement_id) is GrantState.OPEN
    with pytest.raises(Conflict, match="innan den har startat"):
        _do(market.officer, cancel_placement, placement_id)


def test_nothing_is_accepted_under_a_contract_that_is_suspended(market: Market) -> None:
    placement_id = requested(market)
    with acting_as(market.procurement_officer), transaction():
        for contract in db.session.scalars(db.select(Contract)):
            contract.state = ContractState.SUSPENDED
    with pytest.raises(Conflict, match="Avtalet"):
        _do(market.supervisor, accept_placement, placement_id)
    _do(market.supervisor, decline_placement, placement_id, DeclineReason.OTHER)


def test_an_answer_just_before_the_job_stands(market: Market) -> None:
    placement_id = requested(market)
    with travelling(date(2026, 3, 7)):
        jobs.dispatch_follow_up()
        _do(market.supervisor, decline_placement, placement_id, DeclineReason.OTHER, on=date(2026, 3, 7))
        with acting_as(system_actor()):
            [message] = [m for m in claim_unsent() if m.topic == jobs.FOLLOW_UP_TOPIC]
        jobs.follow_up(message.id)
    with acting_as(market.officer):
        assert get_or_404(Placement, placement_id).state is PlacementState.DECLINED


def test_only_the_right_roles_act(market: Market) -> None:
    placement_id = requested(market)
    with pytest.raises(NotAllowed):
        _do(market.officer, accept_placement, placement_id)
    with pytest.raises(NotAllowed):
        _do(market.supervisor, cancel_placement, placement_id)
