"""Saving a search, and naming and removing what is saved. Each is the actor's own."""

from marketplace.accounts.rules import Role
from marketplace.clock import now
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, NotAllowed
from marketplace.tenancy import current_actor
from placements.search.models import SavedSearch
from placements.search.saved_queries import how_many_saved
from placements.search.saved_rules import MOST_SAVED, Kept, checked_name

SEARCHERS = (Role.CASE_OFFICER, Role.COORDINATOR)


def save_search(name: str, search: Kept) -> SavedSearch:
    """Raises Invalid for a name that cannot be used, Conflict for one that is taken or when there are too many."""
    actor = current_actor()
    if actor.role not in SEARCHERS or actor.user_id is None or actor.authority_id is None:
        raise NotAllowed("Bara handläggare och samordnare kan spara sökningar.")
    if how_many_saved() >= MOST_SAVED:
        raise Conflict(f"Du har {MOST_SAVED} sparade sökningar. Ta bort någon som du inte använder.")
    saved = SavedSearch(
        user_id=actor.user_id,
        authority_id=actor.authority_id,
        name=checked_name(name),
        address=search.address,
        starts_in_days=search.starts_in_days,
        lasts_days=search.lasts_days,
        created_at=now(),
    )
    db.session.add(saved)
    db.session.flush()
    return saved


def rename_search(saved_search_id: int, name: str) -> None:
    """Raises NotFound, Invalid, Conflict when the name is taken."""
    get_or_404(SavedSearch, saved_search_id, lock=True).name = checked_name(name)
    db.session.flush()


def delete_search(saved_search_id: int) -> None:
    """Raises NotFound."""
    db.session.delete(get_or_404(SavedSearch, saved_search_id, lock=True))
    db.session.flush()
