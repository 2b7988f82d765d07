"""Who waits for what, what each has been offered, and who was passed over. All are tables of persons."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Integer, Text

from enterprises.places.models import Place
from marketplace.db import Base, enum_of, explain_constraint
from placements.participants.models import Grant, Participant
from placements.waiting_list.rules import EndReason, EntryState, NoReason, OfferState, PassReason


class WaitingEntry(Base):
    """A grant in line for what a search asked for. The order of the line is `joined_at`, `id`, across authorities."""

    __tablename__ = "waiting_entry"
    __table_args__ = (
        ForeignKeyConstraint(
            ["grant_id", "participant_id"],
            ["training_grant.id", "training_grant.participant_id"],
            name="fk_waiting_entry_grant",
        ),
        ForeignKeyConstraint(
            ["participant_id", "authority_id"],
            ["participant.id", "participant.authority_id"],
            name="fk_waiting_entry_participant",
        ),
        UniqueConstraint("id", "grant_id", "participant_id", "authority_id"),
        UniqueConstraint("id", "authority_id"),
        CheckConstraint("(state = 'ended') = (end_reason IS NOT NULL)", name="ended_for_a_reason"),
        CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended_at_a_time"),
        Index("ix_waiting_entry_line", "joined_at", "id", postgresql_where=text("state = 'waiting'")),
        Index(
            "uq_waiting_entry_search",
            "grant_id",
            "criteria",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    grant_id: Mapped[int]
    participant_id: Mapped[int] = mapped_column(index=True)
    state: Mapped[EntryState] = mapped_column(enum_of(EntryState, "state"), default=EntryState.WAITING)
    criteria: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The search as it was when joined."""
    kommun_codes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    ssyks: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """Kommuner and trades of the search, to see whose wishes compete; empty means any."""
    seen_place_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list)
    """Places that the search showed as free when the entry joined. They are not offered."""
    joined_at: Mapped[datetime]
    joined_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[EndReason | None] = mapped_column(enum_of(EndReason, "end_reason"))

    participant: Mapped[Participant] = relationship(
        primaryjoin="foreign(WaitingEntry.participant_id) == Participant.id", viewonly=True
    )
    grant: Mapped[Grant] = relationship(
        primaryjoin="foreign(WaitingEntry.grant_id) == Grant.id", viewonly=True
    )


explain_constraint("uq_waiting_entry_search", "Deltagaren står redan i väntelistan för samma sökning.")


class WaitingOffer(Base):
    """A seat that was freed, held for the next in line until answered. One at a time for a grant."""

    __tablename__ = "waiting_offer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["entry_id", "grant_id", "participant_id", "authority_id"],
            [
                "waiting_entry.id",
                "waiting_entry.grant_id",
                "waiting_entry.participant_id",
                "waiting_entry.authority_id",
            ],
            name="fk_waiting_offer_entry",
        ),
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        CheckConstraint("(state = 'open') = (seat_use_id IS NOT NULL)", name="seat_while_open"),
        CheckConstraint("(state = 'accepted') = (placement_id IS NOT NULL)", name="accepted_is_requested"),
        CheckConstraint("(state = 'declined') = (no_reason IS NOT NULL)", name="declined_for_a_reason"),
        CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="open_until_answered"),
        Index("ix_waiting_offer_contract", "contract_id", postgresql_where=text("state = 'open'")),
        Index("uq_waiting_offer_open", "grant_id", unique=True, postgresql_where=text("state = 'open'")),
        Index(
            "uq_waiting_offer_place",
            "entry_id",
            "place_id",
            unique=True,
            postgresql_where=text("state <> 'withdrawn'"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    entry_id: Mapped[int] = mapped_column(index=True)
    grant_id: Mapped[int]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    seat_use_id: Mapped[int | None] = mapped_column(ForeignKey("seat_use.id"), unique=True)
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    """Whose cap the held seat counts under while the offer is open; none once a request has taken its room over."""
    state: Mapped[OfferState] = mapped_column(enum_of(OfferState, "state"), default=OfferState.OPEN)
    first_day: Mapped[date]
    last_day: Mapped[date]
    made_at: Mapped[datetime]
    due_on: Mapped[date]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(default="")
    no_reason: Mapped[NoReason | None] = mapped_column(enum_of(NoReason, "no_reason"))
    placement_id: Mapped[int | None] = mapped_column(ForeignKey("placement.id"), unique=True)

    participant: Mapped[Participant] = relationship(viewonly=True)
    place: Mapped[Place] = relationship(viewonly=True)
    entry: Mapped[WaitingEntry] = relationship(
        primaryjoin="foreign(WaitingOffer.entry_id) == WaitingEntry.id", viewonly=True
    )


explain_constraint("uq_waiting_offer_open", "Deltagaren har redan ett erbjudande att svara på.")
explain_constraint("frozen_waiting_offer", "Erbjudandet är redan besvarat, eller så gäller det inte längre.")


class WaitingPass(Base):
    """An entry that stood before the one that got the offer, and why it was passed over. Never changed.

    The row is its own entry's authority's. The offer may be another's, who does not see it.
    """

    __tablename__ = "waiting_pass"
    __table_args__ = (
        ForeignKeyConstraint(
            ["entry_id", "authority_id"],
            ["waiting_entry.id", "waiting_entry.authority_id"],
            name="fk_waiting_pass_entry",
        ),
        UniqueConstraint("offer_id", "entry_id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    entry_id: Mapped[int] = mapped_column(index=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("waiting_offer.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    reason: Mapped[PassReason] = mapped_column(enum_of(PassReason, "reason"))
    at: Mapped[datetime]

    place: Mapped[Place] = relationship(viewonly=True)
