"""A saved search is one person's own in one authority; the words of places are everyone's, and drafts have none."""

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import DBAPIError

from marketplace.accounts.rules import Role
from marketplace.clock import now
from marketplace.db import db
from marketplace.tenancy import ANONYMOUS, acting_as, system_actor
from placements.search.models import PlaceWords, SavedSearch
from tests.isolation.conftest import Rollback
from tests.world import World


def test_only_its_owner_finds_a_saved_search(undone: Rollback, world: World) -> None:
    counted = select(func.count()).where(SavedSearch.id == world.own["saved_search_id"])
    with undone():
        for (role, side), actor in world.actors.items():
            with acting_as(actor):
                may = side == "own" and role is Role.CASE_OFFICER
                assert db.session.scalar(counted) == may, (role, side)
        for nobody in (ANONYMOUS, system_actor(), system_actor(world.authorities["own"])):
            with acting_as(nobody):
                assert db.session.scalar(counted) == 0


def test_nobody_saves_in_the_name_of_another(undone: Rollback, world: World) -> None:
    owner, other = world.actor(Role.CASE_OFFICER), world.actor(Role.COORDINATOR)
    facts = {"name": "Inte min", "address": {}, "created_at": now(), "authority_id": owner.authority_id}
    with pytest.raises(DBAPIError, match="row-level security"), undone(), acting_as(other):
        db.session.execute(insert(SavedSearch).values(user_id=owner.user_id, **facts))


def test_words_are_read_by_all_of_what_is_published_and_written_by_none(
    undone: Rollback, world: World
) -> None:
    def has(place: str) -> bool:
        counted = select(func.count()).where(PlaceWords.place_id == world.own[place])
        return db.session.scalar(counted) == 1

    with undone(), acting_as(world.actor(Role.CASE_OFFICER)):
        assert has("published_place_id")
        assert not has("draft_place_id")
    with undone(), acting_as(world.actor(Role.SUPPLIER_MANAGER)):
        changed = db.session.execute(update(PlaceWords).values(words=func.to_tsvector("annat")))
        assert changed.rowcount == 0  # type: ignore[attr-defined]
