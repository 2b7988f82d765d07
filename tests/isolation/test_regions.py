"""Who finds a region and its numbers, and who may bring whom into one."""

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from indicators.definitions.keys import Indicator
from indicators.measures.rules import Dimension
from indicators.region.models import Region, RegionCapacity, RegionChoice, RegionMeasure, RegionMember
from indicators.region.rules import MemberState
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import Base, db
from marketplace.tenancy import ANONYMOUS, acting_as, system_actor
from tests.isolation.conftest import Rollback
from tests.world import ROLES, World

FOUND: tuple[type[Base], ...] = (Region, RegionMember, RegionMeasure)
NUMBERS: tuple[type[Base], ...] = (RegionMeasure, RegionChoice, RegionCapacity)
A_NUMBER = {
    "year": 2025,
    "indicator": Indicator.COMPLETED,
    "by": Dimension.ALL,
    "key": "",
    "numerator": 5,
    "denominator": 9,
}


def _own(world: World) -> dict[str, object]:
    """A number of the region that the own authority has founded."""
    with acting_as(system_actor(world.authorities["own"])):
        db.session.execute(insert(RegionMeasure), {"region_id": world.own["region_id"], **A_NUMBER})
    return {"region_id": world.own["region_id"], "since": today()}


def _count(model: type[Base], region_id: object) -> int | None:
    key = Region.id if model is Region else model.__table__.c.region_id
    return db.session.scalar(select(func.count()).select_from(model).where(key == region_id))


def test_members_strategists_find_it_and_nobody_else(undone: Rollback, world: World) -> None:
    with undone():
        region_id = _own(world)["region_id"]
        for (role, side), actor in world.actors.items():
            with acting_as(actor):
                for model in FOUND:
                    is_reader = (role, side) == (Role.STRATEGIST, "own")
                    assert _count(model, region_id) == is_reader, (role, side, model)
        for nobody in (ANONYMOUS, system_actor(), system_actor(world.authorities["foreign"])):
            with acting_as(nobody):
                assert [_count(model, region_id) for model in (*FOUND, *NUMBERS)] == [0] * 6


@pytest.mark.parametrize("state", [MemberState.ASKED, MemberState.DECLINED, MemberState.LEFT])
def test_who_does_not_share_sees_no_numbers(undone: Rollback, world: World, state: MemberState) -> None:
    with undone():
        place = _own(world)
        with acting_as(system_actor(world.authorities["own"])):
            member = {**place, "authority_id": world.authorities["foreign"], "state": state}
            db.session.execute(insert(RegionMember), member)
        with acting_as(world.actor(Role.STRATEGIST, "foreign")):
            assert _count(Region, place["region_id"]) == 1
            assert _count(RegionMeasure, place["region_id"]) == 0


def test_nobody_answers_for_another_or_lets_herself_in(undone: Rollback, world: World) -> None:
    own, foreign = world.authorities["own"], world.authorities["foreign"]
    with undone():
        place = _own(world)
        for actor, authority_id, state in (
            (world.actor(Role.STRATEGIST), foreign, MemberState.AGREED),
            (world.actor(Role.STRATEGIST, "foreign"), foreign, MemberState.AGREED),
            (world.actor(Role.STRATEGIST, "foreign"), foreign, MemberState.ASKED),
            (world.actor(Role.COORDINATOR), foreign, MemberState.ASKED),
        ):
            row = {**place, "authority_id": authority_id, "state": state}
            with (
                acting_as(actor),
                pytest.raises(DBAPIError, match="row-level security"),
                db.session.begin_nested(),
            ):
                db.session.execute(insert(RegionMember), row)
        with acting_as(world.actor(Role.STRATEGIST)):
            db.session.execute(
                insert(RegionMember), {**place, "authority_id": foreign, "state": MemberState.ASKED}
            )
            others = update(RegionMember).where(RegionMember.authority_id == foreign)
            changed = db.session.execute(others.values(state=MemberState.AGREED))
            assert changed.rowcount == 0  # type: ignore[attr-defined]
        with acting_as(world.actor(Role.STRATEGIST, "foreign")):
            others = update(RegionMember).where(RegionMember.authority_id == own)
            changed = db.session.execute(others.values(state=MemberState.LEFT))
            assert changed.rowcount == 0  # type: ignore[attr-defined]


def test_numbers_are_written_by_the_job_alone(undone: Rollback, world: World) -> None:
    with undone():
        place = _own(world)
        for role in ROLES:
            with acting_as(world.actor(role)):
                gone = db.session.execute(delete(RegionMeasure))
                assert gone.rowcount == 0  # type: ignore[attr-defined]
                row = {"region_id": place["region_id"], **A_NUMBER, "key": "x"}
                with pytest.raises(DBAPIError, match="row-level security"), db.session.begin_nested():
                    db.session.execute(insert(RegionMeasure), row)
