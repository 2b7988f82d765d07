"""The log of who looked at whom is written by whoever looks, read by the authority's controller, and never changed."""

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from marketplace.accounts.rules import Role
from marketplace.clock import now
from marketplace.db import db
from marketplace.tenancy import ANONYMOUS, Actor, acting_as, system_actor
from placements.access_log.models import Look, LookCheck
from tests.isolation.conftest import Rollback
from tests.world import EVERYBODY, TODAY, World

TRIED = "tried.here"
"""The page of this test's looks: the world has some already."""


def look(world: World, by: Actor) -> dict[str, object]:
    return {
        "at": now(),
        "authority_id": world.actor(Role.CASE_OFFICER).authority_id,
        "participant_id": world.actor(Role.PARTICIPANT).participant_id,
        "is_protected": False,
        "is_own": True,
        "has_number": False,
        "among": 1,
        "user_id": by.user_id,
        "user_name": by.user_name,
        "organisation_name": by.organisation_name,
        "enterprise_id": by.enterprise_id,
        "role": by.role,
        "page": TRIED,
        "way": "page",
    }


def keep(world: World, by: Actor) -> None:
    with acting_as(by):
        db.session.execute(insert(Look.__table__).inline(), [look(world, by)])  # type: ignore[arg-type]


def draw(world: World, by: Actor) -> None:
    """The controller's random check of what there is."""
    drawn = {"authority_id": by.authority_id, "drawn_on": TODAY, "drawn_by": TRIED, "note_sv": ""}
    with acting_as(by):
        for look_id in db.session.scalars(select(Look.id).where(Look.page == TRIED)).all():
            db.session.execute(insert(LookCheck).values(look_id=look_id, **drawn))


def test_the_authoritys_controller_and_the_participant_alone_read_it(undone: Rollback, world: World) -> None:
    with undone():
        keep(world, world.actor(Role.CASE_OFFICER))
        keep(world, world.actor(Role.SUPERVISOR))
        draw(world, world.actor(Role.CONTROLLER))
        counted = select(func.count()).where(Look.page == TRIED)
        drawn = select(func.count()).where(LookCheck.drawn_by == TRIED)
        for role in EVERYBODY:
            for side in ("own", "foreign", "outside"):
                actor = world.actors.get((role, side))
                if actor is not None:
                    with acting_as(actor):
                        is_control = side == "own" and role is Role.CONTROLLER
                        is_self = side == "own" and role is Role.PARTICIPANT
                        assert db.session.scalar(counted) == 2 * (is_control or is_self), (role, side)
                        assert db.session.scalar(drawn) == 2 * is_control, (role, side)
        for nobody in (ANONYMOUS, system_actor(), world.trainees["own"]):
            with acting_as(nobody):
                assert db.session.scalar(counted) == db.session.scalar(drawn) == 0


def test_nobody_writes_a_look_of_anothers(undone: Rollback, world: World) -> None:
    officer, outsider = world.actor(Role.CASE_OFFICER), world.actors[Role.CASE_OFFICER, "foreign"]
    for by, row in (
        (outsider, look(world, outsider)),
        (officer, look(world, world.actor(Role.COORDINATOR))),
        (officer, look(world, officer) | {"role": Role.COORDINATOR}),
    ):
        with pytest.raises(DBAPIError, match="row-level security"), undone(), acting_as(by):
            db.session.execute(insert(Look.__table__).inline(), [row])  # type: ignore[arg-type]


@pytest.mark.parametrize("statement", [update(Look).values(page=""), delete(Look), delete(LookCheck)])
def test_what_is_kept_stays(undone: Rollback, world: World, statement: object) -> None:
    whose = system_actor(world.actor(Role.CONTROLLER).authority_id)
    with pytest.raises(DBAPIError, match="permission denied"), undone(), acting_as(whose):
        db.session.execute(statement)  # type: ignore[call-overload]


def test_nobody_draws_a_look_at_anothers(undone: Rollback, world: World) -> None:
    foreign = world.actors[Role.CONTROLLER, "foreign"]
    drawn = {"authority_id": foreign.authority_id, "drawn_on": TODAY, "drawn_by": TRIED, "note_sv": ""}
    with undone():
        keep(world, world.actor(Role.CASE_OFFICER))
        with acting_as(world.actor(Role.CONTROLLER)):
            look_id = db.session.scalars(select(Look.id).where(Look.page == TRIED)).one()
        with pytest.raises(DBAPIError, match="row-level security"), acting_as(foreign):
            db.session.execute(insert(LookCheck).values(look_id=look_id, **drawn))


def test_what_has_been_found_stays_found(undone: Rollback, world: World) -> None:
    controller = world.actor(Role.CONTROLLER)
    found = (
        update(LookCheck)
        .where(LookCheck.drawn_by == TRIED)
        .values(outcome="expected", checked_at=now(), checked_by=controller.user_name)
    )
    with undone():
        keep(world, world.actor(Role.CASE_OFFICER))
        draw(world, controller)
        with acting_as(controller):
            assert db.session.execute(found).rowcount == 1  # type: ignore[attr-defined]
            assert db.session.execute(found.values(note_sv="nej")).rowcount == 0  # type: ignore[attr-defined]
