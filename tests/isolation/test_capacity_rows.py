"""What is counted of an authority's capacity, and what its strategists watch, is theirs alone."""

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from indicators.alerts.models import CapacityAlert
from indicators.alerts.rules import AlertKind
from indicators.capacity.models import CapacityGap, CapacityIdle, CapacityPeriod
from indicators.capacity.rules import PeriodUnit
from marketplace.accounts.rules import Role
from marketplace.clock import now
from marketplace.db import Base, db
from marketplace.tenancy import ANONYMOUS, acting_as, system_actor
from tests.isolation.conftest import Rollback
from tests.world import ROLES, TODAY, Side, World

SIDES: tuple[Side, ...] = ("own", "foreign", "outside")
COUNTED: tuple[type[Base], ...] = (CapacityIdle, CapacityGap, CapacityPeriod)
EVERY: tuple[type[Base], ...] = (*COUNTED, CapacityAlert)


def add_rows(world: World) -> None:
    """One of A's in each table; the world has its alert."""
    rows: dict[type[Base], dict[str, object]] = {
        CapacityIdle: {
            "year": 2026,
            "enterprise_id": world.own["enterprise_id"],
            "kommun_code": "0136",
            "ssyk": "7531",
            "days": 3,
            "gaps": 1,
        },
        CapacityPeriod: {
            "unit": PeriodUnit.MONTH,
            "first_day": TODAY.replace(day=1),
            "enterprise_id": world.own["enterprise_id"],
            "kommun_code": "0136",
            "ssyk": "7531",
            "days": 3,
            "seats": 3,
            "closed": 0,
            "held": 0,
            "booked": 0,
        },
        CapacityGap: {"month": TODAY.replace(day=1), "kommun_code": "", "ssyk": "", "waiting": 5},
    }
    authority_id = world.authorities["own"]
    with acting_as(system_actor(authority_id=authority_id)):
        for table, row in rows.items():
            db.session.execute(insert(table), {"authority_id": authority_id, **row})


def own_rows(world: World, table: type[Base]) -> int:
    of_own = table.__table__.c.authority_id == world.authorities["own"]
    return db.session.scalar(select(func.count()).select_from(table).where(of_own)) or 0


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("role", ROLES)
def test_only_the_authoritys_own_strategist_reads_them(
    undone: Rollback, world: World, role: Role, side: Side
) -> None:
    is_reader = side == "own" and role is Role.STRATEGIST
    with undone():
        add_rows(world)
        with acting_as(world.actor(role, side)):
            assert {own_rows(world, table) for table in EVERY} == {int(is_reader)}


@pytest.mark.parametrize("actor", [ANONYMOUS, system_actor()], ids=["anonymous", "system without tenant"])
def test_nobody_reads_none(undone: Rollback, world: World, actor: object) -> None:
    with undone():
        add_rows(world)
        with acting_as(actor):  # type: ignore[arg-type]
            assert {own_rows(world, table) for table in EVERY} == {0}


def test_what_is_counted_is_written_by_the_job_alone(undone: Rollback, world: World) -> None:
    with undone():
        add_rows(world)
        for role in ROLES:
            with acting_as(world.actor(role)):
                for table in COUNTED:
                    done = db.session.execute(text(f"DELETE FROM {table.__tablename__}"))
                    assert done.rowcount == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("role", "side"),
    [(Role.COORDINATOR, "own"), (Role.SUPPLIER_MANAGER, "own"), (Role.STRATEGIST, "foreign")],
)
def test_nobody_else_changes_what_is_watched(undone: Rollback, world: World, role: Role, side: Side) -> None:
    row = {
        "authority_id": world.authorities["own"],
        "kind": AlertKind.FREE,
        "threshold": 1,
        "created_at": now(),
        "created_by": "Någon annan",
    }
    with undone(), acting_as(world.actor(role, side)):
        done = db.session.execute(
            text("UPDATE capacity_alert SET threshold = 9 WHERE id = :id"), {"id": world.own["alert_id"]}
        )
        assert done.rowcount == 0  # type: ignore[attr-defined]
        with pytest.raises(DBAPIError, match="row-level security"), db.session.begin_nested():
            db.session.execute(insert(CapacityAlert), row)
