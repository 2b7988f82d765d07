"""Events are sealed whoever commits when, and a chain that the owner of the database has changed is told of."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app import create_app
from marketplace.accounts.rules import Role
from marketplace.audit import Event, record
from marketplace.audit_chain import jobs, services
from marketplace.audit_chain.models import AuditLink
from marketplace.audit_chain.queries import waiting
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.letters.models import Letter
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.factories import make_authority
from tests.support.application import Database, rolled_back

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def owner(database: Database) -> Iterator[Connection]:
    """Who can change anything, at once."""
    engine = create_engine(database.owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection


@pytest.fixture
def authority_id(database: Database) -> int:
    """With three links of two events each, a minute apart, and one of its own for an event of nobody's."""
    with acting_as(system_actor()), transaction():
        authority_id = make_authority("Förbundet", []).id
    for minute in range(3):
        with travelling(NOW + timedelta(minutes=minute)):
            _happen(authority_id)
            _happen(authority_id if minute else None)
            jobs.seal()
    with travelling(NOW + timedelta(hours=2)):
        _happen(authority_id)
        jobs.seal()
    return authority_id


def _happen(authority_id: int | None) -> None:
    with acting_as(system_actor(authority_id)), transaction():
        record("place", 1, "publish", authority_id=authority_id, note_sv="Som avtalat")


def _problems() -> dict[int | None, str]:
    with travelling(NOW + timedelta(hours=3)), acting_as(system_actor()), transaction():
        return {check.authority_id: check.problem_sv for check in services.check_chains()}


def test_every_event_is_sealed_once_in_the_chain_of_its_authority(authority_id: int) -> None:
    with travelling(NOW + timedelta(hours=2, minutes=1)):
        jobs.seal()  # nothing new
    with acting_as(system_actor()):
        sealed = db.session.scalars(select(func.unnest(AuditLink.event_ids))).all()
        assert sorted(sealed) == sorted(db.session.scalars(select(Event.id)))
        links = db.session.execute(select(AuditLink.authority_id, AuditLink.number))
        assert {tuple(link) for link in links} == {
            *((authority_id, number) for number in (1, 2, 3, 4)),
            (None, 1),
        }
    assert _problems() == {authority_id: "", None: ""}


def test_an_event_that_is_committed_late_is_sealed_by_a_later_link(
    database: Database, authority_id: int
) -> None:
    with travelling(NOW + timedelta(hours=2, minutes=5)):
        with database.app.app_context(), acting_as(system_actor(authority_id)), transaction():
            record("place", 2, "publish", authority_id=authority_id)
            db.session.scalar(select(1))  # sends it
            with database.app.app_context():
                _happen(authority_id)
                jobs.seal()
        jobs.seal()
    with acting_as(system_actor()):
        ids = list(db.session.scalars(select(AuditLink.event_ids).order_by(AuditLink.id.desc()).limit(2)))
    (late,), (early,) = ids
    assert late < early
    assert _problems() == {authority_id: "", None: ""}


_TOLD = {
    "UPDATE event SET action = 'withdraw' WHERE id = 3": "Länk 2: innehållet",
    "UPDATE event SET authority_id = NULL WHERE id = 3": "Länk 2: innehållet",
    "UPDATE event SET note_sv = '' WHERE id = 3": "Länk 2: innehållet",
    "UPDATE audit_link SET event_ids = ARRAY[4, 3] WHERE last_event_id = 4": "Länk 2: innehållet",
    "DELETE FROM event WHERE id = 4": "Länk 2: händelser är borttagna",
    "DELETE FROM audit_link WHERE last_event_id = 4": "Länk 3: länkar är borttagna",
    "UPDATE audit_link SET event_ids = ARRAY[3] WHERE last_event_id = 4": "Kedjan: händelser står utanför",
    "DELETE FROM event WHERE id = 7; DELETE FROM audit_link WHERE last_event_id = 7": "Länk 4: länkar som har",
    "TRUNCATE audit_link": "Länk 4: länkar som har",
    "CREATE TEMP TABLE put_in ON COMMIT DROP AS SELECT * FROM event WHERE id = 1;"
    " UPDATE put_in SET id = 8, action = 'reject'; INSERT INTO event OVERRIDING SYSTEM VALUE TABLE put_in": (
        "Länk 5: händelser är tillagda i efterhand"
    ),
}


def test_what_the_owner_changes_is_told(
    database: Database, authority_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    """In every way, each taken back before the next."""
    assert set(_problems().values()) == {""}
    controller = Actor(role=Role.CONTROLLER, authority_id=authority_id)
    newest = select(Letter.subject_sv).order_by(Letter.id.desc()).limit(1)
    as_owner = create_app(database.settings.model_copy(update={"database_url": database.owner_url}))
    with as_owner.app_context():
        for tampering, told in _TOLD.items():
            caplog.clear()
            with rolled_back():
                db.session.execute(text(tampering))
                with travelling(NOW + timedelta(hours=2, minutes=30)):
                    jobs.seal()
                assert told in _problems()[authority_id], tampering
                assert "audit chain broken" in caplog.text
                with acting_as(controller):
                    assert [item.text_sv for item in waiting(controller)] == ["Händelseloggen stämmer inte"]
                assert db.session.scalar(newest) == "Händelseloggen stämmer inte"
        db.engine.dispose()


def test_a_chain_that_is_written_anew_is_another_than_the_letters_tell(
    owner: Connection, authority_id: int
) -> None:
    """Whoever owns the database can make every link anew, and every check; not what has left it."""
    with travelling(NOW + timedelta(days=9)):
        jobs.send_heads()
    with acting_as(system_actor()):
        kept = db.session.scalars(select(Letter.arguments)).one()
    owner.execute(text("UPDATE event SET action = 'reject' WHERE id = 1; TRUNCATE audit_link, audit_check"))
    with travelling(NOW + timedelta(hours=2)):
        jobs.seal()
    assert _problems() == {authority_id: "", None: ""}
    with acting_as(system_actor()):
        assert kept["avtryck"] not in db.session.scalars(select(AuditLink.hash)).all()


def test_a_note_can_be_taken_away_and_the_rest_still_proven(owner: Connection, authority_id: int) -> None:
    with acting_as(system_actor(authority_id)), transaction():
        assert services.take_notes([2, 3, 4]) == 2, "the second is of no authority"
        assert services.take_notes([3]) == 0
    with acting_as(system_actor()):
        assert set(db.session.scalars(select(Event.id).where(Event.note_sv == ""))) == {3, 4}
    assert _problems() == {authority_id: "", None: ""}
    owner.execute(text("UPDATE event SET user_name = 'Någon annan' WHERE id = 3"))
    assert "Länk 2: innehållet" in _problems()[authority_id]


_COLUMNS = {
    "event": "note_sv",
    "audit_link": "hash",
    "audit_check": "head",
    "event_without_note": "note_sha256",
}


def test_the_application_can_only_add(session: Session) -> None:
    for table, column in _COLUMNS.items():
        for change in (f"UPDATE {table} SET {column} = ''", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            refused = pytest.raises(DBAPIError, match="permission denied")
            with refused, acting_as(system_actor()), session.begin_nested():
                session.execute(text(change))


def test_only_the_system_takes_notes_away(authority_id: int) -> None:
    with acting_as(Actor(role=Role.CONTROLLER, authority_id=authority_id)), transaction():
        assert services.take_notes([3, 4]) == 0
    with pytest.raises(DBAPIError, match="permission denied"), acting_as(system_actor(authority_id)):
        db.session.execute(text("INSERT INTO event_without_note VALUES (3, '', now())"))
