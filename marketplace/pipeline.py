"""The connection to PostgreSQL. What is sent without waiting for its answer goes along with the next statement, so that
the two take the way to the database and back once; so do BEGIN with the first, and what waits last with COMMIT.

Should the database refuse it, that is told by the statement that it went along with, or by the commit.
"""

import time
from typing import Any

import psycopg2
from psycopg2.extensions import TRANSACTION_STATUS_IDLE, connection, cursor
from sqlalchemy import Pool, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry


class Connection(connection):
    """To SQLAlchemy, psycopg2's own, which sends BEGIN by itself unless it is told to commit by itself."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._waiting: list[bytes] = []
        self._commits_itself = False
        connection.autocommit.__set__(self, True)  # type: ignore[attr-defined]  # we send BEGIN, psycopg2 need not
        self.plans: dict[Any, str] = {}
        """How to execute what is prepared on the connection (see statements.py)."""

    @property
    def autocommit(self) -> bool:
        return self._commits_itself

    @autocommit.setter
    def autocommit(self, commits_itself: bool) -> None:
        self._commits_itself = commits_itself

    def send_along(self, statement: bytes) -> None:
        """With the next statement, or with the commit."""
        self._waiting.append(statement)

    def taken(self) -> list[bytes]:
        """What goes before a statement that is sent now."""
        before, self._waiting = self._waiting, []
        if not (self._is_begun() or self._commits_itself):
            before.insert(0, b"BEGIN")
        return before

    def commit(self) -> None:
        if self._is_begun() or self._waiting:
            self._end([*self.taken(), b"COMMIT"])

    def rollback(self) -> None:
        """Of a connection that is lost, PostgreSQL has taken everything back already."""
        self._waiting.clear()
        if self._is_begun():
            try:
                self._end([b"ROLLBACK"])
            except psycopg2.Error:
                if not self.closed:
                    raise

    def cursor(  # type: ignore[override]  # as SQLAlchemy asks for one
        self, name: str | None = None, cursor_factory: type[cursor] | None = None
    ) -> cursor:
        """A named one, whose rows are fetched a few at a time, is made to outlast commits, or psycopg2 refuses it."""
        return super().cursor(name, cursor_factory=cursor_factory or Cursor, withhold=name is not None)

    def _is_begun(self) -> bool:
        """As the connection knows it: what never reached the database has begun nothing."""
        return self.get_transaction_status() != TRANSACTION_STATUS_IDLE

    def _end(self, statements: list[bytes]) -> None:
        with self.cursor(cursor_factory=cursor) as ending:
            ending.execute(b";".join(statements))


class Cursor(cursor):
    """What is sent by `execute` alone: SQLAlchemy is told to send many rows by it too (`executemany_mode`)."""

    def execute(self, statement: Any, parameters: Any = None) -> None:
        sent = self.mogrify(statement, parameters)  # first: of what cannot be written, nothing is taken
        before = self.connection.taken()  # type: ignore[attr-defined]  # of the class above
        if not self.name:
            super().execute(b";".join([*before, sent]))
            return
        if before:
            with connection.cursor(self.connection, cursor_factory=cursor) as sending:
                sending.execute(b";".join(before))
        super().execute(sent)


_RESTS = 1.0
"""Seconds after which a connection of the pool may have been lost."""


def _checked_in(_connection: Connection, record: ConnectionPoolEntry) -> None:
    record.info["resting"] = time.monotonic()


def _checked_out(connection: Connection, record: ConnectionPoolEntry, _proxy: object) -> None:
    """As SQLAlchemy's `pool_pre_ping`, which asks also where one was used a moment ago."""
    if connection.closed:
        raise InvalidatePoolError
    if time.monotonic() - record.info.get("resting", time.monotonic()) < _RESTS:
        return
    try:
        with connection.cursor(cursor_factory=cursor) as asking:
            asking.execute("SELECT 1")
    except psycopg2.Error as error:
        raise InvalidatePoolError from error


event.listen(Pool, "checkin", _checked_in)
event.listen(Pool, "checkout", _checked_out)
