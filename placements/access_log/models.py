"""Who has looked at whom, and what came of checking it. By number alone."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.rules import Role
from marketplace.db import Base, enum_of, explain_constraint
from placements.access_log.rules import CheckOutcome, LookWay


class Look(Base):
    """One participant's name, or personal number, shown to one person in one answer. The app role can neither change
    nor delete a row."""

    __tablename__ = "look"
    __table_args__ = (
        Index("ix_look_at", "authority_id", "at"),
        Index("ix_look_participant", "participant_id", "at"),
        Index("ix_look_user", "authority_id", "user_id", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime]
    authority_id: Mapped[int]
    """The participant's."""
    participant_id: Mapped[int]
    is_protected: Mapped[bool]
    """The identity was protected: what was shown was masked, unless the number was."""
    is_own: Mapped[bool]
    """Whoever looked was the responsible case officer."""
    has_number: Mapped[bool]
    """The personal number was shown, and the name whatever the protection."""
    among: Mapped[int]
    """How many the answer showed: more than one in a list."""
    user_id: Mapped[int]
    user_name: Mapped[str]
    organisation_name: Mapped[str]
    enterprise_id: Mapped[int | None]
    role: Mapped[Role] = mapped_column(enum_of(Role, "role"))
    page: Mapped[str]
    """The view's endpoint."""
    way: Mapped[LookWay] = mapped_column(enum_of(LookWay, "way"))


class LookCheck(Base):
    """A look drawn at random for the controller to go through, and what she found."""

    __tablename__ = "look_check"
    __table_args__ = (
        CheckConstraint(
            "(outcome IS NULL) = (checked_at IS NULL) AND (outcome IS NULL) = (checked_by IS NULL)",
            name="checked_whole",
        ),
        CheckConstraint("outcome = 'expected' OR note_sv <> ''", name="told"),
        Index("ix_look_check_open", "authority_id", postgresql_where=text("outcome IS NULL")),
    )

    look_id: Mapped[int] = mapped_column(ForeignKey("look.id"), primary_key=True)
    authority_id: Mapped[int]
    drawn_on: Mapped[date]
    drawn_by: Mapped[str]
    outcome: Mapped[CheckOutcome | None] = mapped_column(enum_of(CheckOutcome, "outcome"))
    note_sv: Mapped[str] = mapped_column(default="")
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[str | None]

    look: Mapped[Look] = relationship()


explain_constraint("pk_look_check", "Visningarna drogs redan i samma ögonblick. Se stickproven.")
