"""A contract's editions: the first that both sign, amendments, and what the database holds."""

from collections.abc import Callable
from datetime import date

import pytest

from enterprises.applications import services as applications
from enterprises.contracts import queries, services
from enterprises.contracts.edition_rules import EditionState
from enterprises.contracts.models import Contract
from enterprises.contracts.queries import contract_with_terms, edition_of, editions
from enterprises.contracts.rules import ContractState
from enterprises.contracts.waiting_queries import waiting
from marketplace import clock
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.audit import timeline
from marketplace.db import db, transaction
from marketplace.documents import text_hash
from marketplace.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from marketplace.tenancy import Actor, acting_as, system_actor
from marketplace.web.work import WaitingItem
from tests.support import supply
from tests.support.amending import (
    NEXT,
    agree,
    keep,
    letters,
    open_system,
    propose,
    sign,
)
from tests.support.supply import Supply

pytestmark = pytest.mark.usefixtures("june")


# The first edition.


def test_the_text_is_kept_with_who_signed_it_and_when(world: Supply, contract_id: int) -> None:
    with acting_as(world.manager):
        edition = contract_with_terms(contract_id).edition
        assert edition.text_sv
        assert text_hash(edition.text_sv) == edition.text_sha256
        assert (edition.authority_signed_id, edition.enterprise_signed_id) == (
            world.officer.user_id,
            world.manager.user_id,
        )
    with acting_as(system_actor()), transaction():
        db.session.get_one(Organisation, world.enterprise_id).name = "Ett annat namn"
    with acting_as(world.manager):
        contract = contract_with_terms(contract_id)
        assert services.is_text_unchanged(contract.edition)
        assert "Växthuset" in services.contract_text(contract)


def test_a_signature_on_a_text_that_has_changed_is_refused(world: Supply) -> None:
    contract_id = supply.approved(world.officer, world.manager, open_system(world))
    with acting_as(world.manager):
        read = contract_with_terms(contract_id).edition.text_sha256
    supply.sign(world.officer, contract_id)
    with acting_as(world.officer), pytest.raises(Conflict, match="redan skrivit under"), transaction():
        services.sign_contract(contract_id, text_sha256=read)
    with acting_as(system_actor()), transaction():
        db.session.get_one(Organisation, world.enterprise_id).name = "Växthuset ekonomisk förening"
    with acting_as(world.manager):
        with pytest.raises(Conflict, match="nya underskrifter"), transaction():
            services.sign_contract(contract_id, text_sha256=read)
        with pytest.raises(NotAllowed), transaction():
            services.renew_signatures(contract_id)
    with acting_as(world.officer), transaction():
        services.renew_signatures(contract_id)
    with acting_as(world.manager), pytest.raises(Conflict, match="Läs den på nytt"), transaction():
        services.sign_contract(contract_id, text_sha256=read)
    supply.sign(world.officer, contract_id)
    supply.sign(world.manager, contract_id)
    with acting_as(world.officer):
        assert contract_with_terms(contract_id).state is ContractState.ACTIVE
        with pytest.raises(Conflict, match="oförändrad"), transaction():
            services.renew_signatures(contract_id)


def test_a_contract_that_is_called_off_makes_way_for_another(world: Supply) -> None:
    contract_id = supply.approved(world.officer, world.manager, open_system(world))
    supply.sign(world.manager, contract_id)
    with acting_as(world.manager), pytest.raises(NotAllowed), transaction():
        services.call_off_contract(contract_id)
    with acting_as(world.officer):
        with transaction():
            services.call_off_contract(contract_id)
        contract = contract_with_terms(contract_id)
        assert (contract.state, contract.edition.state) == (ContractState.WITHDRAWN, EditionState.WITHDRAWN)
        assert [item.kind_sv for item in waiting(world.officer)] == ["Avtal att upprätta"]
        with transaction():
            another = services.draw_up_contract(contract.application_id, supply.contract_draft()).id
    with acting_as(world.manager), pytest.raises(DomainError), transaction():
        services.sign_contract(contract_id, text_sha256=edition_of(contract_id, 1).text_sha256)
    for actor in (world.officer, world.manager):
        supply.sign(actor, another)
    with acting_as(world.officer), pytest.raises(Conflict, match="underskrivet av båda"), transaction():
        services.call_off_contract(another)
    assert letters(Role.SUPPLIER_MANAGER)[1:3] == [
        "Ett avtal att skriva under",
        "Ett avtal är taget tillbaka",
    ]


