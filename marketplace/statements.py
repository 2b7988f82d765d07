"""Statements that are written with SQLAlchemy, compiled once and sent as text.

For the few that are made hundreds of times a second: building a statement anew, and looking it up among the compiled
ones, takes SQLAlchemy longer than it takes PostgreSQL to answer it. Rows are the driver's own: dates, numbers, texts
and lists, and an enum's value as text.

With row security, planning a statement often takes PostgreSQL longer than answering it too. One that is always the
same can be planned once for each connection.
"""

from collections.abc import Sequence
from itertools import count
from typing import Any

from psycopg2.extensions import AsIs
from sqlalchemy import Connection, Select
from sqlalchemy.dialects.postgresql import psycopg2

from marketplace.db import db

_DIALECT = psycopg2.dialect()  # type: ignore[no-untyped-call]
_PLANNED = "planned"
"""In a connection's `info`: the names of what is planned on it."""
_numbers = count(1)


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
        self._name = f"planned_{next(_numbers)}" if is_planned_once else ""
        values = ", ".join(f"%({name})s" for name in self._given)
        self._execute = f"EXECUTE {self._name} ({values})" if values else f"EXECUTE {self._name}"

    def rows(self, **given: Any) -> Sequence[Any]:
        """In the session's own transaction, after what waits to be written."""
        session = db.session()
        session.flush()
        connection = session.connection()
        if not self._name:
            return connection.exec_driver_sql(self._text, self._fixed | given).all()
        if self._name not in connection.info.setdefault(_PLANNED, set()):
            self._plan(connection)
        return connection.exec_driver_sql(self._execute, given).all()

    def scalars(self, **given: Any) -> list[Any]:
        """The first column."""
        return [row[0] for row in self.rows(**given)]

    def _plan(self, connection: Connection) -> None:
        """What is prepared stays on the connection when the transaction is rolled back."""
        places = {name: AsIs(f"${number}") for number, name in enumerate(self._given, start=1)}
        cursor = connection.connection.cursor()
        cursor.execute(f"PREPARE {self._name} AS {self._text}", self._fixed | places)
        cursor.close()
        connection.info[_PLANNED].add(self._name)
