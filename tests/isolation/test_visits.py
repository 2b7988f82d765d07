"""A visitor is known to whom she visits, and a time to those who may book it; nobody else finds either."""

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from marketplace.accounts.rules import Role
from marketplace.clock import now
from marketplace.db import Base, db
from marketplace.tenancy import ANONYMOUS, Actor, acting_as, system_actor
from placements.participants.rules import PROTECTED_SV
from placements.visits.models import StudyVisit, VisitTime
from tests.isolation.conftest import ClientFor, Rollback
from tests.world import EVERYBODY, Side, World

SEE_THE_VISIT = {Role.CASE_OFFICER, Role.COORDINATOR, Role.SUPERVISOR, Role.PARTICIPANT}
SEE_THE_TIME = SEE_THE_VISIT | {Role.SUPPLIER_MANAGER}
SIDES: tuple[Side, ...] = ("own", "foreign", "outside")


def found(model: type[Base], key: object) -> bool:
    counted = select(func.count()).select_from(model).where(model.__table__.c.id == key)
    return db.session.scalar(counted) == 1


def people(world: World) -> list[tuple[Role, Side, Actor]]:
    return [(role, side, world.actors[role, side]) for role, side in world.actors]


def test_who_reads_a_visit_and_a_time(undone: Rollback, world: World) -> None:
    assert {role for role, _, _ in people(world)} == set(EVERYBODY)
    for role, side, actor in people(world):
        with undone(), acting_as(actor):
            is_party = side == "own"
            seen = found(StudyVisit, world.own["study_visit_id"])
            assert seen == (is_party and role in SEE_THE_VISIT), (role, side)
            time_seen = found(VisitTime, world.own["visit_time_id"])
            # B has a contract with the same enterprise: its people may book the time and see nothing of who has.
            is_buyer = side == "foreign" and role in {Role.CASE_OFFICER, Role.COORDINATOR}
            assert time_seen == (is_buyer or (is_party and role in SEE_THE_TIME)), (role, side)


@pytest.mark.parametrize("actor", [ANONYMOUS, system_actor()], ids=["anonymous", "system without tenant"])
def test_without_a_tenant_nothing_is_found(undone: Rollback, world: World, actor: Actor) -> None:
    with undone(), acting_as(actor):
        for model in (StudyVisit, VisitTime):
            assert db.session.scalar(select(func.count()).select_from(model)) == 0


def test_a_visitor_is_shared_with_whom_she_visits_alone(undone: Rollback, world: World) -> None:
    visitor = text(
        "SELECT count(*) FROM participant p JOIN study_visit v ON v.participant_id = p.id WHERE v.id = :id"
    ).bindparams(id=world.own["study_visit_id"])
    for role, side, actor in people(world):
        with undone(), acting_as(actor):
            assert (db.session.scalar(visitor) == 1) == (side == "own" and role in SEE_THE_VISIT), (
                role,
                side,
            )
    with undone(), acting_as(world.actor(Role.SUPERVISOR)):
        db.session.execute(text("SELECT set_config('app.today', '', true)"))
        assert db.session.scalar(visitor) == 0, "whoever does not say what day it is gets nobody's name"


def test_nobody_writes_a_time_for_another_enterprise(undone: Rollback, world: World) -> None:
    start = now()
    forged = insert(VisitTime).values(
        place_id=world.own["published_place_id"],
        enterprise_id=world.enterprises["own"],
        starts_at=start,
        ends_at=start + (start - start.replace(hour=max(start.hour - 1, 0))),
        most_visitors=1,
        taken=0,
        meeting_sv="",
        state="offered",
    )
    for role, side, actor in people(world):
        if side == "own" and role in {Role.SUPPLIER_MANAGER, Role.SUPERVISOR}:
            continue
        with undone(), acting_as(actor):
            with pytest.raises(DBAPIError, match="row-level security"), db.session.begin_nested():
                db.session.execute(forged)
            changed = db.session.execute(
                update(VisitTime).where(VisitTime.id == world.own["visit_time_id"]).values(state="withdrawn")
            )
            assert changed.rowcount == 0, (role, side)  # type: ignore[attr-defined]


def test_nobody_changes_a_visit_that_is_not_theirs(undone: Rollback, world: World) -> None:
    statement = (
        update(StudyVisit)
        .where(StudyVisit.id == world.own["study_visit_id"])
        .values(state="cancelled", end_reason="officer")
    )
    writers = {Role.CASE_OFFICER, Role.SUPERVISOR, Role.PARTICIPANT}
    for role, side, actor in people(world):
        with undone(), acting_as(actor):
            changed = db.session.execute(statement).rowcount  # type: ignore[attr-defined]
            assert changed == int(side == "own" and role in writers), (role, side)


def test_the_count_of_a_time_cannot_be_written(undone: Rollback, world: World) -> None:
    for role in (Role.SUPERVISOR, Role.SUPPLIER_MANAGER):
        denied = pytest.raises(DBAPIError, match="permission denied")
        with undone(), acting_as(world.actor(role)), denied, db.session.begin_nested():
            db.session.execute(text("UPDATE visit_time SET taken = 0"))


def test_a_manager_reads_how_many_and_never_who(
    undone: Rollback, world: World, fresh_client: ClientFor
) -> None:
    with undone():
        said = fresh_client(Role.SUPPLIER_MANAGER).get("/studiebesok/tider").get_data(as_text=True)
        known = fresh_client(Role.SUPERVISOR).get("/studiebesok/tider").get_data(as_text=True)
    assert "1 av 2" in said
    assert PROTECTED_SV in known
    assert PROTECTED_SV not in said.split("<main")[1]
