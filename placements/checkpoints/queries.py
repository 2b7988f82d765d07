"""Surveys as their editors see them, checkpoints to answer, and a participant's own line over time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Select, any_, exists, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace import clock
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db, get_or_404
from marketplace.errors import NotFound
from marketplace.reference.rules import spoken_day
from marketplace.tenancy import Actor, current_actor
from marketplace.web.work import WaitingItem
from placements.booking.models import Placement
from placements.booking.rules import BEGUN_STATES
from placements.checkpoints.due_rules import Stay, due_now, is_over
from placements.checkpoints.models import (
    Checkpoint,
    CheckpointAnswer,
    Survey,
    SurveyQuestion,
    SurveyVersion,
)
from placements.checkpoints.rules import (
    SWEDISH,
    Answer,
    CheckpointState,
    Occasion,
    QuestionKind,
    SurveyState,
    Wording,
    answer_sv,
    occasion_sv,
)
from placements.participants.models import Participant

# Surveys.


def surveys() -> list[tuple[Survey, list[SurveyVersion]]]:
    """The authority's surveys by name, each with its versions, newest first."""
    rows = db.session.scalars(
        select(SurveyVersion)
        .options(joinedload(SurveyVersion.survey))
        .order_by(SurveyVersion.survey_id, SurveyVersion.number.desc())
    )
    found: dict[int, tuple[Survey, list[SurveyVersion]]] = {}
    for version in rows:
        found.setdefault(version.survey_id, (version.survey, []))[1].append(version)
    return list(found.values())


def survey_version(survey_version_id: int, *, lock: bool = False) -> SurveyVersion:
    """Raises NotFound."""
    return get_or_404(SurveyVersion, survey_version_id, lock=lock)


def survey_question(survey_question_id: int) -> SurveyQuestion:
    """Raises NotFound."""
    return get_or_404(SurveyQuestion, survey_question_id)


def published_version() -> SurveyVersion | None:
    """What the actor's authority asks now."""
    return db.session.scalar(
        select(SurveyVersion).where(
            SurveyVersion.authority_id == current_actor().authority_id,
            SurveyVersion.state == SurveyState.PUBLISHED,
        )
    )


# Checkpoints.


def checkpoint(checkpoint_id: int, *, lock: bool = False) -> Checkpoint:
    """Raises NotFound, also for another's."""
    return get_or_404(Checkpoint, checkpoint_id, lock=lock)


def questions_of(asked: Checkpoint) -> list[SurveyQuestion]:
    """What is asked at this occasion, in order."""
    rows = db.session.scalars(
        select(SurveyQuestion)
        .where(SurveyQuestion.version_id == asked.version_id)
        .order_by(SurveyQuestion.position, SurveyQuestion.id)
    )
    return [question for question in rows if asked.occasion in question.occasions]


def answers_to(checkpoint_id: int) -> dict[int, Answer]:
    """By question."""
    rows = db.session.scalars(select(CheckpointAnswer).where(CheckpointAnswer.checkpoint_id == checkpoint_id))
    return {row.question_id: Answer(row.number, row.words) for row in rows}


def checkpoints_of(participant_id: int) -> list[Checkpoint]:
    """Newest first."""
    return list(
        db.session.scalars(
            select(Checkpoint)
            .where(Checkpoint.participant_id == participant_id)
            .options(joinedload(Checkpoint.version))
            .order_by(Checkpoint.made_on.desc(), Checkpoint.id.desc())
        )
    )


@dataclass(frozen=True)
class OwnCheckpoints:
    """What stands of them on the participant's own page."""

    waiting: Checkpoint | None
    has_answered: bool

    @property
    def due_sv(self) -> str:
        return spoken_day(self.waiting.due_on) if self.waiting else ""


def own_checkpoints() -> OwnCheckpoints:
    """For the participant who acts."""
    rows = db.session.execute(
        select(Checkpoint.id, Checkpoint.state)
        .where(Checkpoint.participant_id == current_actor().participant_id)
        .order_by(Checkpoint.id.desc())
    ).all()
    waiting = next((row.id for row in rows if row.state is CheckpointState.OPEN), None)
    return OwnCheckpoints(
        db.session.get(Checkpoint, waiting) if waiting else None,
        any(row.state is CheckpointState.SUBMITTED for row in rows),
    )


# The line over time.


@dataclass(frozen=True)
class Point:
    day: date
    occasion_sv: str
    version_sv: str
    number: int | None
    shown_sv: str


@dataclass(frozen=True)
class Line:
    """One question over time, oldest answer first, in its newest words."""

    question_id: int
    kind: QuestionKind
    points: int | None
    wording: Wording
    answers: list[Point] = field(default_factory=list)

    @property
    def is_chart(self) -> bool:
        """There is a line to draw from two points on."""
        return self.kind is QuestionKind.SCALE and len(self.answers) > 1


