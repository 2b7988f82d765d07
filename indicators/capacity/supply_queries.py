"""Reads how long seats stand empty, who waits for what, and when what is told of places was confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_

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


@dataclass(frozen=True)
class Lengths:
    """How often each length occurs: of all, and by enterprise, kommun and trade."""

    all: Sequence[Length]
    by_enterprise: Mapping[int, Sequence[Length]]
    by_kommun: Mapping[str, Sequence[Length]]
    by_trade: Mapping[str, Sequence[Length]]


def idle_years(authority_id: int) -> list[int]:
    """Years that have any, the newest first."""
    statement = select(CapacityIdle.year).where(CapacityIdle.authority_id == authority_id).distinct()
    return list(db.session.scalars(statement.order_by(CapacityIdle.year.desc())))


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


def gap_months(authority_id: int) -> list[date]:
    """First days of the months that are counted, the newest first."""
    statement = select(CapacityGap.month).where(CapacityGap.authority_id == authority_id).distinct()
    return list(db.session.scalars(statement.order_by(CapacityGap.month.desc())))


def waiting_by_cell(authority_id: int, month: date) -> dict[Cell, int | None]:
    """Per kommun and trade, with '' for all; None where the number may not be shown."""
    statement = (
        select(CapacityGap.kommun_code, CapacityGap.ssyk, CapacityGap.waiting)
        .where(CapacityGap.authority_id == authority_id, CapacityGap.month == month)
        .order_by(CapacityGap.kommun_code, CapacityGap.ssyk)
    )
    return {(kommun_code, ssyk): number for kommun_code, ssyk, number in db.session.execute(statement)}


def freshness(authority_id: int, limit: date) -> list[EnterpriseFreshness]:
    """Of enterprises with published places, in Swedish order; unconfirmed are places whose day is the limit or
    before."""
    statement = (
        select(
            Organisation.name,
            func.count(),
            func.count().filter(Place.confirmed_on <= limit),
            func.min(Place.confirmed_on),
        )
        .join(Organisation, Organisation.id == Place.enterprise_id)
        .where(*_published(authority_id))
        .group_by(Organisation.id)
        .order_by(swedish_order(Organisation.name), Organisation.id)
    )
    return [EnterpriseFreshness(*row) for row in db.session.execute(statement)]


def places_by_confirmation(authority_id: int) -> dict[tuple[str, str, date], int]:
    """Published places by trade, kommun and the day that what is told of them was last confirmed."""
    of = (Place.ssyk, Place.kommun_code, Place.confirmed_on)
    statement = select(*of, func.count()).where(*_published(authority_id)).group_by(*of)
    return {(ssyk, kommun, day): number for ssyk, kommun, day, number in db.session.execute(statement)}


def _published(authority_id: int) -> tuple[ColumnElement[bool], ...]:
    """Places of enterprises that have a contract in force with the authority, as they are now."""
    under_contract = select(Contract.enterprise_id).where(
        Contract.authority_id == authority_id, Contract.state == ContractState.ACTIVE
    )
    return Place.state == PlaceState.PUBLISHED, Place.enterprise_id.in_(under_contract)
