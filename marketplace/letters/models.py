"""What has been written to whom, when it was handed to the mail server, and how each person takes letters."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.rules import Role
from marketplace.db import Base, enum_of
from marketplace.letters.rules import LetterKind, Way


class Letter(Base):
    """A message to everyone who acts for an organisation in a role. Holds no personal data."""

    __tablename__ = "letter"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_of(Role, "role"))
    kind: Mapped[LetterKind] = mapped_column(enum_of(LetterKind, "kind"))
    subject_sv: Mapped[str]
    text_sv: Mapped[str]
    endpoint: Mapped[str]
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The page that the letter links to, as url_for takes it."""
    created_at: Mapped[datetime]


class LetterDelivery(Base):
    """A letter handed to the mail server for one person, or kept for her digest."""

    __tablename__ = "letter_delivery"
    __table_args__ = (
        UniqueConstraint("letter_id", "user_id"),
        Index("ix_letter_delivery_kept", "user_id", postgresql_where=text("sent_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    sent_at: Mapped[datetime | None]
    """None while it is kept."""


class LetterPreference(Base):
    """How a person has chosen to take letters of a kind. Hers alone."""

    __tablename__ = "letter_preference"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    kind: Mapped[LetterKind] = mapped_column(enum_of(LetterKind, "kind"), primary_key=True)
    way: Mapped[Way] = mapped_column(enum_of(Way, "way"))


class LetterDigest(Base):
    """The latest day whose digest is done with for a person: sent, or not since nothing waited."""

    __tablename__ = "letter_digest"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    day: Mapped[date]
