"""Words that a place is found by, and searches that somebody has saved."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from enterprises.places.models import Place
from enterprises.places.rules import PlaceState
from marketplace.db import Base, explain_constraint
from placements.search.saved_rules import LONGEST_NAME

# The neutral order within what a search is most often narrowed to.
for _column in (Place.kommun_code, Place.ssyk, Place.enterprise_id):
    Index(
        f"ix_place_{_column.key.partition('_')[0]}_in_order",
        _column,
        Place.order_key,
        postgresql_where=Place.state == PlaceState.PUBLISHED,
    )


class PlaceWords(Base):
    """Stems of what is said of a place that is not a draft. Triggers write it and nobody else."""

    __tablename__ = "place_words"
    __table_args__ = (Index("ix_place_words_words", "words", postgresql_using="gin"),)

    place_id: Mapped[int] = mapped_column(ForeignKey("place.id", ondelete="CASCADE"), primary_key=True)
    words: Mapped[Any] = mapped_column(TSVECTOR)


class SavedSearch(Base):
    """One person's search, to make again. Its days move with the calendar unless they are in the address."""

    __tablename__ = "saved_search"
    __table_args__ = (
        CheckConstraint(f"length(name) BETWEEN 1 AND {LONGEST_NAME}", name="name"),
        CheckConstraint("starts_in_days >= 0 AND lasts_days >= 0", name="days"),
        UniqueConstraint("user_id", "authority_id", "name"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    authority_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str]
    address: Mapped[dict[str, list[str]]] = mapped_column(JSONB)
    """The query of the search's address, never with a person in it."""
    starts_in_days: Mapped[int | None]
    """Calendar days from the day it is made to the latest start; none where the address says, or nothing does."""
    lasts_days: Mapped[int | None]
    """Calendar days from the start for which the seat should be free."""
    created_at: Mapped[datetime]


explain_constraint(
    "uq_saved_search_user_id_authority_id_name",
    "Du har redan en sparad sökning med det namnet. Skriv ett annat namn.",
)
