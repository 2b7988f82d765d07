"""What is asked for: kept as JSON and given back, words that are safe whatever is typed, and searches to make again."""

from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.errors import Invalid
from placements.search.rules import (
    SearchCriteria,
    criteria_as_json,
    criteria_from_json,
    without_wishes,
)
from placements.search.saved_rules import Kept, address_on, checked_name, kept, shared_address
from placements.search.text_rules import MOST_WORDS, text_query, words_of

DAY = date(2026, 3, 2)
WHOLE = SearchCriteria(
    start_by=DAY,
    until=date(2026, 6, 1),
    from_day=DAY,
    kommun_codes=("0136",),
    field_ids=("f",),
    ssyks=("7531", "6112"),
    hours_per_week=Decimal("12.5"),
    adaptations=("seated",),
    language="ar",
    support_level="3",
    system_id=7,
    weekdays=(1, 3, 5),
    days_per_week=2,
    demands_avoided=("dust",),
    near_kommun="0138",
    within_km=30,
    text="trädgård",
)


def test_every_part_of_the_criteria_survives_json() -> None:
    assert all(getattr(WHOLE, part.name) for part in fields(WHOLE)), "a new part belongs in WHOLE"
    assert criteria_from_json(criteria_as_json(WHOLE)) == WHOLE
    bare = SearchCriteria(DAY, DAY)
    assert criteria_from_json(criteria_as_json(bare)) == bare


def test_json_of_another_version_is_read_as_far_as_it_goes() -> None:
    data = {"start_by": "2026-03-02", "until": "2026-03-09", "colour": "red"}
    assert criteria_from_json(data) == SearchCriteria(DAY, date(2026, 3, 9))
    with pytest.raises(KeyError):
        criteria_from_json({"until": "2026-03-09"})


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("start_by", None),
        ("until", 20260302),
        ("from_day", "i morgon"),
        ("kommun_codes", "0136"),
        ("ssyks", [7531]),
        ("hours_per_week", "NaN"),
        ("hours_per_week", "mycket"),
        ("hours_per_week", "1e30"),
        ("hours_per_week", 12.5),
        ("weekdays", [0]),
        ("weekdays", [99_999]),
        ("weekdays", ["1"]),
        ("within_km", "30"),
        ("within_km", True),
        ("system_id", 2**31),
        ("language", None),
        ("near_kommun", ["0138"]),
        ("text", 5),
        ("text", "träd\x00gård"),
        ("text", "å" * 201),
    ],
)
def test_json_of_what_no_search_has_is_refused(part: str, value: object) -> None:
    """What is kept is read again by the line's job, for everyone who stands behind."""
    with pytest.raises((ValueError, TypeError)):
        criteria_from_json(criteria_as_json(WHOLE) | {part: value})


def test_wishes_are_apart_from_what_the_grant_says() -> None:
    bare = without_wishes(WHOLE)
    assert bare == SearchCriteria(DAY, WHOLE.until, DAY, support_level="3", system_id=7, days_per_week=2)


@pytest.mark.parametrize(
    ("weekdays", "days_per_week", "needed"),
    [((1, 3, 5), 2, 2), ((1, 3, 5), None, 3), ((1,), 4, 1), ((), 4, 0)],
)
def test_on_how_many_of_the_days_a_place_must_be_open(
    weekdays: tuple[int, ...], days_per_week: int | None, needed: int
) -> None:
    criteria = SearchCriteria(DAY, DAY, weekdays=weekdays, days_per_week=days_per_week)
    assert criteria.days_needed == needed


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Trädgård", "'trädgård':*"),
        ("odla  & sälja", "'odla':* & 'sälja':*"),
        ("a & b | !c:*", ""),
        ("'; DROP TABLE place; --", "'drop':* & 'table':* & 'place':*"),
        ("🌱 <-> \\ \x00", ""),
        ("odla Odla ODLA", "'odla':*"),
    ],
)
def test_text_becomes_a_question_that_cannot_be_malformed(text: str, query: str) -> None:
    assert text_query(text) == query


@given(st.text(max_size=400))
def test_words_are_few_and_plain(text: str) -> None:
    words = words_of(text)
    assert len(words) <= MOST_WORDS
    assert all(word.isalnum() or word == word.lower() for word in words)
    assert not any(character in word for word in words for character in "'\\\x00:&|!() ")


def test_what_is_shared_has_no_person_in_it() -> None:
    asked = {"valomgang": ["17"], "kommun": ["0136", " "], "sida": ["3"], "ord": ["x" * 999], "timmar": [""]}
    assert shared_address(asked, ("ord", "kommun", "timmar")) == {"kommun": ["0136"], "ord": ["x" * 200]}


def test_a_saved_search_moves_with_the_day_or_stays() -> None:
    address = {"kommun": ["0136"], "senast": ["2026-03-16"], "till": ["2026-06-14"]}
    start_by, until, later = date(2026, 3, 16), date(2026, 6, 14), DAY + timedelta(days=100)
    moving = kept(address, start_by, until, moves=True, today=DAY)
    assert moving == Kept({"kommun": ["0136"]}, 14, 90)
    assert address_on(moving, DAY) == address
    assert address_on(moving, later)["senast"] == [(later + timedelta(days=14)).isoformat()]
    assert address_on(moving, later)["till"] == [(later + timedelta(days=104)).isoformat()]
    staying = kept(address, start_by, until, moves=False, today=DAY)
    assert address_on(staying, later) == address


def test_a_name_is_said_once_and_not_too_long() -> None:
    assert checked_name("  Nära   Tyresö ") == "Nära Tyresö"
    for name in ("  ", "x" * 81):
        with pytest.raises(Invalid):
            checked_name(name)
