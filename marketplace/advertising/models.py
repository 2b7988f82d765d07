"""Questions, which only the asker and the authority see; their public answers; and whom an advertisement names."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import Organisation
from marketplace.advertising.rules import QuestionState
from marketplace.db import Base, enum_of, explain_constraint
from marketplace.procurement.models import SystemOfChoice


class PublicAnswer(Base):
    """A question as the authority has worded it, with its answer, for everyone. Never changes: a correction is another
    answer. Nothing in it leads to who asked or when."""

    __tablename__ = "public_answer"
    __table_args__ = (
        UniqueConstraint("system_id", "number"),
        UniqueConstraint("id", "system_id"),
        CheckConstraint("question_sv <> '' AND answer_sv <> ''", name="says_something"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey("system_of_choice.id"))
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    number: Mapped[int]
    """1, 2, 3 … within the system, in the order of publication."""
    question_sv: Mapped[str]
    answer_sv: Mapped[str]
    published_on: Mapped[date]

    system: Mapped[SystemOfChoice] = relationship()


class Question(Base):
    """What an enterprise asked, in its own words. Row security shows it to the enterprise and to the procurement
    officers of the authority."""

    __tablename__ = "question"
    __table_args__ = (
        ForeignKeyConstraint(
            ["public_answer_id", "system_id"],
            ["public_answer.id", "public_answer.system_id"],
            name="fk_question_public_answer_id",
        ),
        CheckConstraint("(state = 'asked') = (public_answer_id IS NULL)", name="answered_by_an_answer"),
        CheckConstraint("text_sv <> ''", name="says_something"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    system_id: Mapped[int] = mapped_column(ForeignKey("system_of_choice.id"), index=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    state: Mapped[QuestionState] = mapped_column(enum_of(QuestionState, "state"), default=QuestionState.ASKED)
    text_sv: Mapped[str]
    asked_at: Mapped[datetime]
    public_answer_id: Mapped[int | None] = mapped_column()

    system: Mapped[SystemOfChoice] = relationship()
    enterprise: Mapped[Organisation] = relationship(foreign_keys=[enterprise_id])
    public_answer: Mapped[PublicAnswer | None] = relationship(foreign_keys=[public_answer_id])


explain_constraint(
    "frozen_question", "Ett publicerat svar kan inte ändras. Publicera ett förtydligande i stället."
)
explain_constraint(
    "uq_public_answer_system_id_number", "Någon annan publicerade ett svar samtidigt. Försök igen."
)


class AdvertisementContact(Base):
    """Whom an authority's advertisements name: a function, never a person."""

    __tablename__ = "advertisement_contact"

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    unit_sv: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    street: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
