"""Rules of disposal, proposals and decisions, exceptions, and the record of what was done."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, enum_of, explain_constraint
from placements.disposal.rules import DisposalKind, DisposalState, Outcome


class DisposalRule(Base):
    """How long the authority keeps what, by its own decision. Without one nothing is disposed of."""

    __tablename__ = "disposal_rule"
    __table_args__ = (
        CheckConstraint("years BETWEEN CASE kind WHEN 'basis' THEN 7 ELSE 1 END AND 50", name="years"),
        CheckConstraint("decision_sv <> ''", name="decision_sv"),
    )

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    kind: Mapped[DisposalKind] = mapped_column(enum_of(DisposalKind, "kind"), primary_key=True)
    years: Mapped[int]
    """After the end of the calendar year in which the case ended."""
    decision_sv: Mapped[str]
    """Which decision it stands in: the plan for documents, its number and day."""
    set_on: Mapped[date]
    set_by: Mapped[str]


class Disposal(Base):
    """A proposal to dispose of one kind of some participants, and what became of it. It points at no person."""

    __tablename__ = "disposal"
    __table_args__ = (
        CheckConstraint("decided_by_id <> proposed_by_id", name="four_eyes"),
        CheckConstraint(
            "(state IN ('decided', 'declined', 'executed')) = (decided_by_id IS NOT NULL)", name="decided"
        ),
        CheckConstraint(
            "(state = 'executed') = (executed_at IS NOT NULL) AND (state = 'executed') = (seal <> '')",
            name="executed",
        ),
        Index(
            "uq_disposal_open",
            "authority_id",
            "kind",
            unique=True,
            postgresql_where=text("state IN ('proposed', 'decided')"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[DisposalKind] = mapped_column(enum_of(DisposalKind, "kind"))
    years: Mapped[int]
    state: Mapped[DisposalState] = mapped_column(enum_of(DisposalState, "state"))
    rule_sv: Mapped[str]
    """The rule's decision, as it was."""
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str]
    proposed_by_id: Mapped[int]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(default="")
    decided_by_id: Mapped[int | None]
    diary_number: Mapped[str] = mapped_column(default="")
    executed_at: Mapped[datetime | None]
    seal: Mapped[str] = mapped_column(default="")


explain_constraint("uq_disposal_open", "Det finns redan ett förslag av det slaget. Besluta om det först.")
explain_constraint("ck_disposal_four_eyes", "Du har själv lämnat förslaget. Någon annan beslutar om det.")


class DisposalItem(Base):
    """A participant's number in a proposal. Not a key: it outlasts what is known of her."""

    __tablename__ = "disposal_item"

    disposal_id: Mapped[int] = mapped_column(ForeignKey("disposal.id"), primary_key=True)
    participant_id: Mapped[int] = mapped_column(primary_key=True)
    ended_on: Mapped[date]
    outcome: Mapped[Outcome | None] = mapped_column(enum_of(Outcome, "outcome"))


class DisposalCount(Base):
    """How many rows of a table were emptied or taken away. Only the database's own function writes here."""

    __tablename__ = "disposal_count"

    disposal_id: Mapped[int] = mapped_column(ForeignKey("disposal.id"), primary_key=True)
    table_name: Mapped[str] = mapped_column(primary_key=True)
    rows: Mapped[int]


class DisposalHold(Base):
    """An exception: the participant's rows are needed, for a claim or a case in court."""

    __tablename__ = "disposal_hold"
    __table_args__ = (
        CheckConstraint("reason_sv <> ''", name="reason_sv"),
        CheckConstraint("(lifted_on IS NULL) = (lifted_by = '')", name="lifted"),
        ForeignKeyConstraint(
            ["participant_id", "authority_id"], ["participant.id", "participant.authority_id"]
        ),
        Index(
            "uq_disposal_hold_live",
            "participant_id",
            unique=True,
            postgresql_where=text("lifted_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    participant_id: Mapped[int]
    authority_id: Mapped[int]
    reason_sv: Mapped[str]
    since: Mapped[date]
    since_by: Mapped[str]
    lifted_on: Mapped[date | None]
    lifted_by: Mapped[str] = mapped_column(default="")


explain_constraint("uq_disposal_hold_live", "Deltagaren är redan undantagen från gallring.")


class ClosedYear(Base):
    """The last year of which an organisation lacks rows: what is published of it and earlier is not counted again."""

    __tablename__ = "closed_year"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    through: Mapped[int]
