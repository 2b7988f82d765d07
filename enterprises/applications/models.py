"""An application: its answers and files, how they are judged and completed, and the decision.

Row security: the enterprise sees what is its own, the authority what has been handed in. Judgements, findings and the
proposed decision are the authority's; the enterprise sees judgements and findings once there is a decision.
"""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from enterprises.applications.attachment_rules import LARGEST, AttachmentKind, FileType
from enterprises.applications.exclusion_rules import Ground
from enterprises.applications.rules import LIVE_APPLICATION_STATES, ApplicationState, Judgement, Outcome
from marketplace.accounts.models import Organisation
from marketplace.db import Base, enum_of, explain_constraint
from marketplace.procurement.models import Requirement, SystemOfChoice, TermsVersion


class Application(Base):
    """An enterprise's answers to the published terms of a system. Once it is decided nothing in it changes."""

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
        UniqueConstraint("id", "terms_id"),
        CheckConstraint(
            "state NOT IN ('approved', 'rejected') OR (decided_on IS NOT NULL AND decision_sv <> '')",
            name="decision_in_writing",
        ),
        CheckConstraint(
            "state <> 'completion_requested' OR completion_due_on IS NOT NULL", name="completion_has_a_day"
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
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decision_sv: Mapped[str] = mapped_column(default="")
    diary_number: Mapped[str | None]
    notified_on: Mapped[date | None]
    """When the enterprise was told of the decision: the time to apply for rättelse runs from it."""
    completion_request_sv: Mapped[str] = mapped_column(default="")
    """What stands above the last request for completion; what was asked stands with each requirement."""
    completion_due_on: Mapped[date | None]
    created_at: Mapped[datetime]

    system: Mapped[SystemOfChoice] = relationship()
    terms: Mapped[TermsVersion] = relationship()
    enterprise: Mapped[Organisation] = relationship(foreign_keys=[enterprise_id])
    authority: Mapped[Organisation] = relationship(foreign_keys=[authority_id])
    answers: Mapped[list["ApplicationAnswer"]] = relationship(
        primaryjoin="Application.id == foreign(ApplicationAnswer.application_id)",
        order_by="ApplicationAnswer.id",
        viewonly=True,
    )
    judgements: Mapped[list["AnswerJudgement"]] = relationship(
        primaryjoin="Application.id == foreign(AnswerJudgement.application_id)",
        order_by="AnswerJudgement.requirement_id",
        viewonly=True,
    )
    completions: Mapped[list["AnswerCompletion"]] = relationship(
        primaryjoin="Application.id == foreign(AnswerCompletion.application_id)",
        order_by="AnswerCompletion.id",
        viewonly=True,
    )
    attachments: Mapped[list["Attachment"]] = relationship(
        primaryjoin="Application.id == foreign(Attachment.application_id)",
        order_by="Attachment.id",
        viewonly=True,
    )
    findings: Mapped[list["ExclusionFinding"]] = relationship(
        primaryjoin="Application.id == foreign(ExclusionFinding.application_id)",
        order_by="ExclusionFinding.id",
        viewonly=True,
    )
    proposal: Mapped["DecisionProposal | None"] = relationship(
        primaryjoin="Application.id == foreign(DecisionProposal.application_id)",
        uselist=False,
        viewonly=True,
    )


explain_constraint(
    "uq_application_live",
    "Ni har redan en pågående ansökan till det här systemet. Ett företag har en i taget: fortsätt med den.",
)
explain_constraint(
    "terms_in_force",
    "Förfrågningsunderlaget har fått en ny version. Gå över till den och läs igenom kraven på nytt.",
)
explain_constraint("every_requirement", "Ansökan följer inte förfrågningsunderlagets krav. Läs om sidan.")
explain_constraint("frozen_decision", "Ansökan är avgjord och kan inte ändras.")
explain_constraint("two_deciders", "Systemet kräver två beslutsfattare: en föreslår och en annan beslutar.")
explain_constraint("exclusion_stands", "En grund för uteslutning står kvar. Avför den, eller avslå ansökan.")
explain_constraint("requirements_met", "Ansökan kan bara godkännas när alla krav är bedömda som uppfyllda.")


def _answer_key() -> ForeignKeyConstraint:
    """To the answer: so it is of a requirement that the application's own terms have."""
    return ForeignKeyConstraint(
        ["application_id", "requirement_id"],
        ["application_answer.application_id", "application_answer.requirement_id"],
    )


class ApplicationAnswer(Base):
    """The answer to one requirement of the application's own terms. Never changes once it has been handed in."""

    __tablename__ = "application_answer"
    __table_args__ = (
        UniqueConstraint("application_id", "requirement_id"),
        ForeignKeyConstraint(["application_id", "terms_id"], ["application.id", "application.terms_id"]),
        ForeignKeyConstraint(["requirement_id", "terms_id"], ["requirement.id", "requirement.terms_id"]),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    application_id: Mapped[int] = mapped_column(index=True)
    terms_id: Mapped[int]
    requirement_id: Mapped[int]
    answer_sv: Mapped[str] = mapped_column(default="")
    is_declared: Mapped[bool] = mapped_column(default=False)
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("requirement.id"))
    """The requirement that the text was written for, until the text is written anew."""

    requirement: Mapped[Requirement] = relationship(
        primaryjoin="foreign(ApplicationAnswer.requirement_id) == Requirement.id", viewonly=True
    )
    copied_from: Mapped[Requirement | None] = relationship(
        primaryjoin="foreign(ApplicationAnswer.copied_from_id) == Requirement.id", viewonly=True
    )


explain_constraint("answers_handed_in", "Ansökan är inskickad eller avslutad, och svaren kan inte ändras.")


class AnswerJudgement(Base):
    """How the authority judges an answer."""

    __tablename__ = "answer_judgement"
    __table_args__ = (
        _answer_key(),
        CheckConstraint(
            "(judgement IS NOT DISTINCT FROM 'complete_by') = (complete_by IS NOT NULL)",
            name="completed_by_a_day",
        ),
        CheckConstraint(
            "judgement NOT IN ('not_met', 'complete_by') OR reason_sv <> ''", name="has_a_reason"
        ),
    )

    application_id: Mapped[int] = mapped_column(primary_key=True)
    requirement_id: Mapped[int] = mapped_column(primary_key=True)
    judgement: Mapped[Judgement | None] = mapped_column(enum_of(Judgement, "judgement"))
    reason_sv: Mapped[str] = mapped_column(default="")
    complete_by: Mapped[date | None]


class AnswerCompletion(Base):
    """What the authority has asked of an answer, and what the enterprise adds to it. The answer itself stays as it was
    handed in: it is a public record of the authority's."""

    __tablename__ = "answer_completion"
    __table_args__ = (
        _answer_key(),
        Index(
            "uq_answer_completion_open",
            "application_id",
            "requirement_id",
            unique=True,
            postgresql_where=text("is_open"),
        ),
        CheckConstraint("asked_sv <> ''", name="asks_something"),
        CheckConstraint("NOT (is_open AND answered_on IS NOT NULL)", name="open_until_answered"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    application_id: Mapped[int]
    requirement_id: Mapped[int]
    asked_sv: Mapped[str]
    complete_by: Mapped[date]
    requested_on: Mapped[date]
    answer_sv: Mapped[str] = mapped_column(default="")
    answered_on: Mapped[date | None]
    """When it was handed in; None before, and when it never was."""
    is_open: Mapped[bool] = mapped_column(default=True)


explain_constraint("kept_completion", "Kompletteringen är lämnad eller avslutad och kan inte ändras.")


class Attachment(Base):
    """A file, without what is in it: lists never read that."""

    __tablename__ = "attachment"
    __table_args__ = (
        UniqueConstraint("id", "application_id"),
        ForeignKeyConstraint(
            ["application_id", "requirement_id"],
            ["application_answer.application_id", "application_answer.requirement_id"],
            deferrable=True,
            initially="DEFERRED",  # an application that moves to new terms changes its answers, and then its files
        ),
        CheckConstraint(f"size BETWEEN 1 AND {LARGEST}", name="size"),
        CheckConstraint("(kind = 'answer') = (requirement_id IS NOT NULL)", name="answers_a_requirement"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    requirement_id: Mapped[int | None]
    kind: Mapped[AttachmentKind] = mapped_column(enum_of(AttachmentKind, "kind"))
    name: Mapped[str]
    file_type: Mapped[FileType] = mapped_column(enum_of(FileType, "file_type"))
    size: Mapped[int]
    sha256: Mapped[str]
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str]
    handed_in_on: Mapped[date | None]
    """Until then it is the enterprise's own and can be taken away; from then on it is kept."""


class AttachmentContent(Base):
    """What is in a file. Goes with the attachment, and never changes."""

    __tablename__ = "attachment_content"
    __table_args__ = (CheckConstraint(f"octet_length(content) BETWEEN 1 AND {LARGEST}", name="size"),)

    attachment_id: Mapped[int] = mapped_column(
        ForeignKey("attachment.id", ondelete="CASCADE"), primary_key=True
    )
    content: Mapped[bytes] = mapped_column(LargeBinary)


explain_constraint("kept_attachment", "En fil som är inlämnad kan inte tas bort eller ändras.")
explain_constraint("attachment_closed", "Ansökan är inskickad eller avslutad. Filer kan inte läggas till.")


class ExclusionFinding(Base):
    """A ground to exclude the applicant, with the evidence. Stands until it is lifted, which needs a reason."""

    __tablename__ = "exclusion_finding"
    __table_args__ = (
        ForeignKeyConstraint(
            ["attachment_id", "application_id"], ["attachment.id", "attachment.application_id"]
        ),
        CheckConstraint("evidence_sv <> ''", name="has_evidence"),
        CheckConstraint("(lifted_on IS NULL) = (lifted_sv = '')", name="lifted_for_a_reason"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    ground: Mapped[Ground] = mapped_column(enum_of(Ground, "ground"))
    evidence_sv: Mapped[str]
    attachment_id: Mapped[int | None]
    found_on: Mapped[date]
    found_by: Mapped[str]
    lifted_on: Mapped[date | None]
    lifted_sv: Mapped[str] = mapped_column(default="")

    attachment: Mapped[Attachment | None] = relationship(
        primaryjoin="foreign(ExclusionFinding.attachment_id) == Attachment.id", viewonly=True
    )


class DecisionProposal(Base):
    """The decision that one officer proposes and another takes. Stays, to tell who presented the case."""

    __tablename__ = "decision_proposal"
    __table_args__ = (CheckConstraint("reasons_sv <> '' AND diary_number <> ''", name="says_why"),)

    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), primary_key=True)
    outcome: Mapped[Outcome] = mapped_column(enum_of(Outcome, "outcome"))
    reasons_sv: Mapped[str]
    diary_number: Mapped[str]
    proposed_on: Mapped[date]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    proposed_by: Mapped[str]
