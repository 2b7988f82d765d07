"""How much each controller may attest, and what the buyer has disputed."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from invoicing.attest.rules import DisputeOutcome
from invoicing.invoices.models import InvoiceLine
from marketplace.db import Base, enum_of, explain_constraint


class AttestLimit(Base):
    """The largest amount that a controller may attest. Without a row she may attest nothing."""

    __tablename__ = "attest_limit"
    __table_args__ = (CheckConstraint("limit_ore > 0", name="limit"),)

    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    limit_ore: Mapped[int] = mapped_column(BigInteger)


class Dispute(Base):
    """The buyer does not accept some lines of an invoice; open until the supplier has answered or it is taken back."""

    __tablename__ = "dispute"
    __table_args__ = (
        Index("uq_dispute_open", "invoice_id", unique=True, postgresql_where=text("outcome IS NULL")),
        CheckConstraint(
            "(outcome IS NULL) = (ended_at IS NULL) AND (outcome IS DISTINCT FROM 'kept' OR answer_sv <> '')",
            name="ended_in_words",
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), index=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    answer_by: Mapped[date]
    outcome: Mapped[DisputeOutcome | None] = mapped_column(enum_of(DisputeOutcome, "outcome"))
    answer_sv: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(default="")

    lines: Mapped[list["DisputedLine"]] = relationship(
        cascade="all, delete-orphan", order_by="DisputedLine.line_id"
    )


class DisputedLine(Base):
    """What is wrong with a line, and what it ought to be where the buyer knows."""

    __tablename__ = "disputed_line"
    __table_args__ = (CheckConstraint("reason_sv <> ''", name="reason"),)

    dispute_id: Mapped[int] = mapped_column(ForeignKey("dispute.id"), primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("invoice_line.id"), primary_key=True, index=True)
    reason_sv: Mapped[str]
    suggested_quantity: Mapped[Decimal | None] = mapped_column(Numeric(10, 4))
    suggested_ore: Mapped[int | None]

    line: Mapped[InvoiceLine] = relationship()


explain_constraint("uq_dispute_open", "Fakturan är redan bestridd.")
explain_constraint(
    "ck_invoice_four_eyes", "Någon annan än den som sakgranskade fakturan måste attestera den."
)
