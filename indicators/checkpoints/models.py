"""What is published of participants' answers: numbers of no person, with what may not be told already left out."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Float

from indicators.checkpoints.rules import Step
from marketplace.db import Base, enum_of
from marketplace.reference.rules import Sex
from placements.checkpoints.models import SurveyQuestion


class CheckpointCell(Base):
    """One number; `option` -1 is everyone who answered. The question stands in its newest words."""

    __tablename__ = "checkpoint_cell"
    __table_args__ = (
        CheckConstraint("persons >= 5", name="no_small_cell"),
        CheckConstraint(
            "(mean IS NULL) = (median IS NULL) AND (mean IS NULL OR persons IS NOT NULL)",
            name="mean_of_persons",
        ),
    )

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("survey_question.id"), primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[Step] = mapped_column(enum_of(Step, "step"), primary_key=True)
    sex: Mapped[Sex] = mapped_column(enum_of(Sex, "sex"), primary_key=True)
    option: Mapped[int] = mapped_column(primary_key=True)
    persons: Mapped[int | None]
    mean: Mapped[float | None] = mapped_column(Float)
    median: Mapped[float | None] = mapped_column(Float)

    question: Mapped[SurveyQuestion] = relationship(viewonly=True)
