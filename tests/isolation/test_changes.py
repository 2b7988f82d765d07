"""A change of a placement and its extents are the two parties' own; holding a grant tells and gives nothing else."""

from decimal import Decimal

import pytest
from sqlalchemy import Connection, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from marketplace.accounts.rules import Role
from marketplace.db import db
from marketplace.tenancy import ANONYMOUS, acting_as, system_actor
from placements.booking.models import PlacementChange, PlacementExtent
from tests.isolation.conftest import Rollback
from tests.world import EVERYBODY, TODAY, World

READERS = {
    Role.CASE_OFFICER,
    Role.COORDINATOR,
    Role.CONTROLLER,
    Role.SUPERVISOR,
    Role.SUPPLIER_MANAGER,
}
"""Who reads a placement by its number."""


def test_only_the_parties_see_a_change(undone: Rollback, world: World) -> None:
    counted = select(func.count()).where(PlacementChange.id == world.own["change_id"])
    with undone():
        for role in EVERYBODY:
            for side in ("own", "foreign", "outside"):
                actor = world.actors.get((role, side))
                if actor is not None:
                    with acting_as(actor):
                        may = side == "own" and role in READERS
                        assert db.session.scalar(counted) == may, (role, side)
        for nobody in (ANONYMOUS, system_actor()):
            with acting_as(nobody):
                assert db.session.scalar(counted) == 0


@pytest.mark.parametrize("role", [Role.CONTROLLER, Role.SUPPLIER_MANAGER])
def test_who_only_reads_changes_nothing(undone: Rollback, world: World, role: Role) -> None:
    with undone(), acting_as(world.actor(role)):
        changed = db.session.execute(
            update(PlacementChange)
            .where(PlacementChange.id == world.own["change_id"])
            .values(asked_by="Någon annan")
        )
        assert changed.rowcount == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("role", "side"), [(Role.SUPERVISOR, "foreign"), (Role.CASE_OFFICER, "own"), (Role.COORDINATOR, "own")]
)
def test_an_extent_is_agreed_by_the_placements_own_supervisor(
    undone: Rollback, world: World, role: Role, side: str
) -> None:
    row = {
        "placement_id": world.own["accepted_placement_id"],
        "from_day": TODAY,
        "hours_per_week": Decimal(10),
        "days_per_week": 2,
    }
    with (
        pytest.raises(DBAPIError, match="row-level security"),
        undone(),
        acting_as(world.actors[role, side]),  # type: ignore[index]
    ):
        db.session.execute(insert(PlacementExtent).values(**row))
    with undone(), acting_as(world.actor(Role.SUPERVISOR)):
        db.session.execute(insert(PlacementExtent).values(**row))
        changed = db.session.execute(update(PlacementExtent).values(hours_per_week=Decimal(40)))
        assert changed.rowcount == 0, "what is agreed never changes"  # type: ignore[attr-defined]


def test_an_outsider_holds_no_grant(undone: Rollback, owner: Connection, world: World) -> None:
    """The function says no more than whether something else lives on it, and that to those who work with it alone."""
    placement_id = world.own["accepted_placement_id"]
    held = select(func.hold_grant_of(placement_id))
    free = text(
        "SELECT EXISTS (SELECT FROM training_grant g JOIN placement p ON p.grant_id = g.id WHERE p.id = :id"
        " FOR UPDATE OF g SKIP LOCKED)"
    )
    workers = {Role.SUPERVISOR, Role.CASE_OFFICER, Role.COORDINATOR}
    for (role, side), actor in world.actors.items():
        with undone():
            with acting_as(actor):
                assert db.session.scalar(held) is False
            is_held = side == "own" and role in workers
            assert owner.scalar(free, {"id": placement_id}) is not is_held, (role, side)
            owner.rollback()


def test_only_the_suppliers_own_supervisor_is_told_whether_a_person_is_shared(
    undone: Rollback, world: World
) -> None:
    shared = text(
        "SELECT is_shared_with(p.participant_id, p.enterprise_id) FROM placement p WHERE p.id = :id"
    )
    for (role, side), actor in world.actors.items():
        with undone(), acting_as(actor):
            told = db.session.scalar(shared, {"id": world.own["accepted_placement_id"]})
            assert bool(told) == (role is Role.SUPERVISOR and side == "own"), (role, side)
