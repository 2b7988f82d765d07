"""One row per placement and day. A day of a month whose invoice is approved is frozen by the database, which lets it
change only through a correction that says why."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Identity, Index, TableClause, column, table
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, enum_of, explain_constraint
from placements.attendance.rules import AttendanceKind


class AttendanceDay(Base):
    __tablename__ = "attendance_day"
    __table_args__ = (
        CheckConstraint("planned_hours >= 0 AND planned_hours <= 24", name="planned_hours"),
        CheckConstraint("actual_hours >= 0 AND actual_hours <= 24", name="actual_hours"),
        CheckConstraint("(kind = 'present') = (actual_hours > 0)", name="present_has_hours"),
        Index("ix_attendance_day_contract_day", "contract_id", "day"),
    )

    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    """The placement's contract, here so that one index serves a contract's month."""
    planned_hours: Mapped[Decimal]
    actual_hours: Mapped[Decimal]
    kind: Mapped[AttendanceKind] = mapped_column(enum_of(AttendanceKind, "kind"))
    is_reported_same_day: Mapped[bool] = mapped_column(default=False)
    """An absence that the participant reported the same day can be paid, where the price list says so."""


class NoTrainingDay(Base):
    """That there was no training, as it was said. A day is on record or here, never both: recording takes it away, and
    a correction that takes a day off the record puts it here, by triggers. Frozen as attendance is."""

    __tablename__ = "no_training_day"
    __table_args__ = (CheckConstraint("planned_hours >= 0 AND planned_hours <= 24", name="planned_hours"),)

    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    planned_hours: Mapped[Decimal]
    """What did not take place; none on a day that was not planned."""


class AbsenceReport(Base):
    """That someone cannot come today, said today: the database takes no other day. The week is recorded with it."""

    __tablename__ = "absence_report"
    __table_args__ = (CheckConstraint("kind IN ('ill', 'leave', 'other_valid')", name="valid"),)

    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[AttendanceKind] = mapped_column(enum_of(AttendanceKind, "kind"))
    reported_at: Mapped[datetime]
    reported_by: Mapped[str]
    """Who wrote it down at the workplace; empty when it was the participant herself."""


class AttendanceCorrection(Base):
    """What a day of an approved month said and what it says instead; no kind where there is no day on record. Inserting
    it changes the day, by a trigger that also reads what the day said. Append-only."""

    __tablename__ = "attendance_correction"
    __table_args__ = (
        CheckConstraint("reason_sv <> ''", name="reason"),
        CheckConstraint(
            "(was_kind, was_planned_hours, was_actual_hours, was_reported_same_day)"
            " IS DISTINCT FROM (kind, planned_hours, actual_hours, is_reported_same_day)",
            name="changes_something",
        ),
        Index("ix_attendance_correction_day", "placement_id", "day"),
        Index("ix_attendance_correction_contract", "contract_id", "corrected_at"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"))
    day: Mapped[date] = mapped_column(Date)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    was_kind: Mapped[AttendanceKind | None] = mapped_column(enum_of(AttendanceKind, "was_kind"))
    was_planned_hours: Mapped[Decimal | None]
    was_actual_hours: Mapped[Decimal | None]
    was_reported_same_day: Mapped[bool | None]
    kind: Mapped[AttendanceKind | None] = mapped_column(enum_of(AttendanceKind, "kind"))
    planned_hours: Mapped[Decimal | None]
    actual_hours: Mapped[Decimal | None]
    is_reported_same_day: Mapped[bool | None]
    reason_sv: Mapped[str]
    corrected_at: Mapped[datetime]
    corrected_by: Mapped[str]


def _as_view(name: str, model: type[Base]) -> TableClause:
    columns = model.__table__.c
    return table(name, *(column(key, columns[key].type) for key in columns.keys()))  # noqa: SIM118


attendance_by_number = _as_view("attendance_by_number", AttendanceDay)
"""The days by placement number, every valid absence alike: as who sees no persons reads them, and a workplace that no
longer sees the person. To one that does they tell the kind. A view."""

correction_by_number = _as_view("correction_by_number", AttendanceCorrection)
"""The corrections likewise: alike, and without the reason. A view."""

explain_constraint(
    "frozen_month",
    "Månadens faktura är redan godkänd, så en av dagarna kan bara rättas med ett skäl. Läs om sidan.",
)
explain_constraint("recorded_day", "En av dagarna registrerades just nu någon annanstans. Läs om sidan.")
explain_constraint(
    "correction_of_open_day", "Månadens faktura är inte godkänd, så dagen kan ändras direkt i veckan."
)
explain_constraint(
    "ck_attendance_correction_changes_something", "Det står redan så. Ändra något, eller gå tillbaka."
)
explain_constraint("pk_absence_report", "Frånvaron är redan anmäld i dag.")
