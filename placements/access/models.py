"""Codes that let a participant in without an account. Only a keyed hash of a code is kept."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.db import Base
from placements.participants.models import Participant


class ParticipantCode(Base):
    __tablename__ = "participant_code"
    __table_args__ = (
        ForeignKeyConstraint(
            ["participant_id", "authority_id"],
            ["participant.id", "participant.authority_id"],
            name="fk_participant_code_participant",
        ),
        CheckConstraint("times_opened >= 0", name="times_opened"),
        Index(
            "uq_participant_code_live",
            "participant_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    participant_id: Mapped[int]
    authority_id: Mapped[int]
    code_hash: Mapped[str] = mapped_column(unique=True)
    given_at: Mapped[datetime]
    given_by: Mapped[str]
    expires_on: Mapped[date]
    revoked_at: Mapped[datetime | None]
    last_opened_at: Mapped[datetime | None]
    times_opened: Mapped[int] = mapped_column(default=0)
    times_closed: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How many of the openings she has closed: when she closes her page, it closes wherever it was open."""

    participant: Mapped[Participant] = relationship(
        primaryjoin="foreign(ParticipantCode.participant_id) == Participant.id", viewonly=True
    )
