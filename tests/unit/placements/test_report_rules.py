"""Final reports: what they must say, that the participant reads first, and by when."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any

import pytest

from marketplace.accounts.rules import Role
from marketplace.errors import Conflict, Invalid
from placements.booking.rules import PlacementState
from placements.plan.content_rules import Goal
from placements.report.content_rules import (
    EXIT_REASON_EASY_SV,
    EXIT_REASON_SV,
    GOAL_RESULT_SV,
    LONGEST_TEXT,
    ExitReason,
    GoalResult,
    ReachedGoal,
    ReportContent,
    check_whole,
    differences,
    missing_parts,
    prefilled,
    tidy,
    too_long,
)
from placements.report.outcome_rules import (
    EDUCATION_SV,
    OCCUPATION_SV,
    SUPPORT_SV,
    YEARS_SV,
    Education,
    Occupation,
    OutcomeContent,
    Support,
    YearsInSupport,
    check_outcome,
    check_result,
    outcome_lines,
)
from placements.report.rules import (
    REPORT_STATE_SV,
    REPORT_TONE,
    UNREAD_REASON_SV,
    ReportAction,
    ReportState,
    Standing,
    UnreadReason,
    check_ended,
    check_read,
    obstacle_to_discard,
    report_actions,
    report_deadline,
)
from tests.support.training import OUTCOME

GOAL = ReachedGoal(Goal("Komma i tid", "Närvaron visar det"), GoalResult.MET, "Varje dag")
WHOLE = ReportContent("Sydde", "Kom i tid", (GOAL,), "", "Mer tid", ExitReason.WORK)
TUESDAY = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (REPORT_STATE_SV, ReportState),
        (REPORT_TONE, ReportState),
        (EXIT_REASON_SV, ExitReason),
        (EXIT_REASON_EASY_SV, ExitReason),
        (GOAL_RESULT_SV, GoalResult),
        (UNREAD_REASON_SV, UnreadReason),
        (OCCUPATION_SV, Occupation),
        (SUPPORT_SV, Support),
        (EDUCATION_SV, Education),
        (YEARS_SV, YearsInSupport),
    ],
)
def test_every_code_has_its_word(words: Mapping[Any, str], kind: type[StrEnum]) -> None:
    assert set(words) == set(kind)


@pytest.mark.parametrize("state", PlacementState)
def test_a_report_is_written_after_the_end(state: PlacementState) -> None:
    if state in {PlacementState.COMPLETED, PlacementState.ENDED_EARLY}:
        check_ended(state)
    else:
        with pytest.raises(Conflict):
            check_ended(state)


def test_what_is_missing_is_told_by_its_box() -> None:
    check_whole(WHOLE)
    bare = ReportContent("  ", goals=(replace(GOAL, result=None, words_sv=""),))
    assert list(missing_parts(bare)) == [
        "done_sv",
        "abilities_sv",
        "recommended_sv",
        "goals-0-result",
        "goals-0-words_sv",
        "exit_reason",
    ]
    with pytest.raises(Invalid) as refusal:
        check_whole(replace(WHOLE, recommended_sv=""))
    assert refusal.value.field == "recommended_sv"


def test_a_text_can_be_too_long_in_any_script() -> None:
    assert not too_long(replace(WHOLE, done_sv="ش" * LONGEST_TEXT))
    long = replace(WHOLE, done_sv="ش" * (LONGEST_TEXT + 1), goals=(replace(GOAL, words_sv="x" * 2001),))
    assert list(too_long(long)) == ["done_sv", "goals-0-words_sv"]
    assert tidy(replace(WHOLE, done_sv=" a\x00\tb\n")).done_sv == "a\tb"


def test_without_a_plan_it_begins_empty() -> None:
    assert prefilled(None) == ReportContent()


def test_a_version_differs_part_by_part() -> None:
    other = replace(WHOLE, goals=(replace(GOAL, result=GoalResult.PARTLY),), exit_reason=ExitReason.STUDIES)
    assert [part.title_sv for part in differences(WHOLE, other)] == [
        "Målen i planen",
        "Varför placeringen avslutades",
    ]
    assert differences(WHOLE, WHOLE) == []


def test_it_is_filed_when_she_has_read_or_for_a_reason_that_holds() -> None:
    check_read(is_read=True, reason=None, shown_on=TUESDAY, today=TUESDAY)
    check_read(is_read=False, reason=UnreadReason.DECLINED, shown_on=TUESDAY, today=TUESDAY)
    for reason in (None, UnreadReason.NOT_REACHED, UnreadReason.EARLIER):
        with pytest.raises(Invalid):
            check_read(is_read=False, reason=reason, shown_on=TUESDAY, today=date(2026, 4, 8))
    # Five working days, over Easter.
    check_read(is_read=False, reason=UnreadReason.NOT_REACHED, shown_on=TUESDAY, today=date(2026, 4, 9))


def test_what_stands_in_the_way_is_said() -> None:
    def reason(standing: Standing, action: ReportAction, role: Role = Role.SUPERVISOR) -> str:
        views = {view.action: view for view in report_actions(standing, role)}
        return views[action].reason_sv

    shown = Standing(ReportState.SHOWN, is_over=True)
    assert reason(shown, ReportAction.FILE) == ""
    assert reason(replace(shown, is_read=True), ReportAction.WITNESS) == "Deltagaren har redan läst."
    for action in (ReportAction.FILE, ReportAction.REVISE):
        assert "avslutats" in reason(replace(shown, is_over=False), action)
    filed = Standing(ReportState.FILED, is_over=True)
    assert "nyare" in reason(replace(filed, has_newer=True), ReportAction.REVISE)
    asked = replace(filed, has_asked=True)
    assert "redan begärd" in reason(asked, ReportAction.ASK_CORRECTION, Role.COORDINATOR)
    assert report_actions(Standing(ReportState.REPLACED, is_over=True), Role.SUPERVISOR) == []


def test_no_support_is_not_chosen_with_another() -> None:
    check_outcome(OUTCOME)
    for support in ((), (Support.NONE, Support.OTHER)):
        with pytest.raises(Invalid) as refusal:
            check_outcome(replace(OUTCOME, support_after=support))
        assert refusal.value.field == "support_after"
    assert outcome_lines(OUTCOME)["Försörjning före"] == "Ekonomiskt bistånd"


def test_a_result_is_verified_when_it_has_lasted_as_long_as_the_contract_says() -> None:
    lasts = replace(OUTCOME, result_began_on=date(2026, 5, 11), result_evidence_sv="Lönebesked")

    def checked(
        outcome: OutcomeContent = lasts, months: int | None = 6, today: date = date(2026, 11, 11)
    ) -> None:
        check_outcome(outcome)
        check_result(outcome, after_months=months, first_day=date(2026, 3, 2), today=today)

    checked()
    checked(OUTCOME, None)
    with pytest.raises(Invalid, match="tidigast 2026-11-11"):
        checked(today=date(2026, 11, 10))
    with pytest.raises(Invalid, match="ingen resultatersättning"):
        checked(months=None)
    with pytest.raises(Invalid, match="före placeringen"):
        checked(replace(lasts, result_began_on=date(2026, 3, 1)))
    with pytest.raises(Invalid, match="som styrker"):
        checked(replace(lasts, result_evidence_sv=""))
    assert outcome_lines(lasts)["Arbete eller studier"] == "Sedan 2026-05-11. Lönebesked"
    assert "Arbete eller studier" not in outcome_lines(OUTCOME)


def test_the_deadline_counts_working_days() -> None:
    assert report_deadline(date(2026, 3, 27), 10) == date(2026, 4, 14)


def test_a_draft_is_thrown_away_where_another_version_goes_on() -> None:
    for state in (ReportState.FILED, ReportState.RECEIVED):
        assert obstacle_to_discard([ReportState.DRAFT, state]) == ""
    assert "ingen inlämnad" in obstacle_to_discard([ReportState.DRAFT])
