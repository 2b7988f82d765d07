"""Puts counted numbers in the place of those before, and notes when that puts something right."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from indicators.changes.models import CountedPeriod, IndicatorRun
from indicators.changes.rules import canonical, changed_cells
from marketplace import clock
from marketplace.audit import Event
from marketplace.crypto import key_ring
from marketplace.db import Base, db

_SETTLED = timedelta(hours=1)
"""An event that is written now may get its number before one that is seen already. None is written for an hour."""


def sealed(counts: object) -> str:
    """A hash of counts that only this installation can make: small counts cannot be tried until it fits."""
    return key_ring().lookup(canonical(counts))


def is_made_of(model: type[Base], of: Mapping[str, Any], made_of: str) -> bool:
    """Whether what is published for the period was made of the counts with that seal."""
    return db.session.scalar(select(CountedPeriod.made_of).filter_by(**_key(model, of))) == made_of


def forget_counts(authority_id: int) -> None:
    """Everything is made anew the next time, as it has to be when the rules have changed."""
    mine = CountedPeriod.authority_id == authority_id
    db.session.execute(update(CountedPeriod).where(mine).values(made_of=""))


def publish(
    model: type[Base],
    of: Mapping[str, Any],
    until: date,
    rows: Iterable[Mapping[str, Any]],
    *,
    made_of: str = "",
) -> None:
    """Puts the rows in the place of those published before for the authority and period that `of` says by column.

    Where nothing differs nothing is written. `until` is the first day not counted: when it is as before, what differs
    has been put right, and that is noted for the page to say. `made_of` is the seal of the counts, if any.
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
    _note(_key(model, of), until, made_of, changed)


def _by_key(table: Table, rows: Iterable[Mapping[Any, Any]]) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    keys = [column.name for column in table.primary_key]
    others = [column.name for column in table.c if not column.primary_key]
    return {tuple(row[name] for name in keys): tuple(row[name] for name in others) for row in rows}


def _key(model: type[Base], of: Mapping[str, Any]) -> dict[str, Any]:
    period = str(next(value for name, value in of.items() if name != "authority_id"))
    return {"authority_id": of["authority_id"], "cells": model.__tablename__, "period": period}


def _note(key: Mapping[str, Any], until: date, made_of: str, changed: int) -> None:
    fresh: dict[str, Any] = {"until": until, "made_of": made_of}
    before = db.session.execute(
        select(CountedPeriod.until, CountedPeriod.made_of).filter_by(**key)
    ).one_or_none()
    if before is None or before.until != until:
        fresh |= {"changed_cells": None, "changed_at": None}
    elif changed:
        fresh |= {"changed_cells": changed, "changed_at": clock.now()}
    elif before.made_of == made_of:
        return
    db.session.execute(
        upsert(CountedPeriod)
        .values({**key, **fresh})
        .on_conflict_do_update(index_elements=list(key), set_=fresh)
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
