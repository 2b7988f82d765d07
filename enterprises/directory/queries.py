"""Suppliers under contract and what they offer, as everyone may see it.

Profile, site and contract are closed to the public; two views hold what is open of them (docs/adr/0014). Nothing here
depends on who asks.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    Text,
    column,
    or_,
    select,
    table,
)
from sqlalchemy.orm import joinedload

from enterprises.directory.rules import (
    Kommun,
    Picture,
    Place,
    Site,
    Supplier,
    in_neutral_order,
    publishable_orgnr,
)
from enterprises.directory.turn_rules import InLine, Turn
from enterprises.places import models as places
from enterprises.places.picture_queries import pictures_of
from enterprises.places.queries import seats_in_service
from enterprises.places.rules import PlaceState
from marketplace.clock import today
from marketplace.db import Page, db, paginate, swedish_order
from marketplace.errors import NotFound
from marketplace.procurement.models import SystemOfChoice
from marketplace.reference import models as reference

PLACES_PER_PAGE = 100

public_supplier = table(
    "public_supplier",
    *(column(name, Integer) for name in ("system_id", "enterprise_id")),
    *(column(name, Text) for name in ("name", "orgnr", "about_sv", "contact_email", "phone")),
    *(column(name, Text) for name in ("street", "postcode", "city")),
    column("is_suspended", Boolean),
    *(column(name, Date) for name in ("starts_on", "ends_on")),
)
"""A view: one row per enterprise and system where its contract is active or suspended."""

public_site = table(
    "public_site",
    *(column(name, Integer) for name in ("id", "enterprise_id")),
    *(
        column(name, Text)
        for name in ("name", "street", "postcode", "city", "accessibility_sv", "kommun_code")
    ),
    column("accessibility", ARRAY(Text)),
)
"""A view: the sites of those enterprises."""


public_turn = table(
    "public_turn",
    *(column(name, Integer) for name in ("system_id", "contract_id", "enterprise_id")),
    column("name", Text),
    column("is_suspended", Boolean),
    *(column(name, Date) for name in ("starts_on", "ends_on")),
    column("last_turn", Integer),
)
"""A view: every contract that is or has been in force, with the latest turn that it had by default, if any."""


@dataclass(frozen=True)
class OfferedPlace:
    """A place by itself, with where and by whom, and the systems in which it can be chosen."""

    place: Place
    site: Site
    enterprise_name: str
    system_ids: tuple[int, ...]


def open_system(system_id: int) -> SystemOfChoice:
    """Raises NotFound where it is not open, also to its own authority: there is nobody to choose among."""
    statement = (
        select(SystemOfChoice)
        .where(SystemOfChoice.id == system_id, SystemOfChoice.is_open)
        .options(joinedload(SystemOfChoice.authority))
    )
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound()
    return found


def open_systems() -> list[SystemOfChoice]:
    statement = (
        select(SystemOfChoice)
        .where(SystemOfChoice.is_open)
        .options(joinedload(SystemOfChoice.authority))
        .order_by(SystemOfChoice.id)
    )
    return list(db.session.scalars(statement))


def suppliers_of(system_id: int) -> list[Supplier]:
    """Every supplier of the system in the day's neutral order, in four queries."""
    return in_neutral_order(_suppliers(system_id), today())


def supplier_of(system_id: int, enterprise_id: int) -> Supplier:
    """Raises NotFound when the enterprise is not under contract in the system."""
    found = _suppliers(system_id, enterprise_id)
    if not found:
        raise NotFound()
    return found[0]


def line_of(system_id: int) -> list[InLine]:
    """Suppliers under contract in the system today, by when the contract began: the order of turns (LOV 9:2)."""
    turn = public_turn.c
    statement = (
        select(public_turn)
        .where(
            turn.system_id == system_id,
            turn.is_suspended.is_not(None),
            turn.starts_on <= today(),
            or_(turn.ends_on.is_(None), turn.ends_on >= today()),
        )
        .order_by(turn.starts_on, turn.contract_id)
    )
    return [_in_line(row) for row in db.session.execute(statement)]


def last_turn(system_id: int) -> InLine | None:
    """Who had the turn last, also when the contract has ended since."""
    turn = public_turn.c
    statement = (
        select(public_turn)
        .where(turn.system_id == system_id, turn.last_turn.is_not(None))
        .order_by(turn.last_turn.desc())
        .limit(1)
    )
    row = db.session.execute(statement).first()
    return _in_line(row) if row else None


def _in_line(row: Row[Any]) -> InLine:
    return InLine(
        Turn(row.starts_on, row.contract_id), row.enterprise_id, row.name, is_resting=bool(row.is_suspended)
    )


