"""What a plan must say, when it is due, and who may do what with which version."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.rules import Role
from marketplace.errors import Invalid
from marketplace.reference.rules import is_working_day
from placements.booking.rules import PlacementState
from placements.plan.rules import (
    PlanAction,
    PlanContent,
    PlanState,
    Standing,
    check_plan,
    differences,
    plan_actions,
    plan_deadline,
    suggested_follow_ups,
    tidy,
)

FIRST, LAST = date(2026, 3, 9), date(2026, 8, 28)
PLAN = PlanContent(Decimal(20), 4, "Sy", ("Kommer i tid",), "", (date(2026, 4, 1),))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hours_per_week": Decimal(0)}, "hours_per_week"),
        ({"hours_per_week": Decimal("20.5")}, "hours_per_week"),
        ({"hours_per_week": Decimal(20), "days_per_week": 2}, "days_per_week"),
        ({"days_per_week": 6}, "days_per_week"),
        ({"tasks_sv": "  "}, "tasks_sv"),
        ({"tasks_sv": "x" * 5001}, "tasks_sv"),
        ({"goals": ()}, "goals"),
        ({"goals": ("  ", "")}, "goals"),
        ({"goals": tuple("abcdef")}, "goals"),
        ({"goals": ("x" * 301,)}, "goals"),
        ({"adaptations_sv": "x" * 5001}, "adaptations_sv"),
        ({"follow_up_dates": (date(2026, 3, 8),)}, "follow_up_dates"),
        ({"follow_up_dates": (date(2026, 8, 29),)}, "follow_up_dates"),
        ({"follow_up_dates": tuple(date(2026, 4, day) for day in range(1, 9))}, "follow_up_dates"),
    ],
)
def test_what_cannot_be_agreed_to(changes: dict[str, object], field: str) -> None:
    wrong = replace(PLAN, **changes)  # type: ignore[arg-type]
    with pytest.raises(Invalid) as refusal:
        check_plan(tidy(wrong), agreed_hours=Decimal(20), first_day=FIRST, last_day=LAST)
    assert refusal.value.field == field


def test_a_plan_may_start_lower_than_the_grant_and_in_any_script() -> None:
    plan = replace(PLAN, hours_per_week=Decimal("7.5"), days_per_week=1, goals=("أتعلم", "学ぶ", "Ö"))
    check_plan(tidy(plan), agreed_hours=Decimal(20), first_day=FIRST, last_day=LAST)


def test_a_tidy_plan_has_no_empty_goals_and_each_follow_up_once() -> None:
    days = (date(2026, 5, 1), date(2026, 4, 1), date(2026, 5, 1))
    tidied = tidy(replace(PLAN, goals=(" ett\n  mål ", "", "två"), follow_up_dates=days, tasks_sv=" Sy \n"))
    assert tidied.goals == ("ett mål", "två")
    assert tidied.follow_up_dates == (date(2026, 4, 1), date(2026, 5, 1))
    assert tidied.tasks_sv == "Sy"


def test_the_deadline_counts_working_days_past_easter() -> None:
    assert plan_deadline(date(2026, 3, 30), 10) == date(2026, 4, 15)


@given(first=st.dates(date(2020, 1, 1), date(2030, 1, 1)), days=st.integers(0, 900))
def test_suggested_follow_ups_are_working_days_inside_the_placement(first: date, days: int) -> None:
    last = date.fromordinal(first.toordinal() + days)
    suggested = suggested_follow_ups(first, last)
    assert suggested == sorted(suggested)
    assert len(suggested) <= 6
    assert all(first <= day <= last and is_working_day(day) for day in suggested)


def test_what_has_been_done_closes_the_action_with_its_reason() -> None:
    standing = Standing(PlanState.PROPOSED, PlacementState.RUNNING, has_case_officer_agreed=True)
    actions = {action.action: action for action in plan_actions(standing, Role.CASE_OFFICER)}
    assert not actions[PlanAction.AGREE].is_possible
    assert "redan godkänt" in actions[PlanAction.AGREE].reason_sv
    assert actions[PlanAction.WITNESS].is_possible


def test_an_ended_placement_closes_writing() -> None:
    standing = Standing(PlanState.AGREED, PlacementState.COMPLETED)
    actions = plan_actions(standing, Role.SUPERVISOR)
    assert all(not action.is_possible and action.reason_sv for action in actions)


def test_only_what_comes_next_is_mentioned() -> None:
    for state, mentioned in (
        (PlanState.DRAFT, {PlanAction.PROPOSE, PlanAction.EDIT, PlanAction.WITNESS}),
        (PlanState.PROPOSED, {PlanAction.WITNESS, PlanAction.REVISE}),
        (PlanState.AGREED, {PlanAction.REVISE}),
        (PlanState.REPLACED, set()),
    ):
        actions = plan_actions(Standing(state, PlacementState.RUNNING), Role.SUPERVISOR)
        assert {action.action for action in actions} == mentioned


def test_an_ended_placement_closes_agreeing() -> None:
    standing = Standing(PlanState.PROPOSED, PlacementState.ENDED_EARLY)
    for role in (Role.SUPERVISOR, Role.CASE_OFFICER):
        actions = {action.action: action for action in plan_actions(standing, role)}
        assert not actions[PlanAction.WITNESS].is_possible
        assert "pågår inte längre" in actions[PlanAction.WITNESS].reason_sv


def test_differences_are_told_by_part() -> None:
    assert differences(PLAN, PLAN) == []
    after = replace(PLAN, hours_per_week=Decimal(10), goals=("Annat",))
    assert differences(PLAN, after) == ["omfattningen", "målen"]
