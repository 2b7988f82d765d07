"""Who was assigned by default, in which turn, and why."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Identity, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from enterprises.contracts.models import Contract
from enterprises.places.models import Place
from marketplace.db import Base, explain_constraint
from marketplace.procurement.models import SystemOfChoice


class DefaultAssignment(Base):
    """One turn. Knows of no person: the choice round points here. Never changes."""

    __tablename__ = "default_assignment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["system_id", "authority_id"], ["system_of_choice.id", "system_of_choice.authority_id"]
        ),
        UniqueConstraint("system_id", "turn"),
        UniqueConstraint("id", "authority_id"),
        Index("ix_default_assignment_contract_id", "contract_id", "turn"),
        CheckConstraint("(contract_id IS NULL) = (place_id IS NULL)", name="place_of_a_supplier"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    system_id: Mapped[int]
    turn: Mapped[int]
    """Counted from 1 in each system."""
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    """None for the authority's own provision."""
    place_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"))
    passed_over: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Contracts passed over, in order: {"contract_id": …, "reason": …}."""
    why_sv: Mapped[str]
    assigned_at: Mapped[datetime]
    assigned_by: Mapped[str]

    system: Mapped[SystemOfChoice] = relationship()
    contract: Mapped[Contract | None] = relationship()
    place: Mapped[Place | None] = relationship()


explain_constraint(
    "uq_default_assignment_system_id_turn", "Någon annan fick turen just nu. Läs om sidan och försök igen."
)
explain_constraint("frozen_default_assignment", "En tilldelning kan inte ändras.")
