"""Final reports: states, when they may be written and what they must say."""

from datetime import date

import pytest

from marketplace.errors import Conflict, Invalid
from placements.booking.rules import PlacementState
from placements.report.rules import (
    EXIT_REASON_SV,
    REPORT_STATE_SV,
    REPORT_TONE,
    ExitReason,
    ReportContent,
    ReportState,
    check_complete,
    check_draft,
    check_ended,
    missing_parts,
    report_deadline,
)

WHOLE = ReportContent("Sydde", "Kom i tid", "", "Mer tid", ExitReason.WORK)


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
