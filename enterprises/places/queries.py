"""Sites, places and their free seats.

Capacity has one definition, here: a seat is free over some days when no use of it overlaps them. Search, booking,
closures, the strategist and the supplier's own pages all count with `free_seats_over`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Select,
    cast,
    exists,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.orm import aliased, contains_eager, joinedload

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.places.models import Place, Seat, SeatUse, Site
from enterprises.places.rules import CONFIRM_EVERY_DAYS, PlaceState, SeatUseKind, confirm_by
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import Page, db, paginate, swedish_order
from marketplace.errors import NotFound
from marketplace.reference.models import OccupationField, Trade
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem

Day = date | ColumnElement[date]


@dataclass(frozen=True)
class WeekFree:
    """Free seats over a whole ISO week (from today in the current one), of those in service."""

    monday: date
    free: int
    seats: int

    @property
    def pair(self) -> tuple[date, int]:
        """Monday and free seats, for the strip."""
        return self.monday, self.free


@dataclass(frozen=True)
class PlaceRow:
    """A row of the supplier's list."""

    place: Place
    seats: int
    free_today: int

    @property
    def confirm_by(self) -> date:
        return confirm_by(self.place.confirmed_on)


@dataclass(frozen=True)
class PlaceFilter:
    state: PlaceState | None = None
    site_id: int | None = None
    field_id: str | None = None
    is_unconfirmed: bool = False


def free_seats_over(
    first_day: Day, last_day: Day, place_id: ColumnElement[int] | None = None
) -> ColumnElement[int]:
    """Number of the place's seats that are free on every day from first to last; correlated to Place, or to another
    column that holds a place's id."""
    return _seats_without_use(first_day, last_day, place_id=place_id).label("free_seats")


def seats_in_service(day: Day) -> ColumnElement[int]:
    """Number of the place's seats that are not retired on `day`; correlated to Place."""
    return _seats_without_use(day, day, SeatUseKind.RETIRED).label("seats")


def _seats_without_use(
    first: Day, last: Day, kind: SeatUseKind | None = None, place_id: ColumnElement[int] | None = None
) -> ColumnElement[int]:
    use = aliased(SeatUse)
    overlapping = (
        select(use.id)
        .where(
            use.place_id == Seat.place_id,
            use.seat_id == Seat.id,
            use.first_day <= last,
            use.last_day >= first,
            *([use.kind == kind] if kind else []),
        )
        .correlate_except(use)
    )
    of = Place.id if place_id is None else place_id
    counted = select(func.count(Seat.id)).where(Seat.place_id == of, ~overlapping.exists())
    return counted.correlate_except(Seat).scalar_subquery()


def free_seats(place_id: int, first_day: date, last_day: date) -> int:
    """Seats of one place that are free on every day from first to last."""
    found = db.session.scalar(select(free_seats_over(first_day, last_day)).where(Place.id == place_id))
    return found or 0


def room_at(
    place_id: int | BindParameter[int],
    first_day: date | BindParameter[date],
    last_day: date | BindParameter[date],
) -> Select[PlaceState, int]:
    """The place's `state`, and `seat_id`: the first of `free_seats_of_place`, or None."""
    free = free_seats_of_place(place_id, first_day, last_day).with_only_columns(Seat.id).limit(1)
    return select(Place.state, free.scalar_subquery().label("seat_id")).where(Place.id == place_id)


def free_seats_of_place(
    place_id: int | BindParameter[int],
    first_day: date | BindParameter[date],
    last_day: date | BindParameter[date],
) -> Select[Seat]:
    """The seats behind `free_seats`, lowest number first."""
    use = aliased(SeatUse)
    overlapping = select(use.id).where(
        use.place_id == place_id,
        use.seat_id == Seat.id,
        use.first_day <= last_day,
        use.last_day >= first_day,
    )
    return select(Seat).where(Seat.place_id == place_id, ~overlapping.exists()).order_by(Seat.number)


def taken_within(place_id: int, first_day: date, last_day: date) -> list[tuple[date, date]]:
    """For each seat with a use on the days: the first and the last of these days on which it is taken."""
    statement = (
        select(
            func.greatest(func.min(SeatUse.first_day), literal(first_day)),
            func.least(func.max(SeatUse.last_day), literal(last_day)),
        )
        .where(SeatUse.place_id == place_id, SeatUse.first_day <= last_day, SeatUse.last_day >= first_day)
        .group_by(SeatUse.seat_id)
        .order_by(SeatUse.seat_id)
    )
    return [(first, last) for first, last in db.session.execute(statement)]


