"""Log control's words: who is asked for, how somebody was seen, what a check has to say."""

import pytest

from marketplace.errors import Invalid
from placements.access_log.rules import CheckOutcome, LookWay, check_note, room_sv, way_of
from placements.participants.rules import participant_id_of


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("D000123", 123),
        ("d123", 123),
        (" 123 ", 123),
        ("", None),
        (" ", None),
        ("Maja", 0),
        ("D" + "9" * 10, 0),
    ],
)
def test_who_is_asked_for(text: str, asked: int | None) -> None:
    assert participant_id_of(text) == asked


def test_how_somebody_was_seen() -> None:
    kinds = [way_of(kind) for kind in ("text/html", "application/pdf", "text/csv")]
    assert kinds == [LookWay.PAGE, LookWay.PAPER, LookWay.FILE]
    assert room_sv("participants.show") == "Deltagare"
    assert room_sv("unknown.page") == "Annan sida"


def test_what_is_not_as_expected_is_told_of() -> None:
    assert check_note(CheckOutcome.EXPECTED, " ") == ""
    assert check_note(CheckOutcome.ASKED, " Täckte för Kim. ") == "Täckte för Kim."
    with pytest.raises(Invalid):
        check_note(CheckOutcome.UNJUSTIFIED, "  ")
