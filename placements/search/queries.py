"""Places that can be offered: published, under a contract that holds, and with a free seat over the asked days.

The order is an index on a scattered key, read from a point that moves every day, so that a page costs the same
however many places there are. What is cheap to ask is asked along the index; whether a seat is free is asked of what
is left, one place at a time, until there are as many hits as are counted (docs/adr/0020).
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from sqlalchemy import ARRAY, ColumnElement, Integer, Select, any_, cast, func, literal, select
from sqlalchemy.dialects.postgresql import distinct_on

from enterprises.contracts.models import Contract
from enterprises.directory.rules import order_start
from enterprises.places.models import Place, Site
from enterprises.places.queries import free_seats_over
from enterprises.places.rules import PlaceState
from marketplace.clock import today
from marketplace.db import Page, db
from marketplace.reference.queries import KommunFacts, lists
from marketplace.reference.rules import (
    OwnSexDominance,
    Sex,
    dominance,
    kommuner_within,
    own_sex_dominance,
)
from placements.search.contract_queries import Bar, Carrying, carrying
from placements.search.facts import PlaceOption
from placements.search.models import PlaceWords
from placements.search.option_queries import options_of
from placements.search.rules import MOST_COUNTED, SearchCriteria
from placements.search.text_rules import text_query

__all__ = ["PlaceOption", "options_of"]
"""Beside what is defined here."""

PER_PAGE = 24
_FEW_WORDS = 4000
"""Places that words may be said of for them to be looked up first; when there are more, each place in turn is asked."""


@dataclass(frozen=True)
class OptionPage(Page[PlaceOption]):
    """One page of hits; `is_cut` when there are more than are counted."""

    is_cut: bool = False


def search_places(criteria: SearchCriteria, page: int = 1, under: Carrying | None = None) -> OptionPage:
    """One page of what can be offered, in the day's neutral order. At most seven queries, however many hits."""
    ids = _ids_in_order(criteria, under or carrying(criteria), MOST_COUNTED + 1)
    total = min(len(ids), MOST_COUNTED)
    page = min(max(1, page), max(1, -(-total // PER_PAGE)))
    shown = ids[(page - 1) * PER_PAGE : min(page * PER_PAGE, total)]
    return OptionPage(options_of(shown, criteria), total, page, PER_PAGE, is_cut=len(ids) > MOST_COUNTED)


def how_many(criteria: SearchCriteria, under: Carrying | None = None) -> int:
    """Hits, up to the bound."""
    return min(len(_ids_in_order(criteria, under or carrying(criteria), MOST_COUNTED)), MOST_COUNTED)


def offered_options(place_ids: Sequence[int], criteria: SearchCriteria) -> list[PlaceOption]:
    """Those of the places that can be offered over the days, in the order given; wishes are left aside.

    Without the strip of weeks, which is for a page.
    """
    found = offered_ids(place_ids, criteria)
    return options_of([id_ for id_ in place_ids if id_ in found], criteria, has_weeks=False)


def offered_ids(place_ids: Collection[int], criteria: SearchCriteria) -> set[int]:
    """Those of the places that can be offered over the days, wishes left aside."""
    statement = select(Place.id).where(
        Place.id.in_(place_ids), *_offered(criteria, carrying(criteria).bookable), has_seat(criteria)
    )
    return set(db.session.scalars(statement))


def fits(place_id: int, criteria: SearchCriteria) -> bool:
    """Whether the place can be offered and is as wished: whether a search for the criteria would find it."""
    return bool(fitting([place_id], criteria))


def fitting(place_ids: Collection[int], criteria: SearchCriteria) -> set[int]:
    """Those of the places that a search for the criteria would find."""
    statement = select(Place.id).where(
        Place.id.in_(place_ids),
        *_offered(criteria, carrying(criteria).bookable),
        *wished(criteria),
        *said(criteria.text),
        has_seat(criteria),
    )
    return set(db.session.scalars(statement))


def option_of(place_id: int, criteria: SearchCriteria) -> PlaceOption | None:
    """The place over the asked days, whether or not it can be offered; None when the actor may not see it."""
    return next(iter(options_of([place_id], criteria)), None)


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
    under = carrying(criteria).bookable_contracts & set(contract_ids)
    enterprises = select(Contract.enterprise_id).where(Contract.id.in_(under))
    is_near = (Place.kommun_code == kommun_code).desc()
    statement = (
        select(Place.enterprise_id, Place.id)
        .ext(distinct_on(Place.enterprise_id))
        .where(
            *_bookable(criteria),
            Place.enterprise_id.in_(enterprises),
            *wished(criteria),
            *said(criteria.text),
            has_seat(criteria),
            Place.id.not_in(except_places),
        )
        .order_by(Place.enterprise_id, is_near, Place.lead_time_days, Place.id)
    )
    return {row.enterprise_id: row.id for row in db.session.execute(statement)}


class Employed(Protocol):
    """A trade with its employed women and men in the whole country."""

    @property
    def women(self) -> int: ...

    @property
    def men(self) -> int: ...


def beyond_own_sex(criteria: SearchCriteria, sex: Sex, limit: int = 4) -> list[PlaceOption]:
    """What can be offered in trades that the person's own sex does not dominate, wishes about trade left aside."""
    ssyks = tuple(ssyk for ssyk, trade in lists().trades.items() if not is_own_sex(trade, sex))
    if not ssyks:
        return []
    wider = replace(criteria, field_ids=(), ssyks=ssyks)
    return options_of(_ids_in_order(wider, carrying(wider), limit), wider)


def is_own_sex(trade: Employed, sex: Sex) -> bool:
    """Whether the person's own sex dominates the trade among the employed in the whole country."""
    which = dominance(trade.women, trade.men)
    return which is not None and own_sex_dominance(sex, which) is OwnSexDominance.OWN


def has_contracts(criteria: SearchCriteria) -> bool:
    """Whether any enterprise has a contract with the actor's authority that holds when somebody would start."""
    return not carrying(criteria).is_empty


@dataclass(frozen=True)
class LeftOut:
    """Places that fit but for their enterprise's contract, counted up to the bound together."""

    ends_early: int
    """The contract ends before the last day asked for."""
    latest_end: date | None
    """The last day that some of them can be had to."""
    unpriced: int
    """The contract has no price for the support level."""
    capped: int = 0
    """As many seats as the contract's cap allows are in use on some of the days."""


def left_out(criteria: SearchCriteria, under: Carrying | None = None) -> LeftOut:
    """What a search does not show because of the contract, so that it can say so. No query when nothing is barred."""
    under = under or carrying(criteria)
    if not under.barred:
        return LeftOut(0, None, 0)
    candidates = _candidates(criteria, under.barred.keys()).subquery("candidate")
    statement = (
        select(candidates.c.enterprise_id)
        .where(free_seats_over(criteria.start_by, criteria.until, candidates.c.id) > 0)
        .limit(MOST_COUNTED)
    )
    enterprises = list(db.session.scalars(statement))
    why = [under.barred[enterprise_id] for enterprise_id in enterprises]
    ends = [under.ends[id_] for id_ in enterprises if id_ in under.ends]
    return LeftOut(
        why.count(Bar.ENDS), max(ends, default=None), why.count(Bar.UNPRICED), why.count(Bar.CAPPED)
    )


def kommuner_offered(under: Carrying) -> list[KommunFacts]:
    """Kommuner with a site of an enterprise that the actor's authority has a contract with."""
    enterprises = _ids({*under.bookable, *under.barred})
    used = set(
        db.session.scalars(select(Site.kommun_code).where(Site.enterprise_id == any_(enterprises)).distinct())
    )
    return [kommun for code, kommun in lists().kommuner.items() if code in used]


def _ids_in_order(criteria: SearchCriteria, under: Carrying, most: int) -> list[int]:
    """Ids from the day's point in the order to its end, then from its beginning: the second only when it takes more."""
    if not under.bookable:
        return []
    start = order_start(today())
    ids = _leg(criteria, under, Place.order_key >= start, most)
    if len(ids) < most:
        ids += _leg(criteria, under, Place.order_key < start, most - len(ids))
    return ids


def _leg(criteria: SearchCriteria, under: Carrying, side: ColumnElement[bool], most: int) -> list[int]:
    """What can be offered on one side of the day's point. The inner select is a fence: it gives candidates in order,
    and only as many of them are asked for a free seat as it takes."""
    candidates = (
        _candidates(criteria, under.bookable)
        .where(side)
        .order_by(Place.order_key, Place.id)
        .subquery("candidate")
    )
    statement = (
        select(candidates.c.id)
        .where(free_seats_over(criteria.start_by, criteria.until, candidates.c.id) > 0)
        .limit(most)
    )
    return list(db.session.scalars(statement))


def _candidates(criteria: SearchCriteria, enterprises: Collection[int]) -> Select[int, int]:
    return (
        select(Place.id, Place.enterprise_id)
        .where(*_offered(criteria, enterprises), *wished(criteria), *said(criteria.text))
        .offset(0)
    )


def _offered(criteria: SearchCriteria, enterprises: Collection[int]) -> list[ColumnElement[bool]]:
    """All but the free seat."""
    return [*_bookable(criteria), Place.enterprise_id == any_(_ids(enterprises))]


def _bookable(criteria: SearchCriteria) -> list[ColumnElement[bool]]:
    """Published, and in time with its lead time."""
    return [
        Place.state == PlaceState.PUBLISHED,
        Place.lead_time_days <= (criteria.start_by - today()).days,
    ]


def has_seat(criteria: SearchCriteria) -> ColumnElement[bool]:
    """With a seat that is free on all of the days."""
    return free_seats_over(criteria.start_by, criteria.until) > 0


def _ids(ids: Collection[int]) -> ColumnElement[Any]:
    """An array, which PostgreSQL looks ids up in at once however many they are."""
    return literal(sorted(ids), ARRAY(Integer))


def wished(criteria: SearchCriteria) -> list[ColumnElement[bool]]:
    """What the place itself must be; see `why_rules.unmet`, which says the same in words."""
    conditions: list[ColumnElement[bool]] = []
    if criteria.kommun_codes:
        conditions.append(Place.kommun_code.in_(criteria.kommun_codes))
    if criteria.near_kommun and criteria.within_km is not None:
        conditions.append(Place.kommun_code.in_(sorted(near(criteria))))
    if criteria.field_ids:
        trades = [trade.ssyk for trade in lists().trades.values() if trade.field_id in criteria.field_ids]
        conditions.append(Place.ssyk.in_(trades))
    if criteria.ssyks:
        conditions.append(Place.ssyk.in_(criteria.ssyks))
    if criteria.hours_per_week is not None:
        # Whole numbers, since comparing with others keeps PostgreSQL from asking before the policies.
        conditions.append(Place.hours_per_week_min <= math.floor(criteria.hours_per_week))
        conditions.append(Place.hours_per_week_max >= math.ceil(criteria.hours_per_week))
    if criteria.adaptations:
        conditions.append(Place.adaptations.contains(list(criteria.adaptations)))
    if criteria.language:
        conditions.append(Place.languages.contains([criteria.language]))
    if criteria.demands_avoided:
        conditions.append(~Place.demands.overlap(list(criteria.demands_avoided)))
    if criteria.weekdays:
        days = [cast(literal(day) == any_(Place.weekdays), Integer) for day in criteria.weekdays]
        conditions.append(sum(days[1:], start=days[0]) >= criteria.days_needed)
    return conditions


def near(criteria: SearchCriteria) -> frozenset[str]:
    """Codes of the kommuner within the asked distance."""
    return kommuner_within(criteria.near_kommun, criteria.within_km or 0, lists().positions)


def said(text: str) -> list[ColumnElement[bool]]:
    """The words are said of the place. One query, when there are words.

    Words that are said of few places are looked up first, in the index of words; those said of many are asked for as
    the order is walked through. PostgreSQL cannot choose by itself: it does not know how common a prefix is.
    """
    query = text_query(text)
    if not query:
        return []
    asked = func.to_tsquery("pg_catalog.swedish", query)
    if not db.session.scalar(select(func.numnode(asked))):
        return []  # nothing but words like "och"
    found = list(
        db.session.scalars(
            select(PlaceWords.place_id).where(PlaceWords.words.op("@@")(asked)).limit(_FEW_WORDS + 1)
        )
    )
    if len(found) <= _FEW_WORDS:
        return [Place.id == any_(_ids(found))]
    words = select(PlaceWords.words).where(PlaceWords.place_id == Place.id).correlate(Place).scalar_subquery()
    return [words.op("@@", is_comparison=True)(asked)]
