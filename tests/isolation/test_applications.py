"""What is in an application is for its two parties, and for each only its part, whoever else looks and however."""

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from enterprises.applications import services as applications
from enterprises.applications.attachment_rules import AttachmentKind, FileType
from enterprises.applications.models import (
    AnswerCompletion,
    AnswerJudgement,
    Application,
    ApplicationAnswer,
    Attachment,
    AttachmentContent,
    DecisionProposal,
    ExclusionFinding,
)
from enterprises.applications.rules import AnswerDraft, Judgement, JudgementDraft, Outcome
from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.db import Base, db
from marketplace.procurement import services as procurement
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import ANONYMOUS, Actor, acting_as, system_actor
from tests.isolation.conftest import ClientFor, Rollback
from tests.support.files import PDF
from tests.world import ROLES, Side, World

SIDES: tuple[Side, ...] = ("own", "foreign", "outside")
MANAGER, OFFICER = Role.SUPPLIER_MANAGER, Role.PROCUREMENT_OFFICER
PARTIES = {(MANAGER, "own"), (OFFICER, "own")}
OF_AN_APPLICATION: tuple[type[Base], ...] = (
    ApplicationAnswer,
    AnswerJudgement,
    AnswerCompletion,
    Attachment,
    AttachmentContent,
    ExclusionFinding,
    DecisionProposal,
)


def rows(model: type[Base], application_id: object) -> int:
    statement = select(func.count()).select_from(model)
    if model is AttachmentContent:
        statement = statement.join(Attachment, Attachment.id == AttachmentContent.attachment_id)
        return db.session.scalar(statement.where(Attachment.application_id == application_id)) or 0
    table = model.__table__
    return db.session.scalar(statement.where(table.c.application_id == application_id)) or 0


def fill(world: World) -> None:
    """Something in every table for the application that is to be decided, the decision proposed."""
    application_id, requirement_id = int(world.own["application_id"]), int(world.own["requirement_id"])
    asked = JudgementDraft(Judgement.COMPLETE_BY, "Hemligt skäl", add_working_days(today(), 5))
    with acting_as(world.actor(OFFICER)):
        applications.judge_answers(application_id, {requirement_id: asked})
        applications.request_completion(application_id)
    with acting_as(world.actor(MANAGER)):
        applications.save_answers(application_id, {requirement_id: AnswerDraft("Så här.")})
        applications.complete_application(application_id)
    with acting_as(world.actor(OFFICER)):
        judged = JudgementDraft(Judgement.NOT_MET, "Hemligt skäl")
        applications.judge_answers(application_id, {requirement_id: judged})
        db.session.add(
            DecisionProposal(
                application_id=application_id,
                outcome=Outcome.REJECTED,
                reasons_sv="Hemligt förslag",
                diary_number="1",
                proposed_on=today(),
                proposed_by_id=world.actor(OFFICER).user_id,
                proposed_by="",
            )
        )
        db.session.flush()


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("role", ROLES)
def test_nobody_but_the_parties_reads_any_of_it(
    undone: Rollback, world: World, role: Role, side: Side
) -> None:
    if (role, side) in PARTIES:
        return
    with undone():
        fill(world)
        with acting_as(world.actor(role, side)):
            for model in OF_AN_APPLICATION:
                for key in ("application_id", "decided_application_id"):
                    assert rows(model, world.own[key]) == 0, model.__tablename__


@pytest.mark.parametrize("actor", [ANONYMOUS, system_actor()], ids=["anonymous", "system without tenant"])
def test_nobody_without_a_tenant_reads_any_of_it(undone: Rollback, world: World, actor: Actor) -> None:
    with undone(), acting_as(actor):
        for model in OF_AN_APPLICATION:
            assert db.session.scalar(select(func.count()).select_from(model)) == 0


def test_each_party_reads_its_part(undone: Rollback, world: World) -> None:
    """The tests above would pass if nobody saw anything."""
    open_id, decided_id = world.own["application_id"], world.own["decided_application_id"]
    with undone():
        fill(world)
        with acting_as(world.actor(OFFICER)):
            seen = {model: rows(model, open_id) for model in OF_AN_APPLICATION}
            assert seen == {
                ApplicationAnswer: 2,
                AnswerJudgement: 1,
                AnswerCompletion: 1,
                Attachment: 2,
                AttachmentContent: 2,
                ExclusionFinding: 1,
                DecisionProposal: 1,
            }
        with acting_as(world.actor(MANAGER)):
            seen = {model: rows(model, open_id) for model in OF_AN_APPLICATION}
            assert seen == {
                ApplicationAnswer: 2,
                AnswerJudgement: 0,
                AnswerCompletion: 1,
                Attachment: 1,
                AttachmentContent: 1,
                ExclusionFinding: 0,
                DecisionProposal: 0,
            }
            assert rows(AnswerJudgement, decided_id) == 2, "judgements are shown with the decision"


