"""A contract is suspended or ended at the moment when a placement is requested or accepted under it: never past each
other, and no request is left under a contract that takes none."""

import pytest
from sqlalchemy import select

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.contracts.services import end_contract, resume_contract, suspend_contract
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict
from marketplace.outbox import claim_unsent
from marketplace.tenancy import acting_as, system_actor
from placements.booking import jobs
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.booking.services import accept_placement, request_placement
from tests.support.application import Database
from tests.support.at_once import Act, all_at_once, by, refusals
from tests.support.in_turn import in_turn
from tests.support.placement_market import FIRST_DAY, TODAY, Market, build_market, chosen, requested


@pytest.fixture
def market(database: Database) -> Market:
    return build_market(seats=8)


def contract_of(market: Market) -> int:
    with acting_as(market.procurement_officer):
        return db.session.scalars(select(Contract.id)).one()


def states(market: Market) -> tuple[ContractState, list[PlacementState]]:
    db.session.rollback()
    with acting_as(system_actor(market.north_id, market.farm_id)):
        return (
            db.session.scalars(select(Contract.state).where(Contract.authority_id == market.north_id)).one(),
            list(db.session.scalars(select(Placement.state).order_by(Placement.id))),
        )


def process_messages() -> None:
    with acting_as(system_actor()), transaction():
        messages = [message for message in claim_unsent() if message.topic.startswith("contract.")]
    for message in messages:
        jobs.withdraw_requests(message.id)


def request(round_id: int) -> Act:
    return lambda: request_placement(round_id, first_day=FIRST_DAY).id


def test_a_suspension_waits_for_the_request_and_the_job_takes_it_back(
    database: Database, market: Market
) -> None:
    with travelling(TODAY):
        round_id = chosen(market)
    contract_id = contract_of(market)
    in_turn(
        database,
        (market.officer, request(round_id)),
        (market.procurement_officer, lambda: suspend_contract(contract_id)),
        TODAY,
    )
    assert states(market) == (ContractState.SUSPENDED, [PlacementState.REQUESTED])
    with travelling(TODAY):
        process_messages()
    assert states(market) == (ContractState.SUSPENDED, [PlacementState.CANCELLED])


def test_a_request_waits_for_the_suspension_and_is_refused(database: Database, market: Market) -> None:
    with travelling(TODAY):
        round_id = chosen(market)
    contract_id = contract_of(market)
    given = in_turn(
        database,
        (market.procurement_officer, lambda: suspend_contract(contract_id)),
        (market.officer, request(round_id)),
        TODAY,
    )
    assert isinstance(given, Conflict)
    assert "Avtalet" in given.message_sv
    assert states(market) == (ContractState.SUSPENDED, [])


def test_an_end_waits_for_the_acceptance_and_is_refused(database: Database, market: Market) -> None:
    with travelling(TODAY):
        placement_id = requested(market)
    contract_id = contract_of(market)
    given = in_turn(
        database,
        (market.supervisor, lambda: accept_placement(placement_id)),
        (market.procurement_officer, lambda: end_contract(contract_id)),
        TODAY,
    )
    assert isinstance(given, Conflict)
    assert "En accepterad eller pågående placering fortsätter" in given.message_sv
    assert states(market) == (ContractState.ACTIVE, [PlacementState.ACCEPTED])


def test_an_acceptance_waits_for_the_end_and_is_refused(database: Database, market: Market) -> None:
    with travelling(TODAY):
        placement_id = requested(market)
    contract_id = contract_of(market)
    given = in_turn(
        database,
        (market.procurement_officer, lambda: end_contract(contract_id)),
        (market.supervisor, lambda: accept_placement(placement_id)),
        TODAY,
    )
    assert isinstance(given, Conflict)
    assert states(market) == (ContractState.ENDED, [PlacementState.REQUESTED])


def test_everything_at_once_leaves_no_request_under_a_contract_that_rests(
    database: Database, market: Market
) -> None:
    with travelling(TODAY):
        rounds = [chosen(market, number) for number in range(1, 5)]
        waiting = [requested(market, number) for number in (5, 6)]
    contract_id = contract_of(market)
    db.session.remove()
    acts = [by(market.officer, request(round_id)) for round_id in rounds]
    acts += [by(market.supervisor, lambda id_=id_: accept_placement(id_)) for id_ in waiting]  # type: ignore[misc]
    acts += [by(market.procurement_officer, lambda: suspend_contract(contract_id))]
    results = all_at_once(database, acts, TODAY)
    assert all(isinstance(refusal, Conflict) for refusal in refusals(results))
    with travelling(TODAY):
        process_messages()
    contract, placements = states(market)
    assert contract is ContractState.SUSPENDED
    assert set(placements) <= {PlacementState.CANCELLED, PlacementState.ACCEPTED}


def test_the_job_meets_a_resumption(database: Database, market: Market) -> None:
    """Either the requests are taken back before the contract is resumed, or they stand."""
    with travelling(TODAY):
        requested(market)
        contract_id = contract_of(market)
        with acting_as(market.procurement_officer), transaction():
            suspend_contract(contract_id)
        db.session.remove()
        all_at_once(
            database,
            [process_messages, by(market.procurement_officer, lambda: resume_contract(contract_id))],
            TODAY,
        )
    contract, [placement] = states(market)
    assert contract is ContractState.ACTIVE
    assert placement in {PlacementState.CANCELLED, PlacementState.REQUESTED}
