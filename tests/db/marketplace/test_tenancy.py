"""PostgreSQL knows the actor of each statement, whatever has happened in the transaction before it."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from marketplace.db import db
from marketplace.tenancy import ANONYMOUS, Actor, acting_as
from tests.support.application import Database

_ASK = text("SELECT current_setting('app.user_id', true)")
ANNA, BO = Actor(user_id=1), Actor(user_id=2)


def _told() -> str | None:
    found: str | None = db.session.scalar(_ASK)
    return found


def test_each_statement_has_its_actor(session: Session) -> None:
    assert _told() == ""
    with acting_as(ANNA):
        assert _told() == "1"
        with acting_as(BO):
            assert _told() == "2"
        assert _told() == "1"
        with acting_as(ANONYMOUS):
            assert _told() == ""
    assert _told() == ""


def test_an_error_inside_gives_the_former_actor_back(session: Session) -> None:
    with acting_as(ANNA):
        with pytest.raises(ValueError, match="no"), acting_as(BO):
            _told()
            raise ValueError("no")
        assert _told() == "1"


def test_what_a_savepoint_took_back_is_told_again(database: Database) -> None:
    with acting_as(ANNA):
        assert _told() == "1"
        with pytest.raises(ProgrammingError), db.session.begin_nested(), acting_as(BO):
            assert _told() == "2"
            db.session.execute(text("SELECT nonsense"))
        assert _told() == "1"
        inner = db.session.begin_nested()
        with acting_as(BO):
            assert _told() == "2"
            inner.rollback()
            assert _told() == "2", "the savepoint had taken it back"
        assert _told() == "1"


def test_a_new_transaction_begins_with_who_acts_then(database: Database) -> None:
    with acting_as(ANNA):
        assert _told() == "1"
        db.session.commit()
        assert _told() == "1"
        db.session.rollback()
    assert _told() == ""


def test_nothing_is_left_on_the_connection(database: Database) -> None:
    with acting_as(ANNA):
        _told()
        db.session.remove()
        with db.engine.connect() as other:
            assert other.scalar(_ASK) in {"", None}


def test_what_waits_for_the_commit_is_asked_as_who_commits(database: Database) -> None:
    owner = create_engine(database.owner_url, poolclass=NullPool)
    with owner.begin() as connection:
        connection.exec_driver_sql(_LATE)
    with acting_as(ANNA):
        with acting_as(BO):
            db.session.execute(text("INSERT INTO seen VALUES ('')"))
        db.session.commit()
        assert db.session.scalar(text("SELECT who FROM seen")) == "1"


_LATE = """
CREATE TABLE seen (who text);
GRANT ALL ON seen TO PUBLIC;
CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE seen SET who = current_setting('app.user_id', true) WHERE who = '';
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON seen DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION look();
"""
