"""One database with the world in it, made once for each of pytest's workers; what a test does to it is rolled back."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Literal

import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import db
from tests.support.application import Database, application_on_a_copy, rolled_back
from tests.support.clients import Client
from tests.support.servers import Servers
from tests.world import ROLES, TODAY, World, build_world

PERSON_TABLES = (
    "participant",
    "participant_code",
    "participant_identity",
    "consent",
    "training_grant",
    "choice_round",
    "checkpoint",
    "checkpoint_answer",
    "shown_place",
    "study_visit",
    "activity_plan",
    "plan_step",
    "plan_goal",
    "plan_task",
    "plan_contact",
    "plan_wish",
    "follow_up",
    "follow_up_action",
    "hours_row",
    "final_report",
    "report_goal",
    "outcome",
    "attendance_day",
    "no_training_day",
    "absence_report",
    "attendance_correction",
    "waiting_entry",
    "waiting_offer",
    "waiting_pass",
)
"""What no role that sees no persons finds a row in."""

Rollback = Callable[[], AbstractContextManager[None]]


@pytest.fixture(scope="session")
def world_database(servers: Servers) -> Iterator[tuple[Database, World]]:
    with application_on_a_copy(servers) as database:
        with database.app.app_context():
            world = build_world()
            db.session.remove()
        yield database, world


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    """The world's own day."""
    with travelling(TODAY):
        yield


@pytest.fixture
def world(world_database: tuple[Database, World]) -> World:
    return world_database[1]


@pytest.fixture
def app(world_database: tuple[Database, World]) -> Iterator[Flask]:
    application = world_database[0].app
    with application.app_context():
        yield application
        db.session.remove()


@pytest.fixture
def undone(app: Flask) -> Rollback:
    """`with undone():` what is committed inside is rolled back afterwards."""
    return rolled_back


@pytest.fixture
def owner(world_database: tuple[Database, World]) -> Iterator[Connection]:
    """The database as its owner sees it: everything. Nothing is changed through it."""
    engine = create_engine(world_database[0].owner_url, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


TRAINEE: Literal["trainee"] = "trainee"
"""A's participant who is in training: she is a participant too, with other rows than the one who chooses."""

Who = Role | Literal["trainee"]
ClientFor = Callable[[Who | None], Client]


@pytest.fixture(scope="session")
def _cookies(world_database: tuple[Database, World]) -> dict[Who, str]:
    """The session of A's or E1's person in each role, as a browser keeps it; and of A's participants."""
    database, world = world_database
    kept: dict[Who, str] = {}
    for role in ROLES:
        client = database.app.test_client()
        with travelling(TODAY), database.app.app_context():
            answer = client.post("/demo/logga-in", data={"membership_id": world.actor(role).membership_id})
        assert answer.status_code == 302
        cookie = client.get_cookie(database.app.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        kept[role] = cookie.value
    codes: dict[Who, str] = {Role.PARTICIPANT: world.codes["own"], TRAINEE: world.trainee_codes["own"]}
    for who, code in codes.items():
        client = database.app.test_client()
        with travelling(TODAY), database.app.app_context():
            answer = client.post("/min-sida", data={"code": code})
        assert answer.status_code == 302
        cookie = client.get_cookie(database.app.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        kept[who] = cookie.value
    return kept


@pytest.fixture
def fresh_client(app: Flask, _cookies: dict[Who, str]) -> ClientFor:
    """`fresh_client(role)`: a client signed in a moment ago, whatever the ones before have done; None: as nobody."""

    def make(role: Who | None) -> Client:
        client = app.test_client()
        assert isinstance(client, Client)
        if role is not None:
            client.set_cookie(app.config["SESSION_COOKIE_NAME"], _cookies[role])
        return client

    return make
