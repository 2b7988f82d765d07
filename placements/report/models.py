"""Slutdokumentation by revision, and occupation and support before and after."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from marketplace.db import Base, enum_of, explain_constraint
from placements.booking.models import Placement
from placements.plan.content_rules import Goal
from placements.report.content_rules import ExitReason, GoalResult, ReachedGoal, ReportContent
from placements.report.outcome_rules import Education, Occupation, OutcomeContent, Support, YearsInSupport
from placements.report.rules import ReportState, UnreadReason


class FinalReport(Base):
    """What it says is settled once the participant has it before her: the database holds that, also for its goals."""

    __tablename__ = "final_report"
    __table_args__ = (
        UniqueConstraint("placement_id", "revision"),
        Index(
            "uq_final_report_open",
            "placement_id",
            unique=True,
            postgresql_where=text("state IN ('draft', 'shown')"),
        ),
        Index(
            "uq_final_report_filed",
            "placement_id",
            unique=True,
            postgresql_where=text("state IN ('filed', 'received')"),
        ),
        CheckConstraint(
            "state NOT IN ('filed', 'received') OR filed_on IS NOT NULL", name="filed_has_a_date"
        ),
        CheckConstraint("state = 'draft' OR exit_reason IS NOT NULL", name="filed_has_a_reason"),
        CheckConstraint("state <> 'shown' OR shown_on IS NOT NULL", name="shown_on_a_day"),
        CheckConstraint(
            "filed_on IS NULL OR read_at IS NOT NULL OR unread_reason IS NOT NULL", name="read_first"
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"), index=True)
    revision: Mapped[int] = mapped_column(default=1)
    state: Mapped[ReportState] = mapped_column(enum_of(ReportState, "state"), default=ReportState.DRAFT)
    done_sv: Mapped[str] = mapped_column(default="")
    abilities_sv: Mapped[str] = mapped_column(default="")
    adaptations_sv: Mapped[str] = mapped_column(default="")
    recommended_sv: Mapped[str] = mapped_column(default="")
    exit_reason: Mapped[ExitReason | None] = mapped_column(enum_of(ExitReason, "exit_reason"))
    due_on: Mapped[date]
    saves: Mapped[int] = mapped_column(default=0)
    """How many times the draft has been saved: what a page was opened with tells whether someone has saved since."""
    shown_on: Mapped[date | None]
    read_at: Mapped[datetime | None]
    read_by_code: Mapped[bool] = mapped_column(default=False)
    """The participant read it on her own page."""
    read_witness: Mapped[str] = mapped_column(default="")
    """Who sat with her when she read; empty when she read by herself."""
    comment_sv: Mapped[str] = mapped_column(default="")
    """The participant's own words about it. Never changed."""
    unread_reason: Mapped[UnreadReason | None] = mapped_column(enum_of(UnreadReason, "unread_reason"))
    filed_on: Mapped[date | None]
    filed_by: Mapped[str] = mapped_column(default="")
    correction_sv: Mapped[str] = mapped_column(default="")
    """What the authority's side wants corrected in this version."""
    correction_on: Mapped[date | None]
    correction_by: Mapped[str] = mapped_column(default="")
    received_on: Mapped[date | None]
    received_by: Mapped[str] = mapped_column(default="")
    next_step_sv: Mapped[str] = mapped_column(default="")

    placement: Mapped[Placement] = relationship()
    goals: Mapped[list["ReportGoal"]] = relationship(
        order_by="ReportGoal.position", cascade="all, delete-orphan"
    )

    @property
    def content(self) -> ReportContent:
        return ReportContent(
            self.done_sv,
            self.abilities_sv,
            tuple(
                ReachedGoal(Goal(row.text_sv, row.sign_sv), row.result, row.words_sv) for row in self.goals
            ),
            self.adaptations_sv,
            self.recommended_sv,
            self.exit_reason,
        )

    def write(self, content: ReportContent) -> None:
        """Says this instead, in a draft whose goals have been taken away."""
        for name, said in content.texts.items():
            setattr(self, name, said)
        self.exit_reason = content.exit_reason
        self.goals = [
            ReportGoal(
                position=number,
                text_sv=one.goal.text_sv,
                sign_sv=one.goal.sign_sv,
                result=one.result,
                words_sv=one.words_sv,
            )
            for number, one in enumerate(content.goals)
        ]

    @property
    def is_late(self) -> bool:
        return self.filed_on is not None and self.filed_on > self.due_on


class ReportGoal(Base):
    """A goal as it stood in the agreed plan, and what came of it."""

    __tablename__ = "report_goal"

    report_id: Mapped[int] = mapped_column(ForeignKey("final_report.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text_sv: Mapped[str]
    sign_sv: Mapped[str]
    result: Mapped[GoalResult | None] = mapped_column(enum_of(GoalResult, "result"))
    words_sv: Mapped[str]


class Outcome(Base):
    """The authority's own record: no supplier reads it."""

    __tablename__ = "outcome"
    __table_args__ = (
        CheckConstraint("cardinality(support_before) > 0 AND cardinality(support_after) > 0", name="support"),
        CheckConstraint(
            "(result_began_on IS NULL) = (result_verified_on IS NULL)"
            " AND (result_began_on IS NULL) = (result_evidence_sv = '')"
            " AND coalesce(result_began_on <= result_verified_on, true)",
            name="result_is_whole",
        ),
    )

    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"), primary_key=True)
    occupation_before: Mapped[Occupation] = mapped_column(enum_of(Occupation, "occupation_before"))
    support_before: Mapped[list[str]] = mapped_column(ARRAY(Text))
    years_in_support: Mapped[YearsInSupport] = mapped_column(enum_of(YearsInSupport, "years_in_support"))
    education: Mapped[Education] = mapped_column(enum_of(Education, "education"))
    occupation_after: Mapped[Occupation] = mapped_column(enum_of(Occupation, "occupation_after"))
    support_after: Mapped[list[str]] = mapped_column(ARRAY(Text))
    result_began_on: Mapped[date | None]
    """Work or studies that have lasted as long as the contract pays a fee for."""
    result_verified_on: Mapped[date | None]
    result_evidence_sv: Mapped[str] = mapped_column(default="")

    @property
    def content(self) -> OutcomeContent:
        return OutcomeContent(
            self.occupation_before,
            tuple(Support(code) for code in self.support_before),
            self.years_in_support,
            self.education,
            self.occupation_after,
            tuple(Support(code) for code in self.support_after),
            self.result_began_on,
            self.result_evidence_sv,
        )


explain_constraint(
    "uq_final_report_placement_id_revision",
    "Det finns redan en slutdokumentation. Läs om sidan och fortsätt med den.",
)
explain_constraint(
    "uq_final_report_open", "Det finns redan en version som inte är inlämnad. Fortsätt med den."
)
explain_constraint(
    "pk_outcome", "Någon annan fyllde i före och efter just nu. Läs om sidan för att se vad som står."
)
explain_constraint("frozen_report", "En framlagd slutdokumentation ändras inte. Skriv en ny version.")
explain_constraint(
    "report_steps", "Slutdokumentationen har ändrats av någon annan. Läs om sidan för att se vad som gäller."
)
explain_constraint("report_role", "Det steget tas av någon annan.")
explain_constraint("report_reader", "Deltagaren läser och kommenterar för egen del.")
