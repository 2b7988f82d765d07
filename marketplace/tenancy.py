"""Who acts, for whom. PostgreSQL's row-level security reads the actor from settings of the transaction.

The actor is a context variable. In every transaction that the session begins, a statement that is to be sent is
preceded by `set_config(…, is_local => true)` unless the transaction has that actor already: with empty strings where
there is none, so that nothing is left over from whoever used the connection before.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from flask import has_app_context
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session, SessionTransaction

from marketplace.accounts.rules import Role, may_see_persons
from marketplace.clock import today
from marketplace.db import db


@dataclass(frozen=True)
class Actor:
    """One user in one membership, a participant by her code, or a background job for one tenant."""

    user_id: int | None = None
    user_name: str = ""
    membership_id: int | None = None
    organisation_id: int | None = None
    organisation_name: str = ""
    role: Role | None = None
    authority_id: int | None = None
    enterprise_id: int | None = None
    kommun_codes: tuple[str, ...] = ()
    participant_id: int | None = None
    """Set for a participant alone, who has no organisation: she sees what policies give her by this."""

    @property
    def may_see_persons(self) -> bool:
        return self.role is Role.SYSTEM or may_see_persons(self.role)

    @property
    def is_signed_in(self) -> bool:
        return self.user_id is not None

    def settings(self) -> dict[str, str]:
        """The PostgreSQL settings that the policies read; empty string means none. The day is the application's own."""
        return {
            "app.user_id": _text(self.user_id),
            "app.organisation_id": _text(self.organisation_id),
            "app.role": _text(self.role),
            "app.authority_id": _text(self.authority_id),
            "app.enterprise_id": _text(self.enterprise_id),
            "app.kommun_codes": ",".join(self.kommun_codes),
            "app.participant_id": _text(self.participant_id),
            "app.today": today().isoformat(),
            "app.sees_persons": "yes" if self.may_see_persons else "",
        }


ANONYMOUS = Actor()

_current: ContextVar[Actor] = ContextVar("actor", default=ANONYMOUS)


def current_actor() -> Actor:
    return _current.get()


def own_authority() -> int:
    """The authority that the actor acts for, in what only an authority's people do."""
    authority_id = _current.get().authority_id
    assert authority_id is not None, "the guard lets in only those who act for an authority"
    return authority_id


def system_actor(authority_id: int | None = None, enterprise_id: int | None = None) -> Actor:
    """A background job. It sees the outbox, and the rows of the tenant it is given; without one, no tenant's."""
    return Actor(
        user_name="Platstorget", role=Role.SYSTEM, authority_id=authority_id, enterprise_id=enterprise_id
    )


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Within the block `actor` acts. What was changed before is flushed as whoever changed it."""
    _flush()
    token = _current.set(actor)
    try:
        yield actor
        _flush()
    finally:
        _current.reset(token)


def _flush() -> None:
    if has_app_context() and db.session.registry.has():
        session = db.session()
        if session.in_transaction():
            session.flush()


_HAS = "actor"
"""In a connection's `info`: the actor that its transaction has, or None before it has one. Connections that are not the
session's lack the entry, and get no actor."""


def _after_begin(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    connection.info[_HAS] = None


def _before_statement(
    connection: Connection,
    _cursor: object,
    statement: str,
    _parameters: object,
    _context: object,
    _many: bool,
) -> None:
    info = connection.info
    if _HAS in info and info[_HAS] is not _current.get() and not statement.startswith("ROLLBACK"):
        _tell(connection)


def _before_commit(connection: Connection) -> None:
    """What waits for the commit is checked for whoever commits."""
    had = connection.info.pop(_HAS, None)
    if had is not None and had is not _current.get():
        _tell(connection)
        del connection.info[_HAS]


def _before_rollback(connection: Connection) -> None:
    if not connection.invalidated:  # one that was lost has nothing that it was told
        connection.info.pop(_HAS, None)


def _before_partial_rollback(connection: Connection, _name: str, _context: object) -> None:
    """PostgreSQL takes back what was set since the savepoint."""
    if not connection.invalidated and _HAS in connection.info:
        connection.info[_HAS] = None


def _tell(connection: Connection) -> None:
    """Past SQLAlchemy, along with what is to be sent, and prepared: it is done in every request."""
    actor = _current.get()
    driver: Any = connection.connection.dbapi_connection
    with driver.cursor() as cursor:
        if _TELL not in driver.plans:
            cursor.execute(_PREPARE)
            driver.plans[_TELL] = _TELL
        driver.send_along(cursor.mogrify(_TELL, list(actor.settings().values())))
    connection.info[_HAS] = actor


event.listen(db.session, "after_begin", _after_begin)
event.listen(Engine, "before_cursor_execute", _before_statement)
event.listen(Engine, "commit", _before_commit)
event.listen(Engine, "rollback", _before_rollback)
event.listen(Engine, "rollback_savepoint", _before_partial_rollback)


def _text(value: object) -> str:
    return "" if value is None else str(value)


_SETTINGS = ANONYMOUS.settings()
_PREPARE = "PREPARE tell AS SELECT " + ", ".join(
    f"set_config('{name}', ${number}, true)" for number, name in enumerate(_SETTINGS, start=1)
)
_TELL = f"EXECUTE tell ({', '.join(['%s'] * len(_SETTINGS))})"