def weeks_of_free_seats(
    place_ids: Collection[int], from_day: date, weeks: int = 8
) -> dict[int, list[WeekFree]]:
    """Week by week from the one that `from_day` is in, for every place, in one query."""
    monday = from_day - timedelta(days=from_day.weekday())
    step = func.generate_series(0, weeks - 1).table_valued("number").render_derived(name="week")
    starts = cast(literal(monday) + step.c.number * 7, Date)
    statement = (
        select(
            Place.id,
            starts.label("monday"),
            free_seats_over(func.greatest(starts, literal(from_day)), starts + 6),
            seats_in_service(func.greatest(starts, literal(from_day))),
        )
        .select_from(Place)
        .join(step, true())
        .where(Place.id.in_(place_ids))
        .order_by(Place.id, starts)
    )
    strips: dict[int, list[WeekFree]] = {place_id: [] for place_id in place_ids}
    for place_id, first, free, seats in db.session.execute(statement):
        strips[place_id].append(WeekFree(first, free, seats))
    return strips


def uses_from(place_id: int, day: date, kinds: Collection[SeatUseKind]) -> int:
    """Uses of the place's seats, of these kinds, that last to `day` or beyond."""
    counted = select(func.count(SeatUse.id)).where(
        SeatUse.place_id == place_id, SeatUse.last_day >= day, SeatUse.kind.in_(kinds)
    )
    return db.session.scalar(counted) or 0


def sites(enterprise_id: int | None) -> list[Site]:
    """The enterprise's sites by name."""
    statement = (
        select(Site)
        .where(Site.enterprise_id == enterprise_id)
        .options(joinedload(Site.kommun))
        .order_by(swedish_order(Site.name), Site.id)
    )
    return list(db.session.scalars(statement))


def whole_site(site_id: int) -> Site:
    """A site with kommun and enterprise. Raises NotFound when the actor may not see it."""
    statement = select(Site).where(Site.id == site_id)
    found = db.session.scalar(statement.options(joinedload(Site.kommun), joinedload(Site.enterprise)))
    if found is None:
        raise NotFound()
    return found


def whole_place(place_id: int) -> Place:
    """A place with site, trade and enterprise. Raises NotFound when the actor may not see it."""
    statement = (
        select(Place)
        .where(Place.id == place_id)
        .options(
            joinedload(Place.site).joinedload(Site.kommun),
            joinedload(Place.trade).joinedload(Trade.field),
            joinedload(Place.enterprise),
        )
    )
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound()
    return found


def places_of_site(site_id: int) -> list[Place]:
    """The site's places that the actor may see, by name, without those that are closed for good."""
    statement = (
        select(Place)
        .where(Place.site_id == site_id, Place.state != PlaceState.CLOSED)
        .options(joinedload(Place.trade))
        .order_by(swedish_order(Place.name), Place.id)
    )
    return list(db.session.scalars(statement))


PLACE_SORTS = {
    "namn": swedish_order(Place.name),
    "yrke": swedish_order(Trade.plain_name),
    "arbetsstalle": swedish_order(Site.name),
    "bekraftad": Place.confirmed_on,
}


def _places(
    enterprise_id: int | None, wanted: PlaceFilter, sort: tuple[str, bool]
) -> Select[Place, int, int]:
    key, is_descending = sort
    order: Any = PLACE_SORTS[key]
    statement = (
        select(Place, seats_in_service(today()), free_seats_over(today(), today()))
        .join(Place.site)
        .join(Place.trade)
        .join(Site.kommun)
        .options(contains_eager(Place.site).contains_eager(Site.kommun), contains_eager(Place.trade))
        .where(Place.enterprise_id == enterprise_id)
        .order_by(order.desc() if is_descending else order, Place.id)
    )
    if wanted.state:
        statement = statement.where(Place.state == wanted.state)
    else:
        statement = statement.where(Place.state != PlaceState.CLOSED)
    if wanted.site_id:
        statement = statement.where(Place.site_id == wanted.site_id)
    if wanted.field_id:
        statement = statement.where(Trade.field_id == wanted.field_id)
    if wanted.is_unconfirmed:
        statement = statement.where(_is_unconfirmed())
    return statement


