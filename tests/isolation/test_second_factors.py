"""Factors are their owner's alone; what an authority asks is its own to decide, and is asked of its suppliers."""

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from marketplace.accounts.rules import Role
from marketplace.clock import now
from marketplace.db import db
from marketplace.second_factor.models import AuthenticatorApp, Passkey, RecoveryCode, SignInPolicy
from marketplace.second_factor.queries import policies_over_actor
from marketplace.second_factor.rules import Policy, RequiredOf
from marketplace.second_factor.services import decide_policy
from marketplace.tenancy import ANONYMOUS, acting_as
from tests.isolation.conftest import Rollback
from tests.world import World

FACTORS = (AuthenticatorApp, Passkey, RecoveryCode)


def test_nobody_reads_or_changes_anothers_factor(undone: Rollback, world: World) -> None:
    owner = world.actor(Role.CASE_OFFICER)
    with undone():
        with acting_as(owner):
            db.session.add_all(
                [
                    AuthenticatorApp(
                        user_id=owner.user_id, secret_encrypted=b"x", last_step=0, added_at=now()
                    ),
                    RecoveryCode(user_id=owner.user_id, code_hash="x"),
                ]
            )
        for actor in [*world.actors.values(), ANONYMOUS]:
            with acting_as(actor):
                for table in FACTORS:
                    hers = table.user_id == owner.user_id
                    seen = db.session.scalars(select(table.user_id).where(hers)).all()
                    assert bool(seen) == (actor == owner), (actor.role, table)
                    if actor != owner:
                        for change in (delete(table), update(table).values(user_id=actor.user_id)):
                            assert db.session.execute(change.where(hers)).rowcount == 0  # type: ignore[attr-defined]


def test_nobody_gives_another_a_factor(undone: Rollback, world: World) -> None:
    owner, other = world.actor(Role.CASE_OFFICER), world.actor(Role.COORDINATOR)
    with pytest.raises(DBAPIError, match="row-level security"), undone(), acting_as(other):
        db.session.add(RecoveryCode(user_id=owner.user_id, code_hash="known"))


def test_only_the_authoritys_coordinator_decides_what_it_asks(undone: Rollback, world: World) -> None:
    own = world.authorities["own"]
    for (role, side), actor in world.actors.items():
        row = SignInPolicy(authority_id=own, required_of=RequiredOf.NOBODY, proof_minutes=720)
        if (role, side) != (Role.COORDINATOR, "own"):
            with pytest.raises(DBAPIError, match="row-level security"), undone(), acting_as(actor):
                db.session.add(row)
    with undone():
        with acting_as(world.actor(Role.COORDINATOR)):
            decide_policy(Policy(RequiredOf.PERSONS, 30))
        for actor in (world.actor(Role.COORDINATOR, "foreign"), world.actor(Role.SUPERVISOR)):
            with acting_as(actor):
                assert own not in db.session.scalars(select(SignInPolicy.authority_id)).all()
        held = {}
        for who in ((Role.CASE_OFFICER, "own"), (Role.SUPERVISOR, "own"), (Role.SUPERVISOR, "foreign")):
            with acting_as(world.actors[who]):
                held[who] = [policy.proof_minutes for _, policy in policies_over_actor()]
        assert held[Role.CASE_OFFICER, "own"] == [30]
        assert sorted(held[Role.SUPERVISOR, "own"]) == [15, 30], "both authorities buy of it"
        assert held[Role.SUPERVISOR, "foreign"] == [15]
