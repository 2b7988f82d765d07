"""Closures of a place as its own supplier reads them: what is closed, how that came about, whom a new one touches."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from typing import Any

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from enterprises.places.closure_rules import ClosureLook, Extent, InTheWay, RevisionRow, look_at, outage_sv
from enterprises.places.models import ClosedPeriod, Closure, ClosureRevision, Seat, SeatUse
from marketplace.clock import today
from marketplace.db import db
from marketplace.errors import Conflict


@dataclass(frozen=True)
class SeatHolder:
    """What holds a seat, by number and never by name, and where it is read."""

    label_sv: str
    url_endpoint: str
    url_args: dict[str, Any] = field(default_factory=dict)


SeatHolders = Callable[[Collection[int]], dict[int, SeatHolder]]
_EXTENSION = "platstorget.seat_holders"
_REMEMBERED = timedelta(days=365)


def register_seat_holders(app: Flask, *sources: SeatHolders) -> None:
    """Let later rooms say what they hold a seat for. Called by the composition root."""
    app.extensions.setdefault(_EXTENSION, []).extend(sources)


def holders_of(uses: Collection[InTheWay]) -> dict[int, SeatHolder]:
    """By seat use; what the actor may not see is left out."""
    ids = [use.seat_use_id for use in uses]
    found: dict[int, SeatHolder] = {}
    for source in current_app.extensions.get(_EXTENSION, []) if ids else []:
        found |= source(ids)
    return found


@dataclass(frozen=True)
class PeriodRow:
    """A closed period with the seats that are closed today or later, and how it came to be what it is."""

    period: ClosedPeriod
    closures: list[Closure]
    revisions: list[RevisionRow]

    @property
    def extent(self) -> Extent:
        return Extent(len(self.closures), self.period.first_day, self.period.last_day)

    @property
    def reason_sv(self) -> str:
        return outage_sv(self.period.reason, self.period.reason_sv)

    @property
    def numbers(self) -> list[int]:
        return [closure.seat_use.seat.number for closure in self.closures]

    @property
    def is_over(self) -> bool:
        return not self.closures

    @property
    def has_begun(self) -> bool:
        return self.period.first_day < today()


def closed_periods(place_id: int) -> list[PeriodRow]:
    """Those that stand or are over less than a year, the latest first. Three queries."""
    periods = db.session.scalars(
        select(ClosedPeriod)
        .where(ClosedPeriod.place_id == place_id, ClosedPeriod.last_day >= today() - _REMEMBERED)
        .order_by(ClosedPeriod.first_day.desc(), ClosedPeriod.id.desc())
    ).all()
    standing = {
        period_id: list(rows)
        for period_id, rows in groupby(_standing(place_id), key=lambda row: row.closed_period_id)
    }
    history = _history([period.id for period in periods])
    return [PeriodRow(period, standing.get(period.id, []), history.get(period.id, [])) for period in periods]


def period_row(closed_period_id: int, place_id: int) -> PeriodRow:
    """Raises Conflict for one that has been over for so long that the place's page no longer tells of it."""
    found = next((row for row in closed_periods(place_id) if row.period.id == closed_period_id), None)
    if found is None:
        raise Conflict("Stängningen är redan slut.")
    return found


def _standing(place_id: int) -> list[Closure]:
    statement = (
        select(Closure)
        .join(Closure.seat_use)
        .join(Seat, Seat.id == SeatUse.seat_id)
        .where(Closure.place_id == place_id, SeatUse.last_day >= today())
        .options(contains_eager(Closure.seat_use).joinedload(SeatUse.seat))
        .order_by(Closure.closed_period_id, Seat.number)
    )
    return list(db.session.scalars(statement))


def _history(period_ids: Collection[int]) -> dict[int, list[RevisionRow]]:
    statement = (
        select(ClosureRevision)
        .where(ClosureRevision.closed_period_id.in_(period_ids))
        .order_by(ClosureRevision.closed_period_id, ClosureRevision.id)
    )
    found: dict[int, list[RevisionRow]] = {}
    for period_id, rows in groupby(db.session.scalars(statement), key=lambda row: row.closed_period_id):
        before: Extent | None = None
        told = []
        for row in rows:
            after = Extent(row.seats, row.first_day, row.last_day)
            reason = outage_sv(row.reason, row.reason_sv)
            told.append(
                RevisionRow(row.action, row.revised_by, row.revised_at, before, after, row.why_sv, reason)
            )
            before = after
        found[period_id] = told
    return found


def look(place_id: int, asked: Extent, *, without: Collection[int] = ()) -> ClosureLook:
    """What closing this many seats over the days would meet, but for the seat uses `without`; two queries."""
    numbers = list(db.session.scalars(select(Seat.number).where(Seat.place_id == place_id)))
    statement = (
        select(SeatUse)
        .where(
            SeatUse.place_id == place_id,
            SeatUse.first_day <= asked.last_day,
            SeatUse.last_day >= asked.first_day,
            SeatUse.id.not_in(without),
        )
        .options(joinedload(SeatUse.seat))
        .order_by(SeatUse.first_day, SeatUse.id)
    )
    uses = [
        InTheWay(use.seat.number, use.kind, use.first_day, use.last_day, use.id)
        for use in db.session.scalars(statement)
    ]
    return look_at(asked, numbers, uses)
