"""Times for study visits at a place, and who has booked them.

How many have booked a time is counted by the database itself, since authorities that share a place cannot see each
other's visits. It refuses one too many, a participant in two places at once, and a visit outside an open round.
"""

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
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from enterprises.places.models import Place
from marketplace.accounts.models import Organisation
from marketplace.db import Base, enum_of, explain_constraint
from placements.visits.rules import (
    END_REASON_SV,
    VISIT_STATE_SV,
    VISIT_TONE,
    BookedBy,
    EndReason,
    VisitState,
    VisitTimeState,
    clock_sv,
    spoken_when,
    visit_number,
)


class VisitTime(Base):
    """A time at a place when visitors are met. It never moves: another time is another row."""

    __tablename__ = "visit_time"
    __table_args__ = (
        CheckConstraint(
            "ends_at - starts_at BETWEEN interval '15 minutes' AND interval '8 hours'", name="length"
        ),
        CheckConstraint("most_visitors BETWEEN 1 AND 20", name="most_visitors"),
        CheckConstraint("taken BETWEEN 0 AND most_visitors", name="room"),
        ForeignKeyConstraint(
            ["place_id", "enterprise_id"],
            ["place.id", "place.enterprise_id"],
            name="fk_visit_time_place_owner",
        ),
        UniqueConstraint("id", "place_id", "enterprise_id", "starts_at", "ends_at"),
        Index(
            "uq_visit_time_offered",
            "place_id",
            "starts_at",
            unique=True,
            postgresql_where=text("state = 'offered'"),
        ),
        Index("ix_visit_time_enterprise", "enterprise_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    place_id: Mapped[int]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    most_visitors: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    """Visits that are not cancelled, whoever's. Only the database's own trigger changes it."""
    meeting_sv: Mapped[str]
    state: Mapped[VisitTimeState] = mapped_column(
        enum_of(VisitTimeState, "state"), default=VisitTimeState.OFFERED
    )

    place: Mapped[Place] = relationship(primaryjoin="foreign(VisitTime.place_id) == Place.id", viewonly=True)

    @property
    def free(self) -> int:
        return self.most_visitors - self.taken

    @property
    def when_sv(self) -> str:
        return spoken_when(self.starts_at, self.ends_at)

    @property
    def clock_sv(self) -> str:
        return clock_sv(self.starts_at, self.ends_at)


class StudyVisit(Base):
    """One participant's booking of a time, in the choice round in which the place was shown."""

    __tablename__ = "study_visit"
    __table_args__ = (
        ForeignKeyConstraint(
            ["visit_time_id", "place_id", "enterprise_id", "starts_at", "ends_at"],
            [
                "visit_time.id",
                "visit_time.place_id",
                "visit_time.enterprise_id",
                "visit_time.starts_at",
                "visit_time.ends_at",
            ],
            name="fk_study_visit_time",
        ),
        ForeignKeyConstraint(
            ["choice_round_id", "place_id"],
            ["shown_place.choice_round_id", "shown_place.place_id"],
            name="fk_study_visit_shown_place",
        ),
        ForeignKeyConstraint(
            ["participant_id", "authority_id"],
            ["participant.id", "participant.authority_id"],
            name="fk_study_visit_participant",
        ),
        CheckConstraint("(state = 'held') = (held_on IS NOT NULL)", name="held_has_a_day"),
        CheckConstraint(
            "(state IN ('cancelled', 'not_held')) = (end_reason IS NOT NULL)", name="ended_for_a_reason"
        ),
        CheckConstraint(
            "(state = 'not_held') = coalesce(end_reason IN ('no_show', 'supplier_failed'), false)",
            name="reason_of_its_kind",
        ),
        Index(
            "uq_study_visit_live",
            "visit_time_id",
            "participant_id",
            unique=True,
            postgresql_where=text("state <> 'cancelled'"),
        ),
        ExcludeConstraint(
            (text("int4range(participant_id, participant_id, '[]')"), "&&"),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            name="ex_study_visit_one_at_a_time",
            using="gist",
            where=text("state <> 'cancelled'"),
        ),
        Index("ix_study_visit_booked", "ends_at", postgresql_where=text("state = 'booked'")),
        Index("ix_study_visit_round", "choice_round_id"),
        Index("ix_study_visit_participant", "participant_id", "enterprise_id"),
        Index("ix_study_visit_authority", "authority_id", "starts_at"),
        Index("ix_study_visit_enterprise", "enterprise_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    visit_time_id: Mapped[int]
    choice_round_id: Mapped[int] = mapped_column(ForeignKey("choice_round.id"))
    participant_id: Mapped[int]
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    """The participant's unit, which is told when the supplier withdraws the time."""
    place_id: Mapped[int]
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[VisitState] = mapped_column(enum_of(VisitState, "state"), default=VisitState.BOOKED)
    booked_at: Mapped[datetime]
    booked_by: Mapped[BookedBy] = mapped_column(enum_of(BookedBy, "booked_by"))
    held_on: Mapped[date | None]
    end_reason: Mapped[EndReason | None] = mapped_column(enum_of(EndReason, "end_reason"))

    time: Mapped[VisitTime] = relationship(
        primaryjoin="foreign(StudyVisit.visit_time_id) == VisitTime.id", viewonly=True
    )
    place: Mapped[Place] = relationship(primaryjoin="foreign(StudyVisit.place_id) == Place.id", viewonly=True)
    enterprise: Mapped[Organisation] = relationship(foreign_keys=[enterprise_id], viewonly=True)
    unit: Mapped[Organisation] = relationship(foreign_keys=[unit_id], viewonly=True)

    @property
    def number(self) -> str:
        return visit_number(self.id)

    @property
    def when_sv(self) -> str:
        return spoken_when(self.starts_at, self.ends_at)

    @property
    def tag(self) -> tuple[str, str]:
        """Its state in words, and the tone of the tag."""
        return VISIT_STATE_SV[self.state], VISIT_TONE[self.state]

    @property
    def reason_sv(self) -> str:
        """Why it was cancelled or not held; empty otherwise."""
        return END_REASON_SV[self.end_reason] if self.end_reason else ""


explain_constraint("ck_visit_time_room", "Tiden hann bli fullbokad. Välj en annan tid.")
explain_constraint("uq_visit_time_offered", "Platsen har redan en tid för studiebesök som börjar då.")
explain_constraint("uq_study_visit_live", "Tiden är redan bokad.")
explain_constraint("ex_study_visit_one_at_a_time", "Ett annat studiebesök är redan bokat då.")
explain_constraint("fk_study_visit_shown_place", "Välj en tid hos en av platserna som har visats.")
explain_constraint("visit_time_withdrawn", "Leverantören har dragit tillbaka tiden. Välj en annan tid.")
explain_constraint("visit_outside_open_round", "Valet är avslutat. Studiebesök bokas innan det.")
explain_constraint(
    "visit_without_contract",
    "Leverantörens avtal gäller inte just nu, så det går inte att boka studiebesök där.",
)
