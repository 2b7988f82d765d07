"""Aktivitetsplan by revision: each change is a new one, and earlier ones stay readable."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Date

from marketplace.db import Base, enum_of, explain_constraint
from marketplace.reference.models import Trade
from placements.booking.models import Placement
from placements.plan.content_rules import ContactPerson, Goal, PlanContent, TaskPeriod
from placements.plan.rules import PlanState
from placements.plan.staircase_rules import Step


class ActivityPlan(Base):
    """What it says is settled once it is proposed: the database holds that, also for the rows that belong to it."""

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
        CheckConstraint("typed IS NULL OR state = 'draft'", name="typed_in_draft"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"), index=True)
    revision: Mapped[int]
    state: Mapped[PlanState] = mapped_column(enum_of(PlanState, "state"), default=PlanState.DRAFT)
    tasks_sv: Mapped[str]
    adaptations_sv: Mapped[str] = mapped_column(default="")
    absence_sv: Mapped[str] = mapped_column(default="")
    """What the participant does, and the workplace, when she cannot come."""
    follow_up_dates: Mapped[list[date]] = mapped_column(ARRAY(Date))
    saves: Mapped[int] = mapped_column(default=0)
    """How many times the draft has been saved: what a page was opened with tells whether someone has saved since."""
    typed: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """A draft as it was typed, by box, when it could not be read as a plan: nothing that was written is lost."""
    proposed_on: Mapped[date | None]
    agreed_on: Mapped[date | None]
    """The day that the third of the three agreed."""
    supervisor_agreed_at: Mapped[datetime | None]
    supervisor_name: Mapped[str] = mapped_column(default="")
    case_officer_agreed_at: Mapped[datetime | None]
    case_officer_name: Mapped[str] = mapped_column(default="")
    participant_agreed_at: Mapped[datetime | None]
    participant_witness: Mapped[str] = mapped_column(default="")
    """Who witnessed the participant's agreement, at the table; empty when she agreed by herself."""
    participant_by_code: Mapped[bool] = mapped_column(default=False)
    """She agreed on her own page."""

    placement: Mapped[Placement] = relationship()
    steps: Mapped[list["PlanStep"]] = relationship(order_by="PlanStep.from_day", cascade="all, delete-orphan")
    goals: Mapped[list["PlanGoal"]] = relationship(order_by="PlanGoal.position", cascade="all, delete-orphan")
    periods: Mapped[list["PlanTask"]] = relationship(
        order_by="PlanTask.position", cascade="all, delete-orphan"
    )
    contacts: Mapped[list["PlanContact"]] = relationship(
        order_by="PlanContact.position", cascade="all, delete-orphan"
    )
    wishes: Mapped[list["PlanWish"]] = relationship(order_by="PlanWish.id", viewonly=True)

    @property
    def content(self) -> PlanContent:
        return PlanContent(
            steps=tuple(row.step for row in self.steps),
            tasks_sv=self.tasks_sv,
            goals=tuple(Goal(row.text_sv, row.sign_sv) for row in self.goals),
            periods=tuple(TaskPeriod(row.from_day, row.text_sv, row.ssyk) for row in self.periods),
            adaptations_sv=self.adaptations_sv,
            contacts=tuple(
                ContactPerson(row.name, row.role_sv, row.phone, row.email) for row in self.contacts
            ),
            follow_up_dates=tuple(self.follow_up_dates),
            absence_sv=self.absence_sv,
        )

    def write(self, content: PlanContent) -> None:
        """Says this instead, in a draft whose rows have been taken away."""
        self.tasks_sv = content.tasks_sv
        self.adaptations_sv = content.adaptations_sv
        self.absence_sv = content.absence_sv
        self.follow_up_dates = list(content.follow_up_dates)
        self.steps = [
            PlanStep(
                from_day=step.from_day,
                hours_per_week=step.hours_per_week,
                days_per_week=step.days_per_week,
                weekdays=list(step.weekdays),
            )
            for step in content.steps
        ]
        self.goals = [
            PlanGoal(position=number, text_sv=goal.text_sv, sign_sv=goal.sign_sv)
            for number, goal in enumerate(content.goals)
        ]
        self.periods = [
            PlanTask(position=number, from_day=period.from_day, text_sv=period.text_sv, ssyk=period.ssyk)
            for number, period in enumerate(content.periods)
        ]
        self.contacts = [
            PlanContact(
                position=number,
                name=contact.name,
                role_sv=contact.role_sv,
                phone=contact.phone,
                email=contact.email,
            )
            for number, contact in enumerate(content.contacts)
        ]

    @property
    def is_agreed_by_three(self) -> bool:
        agreed = (self.supervisor_agreed_at, self.case_officer_agreed_at, self.participant_agreed_at)
        return all(agreed)


