"""When numbers were counted, and when published ones were last put right."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base


class IndicatorRun(Base):
    """When an organisation's indicators were last computed: the page says so."""

    __tablename__ = "indicator_run"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    computed_at: Mapped[datetime]
    last_event_id: Mapped[int] = mapped_column(BigInteger, default=0)
    """What happened after this event is yet to be counted."""


class CountedPeriod(Base):
    """A published table's year or half-year: up to when it is counted, and what a later count made of it."""

    __tablename__ = "counted_period"
    __table_args__ = (
        CheckConstraint("(changed_cells IS NULL) = (changed_at IS NULL)", name="changed_at"),
        CheckConstraint("changed_cells > 0", name="changed_cells"),
    )

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    cells: Mapped[str] = mapped_column(primary_key=True)
    """The table of published numbers."""
    period: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[date]
    """The first day that is not counted."""
    made_of: Mapped[str] = mapped_column(default="")
    """A keyed hash of the counts that the numbers were made of, where making them takes long; the same counts make the
    same numbers. Empty where they are made anew each time."""
    changed_cells: Mapped[int | None]
    """How many numbers a later count of the same days changed, the last time it did."""
    changed_at: Mapped[datetime | None]
