"""How a participant says that she is: hers and her officers', and not the workplace's; a strategist sees nobody's."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from indicators.checkpoints.models import CheckpointCell
from marketplace.accounts.rules import Role
from marketplace.db import Base, db
from marketplace.tenancy import ANONYMOUS, Actor, acting_as, system_actor
from placements.checkpoints.models import (
    Checkpoint,
    CheckpointAnswer,
    Survey,
    SurveyQuestion,
    SurveyVersion,
    SurveyWording,
)
from tests.isolation.conftest import ClientFor, Rollback
from tests.world import TRAINEE, World

SEE_ANSWERS = {Role.CASE_OFFICER, Role.COORDINATOR}
SURVEYS: tuple[type[Base], ...] = (Survey, SurveyVersion, SurveyQuestion, SurveyWording)
ANSWERS: tuple[type[Base], ...] = (Checkpoint, CheckpointAnswer)
EVERYTHING: tuple[type[Base], ...] = (*ANSWERS, *SURVEYS, CheckpointCell)


def count(model: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_who_finds_her_answers(undone: Rollback, world: World) -> None:
    for (role, side), actor in world.actors.items():
        with undone(), acting_as(actor):
            is_found = db.session.get(Checkpoint, world.own["checkpoint_id"]) is not None
            assert is_found == (side == "own" and role in SEE_ANSWERS), (role, side)
            answers = select(func.count()).where(CheckpointAnswer.checkpoint_id == world.own["checkpoint_id"])
            assert bool(db.session.scalar(answers)) == is_found, (role, side)


def test_she_finds_her_own_and_no_others(undone: Rollback, world: World) -> None:
    for she, known in ((world.trainees["own"], world.own), (world.trainees["foreign"], world.foreign)):
        with undone(), acting_as(she):
            found = db.session.scalars(select(Checkpoint)).all()
            assert known["checkpoint_id"] in {one.id for one in found}
            assert {one.participant_id for one in found} == {she.participant_id}
            assert count(CheckpointAnswer) > 0
    with undone(), acting_as(world.actor(Role.PARTICIPANT)):
        assert [count(model) for model in (*ANSWERS, *SURVEYS)] == [0] * 6


def test_she_reads_what_she_is_asked_and_no_draft(undone: Rollback, world: World) -> None:
    with undone(), acting_as(world.trainees["own"]):
        versions = set(db.session.scalars(select(SurveyVersion.id)))
        assert versions == {world.own["published_survey_version_id"]}
        assert count(SurveyQuestion) > 0
        assert count(SurveyWording) > 0


def test_a_survey_is_its_authoritys(undone: Rollback, world: World) -> None:
    for (role, side), actor in world.actors.items():
        with undone(), acting_as(actor):
            found = set(db.session.scalars(select(SurveyVersion.id)))
            published, draft = world.own["published_survey_version_id"], world.own["survey_version_id"]
            is_own = side == "own"
            edits = is_own and role in {Role.COORDINATOR, Role.STRATEGIST}
            assert (published in found) == (edits or (is_own and role is Role.CASE_OFFICER)), (role, side)
            assert (draft in found) == edits, (role, side)


@pytest.mark.parametrize("actor", [ANONYMOUS, system_actor()], ids=["anonymous", "system without tenant"])
def test_without_a_tenant_nothing_is_found(undone: Rollback, world: World, actor: Actor) -> None:
    with undone(), acting_as(actor):
        assert [count(model) for model in EVERYTHING] == [0] * 7


def test_a_workplace_without_row_security_of_placements_still_finds_nothing(
    undone: Rollback, world: World
) -> None:
    """Under consent a supervisor sees the person; what she answers she does not."""
    for role in (Role.SUPERVISOR, Role.SUPPLIER_MANAGER, Role.STRATEGIST, Role.CONTROLLER):
        with undone(), acting_as(world.actor(role)):
            assert [count(model) for model in ANSWERS] == [0, 0], role
            for statement in ("UPDATE checkpoint SET language = 'en'", "DELETE FROM checkpoint_answer"):
                assert db.session.execute(text(statement)).rowcount == 0, role  # type: ignore[attr-defined]


def test_nobody_makes_a_checkpoint_by_hand(undone: Rollback, world: World) -> None:
    forged = text(
        "INSERT INTO checkpoint (placement_id, participant_id, authority_id, version_id, occasion, number, made_on,"
        " due_on, state, language, witness) VALUES (:placement, :participant, :authority, :version, 'quarter', 9,"
        " '2026-03-11', '2026-03-20', 'open', 'sv', '')"
    ).bindparams(
        placement=world.own["placement_id"],
        participant=world.own["training_participant_id"],
        authority=world.authorities["own"],
        version=world.own["published_survey_version_id"],
    )
    actors = [world.actor(role) for role in (Role.CASE_OFFICER, Role.COORDINATOR, Role.SUPERVISOR)]
    for actor in (*actors, world.trainees["own"]):
        with (
            undone(),
            acting_as(actor),
            pytest.raises(DBAPIError, match=r"row-level security|checkpoint_of_placement"),
        ):
            db.session.execute(forged)


def test_what_is_told_of_everyone_is_read_by_those_who_follow_the_whole(
    undone: Rollback, world: World
) -> None:
    cell = CheckpointCell(
        authority_id=world.authorities["own"],
        question_id=world.own["training_survey_question_id"],
        period="2025-2",
        step="start",
        sex="woman",
        option=-1,
        persons=7,
    )
    with undone():
        with acting_as(system_actor(world.authorities["own"])):
            db.session.add(cell)
            db.session.flush()
            db.session.expunge_all()
        for (role, side), actor in world.actors.items():
            with acting_as(actor):
                reads = side == "own" and role in {Role.STRATEGIST, Role.COORDINATOR}
                assert (count(CheckpointCell) == 1) == reads, (role, side)


def test_her_answers_open_for_her_alone(undone: Rollback, world: World, fresh_client: ClientFor) -> None:
    own = f"/min-sida/avstamningar/{world.own['checkpoint_id']}"
    with undone():
        assert fresh_client(TRAINEE).get(own).status_code == 200
        assert fresh_client(Role.PARTICIPANT).get(own).status_code == 404
        assert fresh_client(Role.CASE_OFFICER).get(own).status_code == 403
        other = f"/min-sida/avstamningar/{world.own['open_checkpoint_id']}"
        assert fresh_client(TRAINEE).get(other).status_code == 404
