"""One row per placement and day. A day that an invoice has counted is frozen by the database."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, column, table
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
    is_invoiced: Mapped[bool] = mapped_column(default=False)


attendance_by_number = table(
    "attendance_by_number",
    *(column(name, AttendanceDay.__table__.c[name].type) for name in AttendanceDay.__table__.c.keys()),  # noqa: SIM118
)
"""The days as who sees no persons reads them, by placement number: every valid absence alike. A view."""

explain_constraint(
    "frozen_attendance",
    "En av dagarna hann bli fakturerad och kan inte ändras. Läs om sidan; de andra dagarna kan sparas.",
)
explain_constraint(
    "frozen_month",
    "Månadens faktura är redan godkänd, så en av dagarna kan inte registreras. Kontakta verksamhetsledaren.",
)
