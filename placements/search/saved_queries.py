"""Searches that the actor has saved. Row security shows nobody else's."""

from sqlalchemy import func, select

from marketplace.db import db, swedish_order
from placements.search.models import SavedSearch
from placements.search.saved_rules import Kept


def saved_searches() -> list[SavedSearch]:
    """By name."""
    return list(
        db.session.scalars(select(SavedSearch).order_by(swedish_order(SavedSearch.name), SavedSearch.id))
    )


def how_many_saved() -> int:
    return db.session.scalar(select(func.count(SavedSearch.id))) or 0


def as_kept(saved: SavedSearch) -> Kept:
    return Kept(saved.address, saved.starts_in_days, saved.lasts_days)
