"""The tests' own ground: isolation that isolates, and a client that notices lost writes."""

from collections.abc import Callable

import pytest
from flask import Blueprint, Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from marketplace.db import db, transaction
from marketplace.outbox import Outbox, emit
from marketplace.tenancy import acting_as, current_actor, system_actor
from marketplace.web.guards import public
from tests.support.application import Database
from tests.support.clients import Client


def _messages() -> int:
    with acting_as(system_actor()):
        return db.session.scalar(select(func.count()).select_from(Outbox)) or 0


@pytest.mark.parametrize("round_", [1, 2])
def test_commits_are_rolled_back_after_the_test(session: Session, round_: int) -> None:
    with acting_as(system_actor()):
        assert _messages() == 0
        with transaction():
            emit("tests.any")
        db.session.rollback()
        assert _messages() == 1


def test_a_rollback_takes_only_what_was_not_committed(session: Session) -> None:
    with acting_as(system_actor()):
        with transaction():
            emit("tests.kept")
        with pytest.raises(ZeroDivisionError), transaction():
            emit("tests.lost")
            _ = 1 / 0
        assert list(db.session.scalars(select(Outbox.topic))) == ["tests.kept"]


def test_a_database_of_ones_own_is_empty_and_commits(database: Database) -> None:
    with acting_as(system_actor()), transaction():
        assert _messages() == 0
        emit("tests.any")
    db.session.remove()
    assert _messages() == 1


def test_the_app_role_owns_nothing_and_is_held_by_row_security(session: Session) -> None:
    row = session.execute(
        text(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
    ).one()
    assert not any(row)
    owned = "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
    assert session.scalar(text(owned)) == 0


def _with_views(app: Flask) -> None:
    bp = Blueprint("notes", __name__)

    @bp.post("/spara-ratt")
    @public("a test's own")
    def well() -> str:
        with acting_as(system_actor()), transaction():
            emit("tests.any")
        return "sparat"

    @bp.post("/glom-spara")
    @public("a test's own")
    def badly() -> str:
        with acting_as(system_actor()):
            emit("tests.any")
        return "sparat"

    @bp.get("/vem")
    @public("a test's own")
    def who() -> str:
        return str(current_actor().role)

    app.register_blueprint(bp)


@pytest.fixture
def fresh(database: Database) -> Callable[[], Client]:
    """A client on an application of the test's own, which takes another blueprint."""
    _with_views(database.app)
    return database.app.test_client  # type: ignore[return-value]


def test_the_client_notices_a_view_that_forgot_to_commit(fresh: Callable[[], Client]) -> None:
    assert fresh().post("/spara-ratt").text == "sparat"
    with pytest.raises(AssertionError, match="POST /glom-spara"):
        fresh().post("/glom-spara")
    assert fresh().post("/spara-ratt").text == "sparat"
    assert _messages() == 2


def test_a_request_does_not_inherit_the_actor_of_the_test(fresh: Callable[[], Client]) -> None:
    with acting_as(system_actor()):
        assert fresh().get("/vem").text == "None"
