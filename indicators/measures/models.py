"""Shares and means of a year, one direction at a time: numbers of no person, with what may not be shown left out."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from indicators.measures.rules import Dimension
from marketplace.db import Base, enum_of


class MeasureCell(Base):
    """One published number; null where it may not be shown.

    The limit for what may be shown holds for people, and the job that counts them sees to it; a share of people has no
    small numerator, and nothing has a denominator that is small.
    """

    __tablename__ = "measure_cell"
    __table_args__ = (
        CheckConstraint("(numerator IS NULL) = (denominator IS NULL)", name="hidden_whole"),
        CheckConstraint("denominator >= 5", name="no_small_cell"),
    )

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    indicator: Mapped[str] = mapped_column(primary_key=True)
    """A name in the registry of definitions."""
    by: Mapped[Dimension] = mapped_column(enum_of(Dimension, "by"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    """Sex, enterprise, SSYK code, kommun code or unit; empty for all."""
    numerator: Mapped[int | None] = mapped_column(BigInteger)
    denominator: Mapped[int | None] = mapped_column(BigInteger)
