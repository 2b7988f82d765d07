"""Whose provider, groups and bound accounts somebody finds, and what she can change."""

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from marketplace.accounts.rules import Role
from marketplace.clock import now
from marketplace.db import Base, db
from marketplace.identity_provider.models import BoundIdentity, GroupRule, IdentityProvider
from marketplace.tenancy import ANONYMOUS, acting_as
from tests.isolation.conftest import Rollback
from tests.world import World

TABLES: tuple[type[Base], ...] = (IdentityProvider, GroupRule, BoundIdentity)


def _authorities(model: type[Base]) -> list[int]:
    return list(db.session.scalars(select(model.__table__.c.authority_id)))


@pytest.mark.parametrize("model", TABLES)
def test_the_authoritys_coordinator_finds_it_and_nobody_else(
    undone: Rollback, world: World, model: type[Base]
) -> None:
    with undone():
        for (role, side), actor in world.actors.items():
            with acting_as(actor):
                is_reader = role is Role.COORDINATOR and side != "outside"
                assert _authorities(model) == ([world.authorities[side]] if is_reader else []), (role, side)
        with acting_as(ANONYMOUS):
            assert _authorities(model) == []


def test_another_authoritys_is_not_changed_nor_ones_group_led_into_another_organisation(
    undone: Rollback, world: World
) -> None:
    own, foreign = world.authorities["own"], world.authorities["foreign"]
    coordinator = world.actor(Role.COORDINATOR)
    officer = world.actor(Role.CASE_OFFICER)
    with undone(), acting_as(coordinator):
        for model in TABLES:
            gone = delete(model).where(model.__table__.c.authority_id == foreign)
            assert db.session.execute(gone).rowcount == 0  # type: ignore[attr-defined]
        changed = update(IdentityProvider).where(IdentityProvider.authority_id == foreign)
        assert db.session.execute(changed.values(is_on=False)).rowcount == 0  # type: ignore[attr-defined]
        row = {"group_name": "x", "role": Role.COORDINATOR, "kommun_codes": []}
        elsewhere = [(foreign, own), (own, foreign), (own, world.enterprises["own"])]
        for authority_id, organisation_id in elsewhere:
            with pytest.raises(DBAPIError, match="row-level security"), db.session.begin_nested():
                db.session.execute(
                    insert(GroupRule),
                    {**row, "authority_id": authority_id, "organisation_id": organisation_id},
                )
        with pytest.raises(DBAPIError, match="row-level security"), db.session.begin_nested():
            db.session.execute(
                insert(BoundIdentity),
                {"authority_id": own, "subject": "y", "user_id": coordinator.user_id, "bound_at": now()},
            )
        rebound = update(BoundIdentity).values(user_id=officer.user_id)
        assert db.session.execute(rebound).rowcount == 0  # type: ignore[attr-defined]
