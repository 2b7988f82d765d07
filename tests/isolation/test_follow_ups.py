"""What is said about a person at a follow-up: her own side's and her workplace's under consent, and nobody else's."""

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.tenancy import ANONYMOUS, Actor, acting_as, system_actor
from placements.followup.models import AgreedAction, FollowUp
from placements.participants.withdrawal import withdraw_consent
from tests.isolation.conftest import Rollback
from tests.world import World

READ = {Role.SUPERVISOR, Role.CASE_OFFICER, Role.COORDINATOR}


def found(world: World) -> set[str]:
    """Which of A's and E1's own rows the actor finds."""
    ids = {"follow_up_id": FollowUp, "coming_follow_up_id": FollowUp, "follow_up_action_id": AgreedAction}
    return {name for name, model in ids.items() if db.session.get(model, world.own[name]) is not None}


EVERYTHING = {"follow_up_id", "coming_follow_up_id", "follow_up_action_id"}


def test_who_finds_them(undone: Rollback, world: World) -> None:
    for (role, side), actor in world.actors.items():
        with undone(), acting_as(actor):
            is_reader = side == "own" and role in READ
            assert found(world) == (EVERYTHING if is_reader else set()), (role, side)


def test_she_finds_her_own_and_what_she_is_to_do(undone: Rollback, world: World) -> None:
    with undone(), acting_as(world.trainees["own"]):
        assert found(world) == EVERYTHING
        assert set(db.session.scalars(select(AgreedAction.id))) == {world.own["follow_up_action_id"]}
        db.session.execute(update(AgreedAction).values(done_on=today(), done_by="Deltagaren"))
        with pytest.raises(DBAPIError, match="permission denied"), db.session.begin_nested():
            db.session.execute(update(AgreedAction).values(due_on=today()))
        assert db.session.execute(update(FollowUp).values(notes_sv="x")).rowcount == 0  # type: ignore[attr-defined]
    with undone(), acting_as(world.trainees["foreign"]):
        assert found(world) == set()


@pytest.mark.parametrize("actor", [ANONYMOUS, system_actor()], ids=["anonymous", "system without tenant"])
def test_without_a_tenant_nothing_is_found(undone: Rollback, world: World, actor: Actor) -> None:
    with undone(), acting_as(actor):
        assert found(world) == set()


def test_a_workplace_finds_nothing_from_the_moment_consent_is_withdrawn(
    undone: Rollback, world: World
) -> None:
    with undone():
        with acting_as(world.actor(Role.COORDINATOR)):
            consent_id = db.session.scalar(
                text(
                    "SELECT c.id FROM consent c JOIN placement p ON p.participant_id = c.participant_id"
                    " WHERE p.id = :placement AND c.withdrawn_at IS NULL"
                ),
                {"placement": world.own["placement_id"]},
            )
            assert consent_id is not None
            withdraw_consent(consent_id)
            db.session.flush()
        db.session.expire_all()
        with acting_as(world.actor(Role.SUPERVISOR)):
            assert found(world) == set()
            changed = db.session.execute(update(AgreedAction).values(done_on=today(), done_by="Jag"))
            assert changed.rowcount == 0  # type: ignore[attr-defined]
        with acting_as(world.actor(Role.CASE_OFFICER)):
            assert found(world) == EVERYTHING


@pytest.mark.parametrize("role", [Role.SUPPLIER_MANAGER, Role.STRATEGIST, Role.CONTROLLER, Role.COORDINATOR])
def test_who_does_not_write_adds_none(undone: Rollback, world: World, role: Role) -> None:
    row = FollowUp(placement_id=world.own["placement_id"], kind="extra", due_on=today())
    with undone(), acting_as(world.actor(role)):
        db.session.add(row)
        with pytest.raises(DBAPIError, match="row-level security"):
            db.session.flush()
