"""Placements' states: every move by the right role, reasons when there is none, and the days that decide."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.accounts.rules import Role
from marketplace.errors import Conflict, Invalid
from marketplace.procurement.price_rules import Component, PriceDraft
from marketplace.reference.rules import is_working_day
from placements.booking.course_rules import check_early_end, check_start
from placements.booking.request_rules import (
    answer_due,
    check_contract_lasts,
    check_days,
    check_hours,
    missing_prices,
    no_price_sv,
)
from placements.booking.rules import (
    LIVE_STATES,
    PLACEMENT_STATE_SV,
    PLACEMENT_TONE,
    PLACEMENT_TRANSITIONS,
    SEAT_HOLDING_STATES,
    PlacementAction,
    PlacementDays,
    PlacementState,
    placement_actions,
)
from placements.choice.rules import CHOICE_STATE_SV, CHOICE_TONE, CHOICE_TRANSITIONS, ChoiceState
from placements.participants.event_rules import EVENT_SV
from placements.participants.rules import GRANT_STATE_SV, GRANT_TONE, GRANT_TRANSITIONS, GrantState

TODAY = date(2026, 3, 2)
DAYS = PlacementDays(
    TODAY + timedelta(days=7),
    TODAY + timedelta(days=100),
    TODAY + timedelta(days=3),
    TODAY + timedelta(days=4),
)


def test_every_state_and_move_has_its_words() -> None:
    for states, labels, tones in (
        (PlacementState, PLACEMENT_STATE_SV, PLACEMENT_TONE),
        (ChoiceState, CHOICE_STATE_SV, CHOICE_TONE),
        (GrantState, GRANT_STATE_SV, GRANT_TONE),
    ):
        assert set(states) == set(labels) == set(tones)
    moves = {action for _, action in [*PLACEMENT_TRANSITIONS, *CHOICE_TRANSITIONS, *GRANT_TRANSITIONS]}
    assert moves <= set(EVENT_SV)


def test_what_is_over_stays_over() -> None:
    """Unless it was ended by mistake."""
    alive = {state for state, action in PLACEMENT_TRANSITIONS if action is not PlacementAction.RESUME}
    assert alive == set(LIVE_STATES)
    assert alive < SEAT_HOLDING_STATES


@settings(deadline=None)  # the calendar is read the first time
@given(st.dates(TODAY, TODAY + timedelta(days=400)), st.integers(1, 20), st.integers(0, 60))
def test_an_answer_is_due_on_a_working_day_or_the_start(asked: date, within: int, lead: int) -> None:
    first_day = asked + timedelta(days=lead)
    due = answer_due(asked, within, first_day)
    assert asked <= due <= first_day
    assert is_working_day(due) or due == first_day


def _possible(state: PlacementState, role: Role, today: date) -> dict[str, bool]:
    return {view.action: view.is_possible for view in placement_actions(state, role, DAYS, today)}


def test_what_a_supervisor_can_do_and_when() -> None:
    requested, accepted, running = LIVE_STATES
    assert _possible(requested, Role.SUPERVISOR, TODAY) == {"accept": True, "decline": True, "start": False}
    escalated = _possible(requested, Role.SUPERVISOR, DAYS.answer_due_on + timedelta(days=1))
    assert escalated == {"accept": True, "decline": True, "start": False}
    late = _possible(requested, Role.SUPERVISOR, DAYS.held_until + timedelta(days=1))
    assert late == {"accept": False, "decline": True, "start": False}
    before = {"start": False, "never_start": False, "end_early": False}
    assert _possible(accepted, Role.SUPERVISOR, TODAY) == before
    on_the_day = {"start": True, "never_start": False, "end_early": False}
    assert _possible(accepted, Role.SUPERVISOR, DAYS.first_day) == on_the_day
    after = _possible(accepted, Role.SUPERVISOR, DAYS.first_day + timedelta(days=1))
    assert after == {"start": True, "never_start": True, "end_early": False}
    assert _possible(running, Role.SUPERVISOR, DAYS.first_day) == {"complete": False, "end_early": True}
    assert _possible(running, Role.SUPERVISOR, DAYS.last_day) == {"complete": True, "end_early": False}


def test_what_is_not_possible_says_why() -> None:
    for state in PlacementState:
        for role in Role:
            for view in placement_actions(state, role, DAYS, TODAY):
                assert view.is_possible or view.reason_sv


def test_those_who_only_read_get_no_buttons() -> None:
    for role in (Role.SUPPLIER_MANAGER, Role.CONTROLLER, Role.COORDINATOR, Role.STRATEGIST):
        for state in PlacementState:
            assert placement_actions(state, role, DAYS, TODAY) == []


def test_hours_against_the_places() -> None:
    check_hours(Decimal(20), 10, 30)
    with pytest.raises(
        Conflict, match="Beviljandet är på 30,5 timmar i veckan, men platsen tar emot högst 30"
    ):
        check_hours(Decimal("30.50"), 10, 30)
    with pytest.raises(Conflict, match="kräver minst 10"):
        check_hours(Decimal("9.00"), 10, 30)


def test_days_inside_the_grant() -> None:
    grant = {"grant_first": TODAY + timedelta(days=3), "grant_last": TODAY + timedelta(days=90)}
    check_days(TODAY + timedelta(days=3), TODAY + timedelta(days=90), today=TODAY, lead_time_days=3, **grant)
    for first, last, lead in ((2, 90, 0), (3, 91, 0), (4, 3, 0), (-1, 10, 0), (5, 10, 6)):
        with pytest.raises(Invalid):
            check_days(
                TODAY + timedelta(days=first),
                TODAY + timedelta(days=last),
                today=TODAY,
                lead_time_days=lead,
                **grant,
            )


def test_start_and_early_end() -> None:
    days = replace(DAYS, first_day=TODAY)
    check_start(TODAY, first_day=days.first_day, last_day=days.last_day, today=TODAY)
    for started_on, today in (
        (TODAY, TODAY - timedelta(days=1)),
        (TODAY + timedelta(days=2), TODAY + timedelta(days=1)),
        (TODAY - timedelta(days=1), TODAY),
    ):
        with pytest.raises(Invalid):
            check_start(started_on, first_day=TODAY, last_day=days.last_day, today=today)
    facts = {
        "first_day": TODAY,
        "planned_last": TODAY + timedelta(days=50),
        "today": TODAY + timedelta(days=60),
    }
    check_early_end(TODAY + timedelta(days=10), latest_attendance=TODAY + timedelta(days=10), **facts)
    for last, attended in ((-1, None), (50, None), (61, None), (10, TODAY + timedelta(days=11))):
        with pytest.raises(Invalid):
            check_early_end(TODAY + timedelta(days=last), latest_attendance=attended, **facts)


def test_a_level_is_priced_when_every_rate_of_the_list_prices_it() -> None:
    by_day = [PriceDraft(Component.DAY_RATE, level, "whole", 100_00) for level in ("1", "2")]
    assert missing_prices(by_day, "2") == []
    assert missing_prices(by_day, "3") == [Component.DAY_RATE]
    assert missing_prices([*by_day, PriceDraft(Component.DAY_RATE, None, "part", 50_00)], "3") == []
    by_month = PriceDraft(Component.MONTHLY_RATE, "3", amount_ore=3_686_00)
    assert missing_prices([*by_day, by_month], "3") == [Component.DAY_RATE]
    assert missing_prices([*by_day, by_month], "1") == [Component.MONTHLY_RATE]
    assert missing_prices([PriceDraft(Component.START_FEE, amount_ore=100_00)], "3") == []


def test_the_sentence_says_which_price_is_missing_and_what_to_do() -> None:
    said = no_price_sv([Component.DAY_RATE, Component.MONTHLY_RATE], "Nivå 3")
    assert "saknar pris för nivå 3 (dagersättning och månadsersättning)" in said
    assert "en annan leverantör" in said


def test_a_contract_that_ends_before_the_last_day_says_when() -> None:
    check_contract_lasts([])
    with pytest.raises(Invalid, match="gäller till och med 2026-06-30") as refused:
        check_contract_lasts([date(2026, 5, 1), date(2026, 6, 30)])
    assert refused.value.field == "last_day"
