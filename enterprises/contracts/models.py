"""A contract: what holds between an authority and an enterprise, each edition that both have signed, and what is
checked while it lasts.
"""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from enterprises.applications.models import Application
from enterprises.contracts.check_rules import CheckOutcome
from enterprises.contracts.edition_rules import EditionState, Facts
from enterprises.contracts.rules import ContractState, VatCategory
from marketplace.accounts.models import Organisation
from marketplace.db import Base, enum_of, explain_constraint
from marketplace.procurement.models import SystemOfChoice, TermsVersion
from marketplace.procurement.rules import CheckKind


class HasFacts:
    """What a contract and each of its editions say."""

    terms_id: Mapped[int] = mapped_column(ForeignKey("terms_version.id"))
    ends_on: Mapped[date | None]
    vat_category: Mapped[VatCategory] = mapped_column(enum_of(VatCategory, "vat_category"))
    vat_exemption_reason_sv: Mapped[str] = mapped_column(default="")
    buyer_reference: Mapped[str]
    payment_days: Mapped[int] = mapped_column(default=30)
    capacity_cap: Mapped[int | None]
    """The most seats in use at once; the database refuses more."""
    is_rounded: Mapped[bool] = mapped_column(default=False)
    """Its invoices are paid in whole kronor (öresavrundning)."""

    @property
    def facts(self) -> Facts:
        return Facts(
            terms_id=self.terms_id,
            ends_on=self.ends_on,
            vat_category=self.vat_category,
            vat_exemption_reason_sv=self.vat_exemption_reason_sv,
            buyer_reference=self.buyer_reference,
            payment_days=self.payment_days,
            capacity_cap=self.capacity_cap,
            is_rounded=self.is_rounded,
        )


