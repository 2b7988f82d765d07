"""Who waits is known to those who work with the person. The order across authorities is the system's, as ids alone."""

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import now, travelling
from marketplace.db import Base, db
from marketplace.tenancy import ANONYMOUS, Actor, acting_as, system_actor
from placements.waiting_list import queries
from placements.waiting_list.models import WaitingEntry, WaitingOffer, WaitingPass
from placements.waiting_list.rules import PassReason
from tests.isolation.conftest import Rollback
from tests.world import TODAY, World

SEE_IT = {Role.CASE_OFFICER, Role.COORDINATOR}


def found(model: type[Base], key: object) -> bool:
    counted = select(func.count()).select_from(model).where(model.__table__.c.id == key)
    return db.session.scalar(counted) == 1


def passed(world: World) -> int:
    """A line of the protocol: A's entry passed over for B's."""
    with acting_as(system_actor(world.authorities["own"])):
        row = (
            insert(WaitingPass)
            .values(
                authority_id=world.authorities["own"],
                entry_id=world.own["entry_id"],
                offer_id=world.foreign["offer_id"],
                place_id=world.own["other_place_id"],
                reason=PassReason.DOES_NOT_FIT,
                at=now(),
            )
            .returning(WaitingPass.id)
        )
        return db.session.scalars(row).one()


def test_entry_offer_and_protocol_are_seen_by_those_who_work_with_the_person(
    undone: Rollback, world: World
) -> None:
    with undone():
        pass_id = passed(world)
        for (role, side), actor in world.actors.items():
            with acting_as(actor):
                may = side == "own" and role in SEE_IT
                assert found(WaitingEntry, world.own["entry_id"]) == may, (role, side)
                assert found(WaitingOffer, world.own["offer_id"]) == may, (role, side)
                assert found(WaitingPass, pass_id) == may, (role, side)


def test_what_happens_to_an_entry_is_told_to_those_who_see_persons(undone: Rollback, world: World) -> None:
    own_id = int(world.own["entry_id"])
    with undone():
        with acting_as(system_actor(world.authorities["own"])):
            audit.record("waiting_entry", own_id, "offer", authority_id=world.authorities["own"])
        for (role, side), actor in world.actors.items():
            with acting_as(actor):
                may = side == "own" and role in SEE_IT
                assert bool(audit.timeline("waiting_entry", own_id)) == may, (role, side)


@pytest.mark.parametrize("actor", [ANONYMOUS, system_actor()], ids=["anonymous", "system without tenant"])
def test_without_a_tenant_no_row_is_found(undone: Rollback, world: World, actor: Actor) -> None:
    with undone(), acting_as(actor):
        for model in (WaitingEntry, WaitingOffer, WaitingPass):
            assert db.session.scalar(select(func.count()).select_from(model)) == 0


def test_the_line_is_told_to_the_system_alone(undone: Rollback, world: World) -> None:
    own, foreign = (
        ((world.own["entry_id"], world.authorities["own"]),),
        ((world.foreign["entry_id"], world.authorities["foreign"]),),
    )
    place_id, others = int(world.own["other_place_id"]), int(world.foreign["other_place_id"])
    with travelling(TODAY):
        with undone(), acting_as(system_actor()):
            assert _line(place_id) == own, "the other's waits for another kommun"
            assert _line(others) == foreign
            assert _line(0) == ()
            with acting_as(system_actor(world.authorities["foreign"])):
                db.session.execute(update(WaitingEntry).values(kommun_codes=[]))
            assert _line(place_id) == own + foreign, "B has a contract with the same enterprise"
        for actor in [ANONYMOUS, *world.actors.values()]:
            with undone(), acting_as(actor):
                assert _line(place_id) == ()


def _line(place_id: int) -> tuple[tuple[int, int], ...]:
    return tuple((one.entry_id, one.authority_id) for one in queries.line_for(place_id))


def test_how_many_stand_before_is_told_of_the_own_authoritys(undone: Rollback, world: World) -> None:
    both = [int(world.own["entry_id"]), int(world.foreign["entry_id"])]
    for (role, side), actor in world.actors.items():
        with undone(), acting_as(actor):
            told = queries.before(both)
            own = {"own": both[0], "foreign": both[1]}.get(side)
            assert told == ({own: 0} if role in SEE_IT and own else {}), (role, side)


def test_the_protocol_is_never_changed(undone: Rollback, world: World) -> None:
    for statement in (
        "UPDATE waiting_pass SET reason = 'seen'",
        "DELETE FROM waiting_pass",
        "DELETE FROM waiting_offer",
        "DELETE FROM waiting_entry",
    ):
        with (
            pytest.raises(DBAPIError, match="permission denied"),
            undone(),
            acting_as(system_actor(world.authorities["own"])),
        ):
            db.session.execute(text(statement))


def test_nobody_writes_into_anothers_line(undone: Rollback, world: World) -> None:
    for (role, side), actor in world.actors.items():
        if side == "own" and role in SEE_IT:
            continue
        with undone(), acting_as(actor):
            changed = db.session.execute(
                update(WaitingEntry)
                .where(WaitingEntry.id == world.own["entry_id"])
                .values(joined_by="Någon annan")
                .execution_options(synchronize_session=False)
                .returning(WaitingEntry.id)
            )
            assert changed.all() == [], (role, side)
