"""Rules of the waiting list: days that follow the calendar, who can be offered something, and when to answer."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.errors import Conflict, Invalid
from placements.search.rules import SearchCriteria
from placements.waiting_list.rules import (
    END_REASON_SV,
    PASS_REASON_SV,
    WAITING_EVENT_SV,
    EndReason,
    PassReason,
    Standing,
    check_in_time,
    check_within,
    criteria_now,
    due_on,
    first_day_possible,
    obstacle,
)

MONDAY = date(2026, 3, 2)
LAST = date(2026, 8, 28)
ASKED = SearchCriteria(start_by=date(2026, 3, 16), until=LAST, from_day=MONDAY, ssyks=("6112",))
FREE = Standing(is_grant_open=True, has_consent=True, has_open_offer=False, asked=(), seen=())


def test_the_wishes_stand_and_the_days_follow_the_calendar() -> None:
    assert criteria_now(ASKED, MONDAY, LAST, MONDAY) == ASKED
    later = criteria_now(ASKED, MONDAY, LAST, date(2026, 4, 20))
    assert later == replace(ASKED, from_day=date(2026, 4, 20), start_by=date(2026, 5, 4))
    late_wish = replace(ASKED, start_by=date(2026, 6, 1))
    assert criteria_now(late_wish, MONDAY, LAST, MONDAY) == late_wish


def test_a_period_that_is_over_is_none() -> None:
    assert criteria_now(ASKED, MONDAY, LAST, LAST + timedelta(days=1)) is None
    assert criteria_now(replace(ASKED, until=MONDAY), MONDAY, LAST, MONDAY + timedelta(days=1)) is None
    last_chance = criteria_now(ASKED, MONDAY, LAST, LAST)
    assert last_chance is not None
    assert last_chance.start_by == last_chance.until == LAST


@given(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.integers(0, 400),
    st.integers(0, 400),
    st.integers(0, 400),
)
def test_the_days_are_always_in_order_inside_grant_and_search(
    today: date, begins: int, lasts: int, until: int
) -> None:
    first = MONDAY + timedelta(days=begins)
    last = first + timedelta(days=lasts)
    asked = replace(ASKED, from_day=None, until=MONDAY + timedelta(days=until))
    found = criteria_now(asked, first, last, today)
    if found is None:
        assert min(asked.until, last) < max(first, today)
    else:
        assert found.from_day is not None
        assert max(first, today) <= found.from_day <= found.start_by <= found.until <= min(asked.until, last)


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (FREE, None),
        (replace(FREE, is_grant_open=False, has_consent=False), PassReason.GRANT_NOT_OPEN),
        (replace(FREE, has_consent=False), PassReason.NO_CONSENT),
        (replace(FREE, has_open_offer=True), PassReason.HAS_OFFER),
        (replace(FREE, asked=[7]), PassReason.ASKED),
        (replace(FREE, seen=[7]), PassReason.SEEN),
        (replace(FREE, asked=[8], seen=[9]), None),
    ],
)
def test_what_is_in_the_way(standing: Standing, reason: PassReason | None) -> None:
    assert obstacle(standing, ASKED, 7) is reason
    assert obstacle(standing, None, 7) is PassReason.PERIOD_OVER


def test_an_answer_is_due_in_two_working_days() -> None:
    assert due_on(MONDAY) == date(2026, 3, 4)
    assert due_on(date(2026, 4, 2)) == date(2026, 4, 8)  # over Easter
    check_in_time(MONDAY, MONDAY)
    with pytest.raises(Conflict, match="gick ut 2026-03-02"):
        check_in_time(MONDAY, MONDAY + timedelta(days=1))


def test_the_first_day_that_is_proposed() -> None:
    assert first_day_possible(MONDAY, LAST, 0, MONDAY) == MONDAY
    assert first_day_possible(MONDAY, LAST, 7, date(2026, 3, 4)) == date(2026, 3, 11)
    assert first_day_possible(MONDAY, LAST, 3, date(2026, 3, 4)) == date(2026, 3, 9)  # not on a Saturday
    saturday = date(2026, 3, 7)
    assert first_day_possible(saturday, saturday, 0, MONDAY) == saturday


def test_a_start_is_inside_the_days_that_are_held() -> None:
    check_within(MONDAY, MONDAY, LAST)
    for day in (MONDAY - timedelta(days=1), LAST + timedelta(days=1)):
        with pytest.raises(Invalid):
            check_within(day, MONDAY, LAST)


def test_every_reason_has_words() -> None:
    assert set(END_REASON_SV) == set(EndReason)
    assert set(PASS_REASON_SV) == set(PassReason)
    assert set(EndReason) <= set(WAITING_EVENT_SV)
