"""Counts what participants have answered, and stores only what may be told."""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import func, select

from indicators.changes.services import publish
from indicators.checkpoints.models import CheckpointCell
from indicators.checkpoints.rules import Given, Period, cells_of, steps_of
from marketplace import clock
from marketplace.db import db
from placements.checkpoints.models import Checkpoint, CheckpointAnswer, SurveyQuestion, SurveyVersion
from placements.checkpoints.rules import CheckpointState, QuestionKind, SurveyState
from placements.participants.models import Participant


def compute_checkpoints(authority_id: int, years: Collection[int]) -> None:
    """Counts the years' half-years that are over; what was answered stands, so the rows come out the same. Act as the
    system for the authority."""
    periods = [period for period in Period.of_years(years) if period < Period.of(clock.today())]
    answers = _answers(authority_id, years)
    questions = _questions(authority_id)
    for period in periods:
        is_any = any(Period.of(one.day) == period for given in answers.values() for one in given)
        rows = [
            {"question_id": question.id, "step": step, "sex": sex, "option": option, **vars(cell)}
            for question in questions.values()
            if is_any
            for (step, sex, option), cell in cells_of(
                question.kind,
                len(question.swedish.choices),
                steps_of(question.kind, question.occasions),
                answers.get(question.series, ()),
                period,
            ).items()
        ]
        publish(CheckpointCell, {"authority_id": authority_id, "period": period.key}, period.until, rows)


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


def _answers(authority_id: int, years: Collection[int]) -> dict[str, list[Given]]:
    """Of placements with any answers in the years, by question, oldest first."""
    year = func.extract("year", func.timezone(clock.STOCKHOLM.key, Checkpoint.closed_at))
    placements = select(Checkpoint.placement_id).where(
        Checkpoint.authority_id == authority_id,
        Checkpoint.state == CheckpointState.SUBMITTED,
        year.in_(years),
    )
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
            Checkpoint.placement_id.in_(placements),
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
