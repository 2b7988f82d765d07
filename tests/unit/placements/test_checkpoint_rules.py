"""Languages and wordings, what an answer may be, and when somebody is asked."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.errors import Invalid
from marketplace.reference.rules import is_working_day, working_days_between
from placements.booking.rules import PlacementState
from placements.checkpoints.due_rules import Due, Stay, due_now, is_over
from placements.checkpoints.rules import (
    LANGUAGES,
    LONGEST_WORDS,
    Answer,
    Occasion,
    QuestionDraft,
    QuestionKind,
    Wording,
    answer_sv,
    check_question,
    check_translation,
    is_same_question,
    occasion_sv,
    read_answer,
    shown_in,
)
from placements.checkpoints.starter_rules import STARTER

SCALE = QuestionDraft(QuestionKind.SCALE, Wording("Hur går det?", "", "Dåligt", "Bra"), points=5)
STARTED, LAST = date(2026, 1, 15), date(2026, 12, 18)
RUNNING = Stay(PlacementState.RUNNING, STARTED, LAST)


def test_what_is_suggested_can_be_asked_in_every_language_it_has() -> None:
    assert len(STARTER) >= 4
    for draft, translations in STARTER:
        check_question(draft)
        for language, wording in translations.items():
            assert language in LANGUAGES
            check_translation(draft.kind, draft.wording, wording)
    assert {draft.kind for draft, _ in STARTER} == set(QuestionKind)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (QuestionDraft(QuestionKind.SCALE, Wording("Hur?", "", "Låg", "Hög"), points=2), "points"),
        (QuestionDraft(QuestionKind.SCALE, Wording("Hur?", "", "Låg", "Hög"), points=8), "points"),
        (QuestionDraft(QuestionKind.SCALE, Wording("Hur?", "", "Låg", "Hög")), "points"),
        (QuestionDraft(QuestionKind.SCALE, Wording("Hur?", "", "Låg"), points=5), "low_label"),
        (QuestionDraft(QuestionKind.CHOICE, Wording("Vad?", choices=("Ett",))), "choices"),
        (QuestionDraft(QuestionKind.CHOICE, Wording("Vad?", choices=("Ett", "Ett"))), "choices"),
        (QuestionDraft(QuestionKind.YES_NO, Wording("")), "text"),
        (QuestionDraft(QuestionKind.YES_NO, Wording("Är det så?"), []), "occasions"),
    ],
)
def test_what_cannot_be_asked_is_said_beside_its_box(draft: QuestionDraft, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_question(draft)
    assert refused.value.field == field


def test_a_missing_language_falls_back_to_swedish_and_says_so() -> None:
    wordings = {"sv": Wording("Hur?"), "ar": Wording("كيف؟")}
    arabic, somali = shown_in(wordings, "ar"), shown_in(wordings, "so")
    assert (arabic.wording.text, arabic.language.direction, arabic.is_fallback) == ("كيف؟", "rtl", False)
    assert (somali.wording.text, somali.language.code, somali.is_fallback) == ("Hur?", "sv", True)


def test_what_can_be_picked_is_in_the_language() -> None:
    assert shown_in({"sv": SCALE.wording}, "sv").options(QuestionKind.SCALE, 3) == [
        ("1", "1 – Dåligt"),
        ("2", "2"),
        ("3", "3 – Bra"),
    ]
    english = shown_in({"en": Wording("Is it?")}, "en")
    assert english.options(QuestionKind.YES_NO, None) == [("1", "Yes"), ("0", "No")]
    assert english.options(QuestionKind.TEXT, None) == []


def test_new_words_go_on_in_the_line_and_another_way_to_answer_does_not() -> None:
    reworded = QuestionDraft(QuestionKind.SCALE, Wording("Hur är det?", "", "Illa", "Bra"), points=5)
    assert is_same_question(SCALE, reworded)
    assert not is_same_question(SCALE, QuestionDraft(QuestionKind.SCALE, SCALE.wording, points=7))


def test_answers_are_read() -> None:
    assert read_answer(QuestionKind.SCALE, 5, 0, " 3 ") == Answer(3)
    assert read_answer(QuestionKind.YES_NO, None, 0, "0") == Answer(0)
    assert read_answer(QuestionKind.CHOICE, None, 2, "1") == Answer(1)
    assert read_answer(QuestionKind.TEXT, None, 0, "أريد وقتاً\r\nmer\x00") == Answer(words="أريد وقتاً\nmer")
    assert read_answer(QuestionKind.TEXT, None, 0, "  ") is None
    assert read_answer(QuestionKind.SCALE, 5, 0, "") is None
    with pytest.raises(Invalid, match="för lång"):
        read_answer(QuestionKind.TEXT, None, 0, "å" * (LONGEST_WORDS + 1))


@given(st.sampled_from([QuestionKind.SCALE, QuestionKind.YES_NO, QuestionKind.CHOICE]), st.text(max_size=20))
def test_whatever_is_posted_is_an_answer_or_refused_in_words(kind: QuestionKind, typed: str) -> None:
    try:
        answer = read_answer(kind, 5, 4, typed)
    except Invalid:
        return
    assert answer is None or answer.number in range(6)


def test_answers_are_shown_in_words() -> None:
    choice = Wording("Vad?", choices=("Ett", "Två"))
    assert answer_sv(QuestionKind.SCALE, Answer(4), 5, SCALE.wording) == "4 av 5"
    assert answer_sv(QuestionKind.YES_NO, Answer(1), None, SCALE.wording) == "Ja"
    assert answer_sv(QuestionKind.CHOICE, Answer(1), None, choice) == "Två"
    assert answer_sv(QuestionKind.TEXT, Answer(words="Mer"), None, SCALE.wording) == "Mer"
    assert occasion_sv(Occasion.QUARTER, 2) == "Efter 6 månader"


def test_the_start_is_asked_about_with_ten_working_days_to_answer() -> None:
    due = due_now(RUNNING, STARTED, ())
    assert due is not None
    assert (due.occasion, due.number) == (Occasion.START, 0)
    assert is_working_day(due.due_on)
    assert working_days_between(STARTED, due.due_on) == 10
    assert due_now(RUNNING, STARTED, {(Occasion.START, 0)}) is None
    assert due_now(RUNNING, STARTED + timedelta(days=29), ()) is None
    assert due_now(Stay(PlacementState.ACCEPTED, None, LAST), STARTED, ()) is None


def test_every_third_month_is_asked_about_once_and_what_was_missed_is_not() -> None:
    def asked(day: date, made: set[tuple[Occasion, int]] | None = None) -> tuple[Occasion, int] | None:
        due: Due | None = due_now(RUNNING, day, made or set())
        return (due.occasion, due.number) if due else None

    assert asked(date(2026, 4, 15)) == (Occasion.QUARTER, 1)
    assert asked(date(2026, 4, 20), {(Occasion.QUARTER, 1)}) is None
    assert asked(date(2026, 8, 1)) == (Occasion.QUARTER, 2)
    near = Stay(PlacementState.RUNNING, STARTED, date(2026, 4, 30))
    assert due_now(near, date(2026, 4, 15), ()) is None, "it ends soon: the end is asked about"


def test_the_end_is_asked_about_unless_she_goes_on_elsewhere() -> None:
    for state in (PlacementState.COMPLETED, PlacementState.ENDED_EARLY):
        due = due_now(Stay(state, STARTED, LAST), LAST, {(Occasion.START, 0)})
        assert due is not None
        assert due.occasion is Occasion.END
        assert due_now(Stay(state, STARTED, LAST, is_moved=True), LAST, ()) is None
        assert due_now(Stay(state, STARTED, LAST), LAST + timedelta(days=29), ()) is None
    assert due_now(Stay(PlacementState.NEVER_STARTED, None, LAST), LAST, ()) is None


def test_an_answer_may_be_late_by_some_weeks() -> None:
    assert not is_over(STARTED, STARTED + timedelta(days=42))
    assert is_over(STARTED, STARTED + timedelta(days=43))