class Contract(HasFacts, Base):
    """Follows an approval. Its facts are those of the edition in force, and `ends_on` is the day last agreed: the
    database holds them together.
    """

    __tablename__ = "contract"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("(state = 'ended') = (ended_on IS NOT NULL)", name="ended_on_a_day"),
        CheckConstraint("vat_category = 'S' OR vat_exemption_reason_sv <> ''", name="exemption_has_a_reason"),
        UniqueConstraint("id", "authority_id", "enterprise_id"),
        ForeignKeyConstraint(
            ["edition_id", "id"],
            ["contract_edition.id", "contract_edition.contract_id"],
            name="fk_contract_edition",
            use_alter=True,
        ),
        Index(
            "uq_contract_application",
            "application_id",
            unique=True,
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        Index(
            "uq_contract_live",
            "enterprise_id",
            "system_id",
            unique=True,
            postgresql_where=text("state NOT IN ('ended', 'withdrawn')"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"))
    system_id: Mapped[int] = mapped_column(ForeignKey("system_of_choice.id"), index=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    state: Mapped[ContractState] = mapped_column(
        enum_of(ContractState, "state"), default=ContractState.AWAITING_SIGNATURE
    )
    starts_on: Mapped[date]
    ended_on: Mapped[date | None]
    """The last day that it was in force, when it is over."""
    edition_id: Mapped[int | None]
    """The edition in force, or the first one until it has been signed."""
    reminded_days: Mapped[int | None]
    """How many days before the end the parties were last reminded of it."""

    system: Mapped[SystemOfChoice] = relationship()
    terms: Mapped[TermsVersion] = relationship()
    application: Mapped[Application] = relationship()
    enterprise: Mapped[Organisation] = relationship(foreign_keys=[enterprise_id])
    authority: Mapped[Organisation] = relationship(foreign_keys=[authority_id])
    edition: Mapped["ContractEdition"] = relationship(
        primaryjoin="foreign(Contract.edition_id) == ContractEdition.id", viewonly=True
    )


class ContractEdition(HasFacts, Base):
    """What both parties sign: the contract as drawn up, or as amended from the first of a month. It never changes."""

    __tablename__ = "contract_edition"
    __table_args__ = (
        ForeignKeyConstraint(
            ["contract_id", "authority_id", "enterprise_id"],
            ["contract.id", "contract.authority_id", "contract.enterprise_id"],
            name="fk_contract_edition_parties",
        ),
        UniqueConstraint("contract_id", "number"),
        UniqueConstraint("id", "contract_id"),
        Index(
            "uq_contract_edition_proposed",
            "contract_id",
            unique=True,
            postgresql_where=text("state = 'proposed'"),
        ),
        Index(
            "uq_contract_edition_signed",
            "contract_id",
            "from_day",
            unique=True,
            postgresql_where=text("state = 'signed'"),
        ),
        CheckConstraint(
            "state <> 'signed' OR (authority_signed_at IS NOT NULL AND enterprise_signed_at IS NOT NULL)",
            name="signed_by_both",
        ),
        CheckConstraint(
            "number = 1 OR (extract(day FROM from_day) = 1 AND reason_sv <> '')", name="amended_by_the_month"
        ),
        CheckConstraint("ends_on >= from_day", name="ends_after_start"),
        CheckConstraint("vat_category = 'S' OR vat_exemption_reason_sv <> ''", name="exemption_has_a_reason"),
        CheckConstraint("capacity_cap >= 1", name="some_capacity"),
        CheckConstraint(
            "text_sha256 = encode(sha256(convert_to(text_sv, 'UTF8')), 'hex')", name="hash_of_the_text"
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    contract_id: Mapped[int]
    authority_id: Mapped[int] = mapped_column(index=True)
    enterprise_id: Mapped[int] = mapped_column(index=True)
    number: Mapped[int]
    state: Mapped[EditionState] = mapped_column(enum_of(EditionState, "state"), default=EditionState.PROPOSED)
    from_day: Mapped[date]
    reason_sv: Mapped[str] = mapped_column(default="")
    """Why the contract is amended; empty for the first edition."""
    text_sv: Mapped[str | None]
    """What is signed; none where it was signed before texts were kept: then it is composed of the facts."""
    text_sha256: Mapped[str]
    authority_signed_at: Mapped[datetime | None]
    authority_signed_by: Mapped[str] = mapped_column(default="")
    authority_signed_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    enterprise_signed_at: Mapped[datetime | None]
    enterprise_signed_by: Mapped[str] = mapped_column(default="")
    enterprise_signed_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]

    contract: Mapped[Contract] = relationship(
        primaryjoin="foreign(ContractEdition.contract_id) == Contract.id", viewonly=True
    )
    terms: Mapped[TermsVersion] = relationship()


class SupplierCheck(Base):
    """Something that is looked up again and again about a supplier: the next one is planned when one is done."""

    __tablename__ = "supplier_check"
    __table_args__ = (
        ForeignKeyConstraint(
            ["contract_id", "authority_id", "enterprise_id"],
            ["contract.id", "contract.authority_id", "contract.enterprise_id"],
            name="fk_supplier_check_parties",
        ),
        CheckConstraint(
            "(done_on IS NULL) = (outcome IS NULL) AND (done_on IS NULL) = (evidence_sv = '')",
            name="done_with_evidence",
        ),
        Index(
            "uq_supplier_check_open",
            "contract_id",
            "kind",
            unique=True,
            postgresql_where=text("done_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    contract_id: Mapped[int] = mapped_column(index=True)
    authority_id: Mapped[int] = mapped_column(index=True)
    enterprise_id: Mapped[int]
    kind: Mapped[CheckKind] = mapped_column(enum_of(CheckKind, "kind"))
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    done_by: Mapped[str] = mapped_column(default="")
    outcome: Mapped[CheckOutcome | None] = mapped_column(enum_of(CheckOutcome, "outcome"))
    evidence_sv: Mapped[str] = mapped_column(default="")
    """What was looked up where, and what it said."""

    contract: Mapped[Contract] = relationship(
        primaryjoin="foreign(SupplierCheck.contract_id) == Contract.id", viewonly=True
    )


explain_constraint("uq_contract_live", "Det finns redan ett avtal i det här systemet med företaget.")
explain_constraint("uq_contract_application", "Avtalet är redan upprättat.")
explain_constraint(
    "contract_in_use", "En placering fortsätter efter i dag. Avtalet kan avslutas när ingen fortsätter."
)
explain_constraint(
    "contract_shortened",
    "En accepterad eller pågående placering fortsätter efter den nya sista dagen. Välj en senare dag.",
)
explain_constraint(
    "contract_capacity_cap",
    "Leverantören har så många platser i bruk som avtalet tillåter. Välj andra dagar eller en annan leverantör.",
)
explain_constraint(
    "frozen_edition", "Det som båda har skrivit under kan inte ändras. Erbjud en ändring av avtalet."
)
explain_constraint(
    "own_signature", "Var och en skriver under för sin egen part. Logga in för den andra parten."
)
explain_constraint("uq_contract_edition_proposed", "En ändring väntar redan på underskrift. Läs om sidan.")
explain_constraint("uq_contract_edition_signed", "En annan ändring gäller redan från den dagen.")
explain_constraint("frozen_check", "Kontrollen är redan gjord. Läs om sidan.")
