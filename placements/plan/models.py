"""Aktivitetsplan by revision: each change is a new one, and earlier ones stay readable."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Date, Text

from marketplace.db import Base, enum_of, explain_constraint
from placements.booking.models import Placement
from placements.plan.rules import PlanContent, PlanState


class ActivityPlan(Base):
    __tablename__ = "activity_plan"
    __table_args__ = (
        UniqueConstraint("placement_id", "revision"),
        Index(
            "uq_activity_plan_current",
            "placement_id",
            unique=True,
            postgresql_where=text("state IN ('draft', 'proposed')"),
        ),
        CheckConstraint(
            "(state = 'agreed' AND participant_agreed_at IS NOT NULL AND case_officer_agreed_at IS NOT NULL"
            " AND supervisor_agreed_at IS NOT NULL) OR state <> 'agreed'",
            name="agreed_by_three",
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"), index=True)
    revision: Mapped[int]
    state: Mapped[PlanState] = mapped_column(enum_of(PlanState, "state"), default=PlanState.DRAFT)
    hours_per_week: Mapped[Decimal]
    days_per_week: Mapped[int]
    tasks_sv: Mapped[str]
    goals: Mapped[list[str]] = mapped_column(ARRAY(Text))
    adaptations_sv: Mapped[str] = mapped_column(default="")
    follow_up_dates: Mapped[list[date]] = mapped_column(ARRAY(Date))
    proposed_on: Mapped[date | None]
    agreed_on: Mapped[date | None]
    """The day that the third of the three agreed."""
    supervisor_agreed_at: Mapped[datetime | None]
    supervisor_name: Mapped[str] = mapped_column(default="")
    case_officer_agreed_at: Mapped[datetime | None]
    case_officer_name: Mapped[str] = mapped_column(default="")
    participant_agreed_at: Mapped[datetime | None]
    participant_witness: Mapped[str] = mapped_column(default="")
    """Who witnessed the participant's agreement, at the table."""

    placement: Mapped[Placement] = relationship()

    @property
    def content(self) -> PlanContent:
        return PlanContent(
            self.hours_per_week,
            self.days_per_week,
            self.tasks_sv,
            tuple(self.goals),
            self.adaptations_sv,
            tuple(self.follow_up_dates),
        )

    @property
    def is_agreed_by_three(self) -> bool:
        agreed = (self.supervisor_agreed_at, self.case_officer_agreed_at, self.participant_agreed_at)
        return all(agreed)


explain_constraint("uq_activity_plan_current", "Det finns redan en plan som inte är klar. Fortsätt med den.")
explain_constraint(
    "uq_activity_plan_placement_id_revision", "Någon annan sparade en version samtidigt. Läs om sidan."
)
