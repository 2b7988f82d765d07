"""Counts what participants have answered, and stores only what may be told."""

from collections import defaultdict

from sqlalchemy import delete, insert, select

from indicators.checkpoints.models import CheckpointCell
from indicators.checkpoints.rules import Given, Period, cells_of, steps_of
from marketplace import clock
from marketplace.db import db
from placements.checkpoints.models import Checkpoint, CheckpointAnswer, SurveyQuestion, SurveyVersion
from placements.checkpoints.rules import CheckpointState, QuestionKind, SurveyState
from placements.participants.models import Participant


def compute_checkpoints(authority_id: int) -> None:
    """Counts every half-year that is over anew; what was answered stands, so the rows come out the same. Act as the
    system for the authority."""
    db.session.execute(delete(CheckpointCell).where(CheckpointCell.authority_id == authority_id))
    answers = _answers(authority_id)
    this = Period.of(clock.today())
    periods = sorted(
        {Period.of(one.day) for given in answers.values() for one in given if Period.of(one.day) < this}
    )
    questions = _questions(authority_id)
    rows = [
        {
            "authority_id": authority_id,
            "question_id": question.id,
            "period": period.key,
            "step": step,
            "sex": sex,
            "option": option,
            **vars(cell),
        }
        for question in questions.values()
        for period in periods
        for (step, sex, option), cell in cells_of(
            question.kind,
            len(question.swedish.choices),
            steps_of(question.kind, question.occasions),
            answers.get(question.series, ()),
            period,
        ).items()
    ]
    if rows:
        db.session.execute(insert(CheckpointCell), rows)


def _questions(authority_id: int) -> dict[str, SurveyQuestion]:
    """Each question that has been asked and is not answered in words, as it stands in its newest version."""
    rows = db.session.scalars(
        select(SurveyQuestion)
        .join(SurveyVersion, SurveyVersion.id == SurveyQuestion.version_id)
        .where(
            SurveyVersion.authority_id == authority_id,
            SurveyVersion.state != SurveyState.DRAFT,
            SurveyQuestion.kind != QuestionKind.TEXT,
        )
        .order_by(SurveyVersion.published_at, SurveyQuestion.position)
    )
    return {question.series: question for question in rows}


def _answers(authority_id: int) -> dict[str, list[Given]]:
    """By question, oldest first."""
    rows = db.session.execute(
        select(
            SurveyQuestion.series,
            Checkpoint.participant_id,
            Checkpoint.placement_id,
            Participant.sex,
            Checkpoint.occasion,
            Checkpoint.closed_at,
            CheckpointAnswer.number,
        )
        .join(Checkpoint, Checkpoint.id == CheckpointAnswer.checkpoint_id)
        .join(Participant, Participant.id == Checkpoint.participant_id)
        .join(SurveyQuestion, SurveyQuestion.id == CheckpointAnswer.question_id)
        .where(
            Checkpoint.authority_id == authority_id,
            Checkpoint.state == CheckpointState.SUBMITTED,
            CheckpointAnswer.number.is_not(None),
        )
        .order_by(Checkpoint.closed_at, Checkpoint.id)
    )
    found: dict[str, list[Given]] = defaultdict(list)
    for series, participant_id, placement_id, sex, occasion, closed_at, number in rows:
        assert closed_at is not None, "what is handed in has its moment"
        assert number is not None, "words are not asked for"
        day = closed_at.astimezone(clock.STOCKHOLM).date()
        found[series].append(Given(participant_id, placement_id, sex, occasion, day, number))
    return found
