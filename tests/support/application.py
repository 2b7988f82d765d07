"""The application on a migrated database of its own, and a way to take back what is committed in it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session

import config
from app import create_app
from demo.cluster import APP, OWNER
from marketplace.db import db
from marketplace.statements import planned_once
from tests.support.clients import Client, watch_for_lost_writes
from tests.support.servers import Servers, copied_database

_DEFERRED = "SELECT string_agg(DISTINCT quote_ident(conname), ', ') FROM pg_constraint WHERE condeferred"


@dataclass(frozen=True)
class Database:
    """A migrated database where commits are real, and the application on it."""

    app: Flask
    url: str
    owner_url: str
    settings: config.Settings


@contextmanager
def application_on_a_copy(servers: Servers) -> Iterator[Database]:
    """The application on a fresh copy of the migrated template, which is dropped afterwards."""
    with copied_database(servers) as name, pytest.MonkeyPatch.context() as patch:
        url, owner_url = servers.cluster.address(APP, name), servers.cluster.address(OWNER, name)
        for variable, value in config.demo_environment(url, owner_url, servers.own_redis_url).items():
            patch.setenv(variable, value)
        settings = config.load()
        app = create_app(settings)
        app.test_client_class = Client
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(servers.bytecode)
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
        watch_for_lost_writes(app)
        yield Database(app, url, owner_url, settings)
        with app.app_context():
            db.engine.dispose()


@contextmanager
def rolled_back() -> Iterator[None]:
    """Inside, commits are savepoints of an outer transaction. Needs an application context.

    Statements are planned once: with row security, planning most of them takes PostgreSQL longer than answering them,
    and these connections last as long as pytest's worker.
    """
    engine = db.engine
    with engine.connect() as connection, planned_once():
        outer = connection.begin()
        db.session.remove()
        db.session.configure(join_transaction_mode="create_savepoint")
        db.engines[None] = connection  # type: ignore[index]
        check = _deferred_checks(connection)
        event.listen(db.session, "before_commit", check)
        try:
            yield
        finally:
            event.remove(db.session, "before_commit", check)
            db.session.remove()
            db.session.configure(join_transaction_mode="conditional_savepoint")
            db.engines[None] = engine  # type: ignore[index]
            outer.rollback()


def _deferred_checks(connection: Connection) -> Callable[[Session], None]:
    """A savepoint's release does not check what waits for the commit, so each commit of the code's asks for it."""
    if _DEFERRED not in connection.info:  # which lasts as long as the connection
        connection.info[_DEFERRED] = connection.scalar(text(_DEFERRED))
    deferred: str | None = connection.info[_DEFERRED]

    def check(session: Session) -> None:
        session.flush()
        if deferred and not session.in_nested_transaction():
            connection.execute(text(f"SET CONSTRAINTS {deferred} IMMEDIATE"))
            connection.execute(text(f"SET CONSTRAINTS {deferred} DEFERRED"))

    return check
