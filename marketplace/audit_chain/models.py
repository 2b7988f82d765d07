"""The chain that seals the events, and what its checks have found. The app role adds rows and changes none."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base


class AuditLink(Base):
    """Seals events of an authority, or of none, in their order, and all links before it."""

    __tablename__ = "audit_link"
    __table_args__ = (
        Index(
            "uq_audit_link_number",
            "authority_id",
            "number",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_audit_link_last_event", "last_event_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    authority_id: Mapped[int | None]
    number: Mapped[int] = mapped_column(BigInteger)
    sealed_at: Mapped[datetime]
    event_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    last_event_id: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str]


class AuditCheck(Base):
    """What a check of a chain found. Its last link is held against the chain at every later check."""

    __tablename__ = "audit_check"
    __table_args__ = (Index("ix_audit_check_authority", "authority_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    authority_id: Mapped[int | None]
    checked_at: Mapped[datetime]
    number: Mapped[int] = mapped_column(BigInteger)
    head: Mapped[str]
    events: Mapped[int] = mapped_column(BigInteger)
    problem_sv: Mapped[str]
    """Empty when the chain holds."""

    def line(self) -> str:
        """For the command."""
        of = f"Authority {self.authority_id}" if self.authority_id else "Without authority"
        return f"{of}: link {self.number}, {self.events} events, {self.head}. {self.problem_sv or 'Holds.'}"


class EventWithoutNote(Base):
    """An event whose note was taken away when a person's data was disposed of, and the hash of what it was."""

    __tablename__ = "event_without_note"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    note_sha256: Mapped[str]
    taken_at: Mapped[datetime]
