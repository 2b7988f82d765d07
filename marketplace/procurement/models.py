"""Systems of choice, versions of their terms, requirements and price components."""

from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from marketplace.accounts.models import Organisation
from marketplace.db import Base, enum_of, explain_constraint
from marketplace.procurement.rules import (
    CLOSED_SV,
    DefaultRule,
    Proof,
    Regime,
    SystemState,
    TermsRules,
    TermsState,
)


class SystemOfChoice(Base):
    """One service that an authority buys. The regime is an attribute: who may run a LOV system is disputed."""

    __tablename__ = "system_of_choice"
    __table_args__ = (
        UniqueConstraint("id", "authority_id"),
        CheckConstraint(
            "(closed_on IS NULL) = (closing_reason_sv = '') AND (is_open OR closed_on IS NULL)",
            name="closed_for_a_reason",
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str]
    service_sv: Mapped[str]
    """What is bought, in plain words."""
    regime: Mapped[Regime] = mapped_column(enum_of(Regime, "regime"))
    kommun_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    is_open: Mapped[bool] = mapped_column(default=False)
    """Set when the first terms are published: from then on it is public, also when it has been closed."""
    needs_two_deciders: Mapped[bool] = mapped_column(default=False)
    """Whether one officer proposes the decision on an application and another takes it."""
    closed_on: Mapped[date | None]
    """Since when nobody can apply; contracts run on."""
    closing_reason_sv: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]

    authority: Mapped[Organisation] = relationship()
    versions: Mapped[list["TermsVersion"]] = relationship(
        back_populates="system", order_by="TermsVersion.version"
    )

    @property
    def state(self) -> SystemState:
        if self.closed_on is not None:
            return SystemState.CLOSED
        return SystemState.OPEN if self.is_open else SystemState.UNOPENED


explain_constraint(
    "frozen_system",
    "Systemet är öppet och kan inte ändras. Skapa ett nytt system om något annat ska köpas.",
)
explain_constraint("closed_system", CLOSED_SV)


class TermsVersion(Base):
    """Förfrågningsunderlag: one version. Once published it never changes; the database refuses."""

    __tablename__ = "terms_version"
    __table_args__ = (
        ForeignKeyConstraint(
            ["system_id", "authority_id"], ["system_of_choice.id", "system_of_choice.authority_id"]
        ),
        UniqueConstraint("system_id", "version"),
        Index(
            "uq_terms_version_published",
            "system_id",
            unique=True,
            postgresql_where=text("state = 'published'"),
        ),
        CheckConstraint("capacity_floor >= 1 AND capacity_cap >= 1", name="some_capacity"),
        CheckConstraint(
            "least(tax_check_months, debt_check_months, status_check_months, insurance_check_months) >= 1",
            name="months_between_checks",
        ),
        CheckConstraint(
            "state = 'draft' OR default_rule <> 'own_provision' OR own_provision_sv <> ''",
            name="own_provision_described",
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    system_id: Mapped[int] = mapped_column(index=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    version: Mapped[int]
    state: Mapped[TermsState] = mapped_column(enum_of(TermsState, "state"), default=TermsState.DRAFT)
    contract_text_sv: Mapped[str]
    start_within_days: Mapped[int]
    answer_within: Mapped[int]
    plan_within: Mapped[int]
    report_within: Mapped[int]
    decision_within: Mapped[int]
    capacity_floor: Mapped[int | None]
    capacity_cap: Mapped[int | None]
    default_rule: Mapped[DefaultRule] = mapped_column(enum_of(DefaultRule, "default_rule"))
    own_provision_sv: Mapped[str] = mapped_column(default="")
    tax_check_months: Mapped[int | None]
    debt_check_months: Mapped[int | None]
    status_check_months: Mapped[int | None]
    insurance_check_months: Mapped[int | None]
    published_on: Mapped[date | None]

    system: Mapped[SystemOfChoice] = relationship(back_populates="versions")
    requirements: Mapped[list["Requirement"]] = relationship(
        back_populates="terms", order_by="Requirement.position", cascade="all, delete-orphan"
    )
    prices: Mapped[list["PriceRow"]] = relationship(
        back_populates="terms", order_by="PriceRow.position", cascade="all, delete-orphan"
    )

    @property
    def rules(self) -> TermsRules:
        return TermsRules(**{rule.name: getattr(self, rule.name) for rule in fields(TermsRules)})

    @rules.setter
    def rules(self, rules: TermsRules) -> None:
        for rule in fields(TermsRules):
            setattr(self, rule.name, getattr(rules, rule.name))


explain_constraint("uq_terms_version_published", "En annan version är redan publicerad. Läs om sidan.")
explain_constraint(
    "default_decided",
    "Bestäm vad som gäller för den som inte väljer: egen verksamhet eller turordning (9 kap. 2 § LOV).",
)
explain_constraint(
    "frozen_terms", "Ett publicerat förfrågningsunderlag kan inte ändras. Skriv en ny version."
)


class Requirement(Base):
    """What every applicant must meet: the same text for all (LOV 1:2, equal treatment)."""

    __tablename__ = "requirement"
    __table_args__ = (UniqueConstraint("terms_id", "position"), UniqueConstraint("id", "terms_id"))

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    terms_id: Mapped[int] = mapped_column(ForeignKey("terms_version.id"), index=True)
    position: Mapped[int]
    text_sv: Mapped[str]
    proof: Mapped[Proof] = mapped_column(enum_of(Proof, "proof"))

    terms: Mapped[TermsVersion] = relationship(back_populates="requirements")


class PriceRow(Base):
    """One row of the price list. `component` and `parameters` are read by invoicing/remuneration/rules.py."""

    __tablename__ = "price_row"
    __table_args__ = (
        UniqueConstraint("terms_id", "position"),
        CheckConstraint("amount_ore >= 0", name="amount_not_negative"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    terms_id: Mapped[int] = mapped_column(ForeignKey("terms_version.id"), index=True)
    position: Mapped[int]
    component: Mapped[str]
    support_level: Mapped[str | None]
    """The grant's level that the row is for; none means every level."""
    day_part: Mapped[str | None]
    """whole, half or part, for a day rate."""
    amount_ore: Mapped[int]
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)

    terms: Mapped[TermsVersion] = relationship(back_populates="prices")
