"""Answers and files before an application is handed in: used again, moved to new terms, the same for everyone."""

import hashlib

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from enterprises.applications import attachment_rules
from enterprises.applications import services as applications
from enterprises.applications.models import Application, ApplicationAnswer, Attachment
from enterprises.applications.queries import (
    application_with_answers,
    asked,
    attachment_content,
    reusable_application,
)
from enterprises.applications.rules import AnswerDraft, ApplicationState, Asked
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.procurement import services as procurement
from marketplace.procurement.models import Requirement
from marketplace.procurement.queries import published_terms
from marketplace.procurement.rules import Proof, RequirementDraft
from marketplace.tenancy import Actor, acting_as
from tests.support import supply
from tests.support.files import DOCX, PDF, PNG
from tests.support.supply import Supply

SUPERVISED = RequirementDraft("Beskriv hur handledningen går till.", Proof.ANSWER)
TAXES = RequirementDraft("Vi har F-skatt och betalar våra skatter.", Proof.DECLARATION)
INSURED = RequirementDraft("Bifoga beviset om ansvarsförsäkring.", Proof.ATTACHMENT)


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


@pytest.fixture
def system_id(world: Supply) -> int:
    found = supply.open_system(world.officer)
    publish(world, found, SUPERVISED, TAXES, INSURED)
    return found


def publish(world: Supply, system_id: int, *requirements: RequirementDraft) -> None:
    with acting_as(world.officer), transaction():
        terms = procurement.draft_terms(
            system_id,
            contract_text_sv="Avtal",
            rules=procurement.TermsRules(),
            requirements=requirements,
            prices=supply.PRICES,
        )
        procurement.publish_terms(terms.id)


def begin(manager: Actor, system_id: int, reuse_id: int | None = None) -> int:
    with acting_as(manager), transaction():
        return applications.start_application(system_id, reuse_id=reuse_id).id


def listed(application_id: int) -> list[Asked]:
    return asked(application_with_answers(application_id))


def fill(manager: Actor, application_id: int, text_sv: str = "Två handledare.") -> None:
    """Answers what has no answer, and attaches what has no file."""
    with acting_as(manager), transaction():
        rows = listed(application_id)
        answers = {
            one.requirement_id: AnswerDraft(
                one.answer.answer_sv or (text_sv if one.proof is Proof.ANSWER else ""), is_declared=True
            )
            for one in rows
        }
        applications.save_answers(application_id, answers)
        for one in rows:
            if one.proof is Proof.ATTACHMENT and not one.files:
                applications.attach_file(application_id, one.requirement_id, "bevis.pdf", PDF)


def submit(manager: Actor, application_id: int) -> None:
    with acting_as(manager), transaction():
        applications.submit_application(application_id)


# Files.


def test_a_requirement_to_attach_is_met_by_a_file(world: Supply, system_id: int) -> None:
    application_id = begin(world.manager, system_id)
    with acting_as(world.manager):
        rows = listed(application_id)
        answers = {one.requirement_id: AnswerDraft("Text", is_declared=True) for one in rows}
        with pytest.raises(Invalid) as refusal, transaction():
            applications.save_answers(application_id, answers)
            applications.submit_application(application_id)
        assert refusal.value.message_sv == "Krav 3: bifoga minst en fil som visar det."
    fill(world.manager, application_id)
    submit(world.manager, application_id)
    with acting_as(world.officer):
        [file] = listed(application_id)[2].files
        assert (file.name, file.is_handed_in, attachment_content(file.id)) == ("bevis.pdf", True, PDF)
        assert db.session.scalars(select(Attachment.sha256)).one() == hashlib.sha256(PDF).hexdigest()


