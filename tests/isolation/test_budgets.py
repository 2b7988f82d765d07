"""Budgets and costs are the authority's own: what is budgeted, what is expected, and what may be shown of costs."""

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from indicators.measures.models import MeasureCell
from indicators.measures.rules import Dimension
from invoicing.budget.models import Budget, ExpectedCost
from marketplace.accounts.rules import Role
from marketplace.clock import now
from marketplace.db import Base, db
from marketplace.tenancy import ANONYMOUS, acting_as, system_actor
from tests.isolation.conftest import Rollback
from tests.world import ROLES, TODAY, Side, World

SIDES: tuple[Side, ...] = ("own", "foreign", "outside")
READ_BUDGETS = {Role.CONTROLLER, Role.STRATEGIST, Role.COORDINATOR}
READERS: dict[type[Base], set[Role]] = {
    Budget: READ_BUDGETS,
    ExpectedCost: READ_BUDGETS,
    MeasureCell: {Role.STRATEGIST, Role.COORDINATOR, Role.CASE_OFFICER},
}


def add_rows(world: World) -> None:
    """One of A's in each table."""
    authority_id, month = world.authorities["own"], TODAY.replace(day=1)
    rows: dict[type[Base], dict[str, object]] = {
        Budget: {"system_id": world.own["open_system_id"], "month": month, "amount_ore": 1},
        ExpectedCost: {
            "contract_id": world.own["contract_id"],
            "month": month,
            "low_ore": 1,
            "high_ore": 1,
            "unpriced": 0,
            "attended_days": 0,
            "planned_days": 0,
            "computed_at": now(),
        },
        MeasureCell: {
            "year": 2026,
            "indicator": "cost",
            "by": Dimension.ALL,
            "key": "",
            "numerator": 1,
            "denominator": 5,
        },
    }
    with acting_as(system_actor(authority_id=authority_id)):
        for table, row in rows.items():
            db.session.execute(insert(table), {"authority_id": authority_id, **row})


def own_rows(world: World, table: type[Base]) -> int:
    of_own = table.__table__.c.authority_id == world.authorities["own"]
    return db.session.scalar(select(func.count()).select_from(table).where(of_own)) or 0


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("role", ROLES)
def test_each_is_read_by_those_whose_work_it_is(
    undone: Rollback, world: World, role: Role, side: Side
) -> None:
    with undone():
        add_rows(world)
        with acting_as(world.actor(role, side)):
            for table, readers in READERS.items():
                assert own_rows(world, table) == (1 if side == "own" and role in readers else 0), table


@pytest.mark.parametrize("actor", [ANONYMOUS, system_actor()], ids=["anonymous", "system without tenant"])
def test_nobody_reads_none(undone: Rollback, world: World, actor: object) -> None:
    with undone():
        add_rows(world)
        with acting_as(actor):  # type: ignore[arg-type]
            assert [own_rows(world, table) for table in READERS] == [0, 0, 0]


@pytest.mark.parametrize(
    ("role", "side"),
    [(role, "own") for role in (Role.STRATEGIST, Role.COORDINATOR)] + [(Role.CONTROLLER, "foreign")],
)
def test_nobody_but_the_controller_writes_a_budget(
    undone: Rollback, world: World, role: Role, side: Side
) -> None:
    with undone():
        add_rows(world)
        with acting_as(world.actor(role, side)):
            done = db.session.execute(text("UPDATE budget SET amount_ore = 0"))
            assert done.rowcount == 0  # type: ignore[attr-defined]
            row = {"system_id": world.own["second_system_id"], "month": TODAY.replace(day=1), "amount_ore": 1}
            with pytest.raises(DBAPIError, match="row-level security"), db.session.begin_nested():
                db.session.execute(insert(Budget), {"authority_id": world.authorities["own"], **row})


def test_what_is_counted_is_written_by_the_job_alone(undone: Rollback, world: World) -> None:
    with undone():
        add_rows(world)
        for role in ROLES:
            with acting_as(world.actor(role)):
                for table in ("expected_cost", "measure_cell"):
                    done = db.session.execute(text(f"DELETE FROM {table}"))
                    assert done.rowcount == 0  # type: ignore[attr-defined]


def test_a_budget_is_of_the_authoritys_own_system(undone: Rollback, world: World) -> None:
    with undone(), acting_as(world.actor(Role.CONTROLLER)):
        row = {"system_id": world.foreign["open_system_id"], "month": TODAY.replace(day=1), "amount_ore": 1}
        with pytest.raises(DBAPIError, match="fk_budget"), db.session.begin_nested():
            db.session.execute(insert(Budget), {"authority_id": world.authorities["own"], **row})