class PlanStep(Base):
    """How much from a day on."""

    __tablename__ = "plan_step"
    __table_args__ = (
        CheckConstraint("hours_per_week > 0 AND hours_per_week <= 40", name="hours"),
        CheckConstraint("days_per_week BETWEEN 1 AND 5", name="days"),
        CheckConstraint(
            "weekdays <@ '{1,2,3,4,5,6,7}'::smallint[] AND cardinality(weekdays) IN (0, days_per_week)",
            name="weekdays",
        ),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("activity_plan.id"), primary_key=True)
    from_day: Mapped[date] = mapped_column(primary_key=True)
    hours_per_week: Mapped[Decimal]
    days_per_week: Mapped[int]
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    """ISO weekdays; none when they are not settled."""

    @property
    def step(self) -> Step:
        return Step(self.from_day, self.hours_per_week, self.days_per_week, tuple(self.weekdays))


class PlanGoal(Base):
    __tablename__ = "plan_goal"

    plan_id: Mapped[int] = mapped_column(ForeignKey("activity_plan.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text_sv: Mapped[str]
    sign_sv: Mapped[str]
    """How we will see that it is reached; empty in plans from before this was asked."""


class PlanTask(Base):
    """Other tasks from a day on, where they rotate."""

    __tablename__ = "plan_task"

    plan_id: Mapped[int] = mapped_column(ForeignKey("activity_plan.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    from_day: Mapped[date]
    text_sv: Mapped[str]
    ssyk: Mapped[str | None] = mapped_column(ForeignKey("trade.ssyk"))

    trade: Mapped[Trade | None] = relationship(viewonly=True)


class PlanContact(Base):
    """Whom to turn to at the workplace. Nothing of the participant."""

    __tablename__ = "plan_contact"

    plan_id: Mapped[int] = mapped_column(ForeignKey("activity_plan.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    role_sv: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str]


class PlanWish(Base):
    """What the participant wants changed in a proposed plan, in her words. Never changes itself."""

    __tablename__ = "plan_wish"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("activity_plan.id"), index=True)
    text_sv: Mapped[str]
    wished_at: Mapped[datetime]
    written_by: Mapped[str]
    """Who wrote it down at the table; empty when she wrote it on her own page."""


class PlanDefault(Base):
    """What an enterprise's new plans begin with."""

    __tablename__ = "plan_default"

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    absence_sv: Mapped[str]


explain_constraint("uq_activity_plan_current", "Det finns redan en plan som inte är klar. Fortsätt med den.")
explain_constraint(
    "uq_activity_plan_placement_id_revision", "Någon annan sparade en version samtidigt. Läs om sidan."
)
explain_constraint("pk_plan_step", "Två steg i omfattningen börjar samma dag. Välj olika dagar.")
explain_constraint("frozen_plan", "En föreslagen plan ändras inte. Skriv en ny version.")
explain_constraint("plan_steps", "Planen har ändrats av någon annan. Läs om sidan för att se vad som gäller.")
explain_constraint("plan_signer", "Var och en godkänner planen för sin egen del.")
