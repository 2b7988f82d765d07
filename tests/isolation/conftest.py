"""The world's database, with its clients; what a test does to it is rolled back."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from marketplace.clock import travelling
from marketplace.db import db
from tests.support.application import Database, rolled_back
from tests.support.clients import Client
from tests.world import TODAY, Who, World

PERSON_TABLES = (
    "participant",
    "participant_code",
    "participant_identity",
    "consent",
    "disposal_hold",
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


ClientFor = Callable[[Who | None], Client]


@pytest.fixture
def fresh_client(app: Flask, world_cookies: dict[Who, str]) -> ClientFor:
    """`fresh_client(role)`: a client signed in a moment ago, whatever the ones before have done; None: as nobody."""

    def make(role: Who | None) -> Client:
        client = app.test_client()
        assert isinstance(client, Client)
        if role is not None:
            client.set_cookie(app.config["SESSION_COOKIE_NAME"], world_cookies[role])
        return client

    return make
