"""Puts counted numbers in the place of those before, and notes when that puts something right."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import Table, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from indicators.changes.models import CountedPeriod, IndicatorRun
from indicators.changes.rules import changed_cells
from marketplace import clock
from marketplace.audit import Event
from marketplace.db import Base, db

_SETTLED = timedelta(hours=1)
"""An event that is written now may get its number before one that is seen already. None is written for an hour."""


def publish(model: type[Base], of: Mapping[str, Any], until: date, rows: Iterable[Mapping[str, Any]]) -> None:
    """Puts the rows in the place of those published before for the authority and period that `of` says by column.

    Where nothing differs nothing is written. `until` is the first day not counted: when it is as before, what differs
    has been put right, and that is noted for the page to say.
    """
    table = cast(Table, model.__table__)
    mine = [table.c[name] == value for name, value in of.items()]
    after = [{column.name: {**of, **row}.get(column.name) for column in table.c} for row in rows]
    changed = changed_cells(
        _by_key(table, db.session.execute(select(table).where(*mine)).mappings()), _by_key(table, after)
    )
    if changed:
        db.session.execute(delete(table).where(*mine))
        if after:
            db.session.execute(insert(table), after)
    _note(table.name, of, until, changed)


def _by_key(table: Table, rows: Iterable[Mapping[Any, Any]]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    keys = [column.name for column in table.primary_key]
    others = [column.name for column in table.c if not column.primary_key]
    return {tuple(row[name] for name in keys): tuple(row[name] for name in others) for row in rows}


def _note(cells: str, of: Mapping[str, Any], until: date, changed: int) -> None:
    period = str(next(value for name, value in of.items() if name != "authority_id"))
    fresh: dict[str, Any] = {"until": until, "changed_cells": None, "changed_at": None}
    key = {"authority_id": of["authority_id"], "cells": cells, "period": period}
    noted = db.session.scalar(select(CountedPeriod.until).filter_by(**key))
    if noted == until:
        if not changed:
            return
        fresh |= {"changed_cells": changed, "changed_at": clock.now()}
    db.session.execute(
        upsert(CountedPeriod).values(key | fresh).on_conflict_do_update(index_elements=list(key), set_=fresh)
    )


def note_run(organisation_id: int) -> None:
    """That the organisation's indicators have been computed now."""
    settled = select(Event.id).where(Event.at < clock.now() - _SETTLED).order_by(Event.id.desc()).limit(1)
    noted = {"computed_at": clock.now(), "last_event_id": func.coalesce(settled.scalar_subquery(), 0)}
    db.session.execute(
        upsert(IndicatorRun)
        .values(organisation_id=organisation_id, **noted)
        .on_conflict_do_update(index_elements=[IndicatorRun.organisation_id], set_=noted)
    )
