"""What the authority aims for, and whom its suppliers have trained."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from indicators.outcomes.mix_rules import MixBy
from indicators.outcomes.target_rules import Aim
from marketplace.db import Base, enum_of


class Target(Base):
    """What the authority has set; an aim without a row has the level that targets begin with."""

    __tablename__ = "target"
    __table_args__ = (CheckConstraint("value > 0", name="value"),)

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    aim: Mapped[Aim] = mapped_column(enum_of(Aim, "aim"), primary_key=True)
    value: Mapped[int]
    """Per cent, or participants."""
    series: Mapped[str | None]
    """The question of checkpoints that tells, for an aim about what participants say."""


class MixCell(Base):
    """How many of a supplier's placements that ended in the year were of such participants; null where it may not be
    shown."""

    __tablename__ = "mix_cell"
    __table_args__ = (CheckConstraint("placements >= 5", name="no_small_cell"),)

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(primary_key=True)
    by: Mapped[MixBy] = mapped_column(enum_of(MixBy, "by"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    placements: Mapped[int | None]
