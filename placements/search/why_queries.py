"""Why places are not offered, and which ones nearly are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, and_, bindparam, or_, select, true

from enterprises.contracts.models import Contract
from enterprises.directory.rules import order_start
from enterprises.places.models import Place
from enterprises.places.queries import free_seats_over
from enterprises.places.rules import PlaceState
from marketplace.clock import today
from marketplace.reference.queries import lists
from marketplace.statements import Prepared
from marketplace.tenancy import current_actor
from placements.search.condition_queries import (
    START_BY,
    UNTIL,
    WHEN,
    conditions,
    days_asked,
    saying,
    wishing,
)
from placements.search.contract_queries import Bar, Carrying, carrying
from placements.search.facts import PlaceFacts
from placements.search.option_queries import places_of, seats_of
from placements.search.rules import SearchCriteria
from placements.search.seat_rules import Uses
from placements.search.why_rules import (
    CAPPED_SV,
    UNPRICED_SV,
    Standing,
    contract_ends_sv,
    no_contract_sv,
    reasons,
)

MOST_EXPLAINED = 20
_SEEN_AHEAD_DAYS = 365
"""How far after the asked days a free period is looked for."""


@dataclass(frozen=True)
class Explained:
    """A place, and why a search does not find it."""

    place: PlaceFacts
    reasons_sv: list[str]

    @property
    def is_offered(self) -> bool:
        return not self.reasons_sv


def why_not(place_id: int, criteria: SearchCriteria) -> list[str]:
    """Why a search for the criteria does not find the place, as Swedish sentences; empty when it does, and when the
    actor may not see the place."""
    found = explained([place_id], criteria)
    return found[0].reasons_sv if found else []


def explained(
    place_ids: Sequence[int], criteria: SearchCriteria, under: Carrying | None = None
) -> list[Explained]:
    """The places in the order given, each with what is in the way. At most six queries."""
    if not place_ids:
        return []
    under = under or carrying(criteria)
    places = places_of(place_ids)
    seats = seats_of(places, criteria, days_after=_SEEN_AHEAD_DAYS)
    with_words = _with_words(places, criteria)
    positions = lists().positions
    return [
        Explained(
            place,
            reasons(
                _standing(place, criteria, under, seats.get(id_, []), is_said=id_ in with_words),
                criteria,
                positions,
                today(),
            ),
        )
        for id_ in dict.fromkeys(place_ids)
        if (place := places.get(id_)) is not None
    ]


def places_named(text: str) -> list[int]:
    """Places that the words are said of, at enterprises that the actor's authority has or has had a contract with, in
    the day's order; drafts and closed ones apart."""
    values = saying(text)
    return _in_order(values) if values else []


def nearly_fitting(criteria: SearchCriteria, under: Carrying | None = None) -> list[int]:
    """Places that are as wished and yet cannot be offered: full, too late, paused or without a contract that lasts."""
    bookable = (under or carrying(criteria)).bookable
    return _in_order(wishing(criteria) | days_asked(criteria, bookable), except_offered=True)


def _in_order(values: dict[str, Any], *, except_offered: bool = False) -> list[int]:
    """As a search walks the order: from the day's point to its end, then from the beginning."""
    values |= {"point": order_start(today()), "authority_id": current_actor().authority_id}
    shape = frozenset(values)
    after, before = (
        _contracted(shape, except_offered=except_offered, is_after=is_after) for is_after in (True, False)
    )
    ids = after.scalars(**values, most=MOST_EXPLAINED)
    if len(ids) < MOST_EXPLAINED:
        ids += before.scalars(**values, most=MOST_EXPLAINED - len(ids))
    return ids


@lru_cache(maxsize=128)
def _contracted(shape: frozenset[str], *, except_offered: bool, is_after: bool) -> Prepared:
    contracted = select(Contract.enterprise_id).where(
        Contract.authority_id == bindparam("authority_id", type_=Integer)
    )
    point = bindparam("point", type_=Integer)
    wished = conditions(shape - WHEN)
    candidates = (
        select(Place.id, and_(*conditions(WHEN & shape), true()).label("is_in_time"))
        .where(
            or_(Place.state == PlaceState.PUBLISHED, Place.state == PlaceState.PAUSED),
            Place.enterprise_id.in_(contracted),
            *wished,
            Place.order_key >= point if is_after else Place.order_key < point,
        )
        .order_by(Place.order_key, Place.id)
        .offset(0)
        .subquery("candidate")
    )
    found = select(candidates.c.id).limit(bindparam("most", type_=Integer))
    if except_offered:
        is_free = free_seats_over(START_BY, UNTIL, candidates.c.id) > 0
        found = found.where(~and_(candidates.c.is_in_time, is_free))
    return Prepared(found)


def _with_words(place_ids: Collection[int], criteria: SearchCriteria) -> set[int]:
    values = saying(criteria.text)
    if not values:
        return set(place_ids)
    values["ids"] = list(place_ids)
    return set(_among(frozenset(values)).scalars(**values))


@lru_cache(maxsize=8)
def _among(shape: frozenset[str]) -> Prepared:
    return Prepared(select(Place.id).where(*conditions(shape)))


def _standing(
    place: PlaceFacts, criteria: SearchCriteria, under: Carrying, seats: Sequence[Uses], *, is_said: bool
) -> Standing:
    return Standing(
        state=place.state,
        kommun_code=place.kommun_code,
        kommun_name=place.site.kommun.name,
        ssyk=place.ssyk,
        trade_name=place.trade.plain_name,
        field_id=place.trade.field_id,
        hours_per_week_min=place.hours_per_week_min,
        hours_per_week_max=place.hours_per_week_max,
        lead_time_days=place.lead_time_days,
        weekdays=place.weekdays,
        demands=place.demands,
        adaptations=place.adaptations,
        languages=place.languages,
        is_said=is_said,
        contract_sv=_contract_sv(place.enterprise_id, criteria, under),
        seats=seats,
    )


def _contract_sv(enterprise_id: int, criteria: SearchCriteria, under: Carrying) -> str:
    if enterprise_id in under.bookable:
        return ""
    bar = under.barred.get(enterprise_id)
    if bar is Bar.ENDS:
        return contract_ends_sv(under.ends[enterprise_id], criteria)
    return {Bar.UNPRICED: UNPRICED_SV, Bar.CAPPED: CAPPED_SV, None: no_contract_sv(criteria)}[bar]
