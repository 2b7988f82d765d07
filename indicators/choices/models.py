"""How many women and men were shown, chose, started and completed each trade: counts per month, never persons."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, enum_of
from marketplace.reference.rules import Sex


class ChoiceStep(StrEnum):
    SHOWN = "shown"
    CHOSEN = "chosen"
    STARTED = "started"
    COMPLETED = "completed"


class ChoiceCount(Base):
    """Counted in the month that the round was opened. A participant shown a trade twice in a round counts once."""

    __tablename__ = "choice_count"
    __table_args__ = (CheckConstraint("participants > 0", name="someone_counted"),)

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    kommun_code: Mapped[str] = mapped_column(ForeignKey("kommun.code"), primary_key=True)
    sex: Mapped[Sex] = mapped_column(enum_of(Sex, "sex"), primary_key=True)
    ssyk: Mapped[str] = mapped_column(ForeignKey("trade.ssyk"), primary_key=True)
    step: Mapped[ChoiceStep] = mapped_column(enum_of(ChoiceStep, "step"), primary_key=True)
    participants: Mapped[int]
