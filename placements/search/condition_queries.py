"""What a place must be, as conditions that are written once and given values each time.

Which of them a search has is its shape: the names of the values that it gives. `why_rules` says the same in words.
"""

import math
from collections.abc import Collection
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Integer,
    SmallInteger,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal,
    select,
)

from enterprises.places.models import Place
from enterprises.places.rules import PlaceState
from marketplace.clock import today
from marketplace.reference.queries import lists
from marketplace.reference.rules import kommuner_within
from marketplace.statements import Prepared
from placements.search.models import PlaceWords
from placements.search.rules import SearchCriteria
from placements.search.text_rules import text_query

_FEW_PLACES = 4000
"""Places that words may be said of for them to be looked up first; when there are more, each place in turn is asked."""


def _given(name: str, type_: Any = None) -> Any:
    return bindparam(name, type_=type_)


START_BY: ColumnElement[date] = _given("start_by", Date)
UNTIL: ColumnElement[date] = _given("until", Date)
_TEXTS, _NUMBERS, _DAYS = ARRAY(Text), ARRAY(Integer), ARRAY(SmallInteger)
_QUERY = func.to_tsquery("pg_catalog.swedish", _given("words", Text))
_WORDS = select(PlaceWords.words).where(PlaceWords.place_id == Place.id).correlate(Place).scalar_subquery()
_COMMON_DAYS: ColumnElement[int] = sum(
    (
        cast(
            and_(literal(day) == any_(Place.weekdays), literal(day) == any_(_given("some_weekdays", _DAYS))),
            Integer,
        )
        for day in range(1, 8)
    ),
    start=literal(0),
)

# Hours are compared as whole numbers and ids as arrays of constants: what is known not to leak may be asked before the
# policies are, and a long array of constants is looked up in at once. One kommun or trade alone is not an array: only
# then does its index give the order.
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "days_ahead": and_(
        Place.state == PlaceState.PUBLISHED, Place.lead_time_days <= _given("days_ahead", Integer)
    ),
    "enterprises": Place.enterprise_id == any_(_given("enterprises", _NUMBERS)),
    "ids": Place.id == any_(_given("ids", _NUMBERS)),
    "except": ~(Place.id == any_(_given("except", _NUMBERS))),
    "kommun": Place.kommun_code == _given("kommun", Text),
    "kommuner": Place.kommun_code == any_(_given("kommuner", _TEXTS)),
    "near": Place.kommun_code == any_(_given("near", _TEXTS)),
    "field": Place.ssyk == any_(_given("field", _TEXTS)),
    "trade": Place.ssyk == _given("trade", Text),
    "trades": Place.ssyk == any_(_given("trades", _TEXTS)),
    "hours": Place.hours_per_week_min <= _given("hours", Integer),
    "hours_up": Place.hours_per_week_max >= _given("hours_up", Integer),
    "adaptations": Place.adaptations.contains(_given("adaptations", _TEXTS)),
    "languages": Place.languages.contains(_given("languages", _TEXTS)),
    "avoided": ~Place.demands.overlap(_given("avoided", _TEXTS)),
    "all_weekdays": Place.weekdays.contains(_given("all_weekdays", _DAYS)),
    "some_weekdays": Place.weekdays.overlap(_given("some_weekdays", _DAYS)),
    "days_needed": _given("days_needed", Integer) <= _COMMON_DAYS,
    "days_open": func.cardinality(Place.weekdays) >= _given("days_open", Integer),
    "said_of": Place.id == any_(_given("said_of", _NUMBERS)),
    "words": _WORDS.op("@@", is_comparison=True)(_QUERY),
}


WHEN = frozenset({"days_ahead", "enterprises"})
"""Conditions of when and with whom, rather than of what the place is like."""


def conditions(shape: Collection[str]) -> list[ColumnElement[bool]]:
    """Those of the shape, in an order of their own so that a shape is always the same statement."""
    return [condition for name, condition in _CONDITIONS.items() if name in shape]


def asking(criteria: SearchCriteria, enterprises: Collection[int]) -> dict[str, Any]:
    """The values of a search at these enterprises: whatever can be offered over the days, but for a free seat, and is
    as wished. One query when there are words."""
    return days_asked(criteria, enterprises) | wishing(criteria)


def days_asked(criteria: SearchCriteria, enterprises: Collection[int]) -> dict[str, Any]:
    """The values of what decides whether a place can be offered then, whatever it is like."""
    return {
        "start_by": criteria.start_by,
        "until": criteria.until,
        "days_ahead": (criteria.start_by - today()).days,
        "enterprises": list(enterprises),
    }


def wishing(criteria: SearchCriteria) -> dict[str, Any]:
    """The values of what the place itself must be."""
    wishes = _where(criteria) | _in_what(criteria) | _weekdays(criteria)
    if criteria.hours_per_week is not None:
        wishes["hours"] = math.floor(criteria.hours_per_week)
        wishes["hours_up"] = math.ceil(criteria.hours_per_week)
    if criteria.adaptations:
        wishes["adaptations"] = list(criteria.adaptations)
    if criteria.language:
        wishes["languages"] = [criteria.language]
    if criteria.demands_avoided:
        wishes["avoided"] = list(criteria.demands_avoided)
    return wishes | saying(criteria.text)


def _where(criteria: SearchCriteria) -> dict[str, Any]:
    wishes: dict[str, Any] = {}
    if len(criteria.kommun_codes) == 1:
        (wishes["kommun"],) = criteria.kommun_codes
    elif criteria.kommun_codes:
        wishes["kommuner"] = list(criteria.kommun_codes)
    if criteria.near_kommun and criteria.within_km is not None:
        near = kommuner_within(criteria.near_kommun, criteria.within_km, lists().positions)
        wishes["near"] = sorted(near)
    return wishes


def _in_what(criteria: SearchCriteria) -> dict[str, Any]:
    wishes: dict[str, Any] = {}
    if criteria.field_ids:
        trades = lists().trades.values()
        wishes["field"] = [trade.ssyk for trade in trades if trade.field_id in criteria.field_ids]
    if len(criteria.ssyks) == 1:
        (wishes["trade"],) = criteria.ssyks
    elif criteria.ssyks:
        wishes["trades"] = list(criteria.ssyks)
    return wishes


def _weekdays(criteria: SearchCriteria) -> dict[str, Any]:
    """Counting the days in common is the slowest of the conditions: it is asked for only between one and all."""
    days, needed, granted = list(criteria.weekdays), criteria.days_needed, criteria.days_per_week or 0
    wishes: dict[str, Any] = {"days_open": granted} if granted > needed else {}
    if not days:
        return wishes
    if needed == len(days):
        return wishes | {"all_weekdays": days}
    return wishes | {"some_weekdays": days} | ({"days_needed": needed} if needed > 1 else {})


def saying(text: str) -> dict[str, Any]:
    """The values of the words being said of the place; none when there is no word that counts.

    Words that are said of few places are looked up first, in the index of words; those said of many are asked for as
    the order is walked through. PostgreSQL cannot choose by itself: it does not know how common a prefix is.
    """
    query = text_query(text)
    if not query:
        return {}
    ((is_word, found),) = _said_of().rows(words=query)
    if not is_word:
        return {}  # nothing but words like "och"
    return {"words": query} if len(found) > _FEW_PLACES else {"said_of": found}


@lru_cache(maxsize=1)
def _said_of() -> Prepared:
    found = select(PlaceWords.place_id).where(PlaceWords.words.op("@@")(_QUERY)).limit(_FEW_PLACES + 1)
    return Prepared(select(func.numnode(_QUERY) > 0, func.array(found.scalar_subquery())))
