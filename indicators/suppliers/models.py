"""Each enterprise's indicators per month, as the nightly job counted them: numerator and denominator."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base


class SupplierIndicator(Base):
    __tablename__ = "supplier_indicator"
    __table_args__ = (CheckConstraint("denominator > 0 AND numerator >= 0", name="counts"),)

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    indicator: Mapped[str] = mapped_column(primary_key=True)
    """A name in the registry of definitions."""
    numerator: Mapped[int]
    denominator: Mapped[int]
