"""What is budgeted for a system and month, and what a contract's months are expected to cost. Öre without VAT."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base


class Budget(Base):
    """No row: nothing is budgeted, which is not the same as nothing."""

    __tablename__ = "budget"
    __table_args__ = (
        ForeignKeyConstraint(
            ["system_id", "authority_id"], ["system_of_choice.id", "system_of_choice.authority_id"]
        ),
        CheckConstraint("extract(day FROM month) = 1", name="month_is_a_first"),
        CheckConstraint("amount_ore >= 0", name="amount_not_negative"),
    )

    system_id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    authority_id: Mapped[int] = mapped_column(index=True)
    amount_ore: Mapped[int] = mapped_column(BigInteger)


class ExpectedCost(Base):
    """Counted at night. It gives way to the month's invoice when that has been sent."""

    __tablename__ = "expected_cost"
    __table_args__ = (
        CheckConstraint("low_ore <= high_ore", name="low_to_high"),
        CheckConstraint("attended_days BETWEEN 0 AND planned_days", name="share"),
    )

    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    low_ore: Mapped[int] = mapped_column(BigInteger)
    high_ore: Mapped[int] = mapped_column(BigInteger)
    unpriced: Mapped[int]
    """Placements of which something could not be priced."""
    attended_days: Mapped[int]
    planned_days: Mapped[int]
    """The share that the lower end goes by: that of the contract's system."""
    computed_at: Mapped[datetime]
