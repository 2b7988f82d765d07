"""Statements that are sent hundreds of times a second: compiled once, and planned once.

Building a statement anew, and looking it up among the compiled ones, takes SQLAlchemy longer than it takes PostgreSQL
to answer it: a `Prepared` one is sent as text. With row security, planning a statement takes PostgreSQL longer than
answering it too: what is planned once is prepared on the connection and kept as long as it lasts (docs/adr/0024).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from psycopg2.extensions import AsIs
from sqlalchemy import BindParameter, Engine, Select, event
from sqlalchemy.dialects.postgresql import psycopg2
from sqlalchemy.types import NullType

from marketplace.db import db

_DIALECT = psycopg2.dialect()  # type: ignore[no-untyped-call]
_PLANNED = "planned"
"""In a connection's `info`: how to execute what is planned on it, by its text or the Prepared that it is of."""
_plans: ContextVar[bool] = ContextVar("plans", default=False)
_CAN_BE_PLANNED = ("SELECT", "INSERT", "UPDATE", "DELETE")


@contextmanager
def planned_once() -> Iterator[None]:
    """Within the block, statements are planned once for each connection. For the few transactions that are made again
    and again with other keys and days: they need no other plans. Everything else is better off with plans of its own.
    """
    token = _plans.set(True)
    try:
        yield
    finally:
        _plans.reset(token)


def _execute_planned(cursor: Any, statement: str, parameters: Any, context: Any) -> bool | None:
    """Hangs on every statement; True when it has been sent."""
    if not _plans.get() or context.compiled is None or not statement.startswith(_CAN_BE_PLANNED):
        return None
    compiled = context.compiled
    if compiled.literal_execute_params or compiled.post_compile_params:
        return None  # its text differs from time to time
    info = context.root_connection.info
    execute = info.setdefault(_PLANNED, {}).get(statement)
    if execute is None:
        types = [_type_name(compiled.binds.get(name)) for name in parameters]
        execute = info[_PLANNED][statement] = _plan(info, cursor, statement, parameters, types)
    cursor.execute(execute, parameters)
    return True


event.listen(Engine, "do_execute", _execute_planned)


def _type_name(bind: BindParameter[Any] | None) -> str:
    if bind is None or isinstance(bind.type, NullType):
        return "unknown"
    return str(bind.type.compile(_DIALECT))


def _plan(
    info: Mapping[Any, Any],
    cursor: Any,
    statement: str,
    names: Iterable[str],
    types: Sequence[str] = (),
    fixed: Mapping[str, Any] | None = None,
) -> str:
    """Prepares it, which a rollback does not undo; gives how to execute it."""
    name = f"planned_{len(info[_PLANNED])}"
    places = {given: AsIs(f"${number}") for number, given in enumerate(names, start=1)}
    kinds = f" ({', '.join(types)})" if types else ""
    cursor.execute(f"PREPARE {name}{kinds} AS {statement}", {**(fixed or {}), **places})
    values = ", ".join(f"%({given})s" for given in places)
    return f"EXECUTE {name} ({values})" if values else f"EXECUTE {name}"


class Prepared:
    """A select whose named `bindparam`s are given each time; what else is bound in it stays as it was written.

    With `is_planned_once`, PostgreSQL keeps its plan as long as the connection lasts: for what is asked of a few rows
    by their keys, where other values need no other plan.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]], *, is_planned_once: bool = False) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self._text = str(compiled)
        self._fixed: dict[str, Any] = {}
        self._given: list[str] = []
        for name, bind in compiled.binds.items():
            if bind.required:
                self._given.append(name)
                continue
            process = bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
            value = bind.effective_value
            self._fixed[name] = process(value) if process else value
        self._is_planned_once = is_planned_once

    def rows(self, **given: Any) -> Sequence[Any]:
        """In the session's own transaction, after what waits to be written."""
        session = db.session()
        session.flush()
        connection = session.connection()
        if not self._is_planned_once:
            return connection.exec_driver_sql(self._text, self._fixed | given).all()
        info = connection.info
        execute = info.setdefault(_PLANNED, {}).get(self)
        if execute is None:
            cursor = connection.connection.cursor()
            execute = info[_PLANNED][self] = _plan(info, cursor, self._text, self._given, fixed=self._fixed)
            cursor.close()
        return connection.exec_driver_sql(execute, given).all()

    def scalars(self, **given: Any) -> list[Any]:
        """The first column."""
        return [row[0] for row in self.rows(**given)]
