"""What becomes of follow-ups under a new plan, when a meeting is to be, and what can be written."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.rules import Role
from marketplace.errors import Invalid
from marketplace.reference.rules import is_working_day, working_days_between
from placements.booking.rules import PlacementState
from placements.followup.rules import (
    NOT_BEGUN_SV,
    NOT_YET_SV,
    PASSED_SV,
    PLACEMENT_OVER_SV,
    Agreed,
    Coming,
    FollowUpState,
    FollowUpStep,
    Minutes,
    Party,
    check_agreed,
    check_day,
    check_minutes,
    follow_up_actions,
    is_pointless,
    meeting_day,
    revision,
)

MAY = [date(2026, 5, day) for day in range(1, 32)]
TODAY = MAY[10]


def test_a_first_plan_makes_its_days_from_the_one_that_it_was_agreed_on() -> None:
    made = revision(MAY[4], [MAY[20], MAY[4], MAY[3]], [], set())
    assert made.new == [MAY[4], MAY[20]]
    assert (made.moved, made.cancelled) == ({}, [])


def test_a_revised_plan_moves_those_not_held_in_order() -> None:
    coming = [Coming(1, MAY[5], MAY[5]), Coming(2, MAY[10], MAY[10]), Coming(3, MAY[20], MAY[20])]
    made = revision(MAY[4], [MAY[7], MAY[20], MAY[25]], coming, {MAY[1]})
    assert made.moved == {1: MAY[7], 2: MAY[25]}
    assert (made.new, made.cancelled) == ([], [])
    fewer = revision(MAY[4], [MAY[7]], coming, set())
    assert fewer.moved == {1: MAY[7]}
    assert fewer.cancelled == [2, 3]


def test_what_was_moved_by_hand_stays_while_the_plan_keeps_its_day() -> None:
    moved = Coming(1, MAY[12], MAY[10])
    assert revision(MAY[4], [MAY[10], MAY[12]], [moved], set()).new == []
    assert revision(MAY[4], [MAY[14]], [moved], set()).moved == {1: MAY[14]}


def test_a_late_one_is_neither_moved_nor_cancelled() -> None:
    late, by_hand = Coming(1, MAY[1], MAY[1]), Coming(2, MAY[12], MAY[2])
    for wanted in ([MAY[1], MAY[2], MAY[20]], [MAY[2], MAY[20]]):
        made = revision(MAY[4], wanted, [late, by_hand], set())
        assert (made.new, made.moved, made.cancelled) == ([MAY[20]], {}, []), wanted


def test_what_was_settled_is_not_asked_for_again_and_others_are_left_alone() -> None:
    meeting = Coming(9, MAY[10], None)
    made = revision(MAY[0], [MAY[8], MAY[10], MAY[20]], [meeting], {MAY[8]})
    assert made.new == [MAY[20]], "a day that a meeting has taken is not doubled"
    assert (made.moved, made.cancelled) == ({}, [])


@given(
    st.sets(st.sampled_from(MAY), max_size=6),
    st.sets(st.sampled_from(MAY), max_size=6),
    st.sets(st.sampled_from(MAY), max_size=4),
)
def test_after_a_revision_the_open_days_are_the_plans(
    wanted: set[date], before: set[date], settled: set[date]
) -> None:
    coming = [Coming(number, day, day) for number, day in enumerate(sorted(before - settled))]
    made = revision(MAY[0], wanted, coming, settled)
    days = {one.id: one.due_on for one in coming} | made.moved
    left = [day for number, day in days.items() if number not in made.cancelled] + made.new
    assert sorted(left) == sorted(wanted - settled)
    again = revision(MAY[0], wanted, [Coming(n, day, day) for n, day in enumerate(left)], settled)
    assert (again.new, again.moved, again.cancelled) == ([], {}, [])


def test_a_meeting_is_within_five_working_days_on_a_day_of_its_own() -> None:
    thursday, last = date(2026, 5, 7), MAY[30]  # Ascension Day is the Thursday after
    day = meeting_day(thursday, last, set())
    assert day == date(2026, 5, 15)
    assert working_days_between(thursday, day) == 5
    assert meeting_day(thursday, last, {day}) == date(2026, 5, 13)
    assert meeting_day(thursday, date(2026, 5, 12), set()) == date(2026, 5, 12)
    assert meeting_day(thursday, thursday, set()) is None
    every_day = {thursday + timedelta(days=offset) for offset in range(10)}
    assert meeting_day(thursday, last, every_day) is None
    assert is_working_day(day)


@pytest.mark.parametrize(
    ("state", "due_on", "pointless"),
    [
        (PlacementState.RUNNING, MAY[30], False),
        (PlacementState.ACCEPTED, MAY[30], False),
        (PlacementState.COMPLETED, MAY[30], True),
        (PlacementState.ENDED_EARLY, MAY[19], False),  # it was due while she was there: what became of it?
        (PlacementState.NEVER_STARTED, MAY[0], True),
        (PlacementState.CANCELLED, MAY[0], True),
    ],
)
def test_what_is_left_to_follow_up(state: PlacementState, due_on: date, pointless: bool) -> None:
    assert is_pointless(due_on, state, MAY[20]) is pointless


def test_actions_are_closed_with_the_reason() -> None:
    def reasons(due_on: date, placement: PlacementState, role: Role = Role.SUPERVISOR) -> dict[str, str]:
        views = follow_up_actions(FollowUpState.PLANNED, due_on, placement, role, TODAY)
        return {view.action.value: view.reason_sv for view in views}

    everything = dict.fromkeys(
        [FollowUpStep.HOLD, FollowUpStep.MOVE, FollowUpStep.MISS, FollowUpStep.CANCEL], ""
    )
    assert reasons(TODAY, PlacementState.RUNNING) == everything
    assert reasons(TODAY + timedelta(days=1), PlacementState.RUNNING)["miss"] == NOT_YET_SV
    passed = reasons(TODAY - timedelta(days=1), PlacementState.RUNNING)
    assert (passed["hold"], passed["miss"], passed["move"], passed["cancel"]) == (
        "",
        "",
        PASSED_SV,
        PASSED_SV,
    )
    assert reasons(TODAY, PlacementState.ACCEPTED)["hold"] == NOT_BEGUN_SV
    assert reasons(TODAY, PlacementState.COMPLETED)["move"] == PLACEMENT_OVER_SV
    assert reasons(TODAY, PlacementState.RUNNING, Role.COORDINATOR) == {}


def said(*agreed: Agreed, **changes: object) -> Minutes:
    whole = {"held_on": TODAY, "took_part": [Party.SUPERVISOR], "notes_sv": "Bra.", "agreed": agreed}
    return Minutes(**(whole | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("minutes", "field"),
    [
        (said(held_on=TODAY + timedelta(days=1)), "held_on"),
        (said(held_on=MAY[0]), "held_on"),
        (said(took_part=[]), "took_part"),
        (said(notes_sv=" \x00 "), "notes_sv"),
        (said(notes_sv="å" * 5001), "notes_sv"),
        (said(Agreed(" ", Party.PARTICIPANT, TODAY, "agreed_2_")), "agreed_2_text_sv"),
        (said(Agreed("x" * 301, Party.PARTICIPANT, TODAY, "agreed_1_")), "agreed_1_text_sv"),
        (said(Agreed("Ringa", Party.PARTICIPANT, MAY[9], "agreed_3_")), "agreed_3_due_on"),
    ],
)
def test_what_cannot_be_written_is_told_beside_its_box(minutes: Minutes, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_minutes(minutes, first_day=MAY[3], today=TODAY)
    assert refusal.value.field == field


def test_any_script_and_a_pasted_table_can_be_written() -> None:
    check_minutes(
        said(Agreed("学ぶ", Party.CASE_OFFICER, TODAY), notes_sv="أتعلم\tx\ny"), first_day=TODAY, today=TODAY
    )
    check_agreed(Agreed("x" * 300, Party.COORDINATOR, TODAY), held_on=TODAY)


def test_a_day_is_in_the_placement() -> None:
    check_day(MAY[3], first_day=MAY[3], last_day=MAY[3])
    for day in (MAY[2], MAY[4]):
        with pytest.raises(Invalid):
            check_day(day, first_day=MAY[3], last_day=MAY[3])
