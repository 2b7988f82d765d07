"""How many statements something takes, for tests that it does not grow with the data."""

from collections.abc import Callable

from sqlalchemy import Engine, event

from marketplace.db import db

_GROUND = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SELECT set_config")
"""The savepoints of the tests, and setting the actor."""


def statements_of(act: Callable[[], object]) -> list[str]:
    """What the database is asked, beginning with nothing remembered."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(_GROUND):
            asked.append(statement)

    db.session.expire_all()
    event.listen(Engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return asked
