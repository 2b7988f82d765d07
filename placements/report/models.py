"""Slutdokumentation by revision."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.db import Base, enum_of, explain_constraint
from placements.booking.models import Placement
from placements.report.rules import ExitReason, ReportContent, ReportState


class FinalReport(Base):
    __tablename__ = "final_report"
    __table_args__ = (
        UniqueConstraint("placement_id", "revision"),
        CheckConstraint("state = 'draft' OR filed_on IS NOT NULL", name="filed_has_a_date"),
        CheckConstraint("state = 'draft' OR exit_reason IS NOT NULL", name="filed_has_a_reason"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"), index=True)
    revision: Mapped[int] = mapped_column(default=1)
    state: Mapped[ReportState] = mapped_column(enum_of(ReportState, "state"), default=ReportState.DRAFT)
    done_sv: Mapped[str] = mapped_column(default="")
    reached_sv: Mapped[str] = mapped_column(default="")
    adaptations_sv: Mapped[str] = mapped_column(default="")
    recommended_sv: Mapped[str] = mapped_column(default="")
    exit_reason: Mapped[ExitReason | None] = mapped_column(enum_of(ExitReason, "exit_reason"))
    due_on: Mapped[date]
    filed_on: Mapped[date | None]
    filed_by: Mapped[str] = mapped_column(default="")
    received_on: Mapped[date | None]
    next_step_sv: Mapped[str] = mapped_column(default="")

    placement: Mapped[Placement] = relationship()

    @property
    def content(self) -> ReportContent:
        return ReportContent(
            self.done_sv, self.reached_sv, self.adaptations_sv, self.recommended_sv, self.exit_reason
        )

    @property
    def is_late(self) -> bool:
        return self.filed_on is not None and self.filed_on > self.due_on


explain_constraint(
    "uq_final_report_placement_id_revision",
    "Det finns redan en slutdokumentation. Läs om sidan och fortsätt med den.",
)