@pytest.mark.parametrize(
    ("cap", "said"), [(None, "tak är 6"), (7, "tak är 6"), (1, "minst 2"), (0, "minst en plats")]
)
def test_a_cap_is_within_the_terms(world: Supply, cap: int | None, said: str) -> None:
    system_id = open_system(world, capacity_floor=2, capacity_cap=6)
    application_id = supply.submitted(world.manager, system_id)
    supply.judge(world.officer, application_id)
    with acting_as(world.officer):
        with transaction():
            applications.approve_application(application_id, reasons_sv="Bra", diary_number="1")
        with pytest.raises(Invalid, match=said) as refusal, transaction():
            services.draw_up_contract(application_id, supply.contract_draft(capacity_cap=cap))
        assert refusal.value.field == "capacity_cap"
        with transaction():
            contract = services.draw_up_contract(application_id, supply.contract_draft(capacity_cap=4))
            assert "minst 2 platser. Högst 4 platser är i bruk samtidigt" in services.contract_text(contract)


# Amendments.


def test_an_amendment_is_in_force_from_its_month(world: Supply, contract_id: int) -> None:
    number = agree(world, contract_id, buyer_reference="NY-REFERENS", capacity_cap=3)
    keep(world, contract_id)
    with acting_as(world.officer):
        contract = contract_with_terms(contract_id)
        assert (contract.buyer_reference, contract.edition.number) == ("ÅSEN-4471", 1)
        assert [contract.id for contract in queries.contracts_to_keep()] == []
    with clock.travelling(NEXT):
        with acting_as(world.officer):
            assert [contract.id for contract in queries.contracts_to_keep()] == [contract_id]
        keep(world, contract_id)
        keep(world, contract_id)  # does nothing more
    with acting_as(world.controller):
        contract = contract_with_terms(contract_id)
        assert (contract.buyer_reference, contract.capacity_cap) == ("NY-REFERENS", 3)
        assert contract.edition.number == number
        assert "utgåva 2" in services.contract_text(contract)
        assert "Skäl: Ny referens" in services.contract_text(contract)
        assert queries.edition_on(contract_id, date(2026, 6, 30)).number == 1
        assert queries.edition_on(contract_id, date(2026, 7, 31)).number == 2
        actions = [event.action for event in timeline("contract", contract_id)]
        assert actions[:4] == ["amend", "agree_amendment", "sign_amendment", "propose_amendment"]


