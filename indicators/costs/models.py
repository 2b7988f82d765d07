"""Cost of placements that are over: sums per year, never persons, with small cells already left out."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, enum_of
from marketplace.reference.rules import Sex


class CostCell(Base):
    """One published cell; no supplier (0) and no kommun is the total over them. What may not be shown is null.

    Counted in the year that the placement ended, with all that has been invoiced for it. Öre without VAT.
    """

    __tablename__ = "cost_cell"
    __table_args__ = (
        CheckConstraint("placements >= 5", name="no_small_cell"),
        CheckConstraint("(placements IS NULL) = (cost_ore IS NULL)", name="hidden_whole"),
    )

    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    sex: Mapped[Sex] = mapped_column(enum_of(Sex, "sex"), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(primary_key=True)
    kommun_code: Mapped[str] = mapped_column(primary_key=True)
    placements: Mapped[int | None]
    cost_ore: Mapped[int | None] = mapped_column(BigInteger)
