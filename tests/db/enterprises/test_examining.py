"""What the authority does between an application and the decision: completions, and grounds to exclude."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from enterprises.applications import services as applications
from enterprises.applications.exclusion_rules import Ground
from enterprises.applications.queries import application_with_answers, asked, judged_counts, waiting
from enterprises.applications.rules import AnswerDraft, ApplicationState, Judgement, JudgementDraft
from marketplace.audit import timeline
from marketplace.clock import today, travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.letters.models import Letter
from marketplace.procurement import services as procurement
from marketplace.procurement.rules import Regime
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import acting_as, system_actor
from tests.factories import HANINGE
from tests.support import supply
from tests.support.files import PDF
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
