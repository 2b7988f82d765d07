"""Reads the counted capacity: the strategist's heat table, its cells, and the months behind."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Date, Select, cast, func, select

from indicators.capacity.models import CapacityDay
from indicators.capacity.rules import Capacity
from marketplace import clock
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.db import db, swedish_order
from marketplace.reference.models import OccupationField, Trade
from marketplace.reference.queries import kommuner
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem


@dataclass(frozen=True)
class CapacityFilter:
    """What the reader asks for; None means all."""

    day: date
    kommun_code: str | None = None
    field_id: str | None = None


@dataclass(frozen=True)
class OfferRow:
    """One enterprise's seats in one trade and kommun."""

    enterprise_name: str
    capacity: Capacity


@dataclass(frozen=True)
class MonthRow:
    """Seats on an average day of the month, of the days that were counted and have been."""

    month: date
    seats: float
    closed: float
    held: float
    booked: float

    @property
    def free(self) -> float:
        return self.seats - self.closed - self.held - self.booked


def counted_days(authority_id: int) -> tuple[date, date] | None:
    """First and last day that there are numbers for; None when nothing is counted."""
    mine = CapacityDay.authority_id == authority_id
    first = db.session.scalar(select(func.min(CapacityDay.day)).where(mine))
    last = db.session.scalar(select(func.max(CapacityDay.day)).where(mine))
    return None if first is None or last is None else (first, last)


def capacity_by_cell(authority_id: int, wanted: CapacityFilter) -> dict[tuple[str, str], Capacity]:
    """Per (trade, kommun) on the day."""
    statement = (
        _of(authority_id, wanted)
        .where(CapacityDay.day == wanted.day)
        .add_columns(CapacityDay.ssyk, CapacityDay.kommun_code)
        .group_by(CapacityDay.ssyk, CapacityDay.kommun_code)
        .order_by(CapacityDay.ssyk, CapacityDay.kommun_code)
    )
    return {(ssyk, kommun): Capacity(*numbers) for *numbers, ssyk, kommun in db.session.execute(statement)}


def offers(authority_id: int, day: date, kommun_code: str, ssyk: str) -> list[OfferRow]:
    """The enterprises behind one cell, by name."""
    statement = (
        _of(authority_id, CapacityFilter(day, kommun_code))
        .where(CapacityDay.day == day, CapacityDay.ssyk == ssyk)
        .join(Organisation, Organisation.id == CapacityDay.enterprise_id)
        .add_columns(Organisation.name)
        .group_by(Organisation.id, Organisation.name)
        .order_by(swedish_order(Organisation.name), Organisation.id)
    )
    return [OfferRow(name, Capacity(*numbers)) for *numbers, name in db.session.execute(statement)]


def months(authority_id: int, wanted: CapacityFilter, first: date, last: date) -> list[MonthRow]:
    """Average days per month from first to last. A month without seats is left out."""
    per_day = _of(authority_id, wanted).add_columns(CapacityDay.day).group_by(CapacityDay.day)
    days = per_day.where(CapacityDay.day.between(first, last)).subquery()
    month: ColumnElement[date] = cast(func.date_trunc("month", days.c.day), Date)
    averages = [func.avg(days.c[name]) for name in ("seats", "closed", "held", "booked")]
    rows = db.session.execute(select(month, *averages).group_by(month).order_by(month))
    return [MonthRow(month, *(float(number) for number in numbers)) for month, *numbers in rows]


def fields_with_seats(authority_id: int) -> list[OccupationField]:
    """Occupation fields that the authority has had seats in."""
    used = (
        select(Trade.field_id)
        .join(CapacityDay, CapacityDay.ssyk == Trade.ssyk)
        .where(CapacityDay.authority_id == authority_id)
    )
    statement = (
        select(OccupationField)
        .where(OccupationField.concept_id.in_(used))
        .order_by(swedish_order(OccupationField.name), OccupationField.concept_id)
    )
    return list(db.session.scalars(statement))


def kommun_codes_with_seats(authority_id: int) -> list[str]:
    statement = (
        select(CapacityDay.kommun_code)
        .where(CapacityDay.authority_id == authority_id)
        .distinct()
        .order_by(CapacityDay.kommun_code)
    )
    return list(db.session.scalars(statement))


def kommun_codes_without_seats(authority_id: int, day: date) -> list[str]:
    """Kommuner that the authority answers for and that have no seat on the day."""
    with_seats = {code for _, code in capacity_by_cell(authority_id, CapacityFilter(day))}
    organisation = db.session.get(Organisation, authority_id)
    return sorted(set(organisation.kommun_codes) - with_seats) if organisation else []


def waiting(actor: Actor) -> list[WaitingItem]:
    """What a strategist should look at: kommuner of hers without a single place."""
    if actor.role is not Role.STRATEGIST or actor.authority_id is None:
        return []
    if counted_days(actor.authority_id) is None:
        return []
    lacking = kommun_codes_without_seats(actor.authority_id, clock.today())
    return [
        WaitingItem(None, f"{kommun.name} har inga platser", "capacity.index", kind_sv="Kommun utan platser")
        for kommun in (kommuner(lacking) if lacking else [])
    ]


def _of(authority_id: int, wanted: CapacityFilter) -> Select[int, int, int, int, int]:
    statement = select(
        func.sum(CapacityDay.seats).label("seats"),
        func.sum(CapacityDay.closed).label("closed"),
        func.sum(CapacityDay.held).label("held"),
        func.sum(CapacityDay.booked).label("booked"),
        func.sum(CapacityDay.free_within_14_days).label("free_within"),
    ).where(CapacityDay.authority_id == authority_id)
    if wanted.kommun_code:
        statement = statement.where(CapacityDay.kommun_code == wanted.kommun_code)
    if wanted.field_id:
        statement = statement.join(Trade, Trade.ssyk == CapacityDay.ssyk).where(
            Trade.field_id == wanted.field_id
        )
    return statement
