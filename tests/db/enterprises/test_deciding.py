"""A decision taken by one officer or by two, and what the database holds of decisions whatever the code forgets."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from enterprises.applications import services as applications
from enterprises.applications.exclusion_rules import Ground
from enterprises.applications.models import Application
from enterprises.applications.queries import application_with_answers, waiting
from enterprises.applications.rules import ApplicationState, Judgement, Outcome
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.audit import timeline
from marketplace.clock import today
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid
from marketplace.letters.models import Letter
from marketplace.procurement import services as procurement
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.factories import make_actor
from tests.support import supply
from tests.support.supply import Supply

WEEK = timedelta(days=7)
DECISION = {"reasons_sv": "Se bedömningen.", "diary_number": "2026-7"}


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


@pytest.fixture
def system_id(world: Supply) -> int:
    return supply.open_system(world.officer)


@pytest.fixture
def application_id(world: Supply, system_id: int) -> int:
    return supply.submitted(world.manager, system_id)


@pytest.fixture
def second(world: Supply) -> Actor:
    with acting_as(system_actor()), transaction():
        authority = db.session.get_one(Organisation, world.authority_id)
        return make_actor("Örjan Upphandlare", authority, Role.PROCUREMENT_OFFICER)


def letters(organisation_id: int) -> list[str]:
    with acting_as(system_actor()):
        mine = select(Letter.subject_sv).where(Letter.organisation_id == organisation_id).order_by(Letter.id)
        return list(db.session.scalars(mine))


# Two deciders.


@pytest.fixture
def judged_by_two(world: Supply, second: Actor, system_id: int, application_id: int) -> int:
    with acting_as(world.officer), transaction():
        procurement.set_deciders(system_id, needs_two=True)
    supply.judge(world.officer, application_id)
    return application_id


@pytest.mark.parametrize("outcome", Outcome)
def test_one_proposes_and_another_decides(
    world: Supply, second: Actor, judged_by_two: int, outcome: Outcome
) -> None:
    if outcome is Outcome.REJECTED:
        supply.judge(world.officer, judged_by_two, Judgement.NOT_MET, "Brister.")
    alone = (
        applications.approve_application if outcome is Outcome.APPROVED else applications.reject_application
    )
    with acting_as(world.officer):
        with pytest.raises(Conflict, match="två beslutsfattare"), transaction():
            alone(judged_by_two, **DECISION)
        with pytest.raises(Invalid, match="skälen"), transaction():
            applications.propose_decision(judged_by_two, outcome=outcome, reasons_sv="", diary_number="1")
        with transaction():
            applications.propose_decision(judged_by_two, outcome=outcome, **DECISION)
        assert waiting(world.officer) == []
        for act in (
            lambda: applications.confirm_decision(judged_by_two),
            lambda: alone(judged_by_two, **DECISION),
            lambda: applications.propose_decision(judged_by_two, outcome=outcome, **DECISION),
        ):
            with pytest.raises(Conflict), transaction():
                act()
        with pytest.raises(Conflict, match="Lämna tillbaka förslaget"):
            supply.judge(world.officer, judged_by_two)
    with acting_as(world.manager):
        assert application_with_answers(judged_by_two).proposal is None
        assert {event.action for event in timeline("application", judged_by_two)} == {"start", "submit"}
    with acting_as(second):
        assert [item.url_endpoint for item in waiting(second)] == ["applications.proposal"]
        with transaction():
            applications.confirm_decision(judged_by_two)
    with acting_as(world.manager):
        decided = application_with_answers(judged_by_two)
        assert decided.state == outcome.value
        assert decided.decided_by_id == second.user_id
        assert decided.notified_on == today()
        assert "Örjan Upphandlare" in decided.decision_sv
        assert "Föredragande: Ulla Upphandlare" in decided.decision_sv
    assert letters(world.enterprise_id)[-1].startswith("Beslut om er ansökan")


def test_a_proposal_goes_back_with_a_reason_that_the_enterprise_does_not_see(
    world: Supply, second: Actor, judged_by_two: int
) -> None:
    with acting_as(world.officer), transaction():
        applications.propose_decision(judged_by_two, outcome=Outcome.APPROVED, **DECISION)
    with acting_as(second):
        with pytest.raises(Invalid, match="varför förslaget"), transaction():
            applications.return_proposal(judged_by_two, "")
        with transaction():
            applications.return_proposal(judged_by_two, "Krav 2 är tunt.")
        with pytest.raises(Conflict), transaction():
            applications.confirm_decision(judged_by_two)
        assert timeline("application", judged_by_two)[0].note_sv == "Krav 2 är tunt."
    with acting_as(world.manager):
        assert "return" not in {event.action for event in timeline("application", judged_by_two)}
    with acting_as(second), transaction():
        applications.propose_decision(judged_by_two, outcome=Outcome.APPROVED, **DECISION)
    with acting_as(world.officer), transaction():
        applications.confirm_decision(judged_by_two)


def test_where_one_decides_nothing_is_proposed_and_nobody_decides_without_another(
    world: Supply, system_id: int, application_id: int
) -> None:
    supply.judge(world.officer, application_id)
    with acting_as(world.officer):
        with pytest.raises(Conflict, match="beslutar en upphandlare"), transaction():
            applications.propose_decision(application_id, outcome=Outcome.APPROVED, **DECISION)
        with transaction():
            procurement.set_deciders(system_id, needs_two=True)
        with pytest.raises(Conflict, match="ingen annan upphandlare"), transaction():
            applications.propose_decision(application_id, outcome=Outcome.APPROVED, **DECISION)


def test_an_application_is_withdrawn_while_its_decision_is_proposed(
    world: Supply, second: Actor, judged_by_two: int
) -> None:
    with acting_as(world.officer), transaction():
        applications.propose_decision(judged_by_two, outcome=Outcome.APPROVED, **DECISION)
    with acting_as(world.manager), transaction():
        applications.withdraw_application(judged_by_two)
    with acting_as(second), pytest.raises(Conflict), transaction():
        applications.confirm_decision(judged_by_two)


# What the database holds, whatever the code forgets.


def refused(rule: str, actor: Actor, application_id: int, **values: object) -> None:
    statement = update(Application).where(Application.id == application_id).values(**values)
    with acting_as(actor), pytest.raises(IntegrityError, match=rule), db.session.begin_nested():
        db.session.execute(statement)


def decided(outcome: Outcome, by: Actor) -> dict[str, object]:
    return {
        "state": ApplicationState(outcome),
        "decided_on": today(),
        "decision_sv": "Beslut",
        "decided_by_id": by.user_id,
    }


def test_the_database_holds_two_deciders(world: Supply, second: Actor, judged_by_two: int) -> None:
    refused("two_deciders", world.officer, judged_by_two, **decided(Outcome.APPROVED, world.officer))
    with acting_as(world.officer), transaction():
        applications.propose_decision(judged_by_two, outcome=Outcome.APPROVED, **DECISION)
    refused("two_deciders", world.officer, judged_by_two, **decided(Outcome.APPROVED, world.officer))
    refused("two_deciders", world.officer, judged_by_two, **decided(Outcome.APPROVED, second))
    refused("two_deciders", second, judged_by_two, **decided(Outcome.REJECTED, second))
    with acting_as(second), pytest.raises(Exception, match="row-level security"), db.session.begin_nested():
        db.session.execute(text("UPDATE decision_proposal SET proposed_by_id = 1"))
        db.session.execute(
            text(
                "INSERT INTO decision_proposal VALUES (:id, 'approved', 'a', '1', current_date, :by, 'x')"
                " ON CONFLICT DO NOTHING"
            ),
            {"id": judged_by_two, "by": world.officer.user_id},
        )


def test_the_database_holds_that_only_who_meets_the_requirements_is_approved(
    world: Supply, application_id: int
) -> None:
    refused("requirements_met", world.officer, application_id, **decided(Outcome.APPROVED, world.officer))
    supply.judge(world.officer, application_id)
    with acting_as(world.officer), transaction():
        applications.find_exclusion(application_id, ground=Ground.UNPAID, evidence_sv="Skuld.")
    refused("exclusion_stands", world.officer, application_id, **decided(Outcome.APPROVED, world.officer))


def test_the_database_holds_what_is_decided_and_handed_in(world: Supply, application_id: int) -> None:
    with (
        acting_as(world.manager),
        pytest.raises(IntegrityError, match="answers_handed_in"),
        db.session.begin_nested(),
    ):
        db.session.execute(text("UPDATE application_answer SET answer_sv = 'annat'"))
    supply.judge(world.officer, application_id)
    with acting_as(world.officer), transaction():
        applications.approve_application(application_id, **DECISION)
    refused("frozen_decision", world.officer, application_id, decision_sv="Ett annat beslut")
    refused("frozen_decision", world.manager, application_id, state=ApplicationState.WITHDRAWN)
