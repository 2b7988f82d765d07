"""Reads how long seats stand empty, who waits for what, and when what is told of places was confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select, tuple_

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.places.models import Place
from enterprises.places.rules import PlaceState
from indicators.capacity.freshness_rules import EnterpriseFreshness
from indicators.capacity.gap_rules import Cell
from indicators.capacity.idle_rules import Length
from indicators.capacity.models import CapacityGap, CapacityIdle
from indicators.capacity.queries import CapacityFilter, matching
from marketplace.accounts.models import Organisation
from marketplace.db import db, swedish_order
from marketplace.statements import Prepared


@dataclass(frozen=True)
class Lengths:
    """How often each length occurs: of all, and by enterprise, kommun and trade."""

    all: Sequence[Length]
    by_enterprise: Mapping[int, Sequence[Length]]
    by_kommun: Mapping[str, Sequence[Length]]
    by_trade: Mapping[str, Sequence[Length]]


_IDLE_YEARS = Prepared(
    select(CapacityIdle.year)
    .where(CapacityIdle.authority_id == bindparam("authority_id"))
    .distinct()
    .order_by(CapacityIdle.year.desc()),
    is_planned_once=True,
)


def idle_years(authority_id: int) -> list[int]:
    """Years that have any, the newest first."""
    return _IDLE_YEARS.scalars(authority_id=authority_id)


def idle(authority_id: int, year: int, wanted: CapacityFilter) -> Lengths:
    keys = (CapacityIdle.enterprise_id, CapacityIdle.kommun_code, CapacityIdle.ssyk)
    statement = (
        select(*keys, CapacityIdle.days, func.sum(CapacityIdle.gaps))
        .where(
            CapacityIdle.authority_id == authority_id,
            CapacityIdle.year == year,
            *matching(CapacityIdle, wanted),
        )
        .group_by(CapacityIdle.days, func.grouping_sets(tuple_(), *(tuple_(key) for key in keys)))
    )
    every: list[Length] = []
    found: tuple[dict[Any, list[Length]], ...] = ({}, {}, {})
    for *key, days, times in db.session.execute(statement):
        at = next((at for at, value in enumerate(key) if value is not None), None)
        lengths = every if at is None else found[at].setdefault(key[at], [])
        lengths.append((days, times))
    return Lengths(every, *found)


_GAP_MONTHS = Prepared(
    select(CapacityGap.month)
    .where(CapacityGap.authority_id == bindparam("authority_id"))
    .distinct()
    .order_by(CapacityGap.month.desc()),
    is_planned_once=True,
)
_WAITING = Prepared(
    select(CapacityGap.kommun_code, CapacityGap.ssyk, CapacityGap.waiting)
    .where(CapacityGap.authority_id == bindparam("authority_id"), CapacityGap.month == bindparam("month"))
    .order_by(CapacityGap.kommun_code, CapacityGap.ssyk),
    is_planned_once=True,
)


def gap_months(authority_id: int) -> list[date]:
    """First days of the months that are counted, the newest first."""
    return _GAP_MONTHS.scalars(authority_id=authority_id)


def waiting_by_cell(authority_id: int, month: date) -> dict[Cell, int | None]:
    """Per kommun and trade, with '' for all; None where the number may not be shown."""
    rows = _WAITING.rows(authority_id=authority_id, month=month)
    return {(kommun_code, ssyk): number for kommun_code, ssyk, number in rows}


_PUBLISHED = (
    Place.state == PlaceState.PUBLISHED,
    Place.enterprise_id.in_(
        select(Contract.enterprise_id).where(
            Contract.authority_id == bindparam("authority_id"), Contract.state == ContractState.ACTIVE
        )
    ),
)
"""Places of enterprises that have a contract in force with the authority, as they are now."""
_FRESHNESS = Prepared(
    select(
        Organisation.name,
        func.count(),
        func.count().filter(Place.confirmed_on <= bindparam("limit")),
        func.min(Place.confirmed_on),
    )
    .join(Organisation, Organisation.id == Place.enterprise_id)
    .where(*_PUBLISHED)
    .group_by(Organisation.id)
    .order_by(swedish_order(Organisation.name), Organisation.id),
    is_planned_once=True,
)
_CONFIRMED = Prepared(
    select(Place.ssyk, Place.kommun_code, Place.confirmed_on, func.count())
    .where(*_PUBLISHED)
    .group_by(Place.ssyk, Place.kommun_code, Place.confirmed_on),
    is_planned_once=True,
)


def freshness(authority_id: int, limit: date) -> list[EnterpriseFreshness]:
    """Of enterprises with published places, in Swedish order; unconfirmed are places whose day is the limit or
    before."""
    rows = _FRESHNESS.rows(authority_id=authority_id, limit=limit)
    return [EnterpriseFreshness(*row) for row in rows]


def places_by_confirmation(authority_id: int) -> dict[tuple[str, str, date], int]:
    """Published places by trade, kommun and the day that what is told of them was last confirmed."""
    rows = _CONFIRMED.rows(authority_id=authority_id)
    return {(ssyk, kommun, day): number for ssyk, kommun, day, number in rows}