def test_a_decision_shows_the_findings_it_rests_on_and_never_the_proposal(
    undone: Rollback, world: World
) -> None:
    application_id = int(world.own["application_id"])
    with undone():
        fill(world)
        with acting_as(world.actor(OFFICER)):
            applications.reject_application(application_id, reasons_sv="Se grunden.", diary_number="1")
        with acting_as(world.actor(MANAGER)):
            assert rows(ExclusionFinding, application_id) == 1
            assert rows(AttachmentContent, application_id) == 2
            assert rows(DecisionProposal, application_id) == 0


def test_a_file_is_the_enterprises_own_until_it_is_handed_in(undone: Rollback, world: World) -> None:
    with undone():
        with acting_as(world.actor(MANAGER, "foreign")):
            draft = applications.start_application(int(world.foreign["third_system_id"]))
            requirement_id = draft.answers[1].requirement_id
            applications.save_answers(
                draft.id, {one.requirement_id: AnswerDraft("a", is_declared=True) for one in draft.answers}
            )
            applications.attach_file(draft.id, requirement_id, "eget.pdf", PDF)
        for actor in (world.actor(OFFICER, "foreign"), world.actor(OFFICER), world.actor(MANAGER)):
            with acting_as(actor):
                assert rows(Attachment, draft.id) + rows(AttachmentContent, draft.id) == 0
        with acting_as(world.actor(MANAGER, "foreign")):
            applications.submit_application(draft.id)
        with acting_as(world.actor(OFFICER, "foreign")):
            assert rows(Attachment, draft.id) + rows(AttachmentContent, draft.id) == 2
        with acting_as(world.actor(OFFICER)):
            assert rows(Attachment, draft.id) + rows(AttachmentContent, draft.id) == 0


def refused(actor: Actor, statement: object, match: str = "row-level security") -> None:
    with acting_as(actor), pytest.raises(DBAPIError, match=match), db.session.begin_nested():
        db.session.execute(statement)  # type: ignore[call-overload]


def test_nobody_writes_for_the_other_party(undone: Rollback, world: World) -> None:
    application_id, requirement_id = world.own["application_id"], world.own["requirement_id"]
    parties = world.actor(OFFICER), world.actor(MANAGER)
    strangers = world.actor(OFFICER, "foreign"), world.actor(MANAGER, "foreign")
    file = {
        "application_id": application_id,
        "name": "x.pdf",
        "file_type": FileType.PDF,
        "size": 1,
        "sha256": "",
        "uploaded_at": now(),
        "uploaded_by": "",
    }
    answer = {**file, "kind": AttachmentKind.ANSWER, "requirement_id": requirement_id}
    evidence = {**file, "kind": AttachmentKind.EXCLUSION}
    judgement = {
        "application_id": application_id,
        "requirement_id": requirement_id,
        "judgement": Judgement.MET,
        "reason_sv": "",
    }
    with undone():
        for actor in (parties[0], *strangers):
            refused(actor, insert(Attachment).values(**answer), "row-level security|attachment_closed")
        for actor in (parties[1], *strangers):
            refused(actor, insert(Attachment).values(**evidence))
            refused(actor, insert(AnswerJudgement).values(**judgement))
        with acting_as(parties[0]):
            changed = db.session.execute(update(ApplicationAnswer).values(answer_sv="Förfalskat"))
            assert changed.rowcount == 0  # type: ignore[attr-defined]
        for actor in (*parties, *strangers):
            with acting_as(actor):
                changed = db.session.execute(update(AttachmentContent).values(content=b"%PDF-annat"))
                assert changed.rowcount == 0  # type: ignore[attr-defined]


def test_a_proposal_is_made_in_ones_own_name(undone: Rollback, world: World) -> None:
    other = world.actor(Role.CONTROLLER)
    statement = text(
        "INSERT INTO decision_proposal VALUES (:id, 'approved', 'a', '1', current_date, :by, 'x')"
    ).bindparams(id=world.own["application_id"], by=other.user_id)
    with undone():
        refused(world.actor(OFFICER), statement)


def test_what_is_the_authoritys_own_is_on_no_page_of_the_enterprise(
    undone: Rollback, world: World, fresh_client: ClientFor
) -> None:
    page = f"/ansokningar/{world.own['application_id']}"
    with undone():
        fill(world)
        manager, officer = fresh_client(MANAGER), fresh_client(OFFICER)
        said = manager.get(page).get_data(as_text=True)
        known = officer.get(page).get_data(as_text=True)
    assert "Hemlig skuld" in known
    assert "Hemlig skuld" not in said
    assert "Utdrag.pdf" not in said
    assert "Hemligt förslag" not in said


def test_a_system_that_needs_two_is_no_key_to_anothers_application(undone: Rollback, world: World) -> None:
    """B's officer, who may decide in B, can neither confirm nor change anything of A's."""
    with undone(), acting_as(world.actor(OFFICER, "foreign")):
        procurement.set_deciders(int(world.foreign["second_system_id"]), needs_two=True)
        changed = db.session.execute(
            update(Application).where(Application.id == world.own["application_id"]).values(diary_number="x")
        )
        assert changed.rowcount == 0  # type: ignore[attr-defined]
