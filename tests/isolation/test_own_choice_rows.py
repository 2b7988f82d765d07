"""What a participant's session reads and writes of choices when a query forgets to ask whose the rows are."""

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from enterprises.places.models import Place, Site
from marketplace.accounts.rules import Role
from marketplace.db import db
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.choice.models import ChoiceRound, ShownPlace
from placements.own_page.queries import outlook, own_round
from placements.participants.models import Consent
from tests.isolation.conftest import Rollback
from tests.world import Side, World


def _she(world: World, side: Side = "own") -> Actor:
    return world.actor(Role.PARTICIPANT, side)


def test_she_sees_her_own_round_and_no_other(undone: Rollback, world: World) -> None:
    for side, ids in (("own", world.own), ("foreign", world.foreign)):
        with undone(), acting_as(_she(world, side)):  # type: ignore[arg-type]
            rounds = set(db.session.scalars(select(ChoiceRound.id)))
            assert rounds == {ids["choice_round_id"]}
            assert set(db.session.scalars(select(ShownPlace.choice_round_id))) == rounds


def test_she_sees_the_sites_that_were_shown_and_no_other(undone: Rollback, world: World) -> None:
    with undone(), acting_as(_she(world)):
        sites = set(db.session.scalars(select(Site.id)))
        shown = select(Place.site_id).join(ShownPlace, ShownPlace.place_id == Place.id)
        assert sites == set(db.session.scalars(shown))
        assert world.foreign["site_id"] not in sites


def test_what_she_writes_reaches_her_own_rows_alone(undone: Rollback, world: World) -> None:
    with undone():
        with acting_as(_she(world)):
            written = db.session.execute(
                update(ShownPlace).values(declined_on=func.current_date(), declined_by="participant")
            )
            assert written.rowcount == 1  # type: ignore[attr-defined]
            wished = db.session.execute(update(ChoiceRound).values(wider_wished_at=func.now()))
            assert wished.rowcount == 1  # type: ignore[attr-defined]
        with acting_as(_she(world, "foreign")):
            assert db.session.scalars(select(ShownPlace.declined_on)).all() == [None]
            assert db.session.scalars(select(ChoiceRound.wider_wished_at)).all() == [None]


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.SUPPLIER_MANAGER, Role.STRATEGIST, Role.CONTROLLER])
def test_what_she_thinks_of_a_place_is_no_suppliers(undone: Rollback, world: World, role: Role) -> None:
    with undone(), acting_as(world.actor(role)):
        assert db.session.scalars(select(ShownPlace.id)).all() == []


def test_her_session_reads_nothing_of_the_authoritys(undone: Rollback, world: World) -> None:
    with undone(), acting_as(_she(world)):
        for table in ("contract", "participant_identity", "event", "outbox", "membership"):
            assert db.session.scalar(text(f"SELECT count(*) FROM {table}")) == 0, table
        assert set(db.session.scalars(select(Consent.participant_id))) == {_she(world).participant_id}


def test_counting_for_her_leaves_nothing_open(undone: Rollback, world: World) -> None:
    """What is free is counted as the authority's system; afterwards she is herself again."""
    with undone(), acting_as(_she(world)):
        outlook(own_round(int(world.own["choice_round_id"])))
        assert db.session.scalar(text("SELECT app_role()")) == "participant"
        assert db.session.scalar(text("SELECT app_authority()")) is None
        assert db.session.scalar(text("SELECT count(*) FROM contract")) == 0


@pytest.mark.parametrize(
    "column", ["place_id", "position", "free_seats", "earliest_start", "shown_at", "ssyk"]
)
def test_nobody_changes_what_was_shown(undone: Rollback, world: World, column: str) -> None:
    actors = (_she(world), world.actor(Role.CASE_OFFICER), system_actor(world.authorities["own"]))
    for actor in actors:
        with pytest.raises(DBAPIError, match="permission denied"), undone(), acting_as(actor):
            db.session.execute(text(f"UPDATE shown_place SET {column} = {column}"))
