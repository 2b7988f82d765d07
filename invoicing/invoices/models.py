"""Invoices and their lines. One per contract and month; once sent, the database refuses every change of content.

Amounts are signed: a line below zero takes back what an earlier one asked for.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Numeric,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import VatCategory
from invoicing.invoices.rules import InvoiceState
from marketplace.accounts.models import Organisation
from marketplace.db import Base, enum_of, explain_constraint


class InvoiceCounter(Base):
    """The last invoice number that a supplier has used: locked to take the next, so that there are no gaps."""

    __tablename__ = "invoice_counter"

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    last_number: Mapped[int] = mapped_column(default=0)


class Invoice(Base):
    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "number"),
        UniqueConstraint("credits_id"),
        ForeignKeyConstraint(
            ["contract_id", "authority_id", "enterprise_id"],
            ["contract.id", "contract.authority_id", "contract.enterprise_id"],
            name="fk_invoice_contract_parties",
        ),
        CheckConstraint("extract(day FROM month) = 1", name="month_is_a_first"),
        CheckConstraint(
            "state IN ('draft', 'approved') OR (number IS NOT NULL AND issued_on IS NOT NULL"
            " AND (due_on IS NOT NULL OR (credits_id IS NOT NULL OR payable_ore < 0))"
            " AND xml <> '' AND html <> '' AND sha256 <> '')",
            name="sent_is_complete",
        ),
        CheckConstraint(
            "html = '' OR sha256_html = encode(sha256(convert_to(html, 'UTF8')), 'hex')", name="html_hash"
        ),
        CheckConstraint("payable_ore = net_ore + vat_ore + rounding_ore", name="sums"),
        CheckConstraint(
            "rounding_ore = 0 OR (abs(rounding_ore) <= 50 AND payable_ore % 100 = 0)", name="rounding"
        ),
        CheckConstraint(
            "attested_by_id IS NULL OR (examined_by_id IS NOT NULL AND examined_by_id <> attested_by_id)",
            name="four_eyes",
        ),
        Index("ix_invoice_authority_state", "authority_id", "state"),
        Index("ix_invoice_contract_month", "contract_id", "month"),
        Index(
            "uq_invoice_one_a_month",
            "contract_id",
            "month",
            unique=True,
            postgresql_where=text("credits_id IS NULL AND state <> 'credited'"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    contract_id: Mapped[int]
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    month: Mapped[date]
    """The month's first day."""
    credits_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"))
    """The sent invoice that this one takes back, whole. None for the month's own."""
    state: Mapped[InvoiceState] = mapped_column(enum_of(InvoiceState, "state"), default=InvoiceState.DRAFT)
    number: Mapped[int | None]
    ocr: Mapped[str] = mapped_column(default="")
    issued_on: Mapped[date | None]
    due_on: Mapped[date | None]
    net_ore: Mapped[int]
    vat_ore: Mapped[int]
    rounding_ore: Mapped[int] = mapped_column(default=0)
    payable_ore: Mapped[int]
    xml: Mapped[str] = mapped_column(default="", deferred=True)
    html: Mapped[str] = mapped_column(default="", deferred=True)
    """Long, so read only where the documents themselves are asked for: not in a list."""
    sha256: Mapped[str] = mapped_column(default="")
    """Of the XML as sent, hex."""
    sha256_html: Mapped[str] = mapped_column(default="", server_default="")
    created_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime | None]
    examined_on: Mapped[date | None]
    examined_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    examined_by: Mapped[str] = mapped_column(default="")
    attested_on: Mapped[date | None]
    attested_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """None for what was attested before one examined and another attested."""
    attested_by: Mapped[str] = mapped_column(default="")
    payment_sent_on: Mapped[date | None]
    """The buyer has paid it out; `paid_on` is when the supplier got the money."""
    reminded_on: Mapped[date | None]
    paid_on: Mapped[date | None]

    contract: Mapped[Contract] = relationship(
        primaryjoin="foreign(Invoice.contract_id) == Contract.id", viewonly=True
    )
    enterprise: Mapped[Organisation] = relationship(foreign_keys=[enterprise_id], viewonly=True)
    authority: Mapped[Organisation] = relationship(foreign_keys=[authority_id], viewonly=True)
    lines: Mapped[list["InvoiceLine"]] = relationship(
        back_populates="invoice", order_by="InvoiceLine.position", cascade="all, delete-orphan"
    )

    @property
    def computed(self) -> str:
        """When it was computed, for a page to send back: a draft may be computed again since."""
        return self.created_at.isoformat()

    @property
    def is_credit_note(self) -> bool:
        """Whether it gives money back: then it is sent as a credit note, with the signs turned."""
        return self.credits_id is not None or self.payable_ore < 0


explain_constraint("uq_invoice_one_a_month", "Månadens faktura för avtalet finns redan.")
explain_constraint("uq_invoice_credits_id", "Fakturan är redan krediterad.")


class InvoiceLine(Base):
    """What one placement earned by one price component in a month, or what was asked for and not earned."""

    __tablename__ = "invoice_line"
    __table_args__ = (
        UniqueConstraint("invoice_id", "position"),
        Index(
            "uq_invoice_line_fee_once",
            "placement_id",
            "component",
            unique=True,
            postgresql_where=text(
                "component IN ('start_fee', 'report_fee', 'result_fee') AND quantity > 0 AND NOT is_reversed"
            ),
        ),
        CheckConstraint("extract(day FROM earned_month) = 1", name="earned_month_is_a_first"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"))
    position: Mapped[int]
    placement_id: Mapped[int] = mapped_column(ForeignKey("placement.id"), index=True)
    component: Mapped[str]
    name_sv: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Numeric(10, 4))
    unit_code: Mapped[str]
    price_ore: Mapped[int]
    amount_ore: Mapped[int]
    first_day: Mapped[date]
    last_day: Mapped[date]
    basis_sv: Mapped[str]
    """How the line was computed, in words."""
    days: Mapped[list[date]] = mapped_column(ARRAY(Date), default=list)
    """The attendance days that earned it, or no longer do; empty for a fee and for a month."""
    hours: Mapped[list[Decimal]] = mapped_column(ARRAY(Numeric(8, 2)), default=list)
    """What each of the days stands for, signed, where hours are paid."""
    earned_month: Mapped[date]
    """First day of the month that earned it: the invoice's, or an earlier one that was late or has been corrected."""
    vat_category: Mapped[VatCategory] = mapped_column(enum_of(VatCategory, "vat_category"))
    """As agreed for the month that earned it."""
    is_reversed: Mapped[bool] = mapped_column(default=False)
    """A later line has taken it back. Set by the system, also once it is sent."""

    invoice: Mapped[Invoice] = relationship(back_populates="lines")


explain_constraint("uq_invoice_line_fee_once", "Avgiften är redan betald för den placeringen.")
explain_constraint("frozen_invoice", "En skickad faktura ändras aldrig. Den krediteras i stället.")
