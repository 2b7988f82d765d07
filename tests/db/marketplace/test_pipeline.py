"""What is sent along with the next statement or the commit: done, or told, or forgotten."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.pool import NullPool

from enterprises.places.services.capacity import lock_capacity
from marketplace import pipeline
from marketplace.audit import Event, record, timeline
from marketplace.db import db, transaction
from marketplace.outbox import Outbox, emit
from marketplace.tenancy import acting_as, system_actor
from tests.support.application import Database, application_on_a_copy
from tests.support.servers import Servers


@pytest.fixture(scope="module")
def own_database(servers: Servers) -> Iterator[Database]:
    with application_on_a_copy(servers) as database, database.app.app_context():
        yield database
        db.session.remove()


def _end_connection(database: Database, pid: int | None) -> None:
    with create_engine(database.url, poolclass=NullPool).connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 1000)"), {"pid": pid})


def _messages(topic: str) -> int:
    with acting_as(system_actor()):
        found = db.session.scalar(select(func.count(Outbox.id)).where(Outbox.topic == topic)) or 0
        db.session.rollback()
    return found


def test_what_waits_is_committed(own_database: Database) -> None:
    with acting_as(system_actor()), transaction():
        emit("kept", grant_id=1)
    assert _messages("kept") == 1


def test_what_waits_is_forgotten_with_the_transaction(own_database: Database) -> None:
    with pytest.raises(ZeroDivisionError), acting_as(system_actor()), transaction():
        emit("forgotten", grant_id=1)
        _ = 1 / 0
    with acting_as(system_actor()), transaction():
        emit("after", grant_id=1)
    assert (_messages("forgotten"), _messages("after")) == (0, 1)


def test_what_waits_is_seen_by_the_next_statement(own_database: Database) -> None:
    with acting_as(system_actor()), transaction():
        record("place", 1, "tried")
        assert [event.action for event in timeline("place", 1)] == ["tried"]


def test_a_refusal_is_told_by_the_commit(own_database: Database) -> None:
    """And the next transaction goes as if nothing had been."""
    with pytest.raises(IntegrityError), acting_as(system_actor()), transaction():
        record("place", 2, None)  # type: ignore[arg-type]  # which the database refuses
    with acting_as(system_actor()), transaction():
        record("place", 2, "again")
    with acting_as(system_actor()):
        assert [event.action for event in timeline("place", 2)] == ["again"]


def test_a_savepoint_takes_back_what_it_was_told_and_nothing_else(own_database: Database) -> None:
    with acting_as(system_actor()), transaction():
        emit("outside", grant_id=1)
        with pytest.raises(ZeroDivisionError), db.session.begin_nested():
            emit("inside", grant_id=1)
            _ = 1 / 0
        with db.session.begin_nested():
            emit("released", grant_id=1)
        emit("outside", grant_id=2)
    assert [_messages(topic) for topic in ("outside", "inside", "released")] == [2, 0, 1]


def test_what_is_refused_in_a_savepoint_leaves_the_rest(own_database: Database) -> None:
    with acting_as(system_actor()), transaction():
        emit("stays", grant_id=1)
        with pytest.raises(IntegrityError), db.session.begin_nested():
            record("place", 4, None)  # type: ignore[arg-type]  # which the database refuses
        emit("stays", grant_id=2)
    assert _messages("stays") == 2


def test_what_waits_stays_when_what_comes_after_cannot_be_sent(own_database: Database) -> None:
    with acting_as(system_actor()), transaction():
        emit("waited", grant_id=1)
        with pytest.raises(ValueError, match="NUL"):
            db.session.execute(text("SELECT :given"), {"given": "\0"})
        db.session.execute(text("SELECT 1"))
    assert _messages("waited") == 1


def test_rows_are_fetched_a_few_at_a_time(own_database: Database) -> None:
    with acting_as(system_actor()), transaction():
        for _ in range(5):
            record("place", 3, "told")
    with acting_as(system_actor()):
        asked = select(Event).where(Event.object_type == "place", Event.object_id == 3)
        assert len(list(db.session.scalars(asked.execution_options(yield_per=2)))) == 5


def test_a_connection_that_was_lost_while_it_rested_is_replaced(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = db.session.scalar(text("SELECT pg_backend_pid()"))
    db.session.remove()
    _end_connection(own_database, lost)
    monkeypatch.setattr(pipeline, "_RESTS", 0.0)
    assert db.session.scalar(text("SELECT pg_backend_pid()")) != lost
    db.session.remove()


@pytest.mark.parametrize("asks", [lambda: lock_capacity(1), lambda: db.session.scalar(text("SELECT 1"))])
def test_a_connection_that_is_lost_in_use_fails_what_was_begun_on_it_alone(
    own_database: Database, asks: Callable[[], object]
) -> None:
    with acting_as(system_actor()):
        with pytest.raises(OperationalError), transaction():
            _end_connection(own_database, db.session.scalar(text("SELECT pg_backend_pid()")))
            asks()
        db.session.remove()
        with transaction():
            emit("again", grant_id=1)
