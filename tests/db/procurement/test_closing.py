"""A system that is closed takes no applications; an open one stays as it was opened; who decides may be changed."""

from datetime import date

import pytest
from sqlalchemy import select

from enterprises.applications import services as applications
from enterprises.applications.models import Application
from marketplace.audit import timeline
from marketplace.clock import today
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.outbox import Outbox
from marketplace.procurement import services
from marketplace.procurement.models import SystemOfChoice
from marketplace.procurement.queries import draft_of, published_terms, system_with_versions, terms_with_rows
from marketplace.procurement.rules import DefaultRule, Proof, SystemState, TermsRules
from marketplace.tenancy import ANONYMOUS, acting_as, system_actor
from tests.support import supply
from tests.support.supply import Supply

REASON = "Behovet har upphört."


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


@pytest.fixture
def system_id(world: Supply) -> int:
    return supply.open_system(world.officer)


def close(world: Supply, system_id: int, reason: str = REASON) -> None:
    with acting_as(world.officer), transaction():
        services.close_system(system_id, reason)


def messages(topic: str) -> list[dict[str, object]]:
    with acting_as(system_actor()):
        return list(db.session.scalars(select(Outbox.payload).where(Outbox.topic == topic)))


def test_a_closed_system_says_so_to_everyone_and_its_event_and_message_are_written(
    world: Supply, system_id: int
) -> None:
    close(world, system_id, f"  {REASON}\n")
    for reader in (world.other_officer, world.manager, ANONYMOUS):
        with acting_as(reader):
            system = system_with_versions(system_id)
            assert (system.state, system.closed_on) == (SystemState.CLOSED, today())
            assert system.closing_reason_sv == REASON
            assert published_terms(system_id) is not None
    with acting_as(world.officer):
        event = timeline("system_of_choice", system_id)[0]
        assert (event.action, event.to_state, event.note_sv) == ("close", "closed", REASON)
    assert messages("system.closed") == [{"system_id": system_id}]


def test_a_system_is_closed_once_by_its_own_officer_and_for_a_reason(world: Supply, system_id: int) -> None:
    with acting_as(world.officer), pytest.raises(Invalid) as refusal, transaction():
        services.close_system(system_id, " ")
    assert refusal.value.field == "reason_sv"
    for other, error in (
        (world.other_officer, NotFound),
        (world.controller, NotAllowed),
        (world.manager, NotAllowed),
    ):
        with acting_as(other), pytest.raises(error), transaction():
            services.close_system(system_id, REASON)
    close(world, system_id)
    with acting_as(world.officer), pytest.raises(Conflict, match="Bara ett öppet system"), transaction():
        services.close_system(system_id, REASON)


def test_nothing_begun_or_handed_in_after_the_closing_and_what_is_handed_in_is_decided(
    world: Supply, system_id: int
) -> None:
    with acting_as(world.other_manager), transaction():
        begun = applications.start_application(system_id)
        applications.save_answers(begun.id, supply.answers_to(begun))
        begun_id = begun.id
    handed_in = supply.submitted(world.manager, system_id)
    close(world, system_id)
    with acting_as(world.other_manager):
        with pytest.raises(Conflict, match="stängt för nya ansökningar"), transaction():
            applications.submit_application(begun_id)
        with transaction():
            applications.withdraw_application(begun_id)
        with pytest.raises(Conflict, match="stängt för nya ansökningar"), transaction():
            applications.start_application(system_id)
    supply.judge(world.officer, handed_in)
    with acting_as(world.officer), transaction():
        applications.approve_application(handed_in, reasons_sv="Alla krav är uppfyllda.", diary_number="1")
        assert db.session.get_one(Application, handed_in).decided_on == today()


def test_contracts_of_a_closed_system_can_get_new_terms(world: Supply, system_id: int) -> None:
    close(world, system_id)
    with acting_as(world.officer), transaction():
        terms_id = supply.draft_terms(system_with_versions(system_id))
        services.publish_terms(terms_id)
    assert messages("terms.published")[-1] == {"terms_id": terms_id}


@pytest.mark.parametrize(
    "change",
    [
        {"regime": "lou_framework"},
        {"kommun_codes": ["0126"]},
        {"name": "Annat"},
        {"is_open": False},
        {"closed_on": None, "closing_reason_sv": ""},
        {"closed_on": date(2020, 1, 1)},
        {"closing_reason_sv": "Annat"},
    ],
)
def test_the_database_keeps_an_open_system_as_it_was_opened_and_closed(
    world: Supply, system_id: int, change: dict[str, object]
) -> None:
    close(world, system_id)
    with acting_as(world.officer), pytest.raises(Conflict, match="kan inte ändras"), transaction():
        system = db.session.get_one(SystemOfChoice, system_id)
        for name, value in change.items():
            setattr(system, name, value)


def test_who_decides_may_change_while_the_system_is_open(world: Supply, system_id: int) -> None:
    with acting_as(world.officer):
        for needs_two in (True, True, False):
            with transaction():
                services.set_deciders(system_id, needs_two=needs_two)
            assert system_with_versions(system_id).needs_two_deciders == needs_two
        changes = [
            one.note_sv for one in timeline("system_of_choice", system_id) if one.action == "set_deciders"
        ]
        assert changes == ["En upphandlare beslutar", "En upphandlare föreslår och en annan beslutar"]
    with acting_as(world.other_officer), pytest.raises(NotFound), transaction():
        services.set_deciders(system_id, needs_two=True)


def test_every_rule_is_stored_and_begins_the_next_version(world: Supply, system_id: int) -> None:
    rules = TermsRules(
        capacity_floor=2,
        capacity_cap=40,
        default_rule=DefaultRule.OWN_PROVISION,
        own_provision_sv="Verkstaden",
        tax_check_months=1,
        debt_check_months=None,
        status_check_months=6,
        insurance_check_months=60,
    )
    with acting_as(world.officer), transaction():
        terms = services.draft_terms(
            system_id,
            contract_text_sv="Följ lagen.",
            rules=rules,
            requirements=[services.RequirementDraft("Bifoga stadgarna.", Proof.ATTACHMENT)],
            prices=supply.PRICES,
        )
        terms_id = terms.id
        services.publish_terms(terms_id)
    db.session.expire_all()
    with acting_as(ANONYMOUS):
        published = terms_with_rows(terms_id)
        assert published.rules == rules
        assert published.requirements[0].proof is Proof.ATTACHMENT


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (TermsRules(default_rule=DefaultRule.NONE), "9 kap. 2 § LOV"),
        (TermsRules(default_rule=DefaultRule.OWN_PROVISION), "egna verksamheten"),
        (TermsRules(capacity_floor=3, capacity_cap=2), "Kapacitetstaket är lägre"),
    ],
)
def test_a_rule_that_will_not_do_is_not_published(
    world: Supply, system_id: int, rules: TermsRules, said: str
) -> None:
    with acting_as(world.officer):
        with transaction():
            services.draft_terms(
                system_id,
                contract_text_sv="Följ lagen.",
                rules=rules,
                requirements=supply.REQUIREMENTS,
                prices=supply.PRICES,
            )
        draft = draft_of(system_id)
        assert draft is not None
        with pytest.raises(Invalid, match=said), transaction():
            services.publish_terms(draft.id)
