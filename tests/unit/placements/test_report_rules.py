"""Final reports: states, when they may be written and what they must say."""

from datetime import date

import pytest

from marketplace.accounts.rules import Role
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.rules import advance
from placements.booking.rules import PlacementState
from placements.report.rules import (
    EXIT_REASON_SV,
    REPORT_STATE_SV,
    REPORT_TONE,
    REPORT_TRANSITIONS,
    ExitReason,
    ReportAction,
    ReportContent,
    ReportState,
    check_complete,
    check_draft,
    check_ended,
    missing_parts,
    report_deadline,
)

LAWFUL = {
    (ReportState.DRAFT, ReportAction.EDIT, Role.SUPERVISOR): ReportState.DRAFT,
    (ReportState.DRAFT, ReportAction.FILE, Role.SUPERVISOR): ReportState.FILED,
    (ReportState.FILED, ReportAction.RECEIVE, Role.COORDINATOR): ReportState.RECEIVED,
}
WHOLE = ReportContent("Sydde", "Kom i tid", "", "Mer tid", ExitReason.WORK)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", ReportAction)
@pytest.mark.parametrize("state", ReportState)
def test_every_state_action_and_role(state: ReportState, action: ReportAction, role: Role) -> None:
    target = LAWFUL.get((state, action, role))
    if target is not None:
        assert advance(REPORT_TRANSITIONS, state, action, role).target is target
        return
    with pytest.raises((Conflict, NotAllowed)):
        advance(REPORT_TRANSITIONS, state, action, role)


def test_words() -> None:
    assert set(REPORT_STATE_SV) == set(REPORT_TONE) == set(ReportState)
    assert set(EXIT_REASON_SV) == set(ExitReason)


@pytest.mark.parametrize("state", PlacementState)
def test_a_report_is_written_after_the_end(state: PlacementState) -> None:
    if state in {PlacementState.COMPLETED, PlacementState.ENDED_EARLY}:
        check_ended(state)
    else:
        with pytest.raises(Conflict):
            check_ended(state)


def test_everything_that_is_missing_is_told_at_once() -> None:
    check_complete(WHOLE)
    assert len(missing_parts(ReportContent("  "))) == 4
    with pytest.raises(Invalid, match=r"gjort, vad .* nått"):
        check_complete(ReportContent(recommended_sv="Mer tid"))


def test_a_text_can_be_too_long() -> None:
    check_draft(ReportContent("x" * 10_000))
    with pytest.raises(Invalid) as refusal:
        check_draft(ReportContent(reached_sv="x" * 10_001))
    assert refusal.value.field == "reached_sv"


def test_the_deadline_counts_working_days() -> None:
    assert report_deadline(date(2026, 3, 27), 10) == date(2026, 4, 14)
