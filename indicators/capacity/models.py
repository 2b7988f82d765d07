"""Capacity as the nightly job counted it: one row per day, authority, enterprise, kommun and trade."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from indicators.capacity.rules import PeriodUnit
from marketplace.db import Base, enum_of


class CapacityDay(Base):
    """An enterprise under contract with two authorities has a row for each: the same seats, offered to both."""

    __tablename__ = "capacity_day"
    __table_args__ = (
        CheckConstraint("closed + held + booked <= seats", name="uses_fit_the_seats"),
        Index("ix_capacity_day_enterprise", "enterprise_id", "day"),
    )

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    kommun_code: Mapped[str] = mapped_column(ForeignKey("kommun.code"), primary_key=True)
    ssyk: Mapped[str] = mapped_column(ForeignKey("trade.ssyk"), primary_key=True)
    seats: Mapped[int]
    closed: Mapped[int]
    held: Mapped[int]
    booked: Mapped[int]
    free_within_14_days: Mapped[int]
    """Seats free on at least one of the day and the fourteen that follow."""

    @property
    def free(self) -> int:
        return self.seats - self.closed - self.held - self.booked


class CapacityPeriod(Base):
    """Seat-days of a month or of a week: the days' rows summed, so that a year is read without each of its days."""

    __tablename__ = "capacity_period"
    __table_args__ = (CheckConstraint("days > 0", name="counted"),)

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    unit: Mapped[PeriodUnit] = mapped_column(enum_of(PeriodUnit, "unit"), primary_key=True)
    first_day: Mapped[date] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    kommun_code: Mapped[str] = mapped_column(ForeignKey("kommun.code"), primary_key=True)
    ssyk: Mapped[str] = mapped_column(ForeignKey("trade.ssyk"), primary_key=True)
    days: Mapped[int]
    """How many of the period's days the authority was counted on, with or without seats of these."""
    seats: Mapped[int]
    closed: Mapped[int]
    held: Mapped[int]
    booked: Mapped[int]


class CapacityIdle(Base):
    """How many times a seat stood empty for so many days between two placements, in the year that the second began."""

    __tablename__ = "capacity_idle"
    __table_args__ = (CheckConstraint("days >= 0 AND gaps > 0", name="counted"),)

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    kommun_code: Mapped[str] = mapped_column(ForeignKey("kommun.code"), primary_key=True)
    ssyk: Mapped[str] = mapped_column(ForeignKey("trade.ssyk"), primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True)
    gaps: Mapped[int]


class CapacityGap(Base):
    """How many participants waited at the end of the month; an empty kommun or trade is all of them.

    A number that may not be shown is not stored: ``waiting`` is then null.
    """

    __tablename__ = "capacity_gap"
    __table_args__ = (CheckConstraint("waiting >= 5", name="no_small_cell"),)

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    """Its first day."""
    kommun_code: Mapped[str] = mapped_column(primary_key=True)
    ssyk: Mapped[str] = mapped_column(primary_key=True)
    waiting: Mapped[int | None]