def place_page(
    enterprise_id: int | None, wanted: PlaceFilter, sort: tuple[str, bool], page: int = 1
) -> Page[PlaceRow]:
    """One page of the enterprise's places; closed ones only when asked for."""
    found = paginate(_places(enterprise_id, wanted, sort), page)
    rows = [PlaceRow(place, seats, free) for place, seats, free in found.items]
    return Page(rows, found.total, found.page, found.per_page)


def all_places(enterprise_id: int | None, wanted: PlaceFilter, sort: tuple[str, bool]) -> list[PlaceRow]:
    """The same rows without pages, for a download."""
    rows = db.session.execute(_places(enterprise_id, wanted, sort))
    return [PlaceRow(place, seats, free) for place, seats, free in rows]


def trades_by_field() -> dict[str, list[Trade]]:
    """Every trade under the name of its field, both by Swedish order."""
    statement = (
        select(Trade)
        .join(Trade.field)
        .options(contains_eager(Trade.field))
        .order_by(swedish_order(OccupationField.name), swedish_order(Trade.plain_name), Trade.ssyk)
    )
    found: dict[str, list[Trade]] = {}
    for trade in db.session.scalars(statement):
        found.setdefault(trade.field.name, []).append(trade)
    return found


def fields_used(enterprise_id: int | None) -> list[OccupationField]:
    """Occupation fields that the enterprise has places in."""
    used = (
        select(Trade.field_id)
        .join(Place, Place.ssyk == Trade.ssyk)
        .where(Place.enterprise_id == enterprise_id)
    )
    statement = (
        select(OccupationField)
        .where(OccupationField.concept_id.in_(used))
        .order_by(swedish_order(OccupationField.name))
    )
    return list(db.session.scalars(statement))


def waiting(actor: Actor) -> list[WaitingItem]:
    """For a supplier's manager: a first place, once there is a contract; places that have not been confirmed for too
    long, as one row."""
    if actor.role is not Role.SUPPLIER_MANAGER:
        return []
    return [*_pauses_over(actor), *_to_confirm(actor)]


def _pauses_over(actor: Actor) -> list[WaitingItem]:
    """Places whose pause was thought to last until yesterday at the latest."""
    statement = (
        select(Place)
        .where(
            Place.enterprise_id == actor.enterprise_id,
            Place.state == PlaceState.PAUSED,
            Place.paused_until < today(),
        )
        .order_by(Place.paused_until, Place.id)
    )
    return [
        WaitingItem(
            place.paused_until + timedelta(days=1) if place.paused_until else None,
            f"{place.name}: pausen är slut. Ska platsen publiceras igen?",
            "places.show",
            {"place_id": place.id},
            "Pausade platser",
        )
        for place in db.session.scalars(statement)
    ]


def _to_confirm(actor: Actor) -> list[WaitingItem]:
    count, oldest = db.session.execute(
        select(func.count(Place.id), func.min(Place.confirmed_on)).where(
            Place.enterprise_id == actor.enterprise_id,
            Place.state.in_([PlaceState.PUBLISHED, PlaceState.PAUSED]),
            _is_unconfirmed(),
        )
    ).one()
    if not count:
        return _to_offer(actor)
    text = "En plats behöver bekräftas: stämmer den fortfarande?"
    if count > 1:
        text = f"{count} platser behöver bekräftas: stämmer de fortfarande?"
    return [WaitingItem(confirm_by(oldest), text, "places.index", {"obekraftad": "y"}, "Bekräfta platser")]


def _to_offer(actor: Actor) -> list[WaitingItem]:
    """With a contract in force and no place at all, nobody can choose the supplier."""
    in_force = exists().where(
        Contract.enterprise_id == actor.enterprise_id, Contract.state == ContractState.ACTIVE
    )
    has_place = exists().where(Place.enterprise_id == actor.enterprise_id)
    if not db.session.scalar(select(in_force & ~has_place)):
        return []
    return [
        WaitingItem(
            None, "Lägg upp er första plats, så att deltagare kan välja er", "places.index", {}, "Platser"
        )
    ]


def _is_unconfirmed() -> ColumnElement[bool]:
    return Place.confirmed_on <= today() - timedelta(days=CONFIRM_EVERY_DAYS)
