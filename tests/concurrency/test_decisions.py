"""Two officers decide at once, an enterprise withdraws as they do, and terms are replaced as one applies."""

import pytest
from sqlalchemy import select

from enterprises.applications import services as applications
from enterprises.applications.models import Application
from enterprises.applications.queries import application_with_answers, asked
from enterprises.applications.rules import AnswerDraft, ApplicationState, Outcome
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.audit import timeline
from marketplace.clock import today
from marketplace.db import db, transaction
from marketplace.errors import Conflict
from marketplace.procurement import services as procurement
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.factories import make_actor
from tests.support import supply
from tests.support.application import Database
from tests.support.at_once import Act, all_at_once, by, refusals
from tests.support.files import PDF
from tests.support.in_turn import in_turn
from tests.support.supply import Supply

DECISION = {"reasons_sv": "Se bedömningen.", "diary_number": "2026-7"}


@pytest.fixture
def world(database: Database) -> Supply:
    return supply.build_supply()


@pytest.fixture
def officers(world: Supply) -> list[Actor]:
    """Four of the authority's."""
    with acting_as(system_actor()), transaction():
        authority = db.session.get_one(Organisation, world.authority_id)
        others = [make_actor(f"Nr {number}", authority, Role.PROCUREMENT_OFFICER) for number in range(3)]
    return [world.officer, *others]


def state_of(world: Supply, application_id: int) -> ApplicationState:
    db.session.rollback()
    with acting_as(world.officer):
        return db.session.scalars(select(Application.state).where(Application.id == application_id)).one()


def test_one_decision_comes_of_many(database: Database, world: Supply, officers: list[Actor]) -> None:
    application_id = supply.submitted(world.manager, supply.open_system(world.officer))
    supply.judge(world.officer, application_id)
    db.session.remove()

    def approve() -> None:
        applications.approve_application(application_id, **DECISION)

    results = all_at_once(database, [by(officer, approve) for officer in officers])
    refused = refusals(results)
    assert len(refused) == len(officers) - 1
    assert all(isinstance(refusal, Conflict) for refusal in refused)
    assert state_of(world, application_id) is ApplicationState.APPROVED
    with acting_as(world.officer):
        actions = [event.action for event in timeline("application", application_id)]
    assert actions.count("approve") == 1


def test_a_proposal_is_confirmed_returned_and_withdrawn_at_once(
    database: Database, world: Supply, officers: list[Actor]
) -> None:
    system_id = supply.open_system(world.officer)
    with acting_as(world.officer), transaction():
        procurement.set_deciders(system_id, needs_two=True)
    application_id = supply.submitted(world.manager, system_id)
    supply.judge(world.officer, application_id)
    with acting_as(world.officer), transaction():
        applications.propose_decision(application_id, outcome=Outcome.APPROVED, **DECISION)
    db.session.remove()
    acts: list[Act] = [
        by(officers[1], lambda: applications.confirm_decision(application_id)),
        by(officers[2], lambda: applications.confirm_decision(application_id)),
        by(officers[3], lambda: applications.return_proposal(application_id, "Nej")),
        by(world.manager, lambda: applications.withdraw_application(application_id)),
    ]
    refused = refusals(all_at_once(database, acts))
    assert all(isinstance(refusal, Conflict) for refusal in refused)
    state = state_of(world, application_id)
    assert state in {ApplicationState.APPROVED, ApplicationState.WITHDRAWN}
    if state is ApplicationState.APPROVED:
        assert len(refused) == 3


def test_an_application_waits_for_the_new_terms_and_is_refused(database: Database, world: Supply) -> None:
    system_id = supply.open_system(world.officer)
    with acting_as(world.manager), transaction():
        application_id = applications.start_application(system_id).id
        listed = asked(application_with_answers(application_id))
        answers = {one.requirement_id: AnswerDraft("Två.", is_declared=True) for one in listed}
        applications.save_answers(application_id, answers)

    def publish() -> object:
        terms = procurement.draft_terms(
            system_id,
            contract_text_sv="Nytt",
            rules=procurement.TermsRules(),
            requirements=supply.REQUIREMENTS,
            prices=supply.PRICES,
        )
        return procurement.publish_terms(terms.id)

    db.session.remove()
    given = in_turn(
        database,
        (world.officer, publish),
        (world.manager, lambda: applications.submit_application(application_id)),
        today(),
    )
    assert isinstance(given, Conflict)
    assert "ny version" in given.message_sv
    with acting_as(world.manager):
        assert application_with_answers(application_id).state is ApplicationState.DRAFT


def test_files_sent_at_once_are_counted_together(database: Database, world: Supply) -> None:
    with acting_as(world.manager), transaction():
        application_id = applications.start_application(supply.open_system(world.officer)).id
        requirement_id = asked(application_with_answers(application_id))[0].requirement_id
        for number in range(18):
            applications.attach_file(application_id, requirement_id, f"{number}.pdf", PDF)
    db.session.remove()

    def attach() -> object:
        return applications.attach_file(application_id, requirement_id, "en till.pdf", PDF)

    refused = refusals(all_at_once(database, [by(world.manager, attach) for _ in range(5)]))
    assert len(refused) == 3
    with acting_as(world.manager):
        assert len(application_with_answers(application_id).attachments) == 20
