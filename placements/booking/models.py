"""Placements: one participant on one seat for a period, between an authority and an enterprise."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from enterprises.contracts.models import Contract
from enterprises.places.models import Place
from marketplace.accounts.models import Organisation
from marketplace.clock import today
from marketplace.db import Base, enum_of, explain_constraint
from placements.booking.rules import (
    LIVE_STATES,
    SEAT_HOLDING_STATES,
    DeclineReason,
    PlacementState,
    placement_number,
)

_HOLDING = ", ".join(f"'{state.value}'" for state in sorted(SEAT_HOLDING_STATES))
_LIVE = ", ".join(f"'{state.value}'" for state in LIVE_STATES)


class Placement(Base):
    """No name in it: a controller reads it by number. Its days are its seat use's days; the database holds that."""

    __tablename__ = "placement"
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        CheckConstraint(f"(state IN ({_HOLDING})) = (seat_use_id IS NOT NULL)", name="seat_while_holding"),
        CheckConstraint("hours_per_week > 0 AND hours_per_week <= 40", name="hours"),
        ForeignKeyConstraint(
            ["seat_use_id", "seat_id", "place_id", "first_day", "last_day"],
            [
                "seat_use.id",
                "seat_use.seat_id",
                "seat_use.place_id",
                "seat_use.first_day",
                "seat_use.last_day",
            ],
            name="fk_placement_seat_use",
            deferrable=True,
            initially="DEFERRED",
        ),
        ForeignKeyConstraint(
            ["grant_id", "participant_id"],
            ["training_grant.id", "training_grant.participant_id"],
            name="fk_placement_grant",
        ),
        ForeignKeyConstraint(
            ["contract_id", "authority_id", "enterprise_id"],
            ["contract.id", "contract.authority_id", "contract.enterprise_id"],
            name="fk_placement_contract_parties",
        ),
        ForeignKeyConstraint(
            ["place_id", "enterprise_id"],
            ["place.id", "place.enterprise_id"],
            name="fk_placement_place_owner",
        ),
        Index(
            "uq_placement_live",
            "grant_id",
            unique=True,
            postgresql_where=text(f"state IN ({_LIVE})"),
        ),
        Index("ix_placement_participant", "participant_id", "enterprise_id"),
        Index("ix_placement_enterprise_state", "enterprise_id", "state"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    kommun_code: Mapped[str] = mapped_column(ForeignKey("kommun.code"))
    """The participant's kommun."""
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    contract_id: Mapped[int] = mapped_column(index=True)
    grant_id: Mapped[int]
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"))
    choice_round_id: Mapped[int] = mapped_column(ForeignKey("choice_round.id"), index=True)
    place_id: Mapped[int] = mapped_column(index=True)
    seat_id: Mapped[int | None]
    seat_use_id: Mapped[int | None] = mapped_column(unique=True)
    state: Mapped[PlacementState] = mapped_column(
        enum_of(PlacementState, "state"), default=PlacementState.REQUESTED
    )
    first_day: Mapped[date]
    last_day: Mapped[date]
    hours_per_week: Mapped[Decimal]
    days_per_week: Mapped[int]
    support_level: Mapped[str]
    requested_on: Mapped[date]
    answer_due_on: Mapped[date]
    answered_on: Mapped[date | None]
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    decline_reason: Mapped[DeclineReason | None] = mapped_column(enum_of(DeclineReason, "decline_reason"))
    requested_at: Mapped[datetime]

    place: Mapped[Place] = relationship(primaryjoin="foreign(Placement.place_id) == Place.id", viewonly=True)
    contract: Mapped[Contract] = relationship(
        primaryjoin="foreign(Placement.contract_id) == Contract.id", viewonly=True
    )
    enterprise: Mapped[Organisation] = relationship(foreign_keys=[enterprise_id], viewonly=True)
    unit: Mapped[Organisation] = relationship(foreign_keys=[unit_id], viewonly=True)

    @property
    def is_unanswered(self) -> bool:
        """The answer is late: nothing but a no, or the night's job, ends the request."""
        return self.state is PlacementState.REQUESTED and self.answer_due_on < today()

    @property
    def number(self) -> str:
        return placement_number(self.id)


explain_constraint("uq_placement_live", "Deltagaren har redan en placering på det här beviljandet.")
explain_constraint(
    "contract_in_force",
    "Avtalet mellan myndigheten och leverantören gäller inte alla dagarna, så platsen kan inte begäras eller "
    "accepteras. Välj andra dagar eller en annan plats.",
)
explain_constraint(
    "fk_placement_seat_use", "Platsen ändrades av någon annan samtidigt. Läs om sidan och försök igen."
)
