"""What women and men were shown and chose: counts per year, never persons, with small cells already left out."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Float

from indicators.choices.breadth_rules import Fact
from indicators.choices.rules import ChoiceStep, Part
from marketplace.db import Base, enum_of
from marketplace.reference.rules import Sex


class ChoiceCell(Base):
    """One published number of the funnel; without a dominance it is of all trades, of the part that is said.

    A number that may not be shown is not stored: ``choices`` is then null. Counted in the year that the round was
    opened. A trade with several places at a supplier in a round counts once.
    """

    __tablename__ = "choice_cell"
    __table_args__ = (CheckConstraint("choices >= 5", name="no_small_cell"),)

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    sex: Mapped[Sex] = mapped_column(enum_of(Sex, "sex"), primary_key=True)
    by: Mapped[Part] = mapped_column(enum_of(Part, "by"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    """A kommun's or trade's code, or the id of a supplier or a unit."""
    step: Mapped[ChoiceStep] = mapped_column(enum_of(ChoiceStep, "step"), primary_key=True)
    dominance: Mapped[str] = mapped_column(primary_key=True)
    choices: Mapped[int | None]


class BreadthNumber(Base):
    """One published number of how broad the choice was; null where it may not be shown."""

    __tablename__ = "choice_breadth"
    __table_args__ = (CheckConstraint("number >= 5", name="no_small_number"),)

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    sex: Mapped[Sex] = mapped_column(enum_of(Sex, "sex"), primary_key=True)
    fact: Mapped[Fact] = mapped_column(enum_of(Fact, "fact"), primary_key=True)
    dominance: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int | None]


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
    low: Mapped[float] = mapped_column(Float)
    high: Mapped[float] = mapped_column(Float)
    """An interval for D, where the choices are of separate participants."""

    @property
    def is_beyond_chance(self) -> bool:
        """D is larger than in 97.5 per cent of random deals."""
        return self.d > self.chance_high

    @property
    def weight(self) -> float:
        """KM for each of D: it weighs in how many of each sex there are."""
        return 2 * self.women * self.men / (self.women + self.men) ** 2

    @property
    def chance_of_km(self) -> tuple[float, float, float]:
        """What chance alone gives KM: the mean, and the interval."""
        weight = self.weight
        return weight * self.expected, weight * self.chance_low, weight * self.chance_high