def place_page(page: int) -> Page[OfferedPlace]:
    """Published places that can be chosen in some system, by number: an order to fetch them in, not to show. Five
    queries."""
    suppliers = public_supplier.c
    choosable = (_is_in_force(), suppliers.is_suspended.is_(False))
    enterprises = select(suppliers.enterprise_id).where(*choosable)
    statement = _published().where(places.Place.enterprise_id.in_(enterprises)).order_by(places.Place.id)
    found = paginate(statement, page, PLACES_PER_PAGE)
    rows = _with_pictures([Place(*row) for row in found.items])
    shown = {place.enterprise_id for place in rows}
    sites = {site.id: site for site in _sites(shown)}
    names: dict[int, str] = {}
    systems: dict[int, list[int]] = {}
    contracts = (
        select(suppliers.enterprise_id, suppliers.name, suppliers.system_id)
        .where(suppliers.enterprise_id.in_(shown), *choosable)
        .order_by(suppliers.system_id)
    )
    for enterprise_id, name, system_id in db.session.execute(contracts):
        names[enterprise_id] = name
        systems.setdefault(enterprise_id, []).append(system_id)
    items = [
        OfferedPlace(
            place, sites[place.site_id], names[place.enterprise_id], tuple(systems[place.enterprise_id])
        )
        for place in rows
        if place.enterprise_id in systems
        and place.site_id in sites  # a contract may have ended since the first query
    ]
    return Page(items, found.total, found.page, found.per_page)


def _suppliers(system_id: int, enterprise_id: int | None = None) -> list[Supplier]:
    suppliers = public_supplier.c
    statement = select(public_supplier).where(suppliers.system_id == system_id, _is_in_force())
    if enterprise_id is not None:
        statement = statement.where(suppliers.enterprise_id == enterprise_id)
    rows = db.session.execute(statement).all()
    ids = {row.enterprise_id for row in rows}
    sites: dict[int, list[Site]] = {}
    for site in _sites(ids):
        sites.setdefault(site.enterprise_id, []).append(site)
    offered: dict[int, list[Place]] = {}
    ordered = _published().where(places.Place.enterprise_id.in_(ids))
    ordered = ordered.order_by(swedish_order(reference.Trade.plain_name), places.Place.id)
    for place in _with_pictures([Place(*row) for row in db.session.execute(ordered)]):
        offered.setdefault(place.enterprise_id, []).append(place)
    return [
        Supplier(
            id=row.enterprise_id,
            name=row.name,
            orgnr=publishable_orgnr(row.orgnr),
            about_sv=row.about_sv,
            contact_email=row.contact_email,
            phone=row.phone,
            street=row.street,
            postcode=row.postcode,
            city=row.city,
            is_suspended=row.is_suspended,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            sites=sites.get(row.enterprise_id, []),
            places=offered.get(row.enterprise_id, []),
        )
        for row in rows
    ]


def _is_in_force() -> ColumnElement[bool]:
    """Not past the last day of its text, although nobody has ended it yet."""
    return or_(public_supplier.c.ends_on.is_(None), public_supplier.c.ends_on >= today())


def _sites(enterprise_ids: Collection[int]) -> list[Site]:
    site = public_site.c
    kommun = reference.Kommun
    statement = (
        select(public_site, kommun.name.label("kommun_name"))
        .join_from(public_site, kommun, kommun.code == site.kommun_code)
        .where(site.enterprise_id.in_(enterprise_ids))
        .order_by(swedish_order(site.name), site.id)
    )
    return [
        Site(
            id=row.id,
            enterprise_id=row.enterprise_id,
            name=row.name,
            street=row.street,
            postcode=row.postcode,
            city=row.city,
            accessibility_sv=row.accessibility_sv,
            kommun=Kommun(row.kommun_code, row.kommun_name),
            accessibility=row.accessibility,
        )
        for row in db.session.execute(statement)
    ]


def _with_pictures(found: list[Place]) -> list[Place]:
    pictures = pictures_of([place.id for place in found])
    return [
        replace(
            place,
            pictures=[
                Picture(one.id, one.alt_sv, one.width, one.height, one.sha256) for one in pictures[place.id]
            ],
        )
        for place in found
    ]


def _published() -> Select[*tuple[Any, ...]]:
    """The columns of rules.Place, in its order."""
    place, trade, field = places.Place, reference.Trade, reference.OccupationField
    return (
        select(
            place.id,
            place.site_id,
            place.enterprise_id,
            place.name,
            trade.ssyk,
            trade.name.label("trade_name"),
            trade.plain_name,
            trade.field_id,
            field.name.label("field_name"),
            place.tasks_sv,
            place.hours_per_week_min,
            place.hours_per_week_max,
            place.lead_time_days,
            place.adaptations,
            place.languages,
            place.confirmed_on,
            seats_in_service(today()),
            place.weekdays,
            place.day_starts,
            place.day_ends,
            place.demands,
            place.tasks,
            place.rotates,
        )
        .join(trade, trade.ssyk == place.ssyk)
        .join(field, field.concept_id == trade.field_id)
        .where(place.state == PlaceState.PUBLISHED)
    )
