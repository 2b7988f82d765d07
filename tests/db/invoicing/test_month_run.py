"""The run: safe to repeat, told as it goes, and what one contract cannot do does not stop the rest."""

from datetime import date

import pytest
from sqlalchemy import select

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from invoicing.invoices.models import Invoice
from invoicing.remuneration.contract_rules import ContractFacts, Settled, settle
from invoicing.remuneration.facts import Month
from invoicing.run import jobs, queries, services
from marketplace.accounts.rules import Role
from marketplace.db import db, transaction
from marketplace.errors import Invalid, NotAllowed
from marketplace.outbox import Outbox, emit
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.rules import PlacementState, placement_number
from tests.support.invoicing_market import Market

MARCH = Month(2026, 3)


@pytest.fixture
def market(invoicing_market: Market) -> Market:
    return invoicing_market


def messages() -> list[int]:
    with acting_as(system_actor()):
        waiting = select(Outbox.id).where(Outbox.processed_at.is_(None)).order_by(Outbox.id)
        return list(db.session.scalars(waiting))


def work_off() -> None:
    while waiting := messages():
        for outbox_id in waiting:
            jobs.run_month(outbox_id)


def start(actor: Actor, month: Month = MARCH) -> None:
    with acting_as(actor), transaction():
        services.start_month_run(month)


def invoiced_contracts(market: Market) -> list[int]:
    with acting_as(system_actor(authority_id=market.authority_id)):
        return list(db.session.scalars(select(Invoice.contract_id).order_by(Invoice.contract_id)))


def test_everybodys_run_makes_one_invoice_per_contract(market: Market) -> None:
    start(system_actor())
    work_off()
    assert invoiced_contracts(market) == [market.contract_id, market.other_contract_id]


def test_run_twice_makes_no_more(market: Market) -> None:
    for _ in range(2):
        start(system_actor())
        start(market.controller)
        start(market.manager)
        work_off()
    assert invoiced_contracts(market) == [market.contract_id, market.other_contract_id]


def test_repeated_and_reordered_messages_make_no_more(market: Market) -> None:
    start(system_actor())
    start(market.manager)
    for outbox_id in reversed(messages() * 2):
        jobs.run_month(outbox_id)
    assert messages() == []
    assert invoiced_contracts(market) == [market.contract_id, market.other_contract_id]


def test_a_managers_run_is_for_the_own_enterprise(market: Market) -> None:
    start(market.manager)
    work_off()
    assert invoiced_contracts(market) == [market.contract_id]


def test_a_controllers_run_is_for_the_own_authority(market: Market) -> None:
    start(market.outsiders[Role.CONTROLLER])
    work_off()
    assert invoiced_contracts(market) == []
    start(market.controller)
    work_off()
    assert len(invoiced_contracts(market)) == 2


def test_others_cannot_start_a_run(market: Market) -> None:
    for role in (Role.SUPERVISOR, Role.STRATEGIST):
        with pytest.raises(NotAllowed):
            start(market.actors[role])


def test_a_month_that_is_not_over_cannot_be_run(market: Market) -> None:
    with pytest.raises(Invalid, match="April 2026 är inte slut"):
        start(market.manager, Month(2026, 4))


def test_the_schedules_message_means_the_month_before(market: Market) -> None:
    with acting_as(system_actor()), transaction():
        emit(services.RUN_TOPIC, authority_id=market.authority_id, day="2026-04-01")
    work_off()
    with acting_as(market.manager):
        assert set(db.session.scalars(select(Invoice.month))) == {MARCH.first_day}


def test_what_one_contract_cannot_do_does_not_stop_the_rest(
    market: Market, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(facts: ContractFacts) -> Settled:
        if any(one.number == placement_number(market.placement_ids[0]) for one in facts.placements):
            raise RuntimeError("never seen before")
        return settle(facts)

    with monkeypatch.context() as broken:
        broken.setattr("invoicing.run.drafts.settle", breaks)
        start(market.controller)
        work_off()
    assert invoiced_contracts(market) == [market.other_contract_id]
    assert "never seen before" in caplog.text
    with acting_as(market.controller):
        (listed,) = db.session.scalars(queries.unpriced())
        assert (listed.contract_id, listed.placement_id) == (market.contract_id, None)
    start(market.controller)
    work_off()
    assert len(invoiced_contracts(market)) == 2
    with acting_as(market.controller):
        assert list(db.session.scalars(queries.unpriced())) == []


def test_whoever_starts_it_sees_how_far_it_has_come(market: Market) -> None:
    start(market.controller)
    with acting_as(market.controller):
        assert [
            (run.contracts_done, run.contracts_total, run.finished_at) for run in queries.latest_runs()
        ] == [(0, 0, None)]
    work_off()
    with acting_as(market.controller):
        (run,) = queries.latest_runs()
        assert (run.contracts_done, run.contracts_total, run.started_by) == (
            2,
            2,
            market.controller.user_name,
        )
        assert run.finished_at is not None
    for stranger in (market.manager, market.outsiders[Role.CONTROLLER]):
        with acting_as(stranger):
            assert queries.latest_runs() == []


def test_a_contract_that_has_not_begun_is_left_out(market: Market) -> None:
    with acting_as(system_actor(authority_id=market.authority_id)):
        assert queries.contracts_to_invoice(MARCH) == [
            market.contract_id,
            market.other_contract_id,
        ]
        assert queries.contracts_to_invoice(Month.of(date(2025, 12, 1))) == []


def test_a_contract_is_left_alone_when_no_fee_can_come_any_more(market: Market) -> None:
    with acting_as(system_actor(market.authority_id, market.enterprise_id)), transaction():
        for placement in db.session.scalars(select(Placement)):
            placement.state, placement.ended_on = PlacementState.COMPLETED, placement.last_day
        contract = db.session.get_one(Contract, market.contract_id)
        contract.state, contract.ended_on = ContractState.ENDED, date(2026, 6, 30)
    with acting_as(market.manager):
        waiting = {month: len(queries.contracts_to_invoice(Month(2026, month))) for month in (6, 7, 12)} | {
            13: len(queries.contracts_to_invoice(Month(2027, 2)))
        }
    assert waiting == {6: 1, 7: 1, 12: 1, 13: 0}
