"""Targets and the mix of participants are the authority's own; enterprises are told no more than a median."""

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from indicators.outcomes.mix_rules import MixBy
from indicators.outcomes.models import MixCell, Target
from indicators.outcomes.target_rules import Aim
from marketplace.accounts.rules import Role
from marketplace.db import Base, db
from marketplace.tenancy import ANONYMOUS, Actor, acting_as, system_actor
from tests.isolation.conftest import Rollback
from tests.world import ROLES, Side, World

SIDES: tuple[Side, ...] = ("own", "foreign", "outside")
TABLES: tuple[type[Base], ...] = (Target, MixCell)
READERS = {Role.STRATEGIST, Role.COORDINATOR}


def add_rows(world: World) -> None:
    """One of A's in each table."""
    authority_id = world.authorities["own"]
    mixed = {"year": 2026, "enterprise_id": 1, "by": MixBy.SEX, "key": "woman", "placements": 5}
    with acting_as(system_actor(authority_id=authority_id)):
        db.session.execute(insert(MixCell), {"authority_id": authority_id, **mixed})
    with acting_as(world.actor(Role.STRATEGIST)):
        db.session.execute(insert(Target), a_target(authority_id))


def a_target(authority_id: int) -> dict[str, object]:
    return {"authority_id": authority_id, "aim": Aim.WOMEN, "value": 50, "series": None}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("role", ROLES)
def test_those_who_plan_read_their_own(undone: Rollback, world: World, role: Role, side: Side) -> None:
    with undone():
        add_rows(world)
        with acting_as(world.actor(role, side)):
            for table in TABLES:
                is_reader = side == "own" and role in READERS
                assert db.session.scalar(select(func.count()).select_from(table)) == is_reader


@pytest.mark.parametrize("actor", [ANONYMOUS, system_actor()], ids=["anonymous", "system without tenant"])
def test_nobody_reads_none(undone: Rollback, world: World, actor: Actor) -> None:
    with undone():
        add_rows(world)
        with acting_as(actor):
            assert [db.session.scalar(select(func.count()).select_from(table)) for table in TABLES] == [0, 0]


@pytest.mark.parametrize(
    ("role", "side"),
    [
        *((role, "own") for role in ROLES if role is not Role.STRATEGIST),
        (Role.STRATEGIST, "foreign"),
        (Role.STRATEGIST, "outside"),
    ],
)
def test_nobody_but_the_strategist_sets_a_target(
    undone: Rollback, world: World, role: Role, side: Side
) -> None:
    with undone():
        add_rows(world)
        with acting_as(world.actor(role, side)):
            done = db.session.execute(update(Target).values(value=1))
            assert done.rowcount == 0  # type: ignore[attr-defined]
            with pytest.raises(DBAPIError, match="row-level security"), db.session.begin_nested():
                db.session.execute(insert(Target), a_target(world.authorities["own"]) | {"aim": Aim.CLOSER})


def test_the_mix_is_written_by_the_job_alone(undone: Rollback, world: World) -> None:
    with undone():
        add_rows(world)
        for role in ROLES:
            with acting_as(world.actor(role)):
                done = db.session.execute(delete(MixCell))
                assert done.rowcount == 0  # type: ignore[attr-defined]
