"""What the authority does between an application and the decision: completions, grounds to exclude, two deciders."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from enterprises.applications import services as applications
from enterprises.applications.exclusion_rules import Ground
from enterprises.applications.models import Application
from enterprises.applications.queries import application_with_answers, asked, judged_counts, waiting
from enterprises.applications.rules import AnswerDraft, ApplicationState, Judgement, JudgementDraft, Outcome
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.audit import timeline
from marketplace.clock import today, travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.letters.models import Letter
from marketplace.procurement import services as procurement
from marketplace.procurement.rules import Regime
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.factories import HANINGE, make_actor
from tests.support import supply
from tests.support.files import PDF
from tests.support.supply import Supply

WEEK = timedelta(days=7)
DECISION = {"reasons_sv": "Se bedömningen.", "diary_number": "2026-7"}


@pytest.fixture
def world(session: Session) -> Supply:
    return supply.build_supply()


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


def judge(world: Supply, application_id: int, *drafts: JudgementDraft) -> None:
    with acting_as(world.officer), transaction():
        ids = [one.requirement_id for one in application_with_answers(application_id).answers]
        applications.judge_answers(application_id, dict(zip(ids, drafts, strict=False)))


def ask(world: Supply, application_id: int, due_on: date | None = None) -> int:
    """Asks to have the first requirement completed; its id."""
    day = due_on or today() + WEEK
    judge(world, application_id, JudgementDraft(Judgement.COMPLETE_BY, "Vem handleder på måndagar?", day))
    with acting_as(world.officer), transaction():
        applications.request_completion(application_id, "Hej!")
        return application_with_answers(application_id).answers[0].requirement_id


# Completion.


def test_a_completion_is_asked_by_requirement_and_only_that_is_completed(
    world: Supply, application_id: int
) -> None:
    judge(world, application_id, JudgementDraft(), JudgementDraft(Judgement.MET))
    first = ask(world, application_id)
    assert letters(world.enterprise_id)[-1] == "Komplettera er ansökan"
    with acting_as(world.manager):
        [item] = waiting(world.manager)
        assert (item.text_sv, item.deadline) == (
            "Komplettera ansökan till Arbetsträning Åsen",
            today() + WEEK,
        )
        second = application_with_answers(application_id).answers[1].requirement_id
        with pytest.raises(Conflict, match="myndigheten har frågat om"), transaction():
            applications.save_answers(application_id, {second: AnswerDraft("Ändrat")})
        with pytest.raises(Invalid, match="Krav 1: skriv en komplettering"), transaction():
            applications.complete_application(application_id)
        with transaction():
            applications.save_answers(application_id, {first: AnswerDraft("Vera, hela dagen.")})
            applications.complete_application(application_id)
    with acting_as(world.officer):
        one, other = asked(application_with_answers(application_id))
        assert one.answer.answer_sv == "Två handledare", "what was handed in stands"
        assert [(c.asked_sv, c.answer_sv, c.answered_on) for c in one.completions] == [
            ("Vem handleder på måndagar?", "Vera, hela dagen.", today())
        ]
        assert one.judged == JudgementDraft(), "what has been completed is judged anew"
        assert other.judged.judgement is Judgement.MET
        assert [item.text_sv[:18] for item in waiting(world.officer)] == ["Besluta om ansökan"]


def test_nothing_is_asked_without_saying_what_and_by_when(world: Supply, application_id: int) -> None:
    with acting_as(world.officer), pytest.raises(Conflict, match="till vilken dag"), transaction():
        applications.request_completion(application_id)
    for draft in (
        JudgementDraft(Judgement.COMPLETE_BY, "", today() + WEEK),
        JudgementDraft(Judgement.COMPLETE_BY, "Vem?", today()),
    ):
        with pytest.raises(Invalid, match="Krav 1"):
            judge(world, application_id, draft)
    judge(world, application_id, JudgementDraft(Judgement.COMPLETE_BY, "Vem?", today() + WEEK))
    with (
        travelling(today() + WEEK),
        acting_as(world.officer),
        pytest.raises(Invalid, match="från och med i morgon"),
        transaction(),
    ):
        applications.request_completion(application_id)


def test_several_days_are_one_day_the_first(world: Supply, application_id: int) -> None:
    judge(
        world,
        application_id,
        JudgementDraft(Judgement.COMPLETE_BY, "A?", today() + 2 * WEEK),
        JudgementDraft(Judgement.COMPLETE_BY, "B?", today() + WEEK),
    )
    with acting_as(world.officer), transaction():
        applications.request_completion(application_id)
        application = application_with_answers(application_id)
        assert application.completion_due_on == today() + WEEK
        assert {one.complete_by for one in application.completions} == {today() + WEEK}


def test_a_completion_that_does_not_come_waits_for_the_officer_who_may_go_on(
    world: Supply, application_id: int
) -> None:
    first = ask(world, application_id)
    with acting_as(world.manager), transaction():
        applications.save_answers(application_id, {first: AnswerDraft("Hann inte skicka.")})
    with acting_as(world.officer):
        assert waiting(world.officer) == []
        with pytest.raises(Conflict, match="har till och med"), transaction():
            applications.resume_examination(application_id)
    with travelling(today() + WEEK + timedelta(days=1)):
        with acting_as(world.manager), pytest.raises(NotAllowed), transaction():
            applications.resume_examination(application_id)
        with acting_as(world.officer):
            [item] = waiting(world.officer)
            assert "har inte kommit: pröva det som finns" in item.text_sv
            assert item.is_late
            with transaction():
                applications.resume_examination(application_id)
            application = application_with_answers(application_id)
            assert application.state is ApplicationState.SUBMITTED
            [completion] = asked(application)[0].completions
            assert not completion.is_open
            assert completion.answered_on is None
        with acting_as(world.manager), pytest.raises(Conflict), transaction():
            applications.save_answers(application_id, {first: AnswerDraft("För sent.")})


def test_handling_time_that_has_passed_is_said(world: Supply, application_id: int) -> None:
    late = add_working_days(today(), 21)
    with travelling(late), acting_as(world.officer):
        assert waiting(world.officer)[0].text_sv.startswith("Handläggningstiden har gått ut: besluta")
    ask(world, application_id, late + WEEK)
    with travelling(late), acting_as(world.officer):
        assert "väntar på komplettering" in waiting(world.officer)[0].text_sv


def test_a_completed_file_is_a_completion(world: Supply, application_id: int) -> None:
    first = ask(world, application_id)
    with acting_as(world.manager), transaction():
        applications.attach_file(application_id, first, "schema.pdf", PDF)
    with acting_as(world.officer):
        assert asked(application_with_answers(application_id))[0].files == ()
    with acting_as(world.manager), transaction():
        applications.complete_application(application_id)
    with acting_as(world.officer):
        assert [one.name for one in asked(application_with_answers(application_id))[0].files] == [
            "schema.pdf"
        ]


def test_the_queue_says_how_far_each_application_has_come(world: Supply, application_id: int) -> None:
    judge(world, application_id, JudgementDraft(Judgement.MET), JudgementDraft(None, "Tänker."))
    with acting_as(world.officer):
        assert judged_counts([application_id]) == {application_id: (1, 2)}


# Grounds to exclude.


def test_a_rejection_may_rest_on_a_ground_to_exclude(world: Supply, application_id: int) -> None:
    supply.judge(world.officer, application_id)
    with acting_as(world.officer):
        with pytest.raises(Invalid, match="vad som visar det"), transaction():
            applications.find_exclusion(application_id, ground=Ground.UNPAID, evidence_sv=" ")
        with transaction():
            applications.find_exclusion(
                application_id,
                ground=Ground.UNPAID,
                evidence_sv="Kronofogden 2026-11-02: 41 200 kr i skatt.",
                file=("utdrag.pdf", PDF),
            )
        with pytest.raises(Invalid, match="står kvar"), transaction():
            applications.approve_application(application_id, **DECISION)
    with acting_as(world.manager):
        seen = application_with_answers(application_id)
        assert (seen.findings, seen.judgements, seen.attachments) == ([], [], [])
        assert "find_exclusion" not in {event.action for event in timeline("application", application_id)}
    with acting_as(world.officer), transaction():
        applications.reject_application(application_id, **DECISION)
    with acting_as(world.manager):
        seen = application_with_answers(application_id)
        assert "41 200 kr i skatt" in seen.decision_sv
        assert "7 kap. 1 §" in seen.decision_sv
        assert [one.ground for one in seen.findings] == [Ground.UNPAID]
        assert [one.name for one in seen.attachments] == ["utdrag.pdf"]


def test_a_ground_that_is_lifted_is_no_obstacle(world: Supply, application_id: int) -> None:
    supply.judge(world.officer, application_id)
    with acting_as(world.officer):
        with transaction():
            finding_id = applications.find_exclusion(
                application_id, ground=Ground.INSOLVENCY_APPLIED, evidence_sv="Tingsrätten."
            ).id
        with pytest.raises(Invalid, match="varför grunden"), transaction():
            applications.lift_exclusion(application_id, finding_id, " ")
        with pytest.raises(NotFound), transaction():
            applications.lift_exclusion(application_id, finding_id + 1, "Nej")
        with transaction():
            applications.lift_exclusion(application_id, finding_id, "Ansökan är återkallad.")
        with pytest.raises(Conflict, match="redan avförd"), transaction():
            applications.lift_exclusion(application_id, finding_id, "Igen")
        with transaction():
            applications.approve_application(application_id, **DECISION)
    with acting_as(world.manager):
        seen = application_with_answers(application_id)
        assert "Tingsrätten" not in seen.decision_sv
        assert seen.findings == []


def test_grounds_are_those_of_lov(world: Supply) -> None:
    with acting_as(world.officer), transaction():
        system = procurement.create_system(
            name="Ramavtal", service_sv="Arbete", regime=Regime.LOU_FRAMEWORK, kommun_codes=[HANINGE]
        )
        terms = procurement.draft_terms(
            system.id,
            contract_text_sv="Avtal",
            rules=procurement.TermsRules(),
            requirements=supply.REQUIREMENTS,
            prices=supply.PRICES,
        )
        procurement.publish_terms(terms.id)
        system_id = system.id
    application_id = supply.submitted(world.manager, system_id)
    with acting_as(world.officer), pytest.raises(Conflict, match="13 kap"), transaction():
        applications.find_exclusion(application_id, ground=Ground.UNPAID, evidence_sv="Skuld.")


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


def test_a_completion_once_handed_in_stays(world: Supply, application_id: int) -> None:
    first = ask(world, application_id)
    with acting_as(world.manager):
        with pytest.raises(IntegrityError, match="kept_completion"), db.session.begin_nested():
            db.session.execute(text("UPDATE answer_completion SET asked_sv = 'Inget'"))
        with transaction():
            applications.save_answers(application_id, {first: AnswerDraft("Vera.")})
            applications.complete_application(application_id)
        with pytest.raises(IntegrityError, match="kept_completion"), db.session.begin_nested():
            db.session.execute(text("UPDATE answer_completion SET answer_sv = 'Annat'"))
