"""Surveys of an authority, the checkpoints that ask by them, and the answers. The last two are tables of persons."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from marketplace.db import Base, enum_of, explain_constraint
from placements.booking.models import Placement
from placements.checkpoints.rules import (
    CheckpointState,
    ClosedBy,
    Occasion,
    QuestionDraft,
    QuestionKind,
    SurveyState,
    Wording,
)
from placements.participants.models import Participant


class Survey(Base):
    __tablename__ = "survey"
    __table_args__ = (UniqueConstraint("id", "authority_id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name_sv: Mapped[str]


class SurveyVersion(Base):
    """What is asked. It never changes once it is published; the database holds that, also for its questions."""

    __tablename__ = "survey_version"
    __table_args__ = (
        ForeignKeyConstraint(["survey_id", "authority_id"], ["survey.id", "survey.authority_id"]),
        UniqueConstraint("survey_id", "number"),
        UniqueConstraint("id", "authority_id"),
        CheckConstraint("(state = 'draft') = (published_at IS NULL)", name="published_at"),
        CheckConstraint("(state = 'replaced') = (replaced_at IS NOT NULL)", name="replaced_at"),
        Index("uq_survey_version_draft", "survey_id", unique=True, postgresql_where=text("state = 'draft'")),
        Index(
            "uq_survey_version_published",
            "authority_id",
            unique=True,
            postgresql_where=text("state = 'published'"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    survey_id: Mapped[int]
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    number: Mapped[int]
    state: Mapped[SurveyState] = mapped_column(enum_of(SurveyState, "state"), default=SurveyState.DRAFT)
    published_at: Mapped[datetime | None]
    published_by: Mapped[str] = mapped_column(default="")
    replaced_at: Mapped[datetime | None]

    survey: Mapped[Survey] = relationship(
        primaryjoin="foreign(SurveyVersion.survey_id) == Survey.id", viewonly=True
    )
    questions: Mapped[list["SurveyQuestion"]] = relationship(
        order_by="SurveyQuestion.position", cascade="all, delete-orphan", back_populates="version"
    )


class SurveyQuestion(Base):
    __tablename__ = "survey_question"
    __table_args__ = (
        UniqueConstraint("version_id", "series"),
        CheckConstraint(
            "(kind = 'scale') = (points IS NOT NULL) AND coalesce(points BETWEEN 3 AND 7, true)",
            name="points",
        ),
        CheckConstraint(
            "cardinality(occasions) > 0 AND occasions <@ '{start,quarter,end}'::text[]", name="occasions"
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("survey_version.id"), index=True)
    series: Mapped[str]
    """The same in every version in which it is the same question: one line over time."""
    position: Mapped[int]
    kind: Mapped[QuestionKind] = mapped_column(enum_of(QuestionKind, "kind"))
    points: Mapped[int | None]
    occasions: Mapped[list[str]] = mapped_column(ARRAY(Text))

    version: Mapped[SurveyVersion] = relationship(back_populates="questions")
    wordings: Mapped[list["SurveyWording"]] = relationship(
        order_by="SurveyWording.language", cascade="all, delete-orphan", lazy="selectin"
    )

    @property
    def by_language(self) -> dict[str, Wording]:
        return {row.language: row.wording for row in self.wordings}

    @property
    def swedish(self) -> Wording:
        return self.by_language["sv"]

    @property
    def draft(self) -> QuestionDraft:
        return QuestionDraft(self.kind, self.swedish, [Occasion(one) for one in self.occasions], self.points)


class SurveyWording(Base):
    __tablename__ = "survey_wording"

    question_id: Mapped[int] = mapped_column(ForeignKey("survey_question.id"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    easy_text: Mapped[str] = mapped_column(default="")
    low_label: Mapped[str] = mapped_column(default="")
    high_label: Mapped[str] = mapped_column(default="")
    choices: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)

    @property
    def wording(self) -> Wording:
        return Wording(self.text, self.easy_text, self.low_label, self.high_label, tuple(self.choices))


class Checkpoint(Base):
    """One occasion of one placement. Once for each: the database holds that, and that what is answered stands."""

    __tablename__ = "checkpoint"
    __table_args__ = (
        UniqueConstraint("placement_id", "occasion", "number"),
        UniqueConstraint("id", "participant_id"),
        ForeignKeyConstraint(
            ["participant_id", "authority_id"],
            ["participant.id", "participant.authority_id"],
            name="fk_checkpoint_participant",
        ),
        ForeignKeyConstraint(
            ["version_id", "authority_id"],
            ["survey_version.id", "survey_version.authority_id"],
            name="fk_checkpoint_version",
        ),
        CheckConstraint("(occasion = 'quarter') = (number > 0) AND number >= 0", name="number"),
        CheckConstraint(
            "(state = 'open') = (closed_at IS NULL) AND (state = 'open') = (closed_by IS NULL)", name="closed"
        ),
        CheckConstraint("(closed_by IS NOT DISTINCT FROM 'officer') = (witness <> '')", name="witness"),
        CheckConstraint("(state = 'lapsed') = (closed_by IS NOT DISTINCT FROM 'system')", name="lapsed"),
        Index("ix_checkpoint_participant", "participant_id"),
        Index("ix_checkpoint_open", "authority_id", "due_on", postgresql_where=text("state = 'open'")),
        Index("ix_checkpoint_version", "version_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"))
    participant_id: Mapped[int]
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    version_id: Mapped[int]
    occasion: Mapped[Occasion] = mapped_column(enum_of(Occasion, "occasion"))
    number: Mapped[int]
    made_on: Mapped[date]
    due_on: Mapped[date]
    state: Mapped[CheckpointState] = mapped_column(
        enum_of(CheckpointState, "state"), default=CheckpointState.OPEN
    )
    language: Mapped[str] = mapped_column(default="sv")
    """What she reads the questions in."""
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[ClosedBy | None] = mapped_column(enum_of(ClosedBy, "closed_by"))
    witness: Mapped[str] = mapped_column(default="")
    """Who wrote the answers down at the table; empty when she answered by her code."""

    placement: Mapped[Placement] = relationship(viewonly=True)
    participant: Mapped[Participant] = relationship(
        primaryjoin="foreign(Checkpoint.participant_id) == Participant.id", viewonly=True
    )
    version: Mapped[SurveyVersion] = relationship(
        primaryjoin="foreign(Checkpoint.version_id) == SurveyVersion.id", viewonly=True
    )


class CheckpointAnswer(Base):
    """Of a scale the point, of yes and no 1 or 0, of choices the position; or words."""

    __tablename__ = "checkpoint_answer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["checkpoint_id", "participant_id"],
            ["checkpoint.id", "checkpoint.participant_id"],
            name="fk_checkpoint_answer_checkpoint",
        ),
        CheckConstraint("(number IS NULL) <> (words IS NULL)", name="one_of_both"),
        CheckConstraint("length(words) <= 4000", name="words"),
    )

    checkpoint_id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("survey_question.id"), primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    number: Mapped[int | None]
    words: Mapped[str | None]
    answered_at: Mapped[datetime]


explain_constraint("frozen_survey", "En publicerad version ändras inte. Skriv en ny version.")
explain_constraint("survey_wording", "Varje fråga måste finnas på svenska, och enkäten måste ha en fråga.")
explain_constraint("uq_survey_version_draft", "Det finns redan ett utkast. Fortsätt med det.")
explain_constraint("uq_survey_version_survey_id_number", "Det finns redan ett utkast. Fortsätt med det.")
explain_constraint(
    "uq_survey_version_published", "Någon annan publicerade en version samtidigt. Läs om sidan."
)
explain_constraint("closed_checkpoint", "Svaren är redan inskickade. De är sparade och ändras inte.")
explain_constraint("checkpoint_empty", "Svara på minst en fråga innan du skickar in.")
explain_constraint("answer_fits", "Välj ett av svaren på sidan.")