def test_what_is_handed_in_is_kept(world: Supply, system_id: int) -> None:
    application_id = begin(world.manager, system_id)
    fill(world.manager, application_id)
    with acting_as(world.manager):
        third = listed(application_id)[2]
        with transaction():
            extra = applications.attach_file(application_id, third.requirement_id, "fel.png", PNG).id
            applications.remove_file(application_id, extra)
        assert [file.name for file in listed(application_id)[2].files] == ["bevis.pdf"]
    submit(world.manager, application_id)
    kept = third.files[0].id
    with acting_as(world.manager):
        for act in (
            lambda: applications.remove_file(application_id, kept),
            lambda: applications.attach_file(application_id, third.requirement_id, "ny.pdf", PDF),
        ):
            with pytest.raises(Conflict), transaction():
                act()
        for statement in (
            "DELETE FROM attachment",
            "UPDATE attachment SET name = 'annat.pdf'",
            "UPDATE attachment SET handed_in_on = NULL",
        ):
            with pytest.raises(IntegrityError, match="kept_attachment"), db.session.begin_nested():
                db.session.execute(text(statement))


def test_an_application_has_so_many_files_and_no_more(
    world: Supply, system_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachment_rules, "MOST", 2)
    application_id = begin(world.manager, system_id)
    with acting_as(world.manager):
        requirement_id = listed(application_id)[0].requirement_id
        with transaction():
            for name in ("ett.docx", "två.docx"):
                applications.attach_file(application_id, requirement_id, name, DOCX)
        with pytest.raises(Conflict, match="redan 2 filer"), transaction():
            applications.attach_file(application_id, requirement_id, "tre.docx", DOCX)


def test_files_belong_to_a_requirement_of_the_application(world: Supply, system_id: int) -> None:
    application_id = begin(world.manager, system_id)
    other = begin(world.manager, supply.open_system(world.officer, "Ett annat"))
    with acting_as(world.manager):
        stranger = listed(other)[0].requirement_id
        with pytest.raises(NotFound), transaction():
            applications.attach_file(application_id, stranger, "bevis.pdf", PDF)
    for outsider in (world.other_manager, world.officer, world.other_officer):
        with acting_as(outsider), pytest.raises((NotFound, NotAllowed)), transaction():
            applications.attach_file(application_id, stranger, "bevis.pdf", PDF)


# Used again.


def test_an_earlier_application_is_used_again_without_what_is_declared(world: Supply, system_id: int) -> None:
    with acting_as(world.manager):
        assert reusable_application(world.enterprise_id) is None
    first = begin(world.manager, system_id)
    fill(world.manager, first)
    submit(world.manager, first)
    other = supply.open_system(world.officer, "Arbetsträning Viken")
    reworded = RequirementDraft("Beskriv noga hur handledningen går till.", Proof.ANSWER)
    publish(world, other, INSURED, TAXES, reworded, RequirementDraft("Något helt nytt om lokaler."))
    with acting_as(world.manager):
        earlier = reusable_application(world.enterprise_id)
        assert earlier is not None
        assert earlier.id == first
    second = begin(world.manager, other, reuse_id=first)
    with acting_as(world.manager):
        insured, taxes, supervised, rooms = listed(second)
        assert [attachment_content(file.id) for file in insured.files] == [PDF]
        assert not insured.files[0].is_handed_in
        assert not taxes.answer.is_declared
        assert supervised.answer.answer_sv == "Två handledare."
        assert supervised.copied_from_sv == SUPERVISED.text_sv
        assert insured.copied_from_sv == INSURED.text_sv
        assert rooms.answer.answer_sv == ""
        with transaction():
            applications.save_answers(second, {supervised.requirement_id: AnswerDraft("Tre handledare.")})
        assert listed(second)[2].copied_from_sv is None, "what is written anew is no copy"
        assert [file.is_handed_in for file in listed(first)[2].files] == [True]


def test_nobody_uses_what_another_has_written(world: Supply, system_id: int) -> None:
    first = begin(world.manager, system_id)
    fill(world.manager, first)
    submit(world.manager, first)
    with acting_as(world.other_manager):
        assert reusable_application(world.other_manager.enterprise_id) is None
        with pytest.raises(NotFound), transaction():
            applications.start_application(system_id, reuse_id=first)


# The same for everyone (LOV 1 kap. 2 §).


