"""Checkpoints: what is asked, of whom, and what is answered."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking.models import Placement
from placements.checkpoints import queries, services, survey_services
from placements.checkpoints.models import Checkpoint
from placements.checkpoints.rules import QuestionKind
from tests.support.placement_market import FIRST_DAY, Market
from tests.world_people import STARTED, Half

STARTER = {
    QuestionKind.SCALE: "4",
    QuestionKind.YES_NO: "1",
    QuestionKind.CHOICE: "0",
    QuestionKind.TEXT: "Mer tid",
}
"""An answer to each kind."""


def published(by: Actor) -> int:
    """The suggested survey, published; gives the version's id."""
    with acting_as(by), transaction():
        version_id = survey_services.start_from_suggestion().id
        survey_services.publish(version_id)
        return version_id


def asked(market: Market, placement_id: int, on: date = FIRST_DAY) -> int:
    """What is due of the placement that day; gives the checkpoint's id."""
    with travelling(on), acting_as(system_actor(market.north_id)), transaction():
        checkpoint = services.make_checkpoint(placement_id)
        assert checkpoint is not None
        return checkpoint.id


def participant_of(placement_id: int, by: Actor) -> int:
    with acting_as(by):
        found = db.session.scalar(select(Placement.participant_id).where(Placement.id == placement_id))
        assert found is not None
        return found


def answered(she: Actor, checkpoint_id: int, answers: Mapping[QuestionKind, str] = STARTER) -> None:
    """Every question as its kind is answered, and handed in."""
    with acting_as(she), transaction():
        for question in queries.questions_of(queries.checkpoint(checkpoint_id)):
            services.save_answer(checkpoint_id, question.id, answers[question.kind])
        services.submit(checkpoint_id)


def ask_participants(half: Half) -> dict[str, int]:
    """In the isolation tests' world: a published survey and a draft of the next, one checkpoint that is answered by the
    participant of `placement_id`, and one that waits for another's answer."""
    authority_id = half.by(Role.STRATEGIST).authority_id
    with travelling(STARTED):
        version_id = published(half.by(Role.STRATEGIST))
        with acting_as(half.by(Role.COORDINATOR)), transaction():
            draft = survey_services.new_version(version_id)
            draft_id, question_id = draft.id, queries.version_with_questions(draft.id).questions[0].id
        with acting_as(system_actor(authority_id)), transaction():
            placement = db.session.get_one(Placement, int(half.ids["placement_id"]))
            participant_id = placement.participant_id
            others = select(Placement).where(Placement.started_on.is_not(None), Placement.id != placement.id)
            other = db.session.scalars(others.order_by(Placement.id)).first()
            assert other is not None
            checkpoints = [services.make_checkpoint(one.id) for one in (placement, other)]
            answered_id, open_id = (_id(one) for one in checkpoints)
        with acting_as(half.by(Role.CASE_OFFICER)), transaction():
            questions = queries.questions_of(queries.checkpoint(answered_id))
            typed = {one.id: STARTER[one.kind] for one in questions}
            services.answer_at_table(answered_id, typed)
            scale_id = next(one.id for one in questions if one.kind is QuestionKind.SCALE)
    return {
        "survey_version_id": draft_id,
        "published_survey_version_id": version_id,
        "survey_question_id": question_id,
        "training_survey_question_id": scale_id,
        "training_participant_id": participant_id,
        "checkpoint_id": answered_id,
        "open_checkpoint_id": open_id,
    }


def _id(checkpoint: Checkpoint | None) -> int:
    assert checkpoint is not None
    return checkpoint.id
