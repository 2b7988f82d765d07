"""Who acts, for whom. PostgreSQL's row-level security reads the actor from settings of the transaction.

The actor is a context variable. Every transaction that the session begins carries it into PostgreSQL with
`set_config(…, is_local => true)`, with empty strings where there is none, so that nothing is left over from
whoever used the connection before. Switching the actor inside an open transaction sets it at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass

from flask import has_app_context
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import SQLAlchemyError
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


def system_actor(authority_id: int | None = None, enterprise_id: int | None = None) -> Actor:
    """A background job. It sees the outbox, and the rows of the tenant it is given; without one, no tenant's."""
    return Actor(
        user_name="Platstorget", role=Role.SYSTEM, authority_id=authority_id, enterprise_id=enterprise_id
    )


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Within the block `actor` acts. What was changed before is flushed as whoever changed it."""
    before = _current.get()
    _flush()
    token = _current.set(actor)
    _apply(actor)
    try:
        yield actor
        _flush()
    except BaseException:
        _current.reset(token)
        # A failed transaction can only roll back, and the next one begins as `before`.
        with suppress(SQLAlchemyError):
            _apply(before)
        raise
    _current.reset(token)
    _apply(before)


def _open_session() -> Session | None:
    if not has_app_context() or not db.session.registry.has():
        return None
    session = db.session()
    return session if session.in_transaction() else None


def _flush() -> None:
    session = _open_session()
    if session is not None:
        session.flush()


def _apply(actor: Actor) -> None:
    session = _open_session()
    if session is not None:
        _set(session.connection(), actor)


def _set(connection: Connection, actor: Actor) -> None:
    values = actor.settings().values()
    connection.execute(_SET_CONFIG, {f"v{i}": value for i, value in enumerate(values)})


def _after_begin(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        _set(connection, current_actor())


event.listen(db.session, "after_begin", _after_begin)


def _text(value: object) -> str:
    return "" if value is None else str(value)


_SET_CONFIG = text(
    "SELECT " + ", ".join(f"set_config('{name}', :v{i}, true)" for i, name in enumerate(ANONYMOUS.settings()))
)
"""Made once: it is executed in every transaction."""
