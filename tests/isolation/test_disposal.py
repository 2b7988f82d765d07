"""Rules, proposals and records of disposal are the authority's own; exceptions are of persons."""

from datetime import date

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from marketplace.accounts.rules import Role
from marketplace.db import Base, db
from marketplace.tenancy import ANONYMOUS, acting_as, system_actor
from placements.disposal.models import (
    ClosedYear,
    Disposal,
    DisposalCount,
    DisposalHold,
    DisposalItem,
    DisposalRule,
)
from placements.disposal.services import hold
from tests.isolation.conftest import Rollback
from tests.world import ROLES, Side, World

EVERYTHING: tuple[type[Base], ...] = (Disposal, DisposalItem, DisposalCount, DisposalRule, DisposalHold)
READERS = {Role.COORDINATOR, Role.CONTROLLER}
SIDES: tuple[Side, ...] = ("own", "foreign", "outside")


def mine(world: World, table: type[Base]) -> int:
    """How many rows of A's the actor sees."""
    ids = (int(world.own["disposal_id"]), int(world.own["executed_disposal_id"]))
    of = {
        Disposal: Disposal.id.in_(ids),
        DisposalItem: DisposalItem.disposal_id.in_(ids),
        DisposalCount: DisposalCount.disposal_id.in_(ids),
        DisposalRule: DisposalRule.authority_id == world.authorities["own"],
        DisposalHold: DisposalHold.authority_id == world.authorities["own"],
    }[table]
    return db.session.scalar(select(func.count()).select_from(table).where(of)) or 0


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("role", ROLES)
def test_coordinator_and_controller_read_their_own(
    undone: Rollback, world: World, role: Role, side: Side
) -> None:
    is_reader = side == "own" and role in READERS
    with undone():
        with acting_as(world.actor(Role.COORDINATOR)):
            hold(int(world.own["participant_id"]), "Mål 123-26")
        with acting_as(world.actor(role, side)):
            assert [mine(world, table) for table in (Disposal, DisposalItem)] == (
                [2, 2] if is_reader else [0, 0]
            )
            assert bool(mine(world, DisposalCount)) == is_reader
            buys = side == "own" and world.actor(role).authority_id == world.authorities["own"]
            assert mine(world, DisposalRule) == (2 if buys else 0)
            officers = side == "own" and role in {Role.COORDINATOR, Role.CASE_OFFICER}
            assert mine(world, DisposalHold) == officers
            for found in (func.ended_cases(), func.due_cases("person", date(2040, 1, 1))):
                rows = db.session.execute(select(text("*")).select_from(found)).all()
                assert bool(rows) <= (role in READERS)


def test_nobody_reads_none(undone: Rollback, world: World) -> None:
    with undone(), acting_as(ANONYMOUS):
        assert [mine(world, table) for table in EVERYTHING] == [0] * 5


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM disposal",
        "DELETE FROM disposal_item",
        "UPDATE disposal_item SET outcome = 'disposed'",
        "UPDATE disposal_count SET rows = 0",
        "DELETE FROM disposal_hold",
        "INSERT INTO closed_year VALUES (1, 2030)",
        "UPDATE closed_year SET through = 0",
    ],
)
def test_the_record_is_the_databases(undone: Rollback, world: World, statement: str) -> None:
    with (
        undone(),
        acting_as(system_actor(world.authorities["own"])),
        pytest.raises(DBAPIError, match="permission denied"),
    ):
        db.session.execute(text(statement))


@pytest.mark.parametrize(
    ("role", "side"), [(Role.STRATEGIST, "own"), (Role.CASE_OFFICER, "own"), (Role.CONTROLLER, "foreign")]
)
def test_others_set_no_rule_and_propose_nothing(
    undone: Rollback, world: World, role: Role, side: Side
) -> None:
    facts = {"authority_id": world.authorities["own"], "kind": "person", "years": 1, "decision_sv": "§ 1"}
    with undone(), acting_as(world.actor(role, side)), pytest.raises(DBAPIError, match="row-level security"):
        db.session.execute(
            insert(DisposalRule.__table__),  # type: ignore[arg-type]
            facts | {"set_on": "2026-03-01", "set_by": "Någon"},
        )


def test_closed_years_are_ones_own(undone: Rollback, world: World) -> None:
    with undone(), acting_as(world.actor(Role.CONTROLLER)):
        assert db.session.scalars(select(ClosedYear)).all() == []
