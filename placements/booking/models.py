"""Placements: one participant on one seat for a period, between an authority and an enterprise."""

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
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from enterprises.contracts.models import Contract
from enterprises.places.models import Place
from marketplace.accounts.models import Organisation
from marketplace.clock import today
from marketplace.db import Base, enum_of, explain_constraint
from placements.booking.change_rules import ChangeKind, ChangeState, Extent, extent_on
from placements.booking.rules import (
    SEAT_HOLDING_STATES,
    CancelReason,
    DeclineReason,
    PlacementState,
    placement_number,
)

_HOLDING = ", ".join(f"'{state.value}'" for state in sorted(SEAT_HOLDING_STATES))


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
        CheckConstraint("held_until >= answer_due_on", name="held_until_due"),
        ExcludeConstraint(
            (
                text(
                    "box(point(grant_id, first_day - DATE '2000-01-01'), point(grant_id, last_day - DATE '2000-01-01'))"
                ),
                "&&",
            ),
            name="ex_placement_one_a_day",
            using="gist",
            where=text("state IN ('accepted', 'running')"),
        ),
        Index(
            "uq_placement_requested",
            "grant_id",
            "place_id",
            unique=True,
            postgresql_where=text("state = 'requested'"),
        ),
        Index("ix_placement_requested", "authority_id", "requested_on"),
        Index(
            "ix_placement_started",
            "authority_id",
            "started_on",
            postgresql_where=text("started_on IS NOT NULL"),
        ),
        Index(
            "ix_placement_ended", "authority_id", "ended_on", postgresql_where=text("ended_on IS NOT NULL")
        ),
        Index("ix_placement_unit_state", "unit_id", "state", "last_day"),
        Index("ix_placement_grant", "grant_id"),
        Index(
            "ix_placement_unanswered",
            "authority_id",
            "answer_due_on",
            postgresql_where=text("state = 'requested'"),
        ),
        Index("ix_placement_moved_from", "moved_from_id", postgresql_where=text("moved_from_id IS NOT NULL")),
        Index("ix_placement_participant", "participant_id", "enterprise_id"),
        Index("ix_placement_enterprise_state", "enterprise_id", "state"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    authority_id: Mapped[int]
    unit_id: Mapped[int]
    kommun_code: Mapped[str]
    """Unit and kommun are the participant's, which has the keys."""
    enterprise_id: Mapped[int]
    contract_id: Mapped[int] = mapped_column(index=True)
    grant_id: Mapped[int]
    participant_id: Mapped[int]
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
    """From the first day. A change of extent is a row of its own: see extent_on."""
    days_per_week: Mapped[int]
    support_level: Mapped[str]
    requested_on: Mapped[date]
    answer_due_on: Mapped[date]
    held_until: Mapped[date]
    """The last day that the seat is held without an answer: a working day after it was due."""
    reminded_on: Mapped[date | None]
    escalated_on: Mapped[date | None]
    """When the coordinator was told that the answer is late."""
    answered_on: Mapped[date | None]
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    decline_reason: Mapped[DeclineReason | None] = mapped_column(enum_of(DeclineReason, "decline_reason"))
    cancel_reason: Mapped[CancelReason | None] = mapped_column(enum_of(CancelReason, "cancel_reason"))
    requested_at: Mapped[datetime]
    moved_from_id: Mapped[int | None] = mapped_column(ForeignKey("placement.id"))
    """The placement that the participant moves from, to this one."""
    is_moved: Mapped[bool] = mapped_column(default=False)
    """It ends early because the participant moves to another place: nobody has dropped out."""

    place: Mapped[Place] = relationship(primaryjoin="foreign(Placement.place_id) == Place.id", viewonly=True)
    contract: Mapped[Contract] = relationship(
        primaryjoin="foreign(Placement.contract_id) == Contract.id", viewonly=True
    )
    enterprise: Mapped[Organisation] = relationship(
        primaryjoin="foreign(Placement.enterprise_id) == Organisation.id", viewonly=True
    )
    unit: Mapped[Organisation] = relationship(
        primaryjoin="foreign(Placement.unit_id) == Organisation.id", viewonly=True
    )

    extents: Mapped[list["PlacementExtent"]] = relationship(order_by="PlacementExtent.from_day")

    @property
    def is_unanswered(self) -> bool:
        """The answer is late. The seat is held a little longer, and the coordinator has been told."""
        return self.state is PlacementState.REQUESTED and self.answer_due_on < today()

    @property
    def is_let_go(self) -> bool:
        """The seat is no longer held for an answer: nothing but a no, or the night's job, ends the request."""
        return self.state is PlacementState.REQUESTED and self.held_until < today()

    @property
    def number(self) -> str:
        return placement_number(self.id)

    def extent_on(self, day: date) -> Extent:
        """Hours and days a week as agreed for the day."""
        changed = [(row.from_day, Extent(row.hours_per_week, row.days_per_week)) for row in self.extents]
        return extent_on(day, Extent(self.hours_per_week, self.days_per_week), changed)

    def hours_on(self, day: date) -> Decimal:
        """Hours a week as agreed for the day."""
        return self.extent_on(day).hours_per_week

    def most_hours_from(self, day: date) -> Decimal:
        """The most hours a week that are agreed for the day or later."""
        later = [row.hours_per_week for row in self.extents if row.from_day > day]
        return max([self.hours_on(day), *later])


class PlacementExtent(Base):
    """Hours and days a week from a day on, where they have been changed. Never changes itself."""

    __tablename__ = "placement_extent"
    __table_args__ = (
        CheckConstraint("hours_per_week > 0 AND hours_per_week <= 40", name="hours"),
        CheckConstraint("days_per_week BETWEEN 1 AND 5", name="days"),
        UniqueConstraint("placement_id", "from_day"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"))
    from_day: Mapped[date]
    hours_per_week: Mapped[Decimal]
    days_per_week: Mapped[int]


class PlacementChange(Base):
    """A longer period or another extent, asked for by the case officer and answered by the supervisor.

    The days asked for are a seat use of their own while they are.
    """

    __tablename__ = "placement_change"
    __table_args__ = (
        CheckConstraint("(kind = 'extension') = (last_day IS NOT NULL)", name="extension_to_a_day"),
        CheckConstraint(
            "(kind = 'extent') = (from_day IS NOT NULL) AND (kind = 'extent') = (hours_per_week IS NOT NULL)"
            " AND (kind = 'extent') = (days_per_week IS NOT NULL)",
            name="extent_from_a_day",
        ),
        CheckConstraint(
            "(kind = 'extension' AND state = 'asked') = (seat_use_id IS NOT NULL)", name="held_while_asked"
        ),
        Index(
            "uq_placement_change_asked",
            "placement_id",
            unique=True,
            postgresql_where=text("state = 'asked'"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"), index=True)
    kind: Mapped[ChangeKind] = mapped_column(enum_of(ChangeKind, "kind"))
    state: Mapped[ChangeState] = mapped_column(enum_of(ChangeState, "state"), default=ChangeState.ASKED)
    last_day: Mapped[date | None]
    from_day: Mapped[date | None]
    hours_per_week: Mapped[Decimal | None]
    days_per_week: Mapped[int | None]
    seat_use_id: Mapped[int | None] = mapped_column(ForeignKey("seat_use.id"), unique=True)
    asked_on: Mapped[date]
    asked_by: Mapped[str]
    answer_due_on: Mapped[date]
    reminded_on: Mapped[date | None]
    answered_on: Mapped[date | None]
    decline_reason: Mapped[DeclineReason | None] = mapped_column(enum_of(DeclineReason, "decline_reason"))

    placement: Mapped[Placement] = relationship()


explain_constraint(
    "ex_placement_one_a_day",
    "Deltagaren har redan en placering de dagarna på det här beviljandet. Läs om sidan för att se vilken.",
)
explain_constraint(
    "placement_consent",
    "Deltagarens samtycke är återkallat, så placeringen kan varken begäras eller accepteras.",
)
explain_constraint("uq_placement_requested", "Platsen är redan begärd för deltagaren och väntar på svar.")
explain_constraint(
    "uq_placement_change_asked",
    "En ändring väntar redan på svar. Återkalla den först, eller vänta på svaret.",
)
explain_constraint(
    "uq_placement_extent_placement_id_from_day", "Omfattningen är redan ändrad från den dagen."
)
explain_constraint(
    "contract_in_force",
    "Avtalet mellan myndigheten och leverantören gäller inte alla dagarna, så platsen kan inte begäras eller "
    "accepteras. Välj andra dagar eller en annan plats.",
)
explain_constraint(
    "fk_placement_seat_use", "Platsen ändrades av någon annan samtidigt. Läs om sidan och försök igen."
)