def test_a_later_last_day_holds_at_once(world: Supply, contract_id: int) -> None:
    agree(world, contract_id, ends_on=date(2026, 8, 31))
    with clock.travelling(NEXT):
        keep(world, contract_id)
    with clock.travelling(date(2026, 8, 10)):
        agree(world, contract_id, from_day=date(2026, 9, 1), ends_on=date(2027, 8, 31))
        with acting_as(world.officer):
            assert contract_with_terms(contract_id).ends_on == date(2027, 8, 31)
    with clock.travelling(date(2026, 9, 1)):
        keep(world, contract_id)
        with acting_as(world.officer):
            assert contract_with_terms(contract_id).state is ContractState.ACTIVE


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"from_day": date(2026, 6, 1)}, "from_day"),
        ({"from_day": date(2026, 7, 2)}, "from_day"),
        ({"reason": " "}, "reason_sv"),
        ({"buyer_reference": "ÅSEN-4471 "}, "reason_sv"),
        ({"buyer_reference": " "}, "buyer_reference"),
        ({"ends_on": date(2026, 6, 30)}, "ends_on"),
        ({"vat_exemption_reason_sv": ""}, "vat_exemption_reason_sv"),
        ({"capacity_cap": 0}, "capacity_cap"),
    ],
)
def test_what_an_amendment_cannot_say(
    world: Supply, contract_id: int, said: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        propose(world, contract_id, **said)
    assert refusal.value.field == field


def test_one_amendment_waits_at_a_time_and_the_officer_takes_it_back(world: Supply, contract_id: int) -> None:
    number = propose(world, contract_id)
    with pytest.raises(Conflict, match="väntar redan"):
        propose(world, contract_id)
    with acting_as(world.manager), pytest.raises(NotAllowed), transaction():
        services.withdraw_amendment(contract_id, number)
    with acting_as(world.officer), transaction():
        services.withdraw_amendment(contract_id, number)
    with pytest.raises(Conflict, match="väntar på underskrift kan"):
        sign(world.manager, contract_id, number)
    assert propose(world, contract_id) == number + 1


def test_an_amendment_is_signed_before_its_month_or_lapses(world: Supply, contract_id: int) -> None:
    number = propose(world, contract_id)
    sign(world.officer, contract_id, number)
    assert [item.url_args for item in _waiting(world.manager)] == [
        {"contract_id": contract_id, "edition_number": number}
    ]
    with clock.travelling(NEXT):
        assert _waiting(world.manager) == []
        with pytest.raises(Conflict, match="hann inte skrivas under"):
            sign(world.manager, contract_id, number)
        keep(world, contract_id)
        with acting_as(world.officer):
            assert edition_of(contract_id, number).state is EditionState.WITHDRAWN
            assert contract_with_terms(contract_id).buyer_reference == "ÅSEN-4471"
    assert letters(Role.PROCUREMENT_OFFICER)[-1] == "En ändring av ett avtal förföll"


def _waiting(actor: Actor) -> list[WaitingItem]:
    with acting_as(actor):
        return waiting(actor)


def test_only_the_parties_see_or_touch_an_edition(world: Supply, contract_id: int) -> None:
    number = propose(world, contract_id)
    for outsider in (world.other_officer, world.other_manager):
        with acting_as(outsider):
            assert editions(contract_id) == []
            acts: list[Callable[[], object]] = [
                lambda: services.sign_amendment(contract_id, number, text_sha256=""),
                lambda: services.withdraw_amendment(contract_id, number),
                lambda: services.call_off_contract(contract_id),
            ]
            for act in acts:
                with pytest.raises((NotFound, NotAllowed)), transaction():
                    act()


# What the database holds.


def test_the_database_keeps_what_is_signed(world: Supply, contract_id: int) -> None:
    with acting_as(world.officer), pytest.raises(Conflict, match="inte ändras"), transaction():
        edition_of(contract_id, 1).buyer_reference = "EN ANNAN"
    number = propose(world, contract_id)
    with acting_as(world.officer), pytest.raises(Conflict, match="inte ändras"), transaction():
        edition_of(contract_id, number).capacity_cap = 99
    sign(world.manager, contract_id, number)
    with acting_as(world.officer), pytest.raises(Conflict, match="inte ändras"), transaction():
        edition = edition_of(contract_id, number)
        edition.text_sv, edition.text_sha256 = "Något annat", text_hash("Något annat")


@pytest.mark.parametrize(
    "changes",
    [
        {"buyer_reference": "EN ANNAN"},
        {"ends_on": date(2026, 12, 31)},
        {"capacity_cap": 1},
        {"is_rounded": True},
    ],
)
def test_a_contract_says_what_was_signed(world: Supply, contract_id: int, changes: dict[str, object]) -> None:
    with acting_as(world.officer), pytest.raises(Exception, match="contract_as_signed"), transaction():
        contract = db.session.get_one(Contract, contract_id)
        for name, value in changes.items():
            setattr(contract, name, value)


def test_nobody_signs_for_the_other_party(world: Supply, contract_id: int) -> None:
    number = propose(world, contract_id)
    for actor, other in ((world.manager, "authority"), (world.officer, "enterprise")):
        with acting_as(actor), pytest.raises(Conflict, match="sin egen part"), transaction():
            setattr(edition_of(contract_id, number), f"{other}_signed_at", clock.now())


def test_a_text_and_its_hash_belong_together(world: Supply, contract_id: int) -> None:
    number = propose(world, contract_id)
    with acting_as(world.officer), pytest.raises(Exception, match="hash_of_the_text"), transaction():
        edition_of(contract_id, number).text_sv = "Något annat"
