"""Reports are the authority's own: hours the coordinator's, a subscription its reader's; what was sent stands."""

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from indicators.definitions.keys import Indicator
from indicators.hours.models import HoursFile, HoursRow
from indicators.reports.models import ReportCell, ReportSubscription
from indicators.reports.rules import Report
from marketplace.accounts.rules import Role
from marketplace.clock import now
from marketplace.db import Base, db
from marketplace.reference.rules import Sex
from marketplace.tenancy import ANONYMOUS, acting_as, system_actor
from placements.booking.models import Placement
from tests.isolation.conftest import Rollback
from tests.world import EVERYBODY, TODAY, Side, World

SIDES: tuple[Side, ...] = ("own", "foreign", "outside")
READERS: dict[type[Base], set[Role]] = {
    HoursFile: {Role.COORDINATOR},
    HoursRow: {Role.COORDINATOR},
    ReportCell: {Role.STRATEGIST, Role.COORDINATOR},
    ReportSubscription: {Role.STRATEGIST},
}


def add_rows(world: World) -> None:
    """One of A's in each table; the subscription is the strategist's."""
    authority_id = world.authorities["own"]
    with acting_as(system_actor(authority_id=authority_id)):
        placement = db.session.get_one(Placement, world.own["placement_id"])
        sent = {"month": TODAY.replace(day=1), "sent_at": now(), "sent_by": "Siri", "seal": "0"}
        counts = {"protected": 0, "elsewhere": 0, "changed": 0}
        file = {"authority_id": authority_id, **sent, **counts}
        file_id = db.session.scalar(insert(HoursFile).returning(HoursFile.id), file)
        rows: dict[type[Base], dict[str, object]] = {
            HoursRow: {
                "file_id": file_id,
                "placement_id": placement.id,
                "participant_id": placement.participant_id,
                "unit_id": placement.unit_id,
                "started_on": TODAY,
                "hours": 4,
            },
            ReportCell: {
                "year": 2026,
                "indicator": Indicator.YEAR_PARTICIPANTS,
                "system_id": 0,
                "sex": Sex.WOMAN,
                "persons": 5,
            },
            ReportSubscription: {
                "user_id": world.actor(Role.STRATEGIST).user_id,
                "role": Role.STRATEGIST,
                "report": Report.YEAR,
                "told_month": TODAY,
            },
        }
        for table, row in rows.items():
            db.session.execute(insert(table), {"authority_id": authority_id, **row})


def own_rows(world: World, table: type[Base]) -> int:
    of_own = table.__table__.c.authority_id == world.authorities["own"]
    return db.session.scalar(select(func.count()).select_from(table).where(of_own)) or 0


@pytest.mark.parametrize("side", SIDES)
def test_each_is_read_by_those_whose_work_it_is(undone: Rollback, world: World, side: Side) -> None:
    with undone():
        add_rows(world)
        for role in EVERYBODY:
            if (role, side) not in world.actors:
                continue
            with acting_as(world.actor(role, side)):
                for table, readers in READERS.items():
                    expected = 1 if side == "own" and role in readers else 0
                    assert own_rows(world, table) == expected, (role, table)


@pytest.mark.parametrize("actor", [ANONYMOUS, system_actor()], ids=["anonymous", "system without tenant"])
def test_nobody_reads_none(undone: Rollback, world: World, actor: object) -> None:
    with undone():
        add_rows(world)
        with acting_as(actor):  # type: ignore[arg-type]
            assert [own_rows(world, table) for table in READERS] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    "statement",
    ["UPDATE hours_file SET seal = '1'", "DELETE FROM hours_file", "UPDATE hours_row SET hours = 1"],
)
def test_what_was_sent_stands(undone: Rollback, world: World, statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), undone():
        add_rows(world)
        with acting_as(world.actor(Role.COORDINATOR)):
            db.session.execute(text(statement))


def test_a_subscription_is_made_for_oneself(undone: Rollback, world: World) -> None:
    row = {
        "authority_id": world.authorities["own"],
        "user_id": world.actor(Role.COORDINATOR).user_id,
        "role": Role.STRATEGIST,
        "report": Report.YEAR,
        "told_month": TODAY,
    }
    with (
        pytest.raises(DBAPIError, match="row-level security"),
        undone(),
        acting_as(world.actor(Role.STRATEGIST)),
    ):
        db.session.execute(insert(ReportSubscription), row)
