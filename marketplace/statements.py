"""Statements that are sent hundreds of times a second: compiled once, and planned once.

Building a statement anew, and looking it up among the compiled ones, takes SQLAlchemy longer than it takes PostgreSQL
to answer it: a `Prepared` one is sent as text. With row security, planning a statement takes PostgreSQL longer than
answering it too: what is planned once is prepared on the connection and kept as long as it lasts (docs/adr/0024).
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, TypeVar, cast

import psycopg2
from psycopg2.extensions import AsIs
from sqlalchemy import (
    BindParameter,
    Engine,
    Insert,
    Select,
    Table,
    TextClause,
    Update,
    bindparam,
    event,
    insert,
)
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import class_mapper, make_transient_to_detached
from sqlalchemy.types import NullType

from marketplace.db import Base, db, session_connection

_DIALECT = PGDialect_psycopg2()  # type: ignore[no-untyped-call]
_PLANNED = "planned"
"""In a connection's `info`: how to execute what is planned on it, by its text."""
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
    if not (_plans.get() and _may_plan(statement, context.compiled)):
        return None
    planned: dict[str, str] = context.root_connection.info.setdefault(_PLANNED, {})
    execute = planned.get(statement)
    if execute is None:
        types = [_type_name(context.compiled.binds.get(given)) for given in parameters]
        execute = _plan(cursor, f"planned_{len(planned)}", statement, parameters, types)
        planned[statement] = execute
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
    """A statement whose named `bindparam`s are given each time; what else is bound stays as it was written.

    With `is_planned_once`, PostgreSQL keeps its plan as long as the connection lasts: for what is asked of a few rows
    by their keys, where other values need no other plan.
    """

    def __init__(
        self,
        statement: Select[*tuple[Any, ...]] | Insert | Update | TextClause,
        *,
        is_planned_once: bool = False,
    ) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self._text = str(compiled)
        self._is_planned_once = is_planned_once
        self._row: Callable[[Any], Any] | None = None
        """Made of the first answer's columns."""
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
        if not self._is_planned_once:
            values = self.fixed | given
            return session_connection().exec_driver_sql(self._text, values).all()
        with self._sent(given) as cursor:
            cursor.execute(self._planned(cursor), given)
            self._row = self._row or _row_of([column.name for column in cursor.description])
            return list(map(self._row, cursor.fetchall()))

    def scalars(self, **given: Any) -> list[Any]:
        """The first column."""
        return [row[0] for row in self.rows(**given)]

    def write(self, **given: Any) -> None:
        """Of what is planned once and gives no rows: sent along with the next statement, or with the commit. In a
        savepoint it is sent at once, or its refusal would be told when it can no longer be taken back alone."""
        with self._sent(given) as cursor:
            statement = self._planned(cursor)
            if db.session().in_nested_transaction():
                cursor.execute(statement, given)
            else:
                cursor.connection.send_along(cursor.mogrify(statement, given))

    @contextmanager
    def _sent(self, given: dict[str, Any]) -> Iterator[Any]:
        """Past SQLAlchemy, which takes longer to send a statement than PostgreSQL to answer it; whoever listens for
        statements hears of it, and errors are SQLAlchemy's."""
        connection = session_connection()
        for heard in connection.dispatch.before_cursor_execute:
            heard(connection, None, self._text, self.fixed | given, None, False)
        driver: Any = connection.connection.dbapi_connection
        try:
            with driver.cursor() as cursor:
                yield cursor
        except psycopg2.Error as error:
            is_lost = connection.dialect.is_disconnect(error, driver, None)  # type: ignore[arg-type]
            if is_lost:  # there is nothing to roll back
                connection.invalidate(error)
            raise DBAPIError.instance(
                self._text,
                None,
                error,
                psycopg2.Error,
                hide_parameters=True,
                connection_invalidated=is_lost,
            ) from error

    def _planned(self, cursor: Any) -> str:
        """How to execute it on the cursor's connection, where it is prepared the first time."""
        plans: dict[Prepared, str] = cursor.connection.plans
        if self not in plans:
            plans[self] = _plan(cursor, f"prepared_{len(plans)}", self._text, self.given, fixed=self.fixed)
        return plans[self]


def _row_of(columns: list[str]) -> Callable[[Any], Any]:
    make: Callable[[Any], Any] = namedtuple("_Row", columns, rename=True)._make  # type: ignore[attr-defined]
    return make


ModelT = TypeVar("ModelT", bound=Base)


def add_row(model: type[ModelT], **values: Any) -> ModelT:
    """Writes a row at once, planned once, and gives its object as if it had been read.

    For rows that are written hundreds of times a second; what is not given is read when it is asked for.
    """
    [(key,)] = _adding(model, tuple(values)).rows(**values)
    row: ModelT = class_mapper(model).class_manager.new_instance()
    row.__dict__.update(values, id=key)
    make_transient_to_detached(row)
    db.session.add(row)
    return row


@cache
def _adding(model: type[Base], columns: tuple[str, ...]) -> Prepared:
    table = cast(Table, model.__table__)
    adding = insert(table).values({column: bindparam(column) for column in columns})
    return Prepared(adding.returning(table.c.id), is_planned_once=True)
