"""How far the handing over of each sent invoice has come, and its paper."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from invoicing.delivery.rules import DeliveryState
from invoicing.invoices.models import Invoice
from marketplace.db import Base, enum_of, explain_constraint


class Delivery(Base):
    """One for each invoice that there is somewhere to hand over to. What is delivered stays so."""

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name="delivered_is_dated"),
        CheckConstraint("(state = 'waiting') = (next_attempt_at IS NOT NULL)", name="waiting_is_due"),
        Index("ix_delivery_due", "next_attempt_at", postgresql_where=text("state = 'waiting'")),
    )

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    state: Mapped[DeliveryState] = mapped_column(
        enum_of(DeliveryState, "state"), default=DeliveryState.WAITING
    )
    attempts: Mapped[int] = mapped_column(default=0)
    """Since it was sent, or since somebody asked to try again."""
    next_attempt_at: Mapped[datetime | None]
    problem_sv: Mapped[str] = mapped_column(default="")
    """Why the latest attempt came to nothing."""
    delivered_at: Mapped[datetime | None]
    receipt: Mapped[str] = mapped_column(default="")
    """What the access point calls it."""

    invoice: Mapped[Invoice] = relationship(viewonly=True)


class InvoicePaper(Base):
    """The reading copy as PDF, set from the XML as it was sent."""

    __tablename__ = "invoice_paper"

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), primary_key=True)
    pdf: Mapped[bytes] = mapped_column(deferred=True)
    sha256: Mapped[str]
    """Of the PDF, hex."""


explain_constraint("frozen_delivery", "E-fakturan är redan lämnad. Det ändras inte.")
