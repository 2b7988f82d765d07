"""Requests that wait together, what the night does about them, and changes of what has been accepted."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.accounts.rules import Role
from marketplace.errors import Conflict, Invalid
from marketplace.reference.rules import is_working_day, working_days_between
from placements.booking.change_rules import (
    CHANGE_KIND_SV,
    ChangeKind,
    Extent,
    check_extension,
    check_move,
    check_unmoved_yet,
    collision_sv,
    extent_on,
)
from placements.booking.request_rules import (
    MOST_REQUESTED,
    Step,
    Unanswered,
    check_answered_in_time,
    check_may_request,
    held_until,
    next_step,
)
from placements.booking.rules import (
    CANCEL_REASON_SV,
    OFFICERS_REASONS,
    CancelReason,
    PlacementDays,
    PlacementState,
    placement_actions,
)
from placements.participants.event_rules import EVENT_SV
from placements.participants.rules import GrantState

TODAY = date(2026, 3, 2)
FIRST, LAST = date(2026, 3, 9), date(2026, 8, 28)
FULL, HALF, LESS = Extent(Decimal(30), 5), Extent(Decimal(20), 4), Extent(Decimal(15), 3)


@settings(deadline=None)  # the calendar is read the first time
@given(st.dates(TODAY, TODAY + timedelta(days=400)), st.integers(0, 200))
def test_a_seat_is_held_one_working_day_more(due: date, stay: int) -> None:
    held = held_until(due, due + timedelta(days=stay))
    assert due <= held <= due + timedelta(days=max(stay, 0))
    assert working_days_between(due, held) <= 1
    if stay > 10:
        assert is_working_day(held)
        assert held > due


def test_what_the_night_does() -> None:
    request = Unanswered(TODAY, date(2026, 3, 5), date(2026, 3, 6), None, None)
    steps = {day: next_step(request, date(2026, 3, day)) for day in range(2, 10)}
    assert steps == {
        2: None,
        3: None,
        4: Step.REMIND,
        5: Step.REMIND,
        6: Step.ESCALATE,
        7: Step.EXPIRE,
        8: Step.EXPIRE,
        9: Step.EXPIRE,
    }
    assert next_step(replace(request, reminded_on=date(2026, 3, 4)), date(2026, 3, 5)) is None
    assert next_step(replace(request, escalated_on=date(2026, 3, 6)), date(2026, 3, 6)) is None
    asked_late = replace(request, requested_on=date(2026, 3, 4))
    assert next_step(asked_late, date(2026, 3, 5)) is None, "it was asked on the day of the reminder"


def test_a_late_answer() -> None:
    check_answered_in_time(date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 6))
    with pytest.raises(Conflict, match="hölls till och med 2026-03-06"):
        check_answered_in_time(date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 7))


@pytest.mark.parametrize(
    ("state", "facts", "said"),
    [
        (GrantState.OPEN, {}, ""),
        (GrantState.PLACED, {"requested": 1}, ""),
        (GrantState.PLACED, {"requested": MOST_REQUESTED}, "väntar redan på svar"),
        (GrantState.PLACED, {"requested": 1, "is_requested": True}, "redan begärd"),
        (GrantState.PLACED, {"requested": 0}, "redan en plats"),
        (GrantState.PLACED, {"requested": 1, "has_place": True}, "redan en plats"),
        (GrantState.PLACED, {"is_move": True}, ""),
        (GrantState.WITHDRAWN, {"requested": 1}, "har avslutats"),
    ],
)
def test_who_may_ask_for_one_more(state: GrantState, facts: dict[str, int], said: str) -> None:
    asked = {"requested": 0, "has_place": False, "is_requested": False, "is_move": False} | facts
    if not said:
        check_may_request(state, **asked)  # type: ignore[arg-type]
        return
    with pytest.raises(Conflict, match=said):
        check_may_request(state, **asked)  # type: ignore[arg-type]


def test_the_extent_of_a_day() -> None:
    changed = [(date(2026, 5, 4), LESS), (date(2026, 4, 6), HALF)]
    assert extent_on(date(2026, 4, 5), FULL, changed) == FULL
    assert extent_on(date(2026, 4, 6), FULL, changed) == HALF
    assert extent_on(date(2026, 7, 1), FULL, changed) == LESS


def test_a_longer_stay() -> None:
    facts: dict[str, Any] = {"planned_last": LAST, "today": TODAY, "grant_last": LAST + timedelta(days=30)}
    check_extension(LAST + timedelta(days=30), contract_last=None, **facts)
    for last_day, contract_last in (
        (LAST, None),
        (LAST + timedelta(days=31), None),
        (LAST + timedelta(days=20), LAST + timedelta(days=19)),
    ):
        with pytest.raises(Invalid) as refused:
            check_extension(last_day, contract_last=contract_last, **facts)
        assert refused.value.field == "last_day"
    with pytest.raises(Invalid, match="redan passerat"):
        check_extension(
            LAST + timedelta(days=1), contract_last=None, **facts | {"today": LAST + timedelta(days=9)}
        )


def test_a_collision_says_what_could_be_had() -> None:
    assert "till och med 2026-09-14" in collision_sv(LAST, date(2026, 9, 14))
    assert "kan inte förlängas" in collision_sv(LAST, LAST)


def test_a_move_comes_after_what_it_moves_from() -> None:
    facts: dict[str, Any] = {
        "old_first": FIRST,
        "old_last": LAST,
        "old_is_over": False,
        "latest_attendance": date(2026, 4, 1),
    }
    check_move(date(2026, 4, 2), **facts)
    for first_day in (FIRST, FIRST - timedelta(days=1), date(2026, 4, 1)):
        with pytest.raises(Invalid) as refused:
            check_move(first_day, **facts)
        assert refused.value.field == "first_day"
    over = facts | {"old_is_over": True, "old_last": date(2026, 4, 10)}
    with pytest.raises(Invalid, match="varade till 2026-04-10"):
        check_move(date(2026, 4, 10), **over)
    check_unmoved_yet(False)
    with pytest.raises(Conflict, match="byter redan"):
        check_unmoved_yet(True)


def test_words() -> None:
    assert set(CHANGE_KIND_SV) == set(ChangeKind)
    assert set(CANCEL_REASON_SV) == set(CancelReason) > set(OFFICERS_REASONS)
    assert {"agree_change", "decline_change", "withdraw_change", "expire_change", "move"} <= set(EVENT_SV)


def test_what_an_officer_can_change_and_when() -> None:
    days = PlacementDays(FIRST, LAST, TODAY, TODAY)

    def possible(today: date = FIRST, **more: Any) -> dict[str, bool]:
        views = placement_actions(PlacementState.RUNNING, Role.CASE_OFFICER, replace(days, **more), today)
        assert all(view.is_possible or view.reason_sv for view in views)
        return {view.action: view.is_possible for view in views}

    assert possible() == {
        "extend": True,
        "change_extent": True,
        "move": True,
        "complete": False,
        "end_early": True,
    }
    assert possible(has_open_change=True) == possible() | {"extend": False, "change_extent": False}
    assert possible(is_moved=True) == possible() | {"extend": False, "move": False}
    assert possible(LAST, is_moved=True)["complete"] is False, "it ends by itself"
    assert possible(LAST + timedelta(days=1))["move"] is False
