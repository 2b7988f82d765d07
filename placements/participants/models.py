"""Participants, their personal numbers, consents and grants. Every table here is a table of persons."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from marketplace.accounts.models import Organisation, User
from marketplace.crypto import KeyRing
from marketplace.db import Base, enum_of, explain_constraint
from marketplace.procurement.models import SystemOfChoice
from marketplace.reference.models import Kommun
from marketplace.reference.rules import Sex
from placements.access_log.seen import Seen, note
from placements.participants.rules import (
    LIVE_GRANT_STATES,
    PROTECTED_SV,
    ConsentScope,
    GrantState,
    participant_number,
)

_LIVE = ", ".join(f"'{state.value}'" for state in LIVE_GRANT_STATES)


class Participant(Base):
    """The person; the one who chooses. What a supervisor may see of her, under consent, is this row."""

    __tablename__ = "participant"
    __table_args__ = (
        UniqueConstraint("id", "authority_id"),
        CheckConstraint("birth_year BETWEEN 1900 AND 2100", name="birth_year"),
        CheckConstraint("(disposed_on IS NULL) = (birth_year IS NOT NULL)", name="disposed"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    """The member organisation whose case officers are responsible."""
    case_officer_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    kommun_code: Mapped[str] = mapped_column(ForeignKey("kommun.code"), index=True)
    name: Mapped[str]
    sex: Mapped[Sex] = mapped_column(enum_of(Sex, "sex"))
    birth_year: Mapped[int | None]
    needs_sv: Mapped[str] = mapped_column(default="")
    """Needs that bear on the work; nothing of diagnosis or background."""
    is_protected: Mapped[bool] = mapped_column(default=False)
    """Skyddade personuppgifter: shown masked, never exported."""
    created_at: Mapped[datetime]
    disposed_on: Mapped[date | None]
    """Who she is has been disposed of (placements/disposal): the system alone sees the row, and counts it."""
    basis_disposed_on: Mapped[date | None]
    """Nothing is left but what invoices point at."""

    unit: Mapped[Organisation] = relationship(foreign_keys=[unit_id])
    kommun: Mapped[Kommun] = relationship()
    case_officer: Mapped[User] = relationship()

    @property
    def number(self) -> str:
        return participant_number(self.id)

    @property
    def shown_name(self) -> str:
        """The name, or what stands instead of a protected one. Pages and lists show this and never `name`: reading it
        is a look."""
        note(self.as_seen())
        return f"{PROTECTED_SV} ({self.number})" if self.is_protected else self.name

    def as_seen(self, *, has_number: bool = False) -> Seen:
        """For the log of who looked at whom."""
        return Seen(self.id, self.authority_id, self.case_officer_id, self.is_protected, has_number)


explain_constraint("officer_at_unit", "Handläggaren arbetar inte på enheten. Välj en annan.")


class ParticipantIdentity(Base):
    """The personal number, apart from the person: a supplier never sees this table."""

    __tablename__ = "participant_identity"
    __table_args__ = (
        UniqueConstraint("authority_id", "number_hash"),
        UniqueConstraint("authority_id", "newest_hash"),
    )

    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    number_encrypted: Mapped[bytes]
    number_hash: Mapped[str]
    """Under the oldest lookup key of the ring."""
    newest_hash: Mapped[str | None]
    """Under the newest, so that nobody is registered twice while some have one hash and some the other."""
    sealed_with: Mapped[str] = mapped_column(server_default="")
    """The ring's stamp; empty for what has not been rotated since before there was one."""

    def seal(self, number: str, ring: KeyRing) -> None:
        """Keeps the twelve characters under the ring's newest keys."""
        self.number_encrypted = ring.encrypt(number)
        hashes = ring.lookups(number)
        self.newest_hash, self.number_hash = hashes[0], hashes[-1]
        self.sealed_with = ring.stamp


for _constraint in ("number_hash", "newest_hash"):
    explain_constraint(
        f"uq_participant_identity_authority_id_{_constraint}",
        "Det finns redan en deltagare med det personnumret. Hittar du inte deltagaren hör hen till en annan enhet: "
        "kontakta samordnaren.",
    )


class Consent(Base):
    """What the participant has agreed to share. Withdrawing stops the sharing the same moment."""

    __tablename__ = "consent"
    __table_args__ = (
        Index(
            "uq_consent_live",
            "participant_id",
            "scope",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    scope: Mapped[ConsentScope] = mapped_column(enum_of(ConsentScope, "scope"))
    given_on: Mapped[date]
    text_sv: Mapped[str] = mapped_column(server_default="")
    """What she agreed to, as it was read out; empty in those from before it was kept."""
    given_to: Mapped[str] = mapped_column(server_default="")
    """Who wrote it down."""
    withdrawn_at: Mapped[datetime | None]
    withdrawn_to: Mapped[str] = mapped_column(server_default="")

    participant: Mapped[Participant] = relationship(viewonly=True)

    @property
    def is_live(self) -> bool:
        return self.withdrawn_at is None


class Grant(Base):
    """The Resursråd's decision that a participant may train: extent and period."""

    __tablename__ = "training_grant"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        CheckConstraint("hours_per_week > 0 AND hours_per_week <= 40", name="hours"),
        CheckConstraint("days_per_week BETWEEN 1 AND 5", name="days"),
        UniqueConstraint("id", "participant_id"),
        ForeignKeyConstraint(
            ["system_id", "authority_id"], ["system_of_choice.id", "system_of_choice.authority_id"]
        ),
        Index("ix_training_grant_decided", "authority_id", "decided_on"),
        Index(
            "ix_training_grant_live",
            "authority_id",
            "state",
            postgresql_where=text(f"state IN ({_LIVE})"),
        ),
        Index(
            "uq_training_grant_live",
            "participant_id",
            unique=True,
            postgresql_where=text(f"state IN ({_LIVE})"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    system_id: Mapped[int | None] = mapped_column(index=True)
    """The system of choice that it is under: its placements are under that system's contracts. None where no system
    covered the kommun, and in grants from before this was asked: then any contract of the authority's will do."""
    state: Mapped[GrantState] = mapped_column(enum_of(GrantState, "state"), default=GrantState.OPEN)
    hours_per_week: Mapped[Decimal]
    days_per_week: Mapped[int]
    support_level: Mapped[str]
    first_day: Mapped[date]
    last_day: Mapped[date]
    wished_trades: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """SSYK codes the participant has named."""
    decided_on: Mapped[date]
    decided_by: Mapped[str]
    reopened_on: Mapped[date | None]
    diary_number: Mapped[str] = mapped_column(default="")
    """The decision's number in the authority's diary; stands on plan and report."""

    participant: Mapped[Participant] = relationship()
    system: Mapped[SystemOfChoice | None] = relationship(viewonly=True)


explain_constraint(
    "frozen_grant_system", "Valfrihetssystemet kan inte ändras efter beslutet. Bevilja på nytt."
)
explain_constraint(
    "grant_system",
    "Avtalet hör till ett annat valfrihetssystem än beviljandet. Välj en plats som beviljandet omfattar.",
)
explain_constraint(
    "uq_training_grant_live", "Deltagaren har redan ett pågående beviljande. Avsluta det först."
)
