"""Runs, and what could not be priced."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Identity, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from enterprises.contracts.models import Contract
from marketplace.db import Base
from placements.booking.rules import placement_number


class InvoiceRun(Base):
    """One party's run of a month. Nothing depends on it: what is not made is found again by the next."""

    __tablename__ = "invoice_run"
    __table_args__ = (CheckConstraint("num_nonnulls(authority_id, enterprise_id) = 1", name="of_one_party"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    enterprise_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    month: Mapped[date]
    started_at: Mapped[datetime]
    started_by: Mapped[str]
    contracts_total: Mapped[int] = mapped_column(default=0)
    contracts_done: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]


class Unpriced(Base):
    """Something of a month that could not be priced, for a person to mend. Every run to come looks at it again."""

    __tablename__ = "unpriced"
    __table_args__ = (
        ForeignKeyConstraint(
            ["contract_id", "authority_id", "enterprise_id"],
            ["contract.id", "contract.authority_id", "contract.enterprise_id"],
            name="fk_unpriced_contract_parties",
        ),
        Index(
            "uq_unpriced_once",
            "contract_id",
            "month",
            "placement_id",
            "reason_sv",
            unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    contract_id: Mapped[int]
    authority_id: Mapped[int]
    enterprise_id: Mapped[int]
    month: Mapped[date]
    """First day of the month that would have earned it."""
    placement_id: Mapped[int | None] = mapped_column(ForeignKey("placement.id"))
    """None where it is the contract's price list that cannot be used."""
    reason_sv: Mapped[str]
    days: Mapped[list[date]] = mapped_column(ARRAY(Date))

    contract: Mapped[Contract] = relationship(
        primaryjoin="foreign(Unpriced.contract_id) == Contract.id", viewonly=True
    )

    @property
    def placement_number(self) -> str:
        """Empty where it is the contract's price list."""
        return placement_number(self.placement_id) if self.placement_id else ""
