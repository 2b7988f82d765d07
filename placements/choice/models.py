"""Choice rounds and what was shown in them. Kept as shown: what is shown decides what can be chosen."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from enterprises.places.models import Place
from marketplace.db import Base, enum_of, explain_constraint
from placements.choice.rules import ChoiceBy, ChoiceState, RefusalReason
from placements.participants.models import Grant, Participant
from placements.participants.rules import GrantState


class ChoiceRound(Base):
    __tablename__ = "choice_round"
    __table_args__ = (
        ForeignKeyConstraint(
            ["grant_id", "participant_id"],
            ["training_grant.id", "training_grant.participant_id"],
            name="fk_choice_round_grant",
        ),
        ForeignKeyConstraint(
            ["default_assignment_id", "authority_id"],
            ["default_assignment.id", "default_assignment.authority_id"],
        ),
        CheckConstraint(
            "(state = 'assigned') = (default_assignment_id IS NOT NULL)", name="assigned_by_a_turn"
        ),
        CheckConstraint("(state = 'chosen') = (chosen_on IS NOT NULL)", name="chosen_has_a_date"),
        CheckConstraint("chosen_by IS NULL OR chosen_on IS NOT NULL", name="chosen_by_somebody"),
        Index("ix_choice_round_opened", "authority_id", "opened_at"),
        Index(
            "ix_choice_round_moves", "authority_id", postgresql_where=text("moves_placement_id IS NOT NULL")
        ),
        Index("uq_choice_round_open", "grant_id", unique=True, postgresql_where=text("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    grant_id: Mapped[int] = mapped_column(index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    state: Mapped[ChoiceState] = mapped_column(enum_of(ChoiceState, "state"), default=ChoiceState.OPEN)
    opened_at: Mapped[datetime]
    chosen_on: Mapped[date | None]
    chosen_by: Mapped[ChoiceBy | None] = mapped_column(enum_of(ChoiceBy, "chosen_by"))
    wider_wished_at: Mapped[datetime | None]
    """When the participant asked to see places in other kinds of trades."""
    default_assignment_id: Mapped[int | None] = mapped_column(unique=True)
    """How it was decided where the participant did not choose."""
    moves_placement_id: Mapped[int | None] = mapped_column(
        ForeignKey("placement.id", name="fk_choice_round_moves_placement_id", use_alter=True)
    )
    """The placement that the participant is to move from (omval), in a round on a grant that has led to a place."""

    participant: Mapped[Participant] = relationship()
    grant: Mapped[Grant] = relationship(
        primaryjoin="foreign(ChoiceRound.grant_id) == Grant.id", viewonly=True
    )

    shown: Mapped[list["ShownPlace"]] = relationship(
        back_populates="choice_round", order_by="ShownPlace.position"
    )

    @property
    def is_move(self) -> bool:
        """The participant has a place, and chooses another to move to."""
        return self.moves_placement_id is not None

    @property
    def is_sought_on(self) -> bool:
        """The grant still lets a place be sought in this round."""
        placed = self.is_move and self.grant.state is GrantState.PLACED
        return placed or self.grant.state is GrantState.OPEN


explain_constraint("uq_choice_round_open", "Deltagaren har redan en öppen valomgång. Fortsätt med den.")


class ShownPlace(Base):
    """One place as it was shown, which never changes, and what the participant thinks of it while the round is open."""

    __tablename__ = "shown_place"
    __table_args__ = (
        UniqueConstraint("choice_round_id", "place_id"),
        Index(
            "uq_shown_place_chosen",
            "choice_round_id",
            unique=True,
            postgresql_where=text("is_chosen"),
        ),
        Index(
            "uq_shown_place_reserve",
            "choice_round_id",
            "reserve_rank",
            unique=True,
            postgresql_where=text("reserve_rank IS NOT NULL"),
        ),
        CheckConstraint(
            "reserve_rank IS NULL OR reserve_rank BETWEEN 1 AND 2 AND NOT is_chosen", name="reserve_rank"
        ),
        CheckConstraint(
            "(shortlisted_on IS NULL) = (shortlisted_by IS NULL)", name="shortlisted_by_somebody"
        ),
        CheckConstraint("(declined_on IS NULL) = (declined_by IS NULL)", name="declined_by_somebody"),
        CheckConstraint("decline_reason IS NULL OR declined_on IS NOT NULL", name="reason_of_a_decline"),
        CheckConstraint(
            "declined_on IS NULL OR NOT is_chosen AND reserve_rank IS NULL AND shortlisted_on IS NULL",
            name="one_thing_at_a_time",
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    choice_round_id: Mapped[int] = mapped_column(ForeignKey("choice_round.id"))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    ssyk: Mapped[str] = mapped_column(ForeignKey("trade.ssyk"))
    position: Mapped[int]
    shown_at: Mapped[datetime]
    free_seats: Mapped[int]
    earliest_start: Mapped[date]
    is_chosen: Mapped[bool] = mapped_column(default=False)
    reserve_rank: Mapped[int | None] = mapped_column(SmallInteger)
    """1 or 2: wanted if the chosen one cannot be had."""
    shortlisted_on: Mapped[date | None]
    shortlisted_by: Mapped[ChoiceBy | None] = mapped_column(enum_of(ChoiceBy, "shortlisted_by"))
    declined_on: Mapped[date | None]
    """The participant said no. A supplier's decline, and what came too late, stand on the placement."""
    declined_by: Mapped[ChoiceBy | None] = mapped_column(enum_of(ChoiceBy, "declined_by"))
    decline_reason: Mapped[RefusalReason | None] = mapped_column(enum_of(RefusalReason, "decline_reason"))

    choice_round: Mapped[ChoiceRound] = relationship(back_populates="shown")
    place: Mapped[Place] = relationship()

    @property
    def is_declined(self) -> bool:
        return self.declined_on is not None

    @property
    def is_shortlisted(self) -> bool:
        return self.shortlisted_on is not None


explain_constraint("closed_choice", "Valet är redan avslutat. Läs om sidan för att se vad som gäller.")
