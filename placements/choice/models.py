"""Choice rounds and what was shown in them. Kept as shown: what is shown decides what can be chosen."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from enterprises.places.models import Place
from marketplace.db import Base, enum_of, explain_constraint
from placements.choice.rules import ChoiceState
from placements.participants.models import Grant, Participant


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
        Index("uq_choice_round_open", "grant_id", unique=True, postgresql_where=text("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    grant_id: Mapped[int] = mapped_column(index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participant.id"), index=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    state: Mapped[ChoiceState] = mapped_column(enum_of(ChoiceState, "state"), default=ChoiceState.OPEN)
    opened_at: Mapped[datetime]
    chosen_on: Mapped[date | None]
    default_assignment_id: Mapped[int | None] = mapped_column(unique=True)
    """How it was decided where the participant did not choose."""

    participant: Mapped[Participant] = relationship()
    grant: Mapped[Grant] = relationship(
        primaryjoin="foreign(ChoiceRound.grant_id) == Grant.id", viewonly=True
    )
    shown: Mapped[list["ShownPlace"]] = relationship(
        back_populates="choice_round", order_by="ShownPlace.position"
    )


explain_constraint("uq_choice_round_open", "Deltagaren har redan en öppen valomgång. Fortsätt med den.")


class ShownPlace(Base):
    """One place as it was shown: the trade and the free seats of that moment are kept."""

    __tablename__ = "shown_place"
    __table_args__ = (
        UniqueConstraint("choice_round_id", "place_id"),
        Index(
            "uq_shown_place_chosen",
            "choice_round_id",
            unique=True,
            postgresql_where=text("is_chosen"),
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

    choice_round: Mapped[ChoiceRound] = relationship(back_populates="shown")
    place: Mapped[Place] = relationship()
