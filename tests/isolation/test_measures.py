"""What measures are counted from and who reads them: the night's job its authority's, and each reader her own rows."""

import pytest
from sqlalchemy import text

from marketplace.accounts.rules import Role
from marketplace.db import db
from marketplace.tenancy import acting_as, system_actor
from tests.isolation.conftest import Rollback
from tests.world import EVERYBODY, Side, World

TABLES = {
    "placement": "placement",
    "attendance": "attendance_day",
    "follow_up": "follow_up",
    "cost": "invoice_line",
    "grant": "training_grant",
    "showing": "shown_place",
}


def rows_of(table: str) -> int:
    return db.session.scalar(text(f"SELECT count(*) FROM {table}")) or 0


@pytest.mark.parametrize("side", ["own", "foreign"])
@pytest.mark.parametrize("role", EVERYBODY)
def test_no_person_reads_what_the_job_counts_and_everyone_her_own(
    undone: Rollback, world: World, role: Role, side: Side
) -> None:
    with undone(), acting_as(world.actor(role, side)):
        for name, table in TABLES.items():
            assert rows_of(f"counted_{name}") == 0
            assert rows_of(f"visible_{name}") <= rows_of(table), name


def test_the_job_counts_its_own_authority(undone: Rollback, world: World) -> None:
    both: dict[str, list[int]] = {name: [] for name in TABLES}
    for side in ("own", "foreign"):
        with undone(), acting_as(system_actor(world.authorities[side])):
            for name, found in both.items():
                found.append(rows_of(f"counted_{name}"))
                assert found[-1] == rows_of(f"visible_{name}"), name
    assert all(both["placement"])
    for actor in (system_actor(), system_actor(enterprise_id=world.actor(Role.SUPERVISOR).enterprise_id)):
        with undone(), acting_as(actor):
            assert [rows_of(f"counted_{name}") for name in TABLES] == [0] * len(TABLES)
