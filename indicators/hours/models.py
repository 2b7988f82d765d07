"""Months of hours as they were sent. No personal number is kept here: it is read when a file is written."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base


class HoursFile(Base):
    """Never changed, but for what a later count says of it. A month that is sent again gets a new one."""

    __tablename__ = "hours_file"
    __table_args__ = (
        CheckConstraint("extract(day FROM month) = 1", name="month_is_a_first"),
        CheckConstraint("protected >= 0 AND elsewhere >= 0 AND changed >= 0", name="counts"),
        UniqueConstraint("id", "authority_id"),
        Index("ix_hours_file_authority_id_month", "authority_id", "month"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    month: Mapped[date]
    sent_at: Mapped[datetime]
    sent_by: Mapped[str]
    seal: Mapped[str]
    """A keyed hash of what the file said: without the key, personal numbers could be tried until the hash is right."""
    protected: Mapped[int]
    elsewhere: Mapped[int]
    changed: Mapped[int] = mapped_column(default=0)
    """For how many persons something else is so now, as last counted."""


class HoursRow(Base):
    """What a file said of a person."""

    __tablename__ = "hours_row"
    __table_args__ = (
        CheckConstraint("hours >= 0", name="hours"),
        CheckConstraint("ended_on >= started_on", name="days_in_order"),
        ForeignKeyConstraint(["file_id", "authority_id"], ["hours_file.id", "hours_file.authority_id"]),
        ForeignKeyConstraint(
            ["participant_id", "authority_id"], ["participant.id", "participant.authority_id"]
        ),
        Index("ix_hours_row_participant_id", "participant_id"),
    )

    file_id: Mapped[int] = mapped_column(primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"), primary_key=True)
    authority_id: Mapped[int]
    participant_id: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
    hours: Mapped[Decimal]
