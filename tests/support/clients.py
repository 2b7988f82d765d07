"""A test client that acts like a browser, and that notices a view which forgot to commit."""

import contextvars
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, has_app_context, request
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.orm import ORMExecuteState, Session
from werkzeug.test import TestResponse

from marketplace.db import db

_STAYS_WITH_THE_TEST = frozenset({"flask.app_ctx", "flask.request_ctx", "actor"})
_WROTE = "wrote without committing"


class Client(FlaskClient):
    """Each request runs as if it came from outside: no application context, session or actor of the test's.

    The clock is shared: what the test sets with travelling() holds for the request too.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        outside = contextvars.Context()
        for variable, value in contextvars.copy_context().items():
            if variable.name not in _STAYS_WITH_THE_TEST:
                outside.run(variable.set, value)
        forgotten: list[str] = self.application.extensions[_WROTE]
        forgotten.clear()
        response = outside.run(lambda: super(Client, self).open(*args, **kwargs))
        if db.session.registry.has():
            db.session.expire_all()
        assert not forgotten, f"{forgotten[0]}: a write outside `with transaction():` is lost"
        return response


ClientFor = Callable[..., Client]
"""What the fixture `client_for` is."""


def watch_for_lost_writes(app: Flask) -> None:
    """Notes, when the view has answered, that its session still holds writes. They are about to be rolled back."""
    app.extensions[_WROTE] = []

    @app.after_request
    def look(response: Response) -> Response:
        if db.session.registry.has():
            session = db.session()
            if session.info.pop(_WROTE, False) or session.new or session.dirty or session.deleted:
                app.extensions[_WROTE].append(f"{request.method} {request.path}")
        return response


def _after_flush(session: Session, _context: object) -> None:
    session.info[_WROTE] = True


def _on_execute(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        state.session.info[_WROTE] = True


def _before_statement(
    _connection: object, _cursor: object, statement: str, _parameters: object, _context: object, _many: bool
) -> None:
    if statement.startswith("INSERT") and has_app_context() and db.session.registry.has():
        db.session().info[_WROTE] = True


def _ended(session: Session) -> None:
    session.info.pop(_WROTE, None)


event.listen(db.session, "after_flush", _after_flush)
event.listen(db.session, "do_orm_execute", _on_execute)
event.listen(Engine, "before_cursor_execute", _before_statement)
event.listen(db.session, "after_commit", _ended)
event.listen(db.session, "after_rollback", _ended)
