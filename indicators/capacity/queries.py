"""Reads the counted capacity: the strategist's heat table, its cells, and the months behind."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Float, Select, bindparam, cast, func, select

from enterprises.contracts.models import Contract
from enterprises.places.models import Place
from enterprises.places.rules import PlaceState
from indicators.capacity.models import CapacityDay, CapacityIdle, CapacityPeriod
from indicators.capacity.rules import Capacity, PeriodUnit
from marketplace import clock
from marketplace.accounts.models import Organisation
from marketplace.accounts.queries import organisation_names
from marketplace.accounts.rules import Role
from marketplace.db import db, swedish_order
from marketplace.reference.models import Trade
from marketplace.reference.queries import lists
from marketplace.statements import Prepared
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem


@dataclass(frozen=True)
class CapacityFilter:
    """What the reader asks for; None means all."""

    day: date
    kommun_code: str | None = None
    field_id: str | None = None
    ssyk: str | None = None
    enterprise_id: int | None = None


@dataclass(frozen=True)
class OfferRow:
    """One enterprise's seats in one trade and kommun."""

    enterprise_name: str
    capacity: Capacity


@dataclass(frozen=True)
class AverageRow:
    """Seats on an average day of a month or a week, of the days asked for that were counted."""

    first_day: date
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


def averages(authority_id: int, wanted: CapacityFilter, unit: PeriodUnit, first: date) -> list[AverageRow]:
    """Average days per month or week, from the one that begins on first. One without seats is left out."""
    days = func.max(CapacityPeriod.days)
    statement = (
        select(
            CapacityPeriod.first_day,
            cast(func.sum(CapacityPeriod.seats), Float) / days,
            cast(func.sum(CapacityPeriod.closed), Float) / days,
            cast(func.sum(CapacityPeriod.held), Float) / days,
            cast(func.sum(CapacityPeriod.booked), Float) / days,
        )
        .where(
            CapacityPeriod.authority_id == authority_id,
            CapacityPeriod.unit == unit,
            CapacityPeriod.first_day >= first,
            *matching(CapacityPeriod, wanted),
        )
        .group_by(CapacityPeriod.first_day)
        .order_by(CapacityPeriod.first_day)
    )
    return [
        AverageRow(first_day, *map(float, numbers)) for first_day, *numbers in db.session.execute(statement)
    ]


@dataclass(frozen=True)
class Offered:
    """What there is to choose between: names by key in Swedish order."""

    kommuner: dict[str, str]
    fields: dict[str, str]
    trades: dict[str, str]
    enterprises: dict[int, str]


_OFFERED = Prepared(
    select(
        *(
            func.array_agg(column.distinct())
            for column in (Place.kommun_code, Place.ssyk, Place.enterprise_id)
        )
    ).where(
        Place.enterprise_id.in_(
            select(Contract.enterprise_id).where(Contract.authority_id == bindparam("authority_id"))
        ),
        Place.state != PlaceState.DRAFT,
    ),
    is_planned_once=True,
)


def offered(authority_id: int) -> Offered:
    """Out of the places themselves: there are few of them beside the days counted."""
    [found] = _OFFERED.rows(authority_id=authority_id)
    kommun_codes, ssyks, enterprise_ids = (set(keys or ()) for keys in found)
    known = lists()
    field_ids = {known.trades[ssyk].field_id for ssyk in ssyks}
    return Offered(
        {code: kommun.name for code, kommun in known.kommuner.items() if code in kommun_codes},
        {field_id: name for field_id, name in known.fields.items() if field_id in field_ids},
        {ssyk: trade.plain_name for ssyk, trade in known.trades.items() if ssyk in ssyks},
        organisation_names(enterprise_ids),
    )


_OWN_KOMMUNER = Prepared(
    select(Organisation.kommun_codes).where(Organisation.id == bindparam("authority_id")),
    is_planned_once=True,
)


def own_kommun_codes(authority_id: int) -> list[str]:
    """Kommuner that the authority answers for."""
    [codes] = _OWN_KOMMUNER.scalars(authority_id=authority_id)
    return list(codes)


def waiting(actor: Actor) -> list[WaitingItem]:
    """What a strategist should look at: kommuner of hers without a single place."""
    if actor.role is not Role.STRATEGIST or actor.authority_id is None:
        return []
    if counted_days(actor.authority_id) is None:
        return []
    with_seats = {code for _, code in capacity_by_cell(actor.authority_id, CapacityFilter(clock.today()))}
    lacking = set(own_kommun_codes(actor.authority_id)) - with_seats
    return [
        WaitingItem(None, f"{kommun.name} har inga platser", "capacity.index", kind_sv="Kommun utan platser")
        for code, kommun in lists().kommuner.items()
        if code in lacking
    ]


def _of(authority_id: int, wanted: CapacityFilter) -> Select[int, int, int, int, int]:
    return select(
        func.sum(CapacityDay.seats).label("seats"),
        func.sum(CapacityDay.closed).label("closed"),
        func.sum(CapacityDay.held).label("held"),
        func.sum(CapacityDay.booked).label("booked"),
        func.sum(CapacityDay.free_within_14_days).label("free_within"),
    ).where(CapacityDay.authority_id == authority_id, *matching(CapacityDay, wanted))


def matching(
    counted: type[CapacityDay] | type[CapacityIdle] | type[CapacityPeriod], wanted: CapacityFilter
) -> list[ColumnElement[bool]]:
    """What the filter asks of any counted rows, but for the day."""
    found = []
    if wanted.kommun_code:
        found.append(counted.kommun_code == wanted.kommun_code)
    if wanted.field_id:
        found.append(counted.ssyk.in_(select(Trade.ssyk).where(Trade.field_id == wanted.field_id)))
    if wanted.ssyk:
        found.append(counted.ssyk == wanted.ssyk)
    if wanted.enterprise_id:
        found.append(counted.enterprise_id == wanted.enterprise_id)
    return found
