"""Statements that are written with SQLAlchemy, compiled once and sent as text.

For the few that are made hundreds of times a second: building a statement anew, and looking it up among the compiled
ones, takes SQLAlchemy longer than it takes PostgreSQL to answer it. Rows are the driver's own: dates, numbers, texts
and lists, and an enum's value as text.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.dialects.postgresql import psycopg2

from marketplace.db import db

_DIALECT = psycopg2.dialect()  # type: ignore[no-untyped-call]


class Prepared:
    """A select whose named `bindparam`s are given each time; what else is bound in it stays as it was written."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self._text = str(compiled)
        self._fixed: dict[str, Any] = {}
        for name, bind in compiled.binds.items():
            if bind.required:
                continue
            process = bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
            value = bind.effective_value
            self._fixed[name] = process(value) if process else value

    def rows(self, **given: Any) -> Sequence[Any]:
        """In the session's own transaction, after what waits to be written."""
        session = db.session()
        session.flush()
        return session.connection().exec_driver_sql(self._text, self._fixed | given).all()

    def scalars(self, **given: Any) -> list[Any]:
        """The first column."""
        return [row[0] for row in self.rows(**given)]
