"""Year tables as far as they may be told, and who wants a letter when a month has been added."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from indicators.reports.rules import Report
from marketplace.accounts.rules import Role
from marketplace.db import Base, enum_of
from marketplace.reference.rules import Sex


class ReportCell(Base):
    """How many of a sex, in one system of choice or (0) all of them. What may not be shown is null."""

    __tablename__ = "report_cell"
    __table_args__ = (CheckConstraint("persons >= 5", name="no_small_cell"),)

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    indicator: Mapped[str] = mapped_column(primary_key=True)
    """A name in the registry of definitions."""
    system_id: Mapped[int] = mapped_column(primary_key=True)
    sex: Mapped[Sex] = mapped_column(enum_of(Sex, "sex"), primary_key=True)
    persons: Mapped[int | None]


class ReportSubscription(Base):
    """A person's own, in one of her roles."""

    __tablename__ = "report_subscription"

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(enum_of(Role, "role"), primary_key=True)
    report: Mapped[Report] = mapped_column(enum_of(Report, "report"), primary_key=True)
    told_month: Mapped[date]
    """The last month that she has been told of, or that was over when she asked."""
