"""Pictures, closures with their history and files of places: whose they are, and what nobody can do with them."""

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from marketplace.accounts.rules import Role
from marketplace.clock import now
from marketplace.db import Base, db
from marketplace.tenancy import ANONYMOUS, acting_as
from tests.isolation.conftest import Rollback
from tests.world import BUYERS, ROLES, World

TABLES = Base.metadata.tables
OWN = ("closed_period", "closure_revision", "place_import")


def count(table: str) -> int:
    return db.session.scalar(select(func.count()).select_from(TABLES[table])) or 0


def test_the_enterprise_reads_its_own(undone: Rollback, world: World) -> None:
    """The tests below would pass if nobody saw anything."""
    with undone(), acting_as(world.actor(Role.SUPPLIER_MANAGER)):
        assert [count(table) for table in OWN] == [1, 1, 1]
        assert count("place_picture") == count("place_picture_content") == 1
    with undone(), acting_as(world.actor(Role.SUPERVISOR)):
        assert [count(table) for table in OWN] == [1, 1, 0], "a file on its way in is the manager's"


def test_nobody_else_reads_closures_or_files(undone: Rollback, world: World) -> None:
    strangers = [world.actor(role) for role in BUYERS]
    strangers += [world.actor(role, "outside") for role in ROLES]
    for actor in (*strangers, ANONYMOUS):
        with undone(), acting_as(actor):
            assert [count(table) for table in OWN] == [0, 0, 0], actor.role


def test_a_picture_is_seen_with_its_place(undone: Rollback, world: World) -> None:
    """In the world it belongs to a draft; published, everyone sees it."""
    strangers = [*(world.actor(role, "foreign") for role in ROLES), ANONYMOUS]
    picture_id = world.own["place_picture_id"]
    seen = select(TABLES["place_picture"].c.id).where(TABLES["place_picture"].c.id == picture_id)
    content = select(func.count()).where(TABLES["place_picture_content"].c.place_picture_id == picture_id)
    for published in (False, True):
        with undone():
            if published:
                with acting_as(world.actor(Role.SUPPLIER_MANAGER)):
                    db.session.execute(text("UPDATE place SET state = 'published' WHERE state = 'draft'"))
            for actor in strangers:
                with acting_as(actor):
                    assert (db.session.scalar(seen) is not None) is published, actor.role
                    assert db.session.scalar(content) == int(published), actor.role


def test_history_is_only_added_to(undone: Rollback, world: World) -> None:
    revision = TABLES["closure_revision"]
    for statement in (update(revision).values(why_sv="annat"), revision.delete()):
        refused = pytest.raises(DBAPIError, match="permission denied")
        with refused, undone(), acting_as(world.actor(Role.SUPPLIER_MANAGER)):
            db.session.execute(statement)


def test_nothing_is_written_for_another_enterprise(undone: Rollback, world: World) -> None:
    foreign, place_id = world.enterprises["foreign"], world.foreign["published_place_id"]
    rows: dict[str, dict[str, object]] = {
        "place_picture": {
            "place_id": place_id,
            "position": 2,
            "alt_sv": "Förfalskad",
            "width": 1,
            "height": 1,
            "sha256": "",
            "added_at": now(),
            "added_by": "",
        },
        "place_picture_content": {
            "place_picture_id": world.foreign["place_picture_id"],
            "large": b"x",
            "small": b"x",
        },
        "place_import": {
            "enterprise_id": foreign,
            "name": "Förfalskad",
            "lines": [],
            "created_at": now(),
            "created_by": "",
        },
        "closure_revision": {
            "closed_period_id": world.foreign["closed_period_id"],
            "place_id": place_id,
            "enterprise_id": foreign,
            "action": "change",
            "seats": 0,
            "first_day": now().date(),
            "last_day": now().date(),
            "reason": "safety",
            "reason_sv": "",
            "why_sv": "",
            "revised_at": now(),
            "revised_by": "",
        },
    }
    for role in (Role.SUPPLIER_MANAGER, Role.SUPERVISOR, Role.CASE_OFFICER):
        for table, values in rows.items():
            refused = pytest.raises(DBAPIError, match="row-level security")
            with undone(), acting_as(world.actor(role)), refused, db.session.begin_nested():
                db.session.execute(insert(TABLES[table]).values(**values))


def test_pictures_of_others_stay_where_they_are(undone: Rollback, world: World) -> None:
    for role in (Role.SUPPLIER_MANAGER, Role.SUPERVISOR):
        with undone(), acting_as(world.actor(role, "foreign")):
            for table in ("place_picture", "place_picture_content"):
                key = "id" if table == "place_picture" else "place_picture_id"
                own = TABLES[table].c[key] == world.own["place_picture_id"]
                assert db.session.execute(TABLES[table].delete().where(own)).rowcount == 0  # type: ignore[attr-defined]
