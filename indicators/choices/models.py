"""What women and men were shown and chose: counts per year, never persons, with small cells already left out."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Float

from indicators.choices.rules import ChoiceStep
from marketplace.db import Base, enum_of
from marketplace.reference.rules import Sex


class ChoiceCell(Base):
    """One published cell; an empty kommun, dominance or trade is the total over them.

    A number that may not be shown is not stored: ``choices`` is then null. Counted in the year that the round was
    opened. A trade with several places in a round counts once.
    """

    __tablename__ = "choice_cell"
    __table_args__ = (CheckConstraint("choices >= 5", name="no_small_cell"),)

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    sex: Mapped[Sex] = mapped_column(enum_of(Sex, "sex"), primary_key=True)
    step: Mapped[ChoiceStep] = mapped_column(enum_of(ChoiceStep, "step"), primary_key=True)
    kommun_code: Mapped[str] = mapped_column(primary_key=True)
    dominance: Mapped[str] = mapped_column(primary_key=True)
    ssyk: Mapped[str] = mapped_column(primary_key=True)
    choices: Mapped[int | None]


class ChoiceSegregation(Base):
    """Duncan's D over trades for one year and step, out of published numbers, with its random baseline."""

    __tablename__ = "choice_segregation"

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[ChoiceStep] = mapped_column(enum_of(ChoiceStep, "step"), primary_key=True)
    women: Mapped[int]
    men: Mapped[int]
    d: Mapped[float] = mapped_column(Float)
    km: Mapped[float] = mapped_column(Float)
    expected: Mapped[float] = mapped_column(Float)
    adjusted: Mapped[float] = mapped_column(Float)
    chance_low: Mapped[float] = mapped_column(Float)
    chance_high: Mapped[float] = mapped_column(Float)

    @property
    def is_beyond_chance(self) -> bool:
        """D is larger than in 97.5 per cent of random deals."""
        return self.d > self.chance_high
