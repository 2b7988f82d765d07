"""Invitations. The link's token is in the letter alone; here is its hash."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import now
from marketplace.colleagues.rules import InvitationState, state_of
from marketplace.db import Base, enum_of, explain_constraint


class Invitation(Base):
    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        Index(
            "uq_invitation_open",
            "organisation_id",
            "email",
            "role",
            unique=True,
            postgresql_where=text("accepted_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    email: Mapped[str]
    role: Mapped[Role] = mapped_column(enum_of(Role, "role"))
    kommun_codes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    invited_by: Mapped[str]
    invited_at: Mapped[datetime]
    token_hash: Mapped[str | None] = mapped_column(unique=True)
    sent_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship()

    @property
    def state(self) -> InvitationState:
        return state_of(
            expires_at=self.expires_at,
            accepted_at=self.accepted_at,
            withdrawn_at=self.withdrawn_at,
            moment=now(),
        )


explain_constraint(
    "uq_invitation_open", "Hen är redan inbjuden till den rollen. Skicka inbjudan igen i stället."
)
