"""An invitation is read and changed by those who invite for the organisation; links to a new password by nobody."""

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from marketplace.accounts.models import PasswordLink
from marketplace.accounts.rules import Role
from marketplace.clock import now
from marketplace.colleagues.models import Invitation
from marketplace.db import db
from marketplace.tenancy import ANONYMOUS, acting_as, system_actor
from tests.isolation.conftest import Rollback
from tests.world import Side, World


@pytest.mark.parametrize(
    ("key", "roles"),
    [
        ("invitation_id", {Role.COORDINATOR, Role.PROCUREMENT_OFFICER}),
        ("enterprise_invitation_id", {Role.SUPPLIER_MANAGER}),
    ],
)
def test_an_invitation_is_theirs_who_invite(
    undone: Rollback, world: World, key: str, roles: set[Role]
) -> None:
    row = Invitation.id == int(world.own[key])
    for (role, side), actor in [*world.actors.items(), ((None, None), ANONYMOUS)]:
        is_theirs = side == "own" and role in roles
        with undone(), acting_as(actor):
            assert bool(db.session.scalar(select(Invitation.id).where(row))) == is_theirs, (role, side)
            for change in (update(Invitation).values(kommun_codes=["0136"]), delete(Invitation)):
                found = db.session.execute(change.where(row))
                assert found.rowcount == int(is_theirs), (role, side)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("role", "side"),
    [(Role.COORDINATOR, "foreign"), (Role.SUPPLIER_MANAGER, "own"), (Role.STRATEGIST, "own")],
)
def test_nobody_invites_for_others(undone: Rollback, world: World, role: Role, side: Side) -> None:
    row: dict[str, object] = {
        "organisation_id": world.actor(Role.CASE_OFFICER).organisation_id,
        "email": "x@example.org",
        "role": Role.CASE_OFFICER,
        "kommun_codes": [],
        "invited_by": "Någon",
        "invited_at": now(),
    }
    with pytest.raises(DBAPIError, match="row-level security"), undone(), acting_as(world.actor(role, side)):
        db.session.execute(insert(Invitation).values(row))


def test_links_to_a_new_password_are_the_systems(undone: Rollback, world: World) -> None:
    owner = world.actor(Role.CASE_OFFICER)
    with undone():
        with acting_as(system_actor()):
            db.session.execute(insert(PasswordLink).values(user_id=owner.user_id, asked_at=now()))
        for actor in (*world.actors.values(), ANONYMOUS):
            with acting_as(actor):
                assert db.session.scalar(select(func.count()).select_from(PasswordLink)) == 0
        with pytest.raises(DBAPIError, match="row-level security"), acting_as(owner):
            db.session.execute(insert(PasswordLink).values(user_id=owner.user_id, asked_at=now()))
