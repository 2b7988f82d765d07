"""A contract while it lasts: new terms, reminders, its last day, recurring checks."""

from datetime import date

import pytest

from enterprises.contracts import queries, services
from enterprises.contracts.check_rules import CheckOutcome
from enterprises.contracts.edition_rules import EditionState
from enterprises.contracts.models import SupplierCheck
from enterprises.contracts.queries import contract_with_terms, edition_of
from enterprises.contracts.rules import ContractState
from enterprises.contracts.waiting_queries import waiting
from marketplace import clock
from marketplace.accounts.rules import Role
from marketplace.audit import timeline
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.procurement.rules import CheckKind
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.support import supply
from tests.support.amending import (
    NEXT,
    TODAY,
    agree,
    keep,
    letters,
    propose,
    publish,
    sign,
)
from tests.support.supply import Supply

pytestmark = pytest.mark.usefixtures("june")


# New terms.


def test_contracts_move_to_new_terms_by_acceptance_or_go_on(world: Supply, contract_id: int) -> None:
    with acting_as(world.officer):
        before = contract_with_terms(contract_id).terms_id
        system_id = contract_with_terms(contract_id).system_id
    other_id = supply.signed(world.officer, world.other_manager, system_id)
    with acting_as(world.officer), transaction():
        assert queries.versions_to_offer() == []
        terms_id = publish(system_id, "Nya villkor.", capacity_cap=5)
    with acting_as(world.manager), pytest.raises(NotAllowed), transaction():
        services.offer_terms(terms_id, NEXT, "Nya villkor")
    with acting_as(world.officer):
        assert [terms.id for terms in queries.versions_to_offer()] == [terms_id]
        with pytest.raises(Conflict, match="publicerad"), transaction():
            services.offer_terms(before, NEXT, "Gamla villkor")
        with transaction():
            assert services.offer_terms(terms_id, NEXT, "Nya villkor") == [contract_id, other_id]
        assert queries.versions_to_offer() == []
        with pytest.raises(Conflict, match="redan erbjuden"), transaction():
            services.offer_terms(terms_id, NEXT, "Nya villkor")
    for actor in (world.manager, world.officer):
        sign(actor, contract_id, 2)
    with acting_as(system_actor(world.authority_id)):
        assert queries.contracts_to_keep() == []
    with clock.travelling(NEXT):
        with acting_as(system_actor(world.authority_id)):
            assert [one.id for one in queries.contracts_to_keep()] == [contract_id, other_id]
        for one in (contract_id, other_id):
            with acting_as(system_actor(world.authority_id)), transaction():
                services.keep_contract(one)
        with acting_as(world.officer):
            moved, stays = contract_with_terms(contract_id), contract_with_terms(other_id)
            assert (moved.terms_id, moved.capacity_cap) == (terms_id, 5)
            assert "Nya villkor." in services.contract_text(moved)
            assert (stays.terms_id, stays.state) == (before, ContractState.ACTIVE)
            assert queries.edition_on(contract_id, TODAY).terms_id == before


# The end.


def test_a_contract_ends_after_its_last_day_and_both_are_reminded(world: Supply, contract_id: int) -> None:
    agree(world, contract_id, ends_on=date(2026, 12, 31))
    for day in (
        date(2026, 10, 1),
        date(2026, 10, 2),
        date(2026, 10, 3),
        date(2026, 12, 1),
        date(2026, 12, 2),
    ):
        with clock.travelling(day):
            keep(world, contract_id)
    assert letters(Role.SUPPLIER_MANAGER).count("Ett avtal går snart ut") == 2
    assert letters(Role.PROCUREMENT_OFFICER).count("Ett avtal går snart ut") == 2
    with clock.travelling(date(2026, 12, 31)):
        for actor in (world.officer, world.manager):
            with acting_as(actor):
                assert "Avtal som går ut" in [item.kind_sv for item in waiting(actor)]
        keep(world, contract_id)
        with acting_as(world.officer):
            assert contract_with_terms(contract_id).state is ContractState.ACTIVE
    with clock.travelling(date(2027, 1, 2)):
        keep(world, contract_id)
        with acting_as(world.officer):
            contract = contract_with_terms(contract_id)
            assert (contract.state, contract.ended_on) == (ContractState.ENDED, date(2026, 12, 31))
            assert timeline("contract", contract_id)[0].action == "expire"
            assert [one for one in queries.checks(contract_id) if one.done_on is None] == []


def test_what_is_offered_falls_with_the_contract(world: Supply, contract_id: int) -> None:
    number = propose(world, contract_id)
    with acting_as(world.officer):
        with transaction():
            services.end_contract(contract_id)
        assert edition_of(contract_id, number).state is EditionState.WITHDRAWN
    assert letters(Role.SUPPLIER_MANAGER)[-1] == "Ett avtal är avslutat"


# Checks.


def test_checks_come_with_the_signatures_and_again_and_again(world: Supply, contract_id: int) -> None:
    with acting_as(world.officer):
        planned = {one.kind: one for one in queries.checks(contract_id)}
        assert set(planned) == set(CheckKind)
        assert {one.due_on for one in planned.values()} == {date(2027, 6, 15)}
        assert _checks_waiting(world.officer) == []
        tax = planned[CheckKind.TAX].id
    with clock.travelling(date(2027, 6, 20)), acting_as(world.officer):
        assert len(_checks_waiting(world.officer)) == 4
        with pytest.raises(Invalid) as refusal, transaction():
            services.record_check(tax, outcome=CheckOutcome.OK, evidence_sv=" ")
        assert refusal.value.field == "evidence_sv"
        with transaction():
            services.record_check(tax, outcome=CheckOutcome.REMARK, evidence_sv="Skatteverket 2027-06-20.")
        assert len(_checks_waiting(world.officer)) == 3
        found = queries.checks(contract_id)
        assert [(one.kind, one.due_on) for one in found if one.done_on is None][-1] == (
            CheckKind.TAX,
            date(2028, 6, 20),
        )
        assert found[-1].done_by == "Ulla Upphandlare"
        with pytest.raises(Conflict), transaction():
            services.record_check(tax, outcome=CheckOutcome.OK, evidence_sv="En gång till")
        with pytest.raises(Conflict, match="redan gjord"), transaction():
            db.session.get_one(SupplierCheck, tax).evidence_sv = "Något annat"


def _checks_waiting(actor: Actor) -> list[str]:
    return [item.text_sv for item in waiting(actor) if item.kind_sv == "Kontroll av leverantör"]


def test_checks_are_the_authoritys_own(world: Supply, contract_id: int) -> None:
    with acting_as(world.officer):
        check_id = queries.checks(contract_id)[0].id
    for outsider in (world.manager, world.controller, world.other_officer, world.other_manager):
        with acting_as(outsider):
            assert queries.checks(contract_id) == []
            with pytest.raises((NotFound, NotAllowed)), transaction():
                services.record_check(check_id, outcome=CheckOutcome.OK, evidence_sv="Ser bra ut")


def test_checks_follow_the_terms_in_force(world: Supply, contract_id: int) -> None:
    with acting_as(world.officer), transaction():
        system_id = contract_with_terms(contract_id).system_id
        terms_id = publish(system_id, tax_check_months=6, debt_check_months=None)
        services.offer_terms(terms_id, NEXT, "Nya villkor")
    for actor in (world.manager, world.officer):
        sign(actor, contract_id, 2)
    with clock.travelling(NEXT):
        keep(world, contract_id)
    with acting_as(world.officer):
        assert CheckKind.DEBT not in {one.kind for one in queries.checks(contract_id)}
