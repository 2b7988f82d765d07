"""What has been written to whom, and when it was handed to the mail server."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.accounts.rules import Role
from marketplace.db import Base, enum_of


class Letter(Base):
    """A message to everyone who acts for an organisation in a role. Holds no personal data."""

    __tablename__ = "letter"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_of(Role, "role"))
    subject_sv: Mapped[str]
    text_sv: Mapped[str]
    endpoint: Mapped[str]
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The page that the letter links to, as url_for takes it."""
    created_at: Mapped[datetime]


class LetterDelivery(Base):
    """A letter handed to the mail server for one person."""

    __tablename__ = "letter_delivery"
    __table_args__ = (UniqueConstraint("letter_id", "user_id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    sent_at: Mapped[datetime]
