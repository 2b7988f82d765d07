"""Places that can be offered: published, under a contract that holds, and with a free seat over the asked days.

The order is an index on a scattered key, read from a point that moves every day, so that a page costs the same
however many places there are; hits are counted up to a bound.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased, joinedload

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.directory.rules import order_start
from enterprises.places.models import Place, Seat, SeatUse, Site
from enterprises.places.queries import WeekFree, free_seats_over, seats_in_service, weeks_of_free_seats
from enterprises.places.rules import PlaceState
from marketplace.clock import today
from marketplace.db import Page, db, swedish_order
from marketplace.reference.models import Kommun, Trade
from marketplace.reference.rules import OwnSexDominance, Sex, dominance, own_sex_dominance
from marketplace.tenancy import current_actor
from placements.booking.queries import has_room, in_force, terms_without_price
from placements.search.rules import MOST_COUNTED, SearchCriteria, earliest_start

PER_PAGE = 24


@dataclass(frozen=True)
class PlaceOption:
    """A place as it can be offered over the asked days."""

    place: Place
    free_seats: int
    seats: int
    earliest_start: date | None
    """None when it cannot start in time."""
    weeks: list[WeekFree]

    @property
    def week_pairs(self) -> list[tuple[date, int]]:
        """Monday and free seats, for the strip."""
        return [week.pair for week in self.weeks]

    @property
    def enterprise_name(self) -> str:
        return self.place.enterprise.name

    @property
    def kommun_name(self) -> str:
        return self.place.site.kommun.name

    @property
    def trade(self) -> Trade:
        return self.place.trade

    @property
    def is_available(self) -> bool:
        return self.free_seats > 0 and self.earliest_start is not None


@dataclass(frozen=True)
class OptionPage(Page[PlaceOption]):
    """One page of hits; `is_cut` when there are more than are counted."""

    is_cut: bool = False


def search_places(criteria: SearchCriteria, page: int = 1) -> OptionPage:
    """One page of what can be offered, in the day's neutral order. Five queries, however many hits."""
    ids = _ids_in_order(_offered(criteria) + _wished(criteria))
    total = min(len(ids), MOST_COUNTED)
    page = min(max(1, page), max(1, -(-total // PER_PAGE)))
    shown = ids[(page - 1) * PER_PAGE : min(page * PER_PAGE, total)]
    return OptionPage(options_of(shown, criteria), total, page, PER_PAGE, is_cut=len(ids) > MOST_COUNTED)


def how_many(criteria: SearchCriteria) -> int:
    """Hits, up to the bound."""
    return min(len(_ids_in_order(_offered(criteria) + _wished(criteria))), MOST_COUNTED)


def offered_options(place_ids: Sequence[int], criteria: SearchCriteria) -> list[PlaceOption]:
    """Those of the places that can be offered over the days, in the order given; wishes are left aside.

    Without the strip of weeks, which is for a page.
    """
    found = db.session.scalars(select(Place.id).where(Place.id.in_(place_ids), *_offered(criteria)))
    offered = set(found)
    return options_of([id_ for id_ in place_ids if id_ in offered], criteria, has_weeks=False)


def first_offered(
    contract_ids: Sequence[int],
    criteria: SearchCriteria,
    kommun_code: str,
    *,
    except_places: Collection[int] = (),
) -> dict[int, int]:
    """For each enterprise that can offer a place over the days under one of the contracts: which one, by rule.

    One in the kommun before others, then the shortest lead time, then the place that was added first. None of
    `except_places`.
    """
    is_near = (Place.kommun_code == kommun_code).desc()
    statement = (
        select(Place.enterprise_id, Place.id)
        .ext(distinct_on(Place.enterprise_id))
        .where(*_offered(criteria, Contract.id.in_(contract_ids)), *_wished(criteria))
        .where(Place.id.not_in(except_places))
        .order_by(Place.enterprise_id, is_near, Place.lead_time_days, Place.id)
    )
    return {row.enterprise_id: row.id for row in db.session.execute(statement)}


def options_of(
    place_ids: Sequence[int], criteria: SearchCriteria, *, has_weeks: bool = True
) -> list[PlaceOption]:
    """The places in the order given, whether or not they can be offered. Three queries."""
    if not place_ids:
        return []
    statement = (
        select(
            Place,
            free_seats_over(criteria.start_by, criteria.until),
            seats_in_service(criteria.start_by),
        )
        .where(Place.id.in_(place_ids))
        .options(
            joinedload(Place.site).joinedload(Site.kommun),
            joinedload(Place.trade),
            joinedload(Place.enterprise),
        )
    )
    rows = {place.id: (place, free, seats) for place, free, seats in db.session.execute(statement)}
    taken = _last_taken(list(rows), criteria)
    weeks = weeks_of_free_seats(list(rows), today()) if has_weeks else {}
    options = []
    for place_id in dict.fromkeys(place_ids):
        if place_id not in rows:
            continue
        place, free, seats = rows[place_id]
        start = earliest_start(
            taken.get(place_id, []),
            lead_time_days=place.lead_time_days,
            from_day=criteria.from_day or today(),
            start_by=criteria.start_by,
            today=today(),
        )
        options.append(PlaceOption(place, free, seats, start, weeks.get(place_id, [])))
    return options


def beyond_own_sex(criteria: SearchCriteria, sex: Sex, limit: int = 4) -> list[PlaceOption]:
    """What can be offered in trades that the person's own sex does not dominate, wishes about trade left aside."""
    ssyks = tuple(trade.ssyk for trade in db.session.scalars(select(Trade)) if not is_own_sex(trade, sex))
    if not ssyks:
        return []
    wider = replace(criteria, field_ids=(), ssyks=ssyks)
    return options_of(_ids_in_order(_offered(wider) + _wished(wider))[:limit], wider)


def is_own_sex(trade: Trade, sex: Sex) -> bool:
    """Whether the person's own sex dominates the trade among the employed in the whole country."""
    which = dominance(trade.women, trade.men)
    return which is not None and own_sex_dominance(sex, which) is OwnSexDominance.OWN


def has_contracts(criteria: SearchCriteria) -> bool:
    """Whether any enterprise has a contract with the actor's authority that holds when somebody would start."""
    return db.session.scalar(_contracted(criteria, criteria.start_by).limit(1)) is not None


@dataclass(frozen=True)
class LeftOut:
    """Places that fit but for their enterprise's contract, counted up to the bound."""

    ends_early: int
    """The contract ends before the last day asked for."""
    latest_end: date | None
    """The last day that some of them can be had to."""
    unpriced: int
    """The contract has no price for the support level."""
    capped: int = 0
    """As many seats as the contract's cap allows are in use on some of the days."""


def left_out(criteria: SearchCriteria) -> LeftOut:
    """What a search does not show because of the contract, so that it can say so. At most four queries."""
    priced = _priced(criteria)
    held = _contracted(criteria, criteria.until)
    fits = [*_has_room(criteria), *_wished(criteria), Place.enterprise_id.not_in(held.where(*priced))]
    ending = (
        select(Place.id, Contract.ends_on)
        .join(Contract, Contract.enterprise_id == Place.enterprise_id)
        .where(
            *fits,
            *_carrying(criteria, criteria.start_by),
            Contract.ends_on < criteria.until,
            *priced,
        )
        .limit(MOST_COUNTED)
        .subquery()
    )
    ends_early, latest_end = db.session.execute(
        select(func.count(ending.c.id.distinct()), func.max(ending.c.ends_on))
    ).one()
    capped = _count(
        *_has_room(criteria),
        *_wished(criteria),
        Place.enterprise_id.in_(held.where(*priced)),
        Place.enterprise_id.not_in(held.where(*priced, has_room(criteria.start_by, criteria.until))),
    )
    if not priced:
        return LeftOut(ends_early, latest_end, 0, capped)
    return LeftOut(ends_early, latest_end, _count(*fits, Place.enterprise_id.in_(held)), capped)


def _count(*conditions: ColumnElement[bool]) -> int:
    """How many places, up to the bound."""
    found = select(Place.id).where(*conditions).limit(MOST_COUNTED).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def kommuner_offered() -> list[Kommun]:
    """Kommuner with published places of enterprises that the actor's authority has a contract with now."""
    contracted = select(Contract.enterprise_id).where(
        Contract.authority_id == current_actor().authority_id, Contract.state == ContractState.ACTIVE
    )
    used = select(Place.kommun_code).where(
        Place.state == PlaceState.PUBLISHED, Place.enterprise_id.in_(contracted)
    )
    return list(
        db.session.scalars(
            select(Kommun).where(Kommun.code.in_(used)).order_by(swedish_order(Kommun.name), Kommun.code)
        )
    )


def _ids_in_order(conditions: Sequence[ColumnElement[bool]]) -> list[int]:
    """Ids from the day's point in the order to its end, then from its beginning; one more than are counted."""
    start = order_start(today())
    legs = [
        select(Place.id.label("id"), literal(leg).label("leg"), Place.order_key.label("key"))
        .where(*conditions, side)
        .order_by(Place.order_key, Place.id)
        .limit(MOST_COUNTED + 1)
        .subquery()
        for leg, side in enumerate((Place.order_key >= start, Place.order_key < start))
    ]
    both = union_all(*(select(leg) for leg in legs)).subquery()
    ordered = select(both.c.id).order_by(both.c.leg, both.c.key, both.c.id).limit(MOST_COUNTED + 1)
    return list(db.session.scalars(ordered))


def _offered(criteria: SearchCriteria, *of_contract: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    """With room, at an enterprise whose contract carries a placement over the days and leaves a seat under its cap."""
    bookable = _contracted(criteria, criteria.until).where(
        *_priced(criteria), has_room(criteria.start_by, criteria.until), *of_contract
    )
    return [*_has_room(criteria), Place.enterprise_id.in_(bookable)]


def _has_room(criteria: SearchCriteria) -> list[ColumnElement[bool]]:
    """Published, in time with its lead time, and with a free seat."""
    return [
        Place.state == PlaceState.PUBLISHED,
        Place.lead_time_days <= (criteria.start_by - today()).days,
        free_seats_over(criteria.start_by, criteria.until) > 0,
    ]


def _contracted(criteria: SearchCriteria, last_day: date) -> Select[int]:
    return select(Contract.enterprise_id).where(*_carrying(criteria, last_day))


def _carrying(criteria: SearchCriteria, last_day: date) -> list[ColumnElement[bool]]:
    """The actor's authority's contracts that carry a placement from the asked start to `last_day`, in the grant's
    system where it has one."""
    return [
        Contract.authority_id == current_actor().authority_id,
        *in_force(criteria.start_by, last_day),
        *([Contract.system_id == criteria.system_id] if criteria.system_id is not None else []),
    ]


def _priced(criteria: SearchCriteria) -> list[ColumnElement[bool]]:
    """The contract has a price for the support level, as booking asks; nothing when every one has."""
    if criteria.support_level is None:
        return []
    lacking = terms_without_price(current_actor().authority_id, criteria.support_level)
    return [Contract.terms_id.not_in(lacking)] if lacking else []


def _wished(criteria: SearchCriteria) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if criteria.kommun_codes:
        conditions.append(Place.kommun_code.in_(criteria.kommun_codes))
    if criteria.field_ids:
        conditions.append(Place.ssyk.in_(select(Trade.ssyk).where(Trade.field_id.in_(criteria.field_ids))))
    if criteria.ssyks:
        conditions.append(Place.ssyk.in_(criteria.ssyks))
    if criteria.hours_per_week is not None:
        conditions.append(Place.hours_per_week_min <= criteria.hours_per_week)
        conditions.append(Place.hours_per_week_max >= criteria.hours_per_week)
    if criteria.adaptations:
        conditions.append(Place.adaptations.contains(list(criteria.adaptations)))
    if criteria.language:
        conditions.append(Place.languages.contains([criteria.language]))
    return conditions


def _last_taken(place_ids: Collection[int], criteria: SearchCriteria) -> dict[int, list[date | None]]:
    """For each seat that is free over the days: the last day before them on which it is taken, if any."""
    before, during = aliased(SeatUse), aliased(SeatUse)
    overlapping = (
        select(during.id)
        .where(
            during.place_id == Seat.place_id,
            during.seat_id == Seat.id,
            during.first_day <= criteria.until,
            during.last_day >= criteria.start_by,
        )
        .correlate(Seat)
    )
    statement = (
        select(Seat.place_id, func.max(before.last_day))
        .outerjoin(
            before,
            (before.place_id == Seat.place_id)
            & (before.seat_id == Seat.id)
            & (before.last_day >= today() - timedelta(days=1))
            & (before.last_day < criteria.start_by),
        )
        .where(Seat.place_id.in_(place_ids), ~overlapping.exists())
        .group_by(Seat.place_id, Seat.id)
    )
    found: dict[int, list[date | None]] = {}
    for place_id, last_day in db.session.execute(statement):
        found.setdefault(place_id, []).append(last_day)
    return found
