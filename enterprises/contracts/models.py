"""A contract: which terms and prices hold between an authority and an enterprise."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from enterprises.applications.models import Application
from enterprises.contracts.rules import ContractState, VatCategory
from marketplace.accounts.models import Organisation
from marketplace.db import Base, enum_of, explain_constraint
from marketplace.procurement.models import SystemOfChoice, TermsVersion


class Contract(Base):
    """Follows an approval: which terms and prices hold between an authority and an enterprise."""

    __tablename__ = "contract"
    __table_args__ = (
        CheckConstraint(
            "state = 'awaiting_signature' OR (authority_signed_at IS NOT NULL AND enterprise_signed_at IS NOT NULL)",
            name="active_when_signed",
        ),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("(state = 'ended') = (ended_on IS NOT NULL)", name="ended_on_a_day"),
        CheckConstraint("vat_category = 'S' OR vat_exemption_reason_sv <> ''", name="exemption_has_a_reason"),
        UniqueConstraint("id", "authority_id", "enterprise_id"),
        Index(
            "uq_contract_live",
            "enterprise_id",
            "system_id",
            unique=True,
            postgresql_where=text("state <> 'ended'"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), unique=True)
    system_id: Mapped[int] = mapped_column(ForeignKey("system_of_choice.id"), index=True)
    terms_id: Mapped[int] = mapped_column(ForeignKey("terms_version.id"))
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    state: Mapped[ContractState] = mapped_column(
        enum_of(ContractState, "state"), default=ContractState.AWAITING_SIGNATURE
    )
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    """The last day by the text that was signed."""
    ended_on: Mapped[date | None]
    """The last day that it was in force, when it has been ended."""
    vat_category: Mapped[VatCategory] = mapped_column(enum_of(VatCategory, "vat_category"))
    vat_exemption_reason_sv: Mapped[str] = mapped_column(default="")
    buyer_reference: Mapped[str]
    payment_days: Mapped[int] = mapped_column(default=30)
    text_sha256: Mapped[str]
    """Hash of the text that both sign; see contract_text() in services."""
    authority_signed_at: Mapped[datetime | None]
    authority_signed_by: Mapped[str] = mapped_column(default="")
    enterprise_signed_at: Mapped[datetime | None]
    enterprise_signed_by: Mapped[str] = mapped_column(default="")

    system: Mapped[SystemOfChoice] = relationship()
    terms: Mapped[TermsVersion] = relationship()
    application: Mapped[Application] = relationship()
    enterprise: Mapped[Organisation] = relationship(foreign_keys=[enterprise_id])
    authority: Mapped[Organisation] = relationship(foreign_keys=[authority_id])


explain_constraint("uq_contract_live", "Det finns redan ett avtal i det här systemet med företaget.")
explain_constraint(
    "contract_in_use", "En placering fortsätter efter i dag. Avtalet kan avslutas när ingen fortsätter."
)
