"""Reads how long seats stand empty, who waits for what, and when what is told of places was confirmed."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.places.models import Place
from enterprises.places.rules import PlaceState
from indicators.capacity.gap_rules import Cell
from indicators.capacity.idle_rules import Length
from indicators.capacity.models import CapacityGap, CapacityIdle
from indicators.capacity.queries import CapacityFilter, matching
from marketplace.db import db


@dataclass(frozen=True)
class Confirmed:
    """A published place, and when the enterprise last said that what is told of it is right."""

    enterprise_id: int
    kommun_code: str
    ssyk: str
    confirmed_on: date


@dataclass(frozen=True)
class IdleRow:
    enterprise_id: int
    kommun_code: str
    ssyk: str
    length: Length


def idle_years(authority_id: int) -> list[int]:
    """Years that have any, the newest first."""
    statement = select(CapacityIdle.year).where(CapacityIdle.authority_id == authority_id).distinct()
    return list(db.session.scalars(statement.order_by(CapacityIdle.year.desc())))


def idle(authority_id: int, year: int, wanted: CapacityFilter) -> list[IdleRow]:
    statement = select(
        CapacityIdle.enterprise_id,
        CapacityIdle.kommun_code,
        CapacityIdle.ssyk,
        CapacityIdle.days,
        CapacityIdle.gaps,
    ).where(
        CapacityIdle.authority_id == authority_id, CapacityIdle.year == year, *matching(CapacityIdle, wanted)
    )
    return [
        IdleRow(enterprise_id, kommun_code, ssyk, (days, times))
        for enterprise_id, kommun_code, ssyk, days, times in db.session.execute(statement)
    ]


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


def confirmed_places(authority_id: int) -> list[Confirmed]:
    """Published places of enterprises that have a contract in force with the authority, as they are now."""
    under_contract = select(Contract.enterprise_id).where(
        Contract.authority_id == authority_id, Contract.state == ContractState.ACTIVE
    )
    statement = (
        select(Place.enterprise_id, Place.kommun_code, Place.ssyk, Place.confirmed_on)
        .where(Place.state == PlaceState.PUBLISHED, Place.enterprise_id.in_(under_contract))
        .order_by(Place.confirmed_on, Place.id)
    )
    return [Confirmed(*row) for row in db.session.execute(statement)]