def lines_of(participant_id: int) -> list[Line]:
    """What the participant has handed in, question by question. Nothing that is not handed in."""
    rows = db.session.execute(
        select(CheckpointAnswer, Checkpoint, SurveyQuestion)
        .join(Checkpoint, Checkpoint.id == CheckpointAnswer.checkpoint_id)
        .join(SurveyQuestion, SurveyQuestion.id == CheckpointAnswer.question_id)
        .where(Checkpoint.participant_id == participant_id, Checkpoint.state == CheckpointState.SUBMITTED)
        .options(joinedload(Checkpoint.version))
        .order_by(Checkpoint.closed_at.desc(), Checkpoint.id.desc(), SurveyQuestion.position)
    ).all()
    lines: dict[str, Line] = {}
    for answer, asked, question in rows:
        line = lines.setdefault(
            question.series, Line(question.id, question.kind, question.points, question.swedish)
        )
        given = Answer(answer.number, answer.words)
        shown = answer_sv(question.kind, given, question.points, question.swedish)
        line.answers.insert(0, _point(asked, answer.number, shown))
    return list(lines.values())


def _point(asked: Checkpoint, number: int | None, shown_sv: str) -> Point:
    assert asked.closed_at is not None, "what is handed in has its moment"
    return Point(
        asked.closed_at.astimezone(clock.STOCKHOLM).date(),
        occasion_sv(asked.occasion, asked.number),
        f"Version {asked.version.number}",
        number,
        shown_sv,
    )


def line_of(participant_id: int, survey_question_id: int) -> Line:
    """The line with that question in its newest words. Raises NotFound where there is none to draw."""
    for line in lines_of(participant_id):
        if line.question_id == survey_question_id and line.kind is QuestionKind.SCALE:
            return line
    raise NotFound()


# What the night makes, and what waits.


def _stays() -> Select[Placement]:
    """Placements that run, or have ended not long ago."""
    return select(Placement).where(
        Placement.started_on.is_not(None),
        Placement.state.in_(BEGUN_STATES),
    )


def stay_of(placement: Placement) -> Stay:
    return Stay(placement.state, placement.started_on, placement.last_day, placement.is_moved)


def made_for(placement_ids: Sequence[int]) -> dict[int, set[tuple[Occasion, int]]]:
    found: dict[int, set[tuple[Occasion, int]]] = {}
    rows = db.session.execute(
        select(Checkpoint.placement_id, Checkpoint.occasion, Checkpoint.number).where(
            Checkpoint.placement_id.in_(placement_ids)
        )
    )
    for placement_id, occasion, number in rows:
        found.setdefault(placement_id, set()).add((occasion, number))
    return found


def placements_to_ask() -> list[Placement]:
    """The authority's placements that something is to be asked of today. For the system of the authority."""
    if published_version() is None:
        return []
    placements = list(db.session.scalars(_stays().order_by(Placement.id)))
    made = made_for([placement.id for placement in placements])
    return [
        placement
        for placement in placements
        if due_now(stay_of(placement), today(), made.get(placement.id, ())) is not None
    ]


def checkpoints_over() -> list[Checkpoint]:
    """Open ones that nobody is waited for any more. For the system of the authority."""
    rows = db.session.scalars(
        select(Checkpoint)
        .where(Checkpoint.state == CheckpointState.OPEN, Checkpoint.due_on < today())
        .order_by(Checkpoint.id)
    )
    return [row for row in rows if is_over(row.due_on, today())]


def open_checkpoints_of(placement_id: int) -> list[Checkpoint]:
    return list(
        db.session.scalars(
            select(Checkpoint)
            .where(Checkpoint.placement_id == placement_id, Checkpoint.state == CheckpointState.OPEN)
            .order_by(Checkpoint.id)
        )
    )


def has_questions_at(version_id: int, occasion: Occasion) -> bool:
    asked = exists().where(
        SurveyQuestion.version_id == version_id, any_(SurveyQuestion.occasions) == occasion.value
    )
    return bool(db.session.scalar(select(asked)))


def waiting(actor: Actor) -> list[WaitingItem]:
    """A case officer's participants who have not answered in time."""
    if actor.role is not Role.CASE_OFFICER:
        return []
    rows = db.session.execute(
        select(Checkpoint, Participant)
        .join(Participant, Participant.id == Checkpoint.participant_id)
        .where(
            Checkpoint.state == CheckpointState.OPEN,
            Checkpoint.due_on < today(),
            Participant.case_officer_id == actor.user_id,
        )
        .order_by(Checkpoint.due_on, Checkpoint.id)
    )
    return [
        WaitingItem(
            asked.due_on,
            f"Avstämningen är inte besvarad: {person.shown_name}, "
            f"{occasion_sv(asked.occasion, asked.number).lower()}",
            "checkpoints.history",
            {"participant_id": person.id},
            "Avstämningar",
        )
        for asked, person in rows
    ]


def version_with_questions(survey_version_id: int) -> SurveyVersion:
    """With all that its page shows. Raises NotFound."""
    found = db.session.scalar(
        select(SurveyVersion)
        .where(SurveyVersion.id == survey_version_id)
        .options(joinedload(SurveyVersion.survey), selectinload(SurveyVersion.questions))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound()
    return found


def languages_of(questions: Sequence[SurveyQuestion]) -> list[str]:
    """Languages that any of the questions is worded in, Swedish first."""
    found = {row.language for question in questions for row in question.wordings}
    return [SWEDISH, *sorted(found - {SWEDISH})]
