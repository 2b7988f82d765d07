"""Payments into a supplier's account. The supplier's alone: the buyer sees that the invoice is paid."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from invoicing.invoices.models import Invoice
from invoicing.payments.rules import PaymentProblem
from marketplace.db import Base, enum_of


class Payment(Base):
    """A line of the bank's file, kept as the bank told it. Belongs to an invoice, or is listed with what is wrong; a
    listed one is mended by hand, with words."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "bank_id"),
        CheckConstraint("amount_ore > 0", name="amount"),
        CheckConstraint("invoice_id IS NOT NULL OR problem IS NOT NULL", name="matched_or_listed"),
        CheckConstraint(
            "mended_on IS NULL OR (problem IS NOT NULL AND mended_by <> ''"
            " AND (invoice_id IS NOT NULL OR note_sv <> ''))",
            name="mended_by_somebody",
        ),
        Index("ix_payment_invoice", "invoice_id"),
        Index(
            "ix_payment_to_mend",
            "enterprise_id",
            postgresql_where=text("problem IS NOT NULL AND mended_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    bank_id: Mapped[str]
    """The bank's own name for the payment: what makes the same line of two files one payment."""
    paid_on: Mapped[date]
    ocr: Mapped[str]
    amount_ore: Mapped[int] = mapped_column(BigInteger)
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]
    problem: Mapped[PaymentProblem | None] = mapped_column(enum_of(PaymentProblem, "problem"))
    """What was wrong when it was read; stays when it has been mended."""
    invoice_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"))
    mended_on: Mapped[date | None]
    mended_by: Mapped[str] = mapped_column(default="")
    note_sv: Mapped[str] = mapped_column(default="")

    invoice: Mapped[Invoice | None] = relationship(viewonly=True)

    @property
    def is_open(self) -> bool:
        return self.problem is not None and self.mended_on is None
