"""A session is its user's alone: neither colleague nor outsider reads, changes or makes one of hers."""

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from marketplace.accounts.models import UserSession
from marketplace.accounts.rules import Role, SignInMeans
from marketplace.accounts.session_services import begin, hashed
from marketplace.clock import now, today
from marketplace.db import db
from marketplace.tenancy import ANONYMOUS, acting_as
from tests.isolation.conftest import Rollback
from tests.world import Side, World

OWNER: tuple[Role, Side] = (Role.CASE_OFFICER, "own")


def test_nobody_reads_or_changes_anothers_session(undone: Rollback, world: World) -> None:
    owner = world.actors[OWNER]
    with undone():
        with acting_as(owner):
            token = begin(owner.user_id or 0, SignInMeans.PASSWORD, "Firefox")
        asked = func.signed_in(today(), hashed(token), now(), now())
        for who, actor in [*world.actors.items(), (None, ANONYMOUS)]:
            with acting_as(actor):
                mine = UserSession.token_hash == hashed(token)
                assert bool(db.session.scalar(select(UserSession.id).where(mine))) == (who == OWNER), who
                answers = db.session.execute(select(text("*")).select_from(asked)).all()
                assert bool(answers) == (who == OWNER), who
                if who != OWNER:
                    for change in (update(UserSession).values(ended_at=None), delete(UserSession)):
                        found = db.session.execute(change.where(mine))
                        assert found.rowcount == 0  # type: ignore[attr-defined]


def test_nobody_begins_a_session_of_anothers(undone: Rollback, world: World) -> None:
    owner, other = world.actors[OWNER], world.actor(Role.COORDINATOR)
    row = {
        "user_id": owner.user_id,
        "token_hash": hashed("known"),
        "means": SignInMeans.PASSWORD,
        "browser_sv": "",
        "begun_at": now(),
        "seen_at": now(),
    }
    with pytest.raises(DBAPIError, match="row-level security"), undone(), acting_as(other):
        db.session.execute(insert(UserSession).values(row))