def test_a_draft_takes_its_answers_and_files_to_new_terms(world: Supply, system_id: int) -> None:
    application_id = begin(world.manager, system_id)
    fill(world.manager, application_id)
    reworded = RequirementDraft("Beskriv noga hur handledningen går till.", Proof.ANSWER)
    publish(world, system_id, TAXES, reworded, INSURED, RequirementDraft("Något nytt om lokaler."))
    with acting_as(world.manager):
        with transaction():
            applications.follow_new_terms(application_id)
        taxes, supervised, insured, rooms = listed(application_id)
        assert taxes.answer.is_declared
        assert taxes.copied_from_sv is None
        assert supervised.answer.answer_sv == "Två handledare."
        assert supervised.copied_from_sv == SUPERVISED.text_sv
        assert [file.name for file in insured.files] == ["bevis.pdf"]
        assert rooms.answer == AnswerDraft()
    publish(world, system_id, TAXES)
    with acting_as(world.manager):
        with transaction():
            applications.follow_new_terms(application_id)
        assert db.session.scalars(select(Attachment.id)).all() == [], "what it was for is gone"


def test_two_who_apply_always_answer_the_same_requirements(world: Supply, system_id: int) -> None:
    """One begins before the new version and one after; neither can hand in anything but what it asks."""
    before = begin(world.manager, system_id)
    fill(world.manager, before)
    publish(world, system_id, SUPERVISED, TAXES, INSURED, RequirementDraft("Beskriv lokalerna."))
    after = begin(world.other_manager, system_id)
    fill(world.other_manager, after)
    with acting_as(world.manager), pytest.raises(Conflict, match="ny version"), transaction():
        applications.submit_application(before)
    with acting_as(world.manager), transaction():
        applications.follow_new_terms(before)
    with acting_as(world.manager), pytest.raises(Invalid, match="Krav 4"), transaction():
        applications.submit_application(before)
    fill(world.manager, before)
    submit(world.manager, before)
    submit(world.other_manager, after)
    with acting_as(world.officer):
        terms = published_terms(system_id)
        assert terms is not None
        required = {one.id for one in terms.requirements}
        for application_id in (before, after):
            application = application_with_answers(application_id)
            assert application.state is ApplicationState.SUBMITTED
            assert application.terms_id == terms.id
            assert {one.requirement_id for one in application.answers} == required


def test_the_database_refuses_other_requirements_than_the_published(world: Supply, system_id: int) -> None:
    application_id = begin(world.manager, system_id)
    fill(world.manager, application_id)
    handed_in = (
        update(Application)
        .where(Application.id == application_id)
        .values(state=ApplicationState.SUBMITTED, submitted_on=text("current_date"))
    )
    with acting_as(world.manager):
        stranger = db.session.scalars(
            select(Requirement.id).where(Requirement.terms_id != _terms_of(application_id)).limit(1)
        ).one()
        first = listed(application_id)[0].requirement_id
        moved = update(ApplicationAnswer).where(ApplicationAnswer.requirement_id == first)
        with pytest.raises(IntegrityError, match="fk_application_answer"), db.session.begin_nested():
            db.session.execute(moved.values(requirement_id=stranger))
        with pytest.raises(IntegrityError, match="every_requirement"), db.session.begin_nested():
            db.session.execute(
                text("DELETE FROM application_answer WHERE requirement_id = :id"), {"id": first}
            )
            db.session.execute(handed_in)
    publish(world, system_id, SUPERVISED)
    with (
        acting_as(world.manager),
        pytest.raises(IntegrityError, match="terms_in_force"),
        db.session.begin_nested(),
    ):
        db.session.execute(handed_in)


def _terms_of(application_id: int) -> int:
    return application_with_answers(application_id).terms_id


def test_a_closed_system_takes_no_applications(world: Supply, system_id: int) -> None:
    draft = begin(world.manager, system_id)
    fill(world.manager, draft)
    with acting_as(world.officer), transaction():
        procurement.close_system(system_id, "Tjänsten köps inte längre.")
    with acting_as(world.manager), pytest.raises(Conflict), transaction():
        applications.submit_application(draft)
    with acting_as(world.other_manager), pytest.raises(Conflict), transaction():
        applications.start_application(system_id)
