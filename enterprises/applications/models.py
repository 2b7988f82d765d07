"""An application: its answers, how they are judged, and the decision."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from enterprises.applications.rules import LIVE_APPLICATION_STATES, ApplicationState, Judgement
from marketplace.accounts.models import Organisation
from marketplace.db import Base, enum_of, explain_constraint
from marketplace.procurement.models import Requirement, SystemOfChoice, TermsVersion


class Application(Base):
    """An enterprise's answers to the published terms of a system."""

    __tablename__ = "application"
    __table_args__ = (
        Index(
            "uq_application_live",
            "enterprise_id",
            "system_id",
            unique=True,
            postgresql_where=text(
                "state IN (" + ", ".join(f"'{s.value}'" for s in LIVE_APPLICATION_STATES) + ")"
            ),
        ),
        CheckConstraint(
            "state NOT IN ('approved', 'rejected') OR (decided_on IS NOT NULL AND decision_sv <> '')",
            name="decision_in_writing",
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey("system_of_choice.id"), index=True)
    terms_id: Mapped[int] = mapped_column(ForeignKey("terms_version.id"))
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    state: Mapped[ApplicationState] = mapped_column(
        enum_of(ApplicationState, "state"), default=ApplicationState.DRAFT
    )
    submitted_on: Mapped[date | None]
    decided_on: Mapped[date | None]
    decision_sv: Mapped[str] = mapped_column(default="")
    diary_number: Mapped[str | None]
    completion_request_sv: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]

    system: Mapped[SystemOfChoice] = relationship()
    terms: Mapped[TermsVersion] = relationship()
    enterprise: Mapped[Organisation] = relationship(foreign_keys=[enterprise_id])
    authority: Mapped[Organisation] = relationship(foreign_keys=[authority_id])
    answers: Mapped[list["ApplicationAnswer"]] = relationship(back_populates="application")


explain_constraint(
    "uq_application_live", "Ni har redan en pågående ansökan till det här systemet. Fortsätt med den."
)


class ApplicationAnswer(Base):
    """The answer to one requirement, and how the authority judges it."""

    __tablename__ = "application_answer"
    __table_args__ = (UniqueConstraint("application_id", "requirement_id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    answer_sv: Mapped[str] = mapped_column(default="")
    is_declared: Mapped[bool] = mapped_column(default=False)
    judgement: Mapped[Judgement | None] = mapped_column(enum_of(Judgement, "judgement"))
    judgement_reason_sv: Mapped[str] = mapped_column(default="")

    application: Mapped[Application] = relationship(back_populates="answers")
    requirement: Mapped[Requirement] = relationship()
