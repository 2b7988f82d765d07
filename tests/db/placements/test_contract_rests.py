"""What a contract's rest and end do to the placements under it."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import JOBS
from enterprises.contracts import services as contracts
from enterprises.contracts.models import Contract
from enterprises.contracts.queries import contract_use
from enterprises.contracts.rules import ContractState, ContractUse
from enterprises.contracts.services import ENDED_TOPIC, SUSPENDED_TOPIC
from enterprises.places.queries import free_seats
from marketplace.audit import timeline
from marketplace.clock import travelling
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict
from marketplace.outbox import claim_unsent
from marketplace.tenancy import acting_as, system_actor
from placements.booking import jobs
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.booking.services import (
    accept_placement,
    complete_placement,
    request_placement,
    start_placement,
)
from placements.booking.waiting_queries import waiting
from placements.participants.models import Grant
from placements.participants.rules import GrantState
from tests.factories import amend_contract
from tests.support.clients import ClientFor
from tests.support.placement_market import (
    FIRST_DAY,
    LAST_DAY,
    TODAY,
    Market,
    build_market,
    chosen,
    requested,
)
from tests.web.reading import text_of


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    built = build_market(seats=8)
    with travelling(TODAY):
        yield built


@pytest.fixture
def contract_id(market: Market) -> int:
    with acting_as(market.procurement_officer):
        return db.session.scalars(select(Contract.id)).one()


def suspend(market: Market, contract_id: int) -> None:
    with acting_as(market.procurement_officer), transaction():
        contracts.suspend_contract(contract_id)


def accepted(market: Market, number: int) -> int:
    placement_id = requested(market, number)
    with acting_as(market.supervisor), transaction():
        accept_placement(placement_id)
    return placement_id


def process(topic: str, times: int = 1) -> None:
    assert "placements.booking.jobs.withdraw_requests" in JOBS[topic]
    with acting_as(system_actor()), transaction():
        [message] = [message for message in claim_unsent() if message.topic == topic]
    for _ in range(times):
        jobs.withdraw_requests(message.id)


def state_of(market: Market, placement_id: int) -> PlacementState:
    with acting_as(market.officer):
        return get_or_404(Placement, placement_id).state


def test_requests_are_taken_back_with_the_reason_and_what_is_booked_goes_on(
    market: Market, contract_id: int
) -> None:
    open_requests = [requested(market, number) for number in (1, 2)]
    booked = accepted(market, 3)
    suspend(market, contract_id)
    process(SUSPENDED_TOPIC, times=2)
    for placement_id in open_requests:
        assert state_of(market, placement_id) is PlacementState.CANCELLED
        with acting_as(market.officer):
            placement = get_or_404(Placement, placement_id)
            assert get_or_404(Grant, placement.grant_id).state is GrantState.OPEN
            event = timeline("placement", placement_id)[0]
            assert (event.action, event.note_sv) == ("cancel", "Leverantörens avtal är vilande")
    with acting_as(market.officer):
        assert free_seats(market.sewing_id, FIRST_DAY, LAST_DAY) == 7
    with acting_as(market.supervisor), travelling(FIRST_DAY), transaction():
        assert start_placement(booked).state is PlacementState.RUNNING
    with acting_as(market.supervisor), travelling(LAST_DAY), transaction():
        assert complete_placement(booked).state is PlacementState.COMPLETED


def test_the_coordinator_is_told_which_may_have_to_move(market: Market, contract_id: int) -> None:
    requested(market, 1)
    booked = accepted(market, 2)
    with acting_as(market.coordinator):
        assert waiting(market.coordinator) == []
    suspend(market, contract_id)
    with acting_as(market.coordinator):
        [item] = waiting(market.coordinator)
        assert item.url_args == {"placement_id": booked}
        assert "Gården & Co är vilande" in item.text_sv
    with acting_as(market.other_coordinator):
        assert waiting(market.other_coordinator) == []


def test_another_authoritys_requests_stand(market: Market, contract_id: int) -> None:
    theirs = requested(market, 1, officer=market.south_officer)
    suspend(market, contract_id)
    process(SUSPENDED_TOPIC)
    with acting_as(market.south_officer):
        assert get_or_404(Placement, theirs).state is PlacementState.REQUESTED


def test_a_contract_that_is_resumed_before_the_job_keeps_its_requests(
    market: Market, contract_id: int
) -> None:
    placement_id = requested(market)
    suspend(market, contract_id)
    with acting_as(market.procurement_officer), transaction():
        contracts.resume_contract(contract_id)
    process(SUSPENDED_TOPIC)
    assert state_of(market, placement_id) is PlacementState.REQUESTED


def test_nothing_is_requested_under_a_contract_that_rests(market: Market, contract_id: int) -> None:
    round_id = chosen(market)
    suspend(market, contract_id)
    with acting_as(market.officer), pytest.raises(Conflict, match="avtal"), transaction():
        request_placement(round_id, first_day=FIRST_DAY)


def test_an_end_is_refused_while_placements_go_on_and_says_how_many(market: Market, contract_id: int) -> None:
    first = accepted(market, 1)
    accepted(market, 2)
    with acting_as(market.procurement_officer):
        with pytest.raises(Conflict, match=r"^2 accepterade eller pågående .* den sista till 2026-08-28"):
            contracts.end_contract(contract_id)
        db.session.rollback()
        assert contract_use(contract_id) == ContractUse(0, 2, LAST_DAY)
    with acting_as(market.supervisor), travelling(FIRST_DAY), transaction():
        start_placement(first)
    with acting_as(market.procurement_officer), pytest.raises(Conflict, match=r"^2 "):
        contracts.end_contract(contract_id)
    db.session.rollback()
    with acting_as(market.procurement_officer), travelling(LAST_DAY), transaction():
        contracts.end_contract(contract_id)  # their last day is the contract's
        assert get_or_404(Contract, contract_id).ended_on == LAST_DAY


def test_an_end_takes_back_requests(market: Market, contract_id: int) -> None:
    placement_id = requested(market)
    with acting_as(market.procurement_officer), transaction():
        contracts.end_contract(contract_id)
        assert get_or_404(Contract, contract_id).ended_on == TODAY
    process(ENDED_TOPIC)
    assert state_of(market, placement_id) is PlacementState.CANCELLED
    with acting_as(market.officer):
        assert timeline("placement", placement_id)[0].note_sv == "Leverantörens avtal har upphört"


def test_the_database_refuses_an_end_under_a_placement_that_goes_on(market: Market, contract_id: int) -> None:
    accepted(market, 1)
    with (
        acting_as(market.procurement_officer),
        pytest.raises(Conflict, match="kan avslutas när ingen fortsätter"),
        transaction(),
    ):
        contract = get_or_404(Contract, contract_id)
        contract.state, contract.ended_on = ContractState.ENDED, TODAY


@pytest.mark.parametrize("changes", [{"state": PlacementState.ACCEPTED}, {"last_day": LAST_DAY}])
def test_the_database_refuses_what_the_contract_does_not_carry(
    market: Market, contract_id: int, changes: dict[str, object]
) -> None:
    """Whatever the service asks: accepting under a contract that rests, or going on after its last day."""
    if "state" in changes:
        placement_id = requested(market)
        suspend(market, contract_id)
    else:
        with acting_as(market.officer):
            round_id = chosen(market)
        with acting_as(market.officer), transaction():
            placement_id = request_placement(
                round_id, first_day=FIRST_DAY, last_day=LAST_DAY - timedelta(days=9)
            ).id
        with acting_as(market.procurement_officer), transaction():
            amend_contract(get_or_404(Contract, contract_id), ends_on=LAST_DAY - timedelta(days=1))
    with (
        acting_as(market.supervisor),
        pytest.raises(Conflict, match="gäller inte alla dagarna"),
        transaction(),
    ):
        placement = get_or_404(Placement, placement_id)
        for name, value in changes.items():
            setattr(placement, name, value)


def test_only_the_procurement_officer_is_told_how_many(market: Market, contract_id: int) -> None:
    requested(market, 1)
    accepted(market, 2)
    with acting_as(market.procurement_officer):
        assert contract_use(contract_id) == ContractUse(1, 1, LAST_DAY)
    for other in (market.strategist, market.south_officer, market.manager, market.other_manager):
        with acting_as(other):
            assert contract_use(contract_id) == ContractUse(0, 0, None)


def test_a_contract_has_the_day_it_ended_and_no_other(market: Market, contract_id: int) -> None:
    with (
        acting_as(market.procurement_officer),
        pytest.raises(Exception, match="ended_on_a_day"),
        transaction(),
    ):
        get_or_404(Contract, contract_id).ended_on = date(2026, 3, 1)


def test_the_pages_say_what_follows_and_the_end_waits(
    market: Market, contract_id: int, client_for: ClientFor
) -> None:
    requested(market, 1)
    accepted(market, 2)
    officer = client_for(market.procurement_officer)
    suspending = text_of(officer.get(f"/avtal/{contract_id}/vila"))
    assert "En förfrågan som väntar på svar återkallas" in suspending
    assert "En accepterad eller pågående placering fortsätter och faktureras." in suspending
    ending = officer.get(f"/avtal/{contract_id}/avsluta")
    assert "Det går inte än" in text_of(ending)
    assert "fortsätter efter i dag, till 2026-08-28" in text_of(ending)
    assert officer.post(f"/avtal/{contract_id}/avsluta").status_code == 422
    assert "fortsätter efter i dag, till 2026-08-28" in text_of(officer.get(f"/avtal/{contract_id}"))
    assert "Maja" not in text_of(officer.get(f"/avtal/{contract_id}"))
