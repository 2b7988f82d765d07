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
from sqlalchemy import BindParameter, CursorResult, Engine, Insert, Select, event
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
    """Hangs on every statement, after whoever counts or logs it; True when it has been sent."""
    prepared: Prepared | None = context.execution_options.get(_PLANNED)
    if prepared is None and not (_plans.get() and _may_plan(statement, context.compiled)):
        return None
    planned = context.root_connection.info.setdefault(_PLANNED, {})
    execute = planned.get(prepared or statement)
    if execute is None:
        name = f"planned_{len(planned)}"
        if prepared is not None:
            execute = _plan(cursor, name, statement, prepared.given, fixed=prepared.fixed)
        else:
            types = [_type_name(context.compiled.binds.get(given)) for given in parameters]
            execute = _plan(cursor, name, statement, parameters, types)
        planned[prepared or statement] = execute
    cursor.execute(execute, parameters)
    return True


event.listen(Engine, "do_execute", _execute_planned)


def _may_plan(statement: str, compiled: Any) -> bool:
    """Not when its text differs from time to time."""
    if compiled is None or not statement.startswith(_CAN_BE_PLANNED):
        return False
    return not (compiled.literal_execute_params or compiled.post_compile_params)


def _type_name(bind: BindParameter[Any] | None) -> str:
    if bind is None or isinstance(bind.type, NullType):
        return "unknown"
    return str(bind.type.compile(_DIALECT))


def _plan(
    cursor: Any,
    name: str,
    statement: str,
    given: Iterable[str],
    types: Sequence[str] = (),
    fixed: Mapping[str, Any] | None = None,
) -> str:
    """Prepares it, which a rollback does not undo; gives how to execute it."""
    places = {one: AsIs(f"${number}") for number, one in enumerate(given, start=1)}
    kinds = f" ({', '.join(types)})" if types else ""
    cursor.execute(f"PREPARE {name}{kinds} AS {statement}", {**(fixed or {}), **places})
    values = ", ".join(f"%({one})s" for one in places)
    return f"EXECUTE {name} ({values})" if values else f"EXECUTE {name}"


class Prepared:
    """A select or an insert whose named `bindparam`s are given each time; what else is bound stays as it was written.

    With `is_planned_once`, PostgreSQL keeps its plan as long as the connection lasts: for what is asked of a few rows
    by their keys, where other values need no other plan.
    """

    def __init__(
        self, statement: Select[*tuple[Any, ...]] | Insert, *, is_planned_once: bool = False
    ) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self._text = str(compiled)
        self._options = {_PLANNED: self} if is_planned_once else {}
        self.fixed: dict[str, Any] = {}
        self.given: list[str] = []
        for name, bind in compiled.binds.items():
            if bind.required:
                self.given.append(name)
                continue
            process = bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
            value = bind.effective_value
            self.fixed[name] = process(value) if process else value

    def rows(self, **given: Any) -> Sequence[Any]:
        """In the session's own transaction, after what waits to be written."""
        db.session.flush()
        return self._send(given).all()

    def scalars(self, **given: Any) -> list[Any]:
        """The first column."""
        return [row[0] for row in self.rows(**given)]

    def add(self, **given: Any) -> None:
        """Of an insert: writes the row, before what waits to be written."""
        self._send(given)

    def _send(self, given: dict[str, Any]) -> CursorResult[Any]:
        # What is fixed stands in the plan.
        values = given if self._options else self.fixed | given
        connection = db.session.connection()
        return connection.exec_driver_sql(self._text, values, execution_options=self._options)
