"""Runs and what they could not price are for the two parties' own controller and manager."""

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError

from invoicing.run.models import InvoiceRun, Unpriced
from marketplace.accounts.rules import Role
from marketplace.clock import now
from marketplace.db import db
from marketplace.tenancy import ANONYMOUS, Actor, acting_as, system_actor
from tests.isolation.conftest import Rollback
from tests.world import ROLES, TODAY, Side, World

MONTH = TODAY.replace(day=1)
SIDES: tuple[Side, ...] = ("own", "foreign", "outside")


def add_rows(world: World) -> None:
    """A's run and A's enterprise's own, and what could not be priced between the two."""
    begun = {"month": MONTH, "started_at": now(), "started_by": "", "contracts_total": 1, "contracts_done": 0}
    authority_id, enterprise_id = world.authorities["own"], world.enterprises["own"]
    with acting_as(system_actor(authority_id, enterprise_id)):
        for party in ({"authority_id": authority_id}, {"enterprise_id": enterprise_id}):
            db.session.execute(insert(InvoiceRun), {**begun, **party})
        db.session.execute(
            insert(Unpriced),
            {
                "contract_id": world.own["contract_id"],
                "authority_id": authority_id,
                "enterprise_id": enterprise_id,
                "month": MONTH,
                "reason_sv": "Prislistan saknar pris.",
                "days": [],
            },
        )


def rows_seen(world: World) -> tuple[int, int]:
    """Of A's: runs, and what could not be priced."""
    of_own = (InvoiceRun.authority_id == world.authorities["own"]) | (
        InvoiceRun.enterprise_id == world.enterprises["own"]
    )
    runs = select(func.count()).select_from(InvoiceRun).where(of_own)
    unpriced = (
        select(func.count()).select_from(Unpriced).where(Unpriced.contract_id == world.own["contract_id"])
    )
    return db.session.scalar(runs) or 0, db.session.scalar(unpriced) or 0


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("role", ROLES)
def test_each_party_reads_its_own(undone: Rollback, world: World, role: Role, side: Side) -> None:
    concerned = side == "own" and role in {Role.CONTROLLER, Role.SUPPLIER_MANAGER}
    with undone():
        add_rows(world)
        with acting_as(world.actor(role, side)):
            assert rows_seen(world) == ((1, 1) if concerned else (0, 0))


@pytest.mark.parametrize("actor", [ANONYMOUS, system_actor()], ids=["anonymous", "system without tenant"])
def test_nobody_reads_none(undone: Rollback, world: World, actor: Actor) -> None:
    with undone():
        add_rows(world)
        with acting_as(actor):
            assert rows_seen(world) == (0, 0)


def test_nobody_starts_a_run_for_another(undone: Rollback, world: World) -> None:
    with undone(), acting_as(world.actor(Role.CONTROLLER, "foreign")):
        row = {
            "authority_id": world.authorities["own"],
            "month": MONTH,
            "started_at": now(),
            "started_by": "",
            "contracts_total": 0,
            "contracts_done": 0,
        }
        with pytest.raises(DBAPIError, match="row-level security"), db.session.begin_nested():
            db.session.execute(insert(InvoiceRun), row)
