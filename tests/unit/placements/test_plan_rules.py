"""When a plan is due, and who may do what with which version."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.rules import Role
from marketplace.reference.rules import is_working_day
from placements.booking.rules import PlacementState
from placements.plan.content_rules import suggested_follow_ups
from placements.plan.rules import (
    PlanAction,
    PlanState,
    Standing,
    obstacle_to_discard,
    plan_actions,
    plan_deadline,
)


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


def test_a_draft_is_thrown_away_where_another_version_goes_on() -> None:
    assert obstacle_to_discard([PlanState.DRAFT, PlanState.AGREED]) == ""
    assert "ingen överenskommen plan" in obstacle_to_discard([PlanState.DRAFT, PlanState.REPLACED])
