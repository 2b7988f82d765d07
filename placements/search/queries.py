"""Places that can be offered: published, under a contract that holds, and with a free seat over the asked days.

The order is an index on a scattered key, read from a point that moves every day, so that a page costs the same
however many places there are. What is cheap to ask is asked along the index; whether a seat is free is asked of what
is left, one place at a time, until there are as many hits as are counted (docs/adr/0020).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Protocol

from sqlalchemy import Integer, Select, Text, bindparam, select
from sqlalchemy.dialects.postgresql import distinct_on

from enterprises.contracts.models import Contract
from enterprises.directory.rules import order_start
from enterprises.places.models import Place
from enterprises.places.queries import free_seats_over
from marketplace.clock import today
from marketplace.db import Page, db
from marketplace.reference.queries import lists
from marketplace.reference.rules import OwnSexDominance, Sex, dominance, own_sex_dominance
from marketplace.statements import Prepared
from placements.search.condition_queries import START_BY, UNTIL, asking, conditions
from placements.search.contract_queries import Bar, Carrying, carrying
from placements.search.facts import PlaceOption
from placements.search.option_queries import options_of
from placements.search.rules import MOST_COUNTED, SearchCriteria, without_wishes

__all__ = ["PlaceOption", "options_of"]
"""Beside what is defined here."""

PER_PAGE = 24


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
    found = fitting(place_ids, without_wishes(criteria))
    return options_of([id_ for id_ in place_ids if id_ in found], criteria, has_weeks=False)


def fits(place_id: int, criteria: SearchCriteria) -> bool:
    """Whether the place can be offered and is as wished: whether a search for the criteria would find it."""
    return bool(fitting([place_id], criteria))


def fitting(place_ids: Collection[int], criteria: SearchCriteria) -> set[int]:
    """Those of the places that a search for the criteria would find."""
    asked = asking(criteria, carrying(criteria).bookable) | {"ids": list(place_ids)}
    return set(_among(frozenset(asked)).scalars(**asked))


@lru_cache(maxsize=512)
def _among(shape: frozenset[str]) -> Prepared:
    return Prepared(select(Place.id).where(*conditions(shape), free_seats_over(START_BY, UNTIL) > 0))


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
    enterprises = db.session.scalars(select(Contract.enterprise_id).where(Contract.id.in_(under)))
    asked = asking(criteria, set(enterprises)) | {"home": kommun_code, "except": list(except_places)}
    return dict(tuple(row) for row in _first_of_each(frozenset(asked)).rows(**asked))


@lru_cache(maxsize=64)
def _first_of_each(shape: frozenset[str]) -> Prepared:
    is_near = (Place.kommun_code == bindparam("home", type_=Text)).desc()
    return Prepared(
        select(Place.enterprise_id, Place.id)
        .ext(distinct_on(Place.enterprise_id))
        .where(*conditions(shape), free_seats_over(START_BY, UNTIL) > 0)
        .order_by(Place.enterprise_id, is_near, Place.lead_time_days, Place.id)
    )


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
    asked = asking(criteria, under.barred)
    enterprises = _barred(frozenset(asked)).scalars(**asked)
    why = [under.barred[enterprise_id] for enterprise_id in enterprises]
    ends = [under.ends[id_] for id_ in enterprises if id_ in under.ends]
    return LeftOut(
        why.count(Bar.ENDS), max(ends, default=None), why.count(Bar.UNPRICED), why.count(Bar.CAPPED)
    )


def _ids_in_order(criteria: SearchCriteria, under: Carrying, most: int) -> list[int]:
    """Ids from the day's point in the order to its end, then from its beginning: the second only when it takes more."""
    if not under.bookable:
        return []
    asked = asking(criteria, under.bookable) | {"point": order_start(today())}
    shape = frozenset(asked)
    ids = _leg(shape, is_after=True).scalars(**asked, most=most)
    if len(ids) < most:
        ids += _leg(shape, is_after=False).scalars(**asked, most=most - len(ids))
    return ids


@lru_cache(maxsize=512)
def _leg(shape: frozenset[str], *, is_after: bool) -> Prepared:
    """What can be offered on one side of the day's point. The inner select is a fence: it gives candidates in order,
    and only as many of them are asked for a free seat as it takes."""
    point = bindparam("point", type_=Integer)
    # Those whose words have been looked up are few: they are fetched and sorted, rather than met along the order.
    key = Place.order_key + 0 if "said_of" in shape else Place.order_key
    candidates = (
        _candidates(shape)
        .where(key >= point if is_after else key < point)
        .order_by(key, Place.id)
        .subquery("candidate")
    )
    return Prepared(
        select(candidates.c.id)
        .where(free_seats_over(START_BY, UNTIL, candidates.c.id) > 0)
        .limit(bindparam("most", type_=Integer))
    )


@lru_cache(maxsize=512)
def _barred(shape: frozenset[str]) -> Prepared:
    """Enterprises of places that fit, one for each place."""
    candidates = _candidates(shape).subquery("candidate")
    return Prepared(
        select(candidates.c.enterprise_id)
        .where(free_seats_over(START_BY, UNTIL, candidates.c.id) > 0)
        .limit(MOST_COUNTED)
    )


def _candidates(shape: frozenset[str]) -> Select[int, int]:
    return select(Place.id, Place.enterprise_id).where(*conditions(shape)).offset(0)
