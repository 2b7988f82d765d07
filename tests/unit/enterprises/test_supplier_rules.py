from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enterprises.applications.rules import (
    AnswerDraft,
    Asked,
    Judgement,
    JudgementDraft,
    approval_problems,
    correction_by,
    missing_answers,
    rejection_problems,
)
from enterprises.contracts.rules import (
    ContractUse,
    bookings_go_on_sv,
    ending_obstacle_sv,
    requests_taken_back_sv,
)
from enterprises.places.rules import place_problems
from enterprises.suppliers.rules import bankgiro_digits, bankgiro_text, profile_gaps
from marketplace.procurement.rules import Proof
from marketplace.reference.rules import is_working_day


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("5050-1055", "50501055"),
        ("505 01 055", "50501055"),
        ("991-2346", "9912346"),
        ("5050-1056", None),
        ("505010", None),
        ("505010555", None),
        ("٥٠٥٠١٠٥٥", None),
        ("", None),
    ],
)
def test_a_bankgiro_has_seven_or_eight_digits_that_pass_luhn(typed: str, digits: str | None) -> None:
    assert bankgiro_digits(typed) == digits


def test_numbers_as_people_write_them() -> None:
    assert bankgiro_text("50501055") == "5050-1055"
    assert bankgiro_text("9912346") == "991-2346"


@settings(deadline=None)  # the first look at a year reads its holidays
@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_rattelse_has_at_least_three_weeks_and_ends_on_a_working_day(notified: date) -> None:
    last = correction_by(notified)
    assert last >= notified + timedelta(weeks=3)
    assert is_working_day(last)


def asked(
    position: int, proof: Proof, answer: AnswerDraft, judgement: Judgement | None, reason: str = ""
) -> Asked:
    return Asked(position, "Krav", proof, answer, JudgementDraft(judgement, reason))


@given(
    st.lists(
        st.tuples(st.sampled_from(Proof), st.sampled_from(["", " ", "svar"]), st.booleans()),
        min_size=1,
        max_size=5,
    )
)
def test_missing_is_exactly_what_has_no_answer_of_its_kind(rows: list[tuple[Proof, str, bool]]) -> None:
    listed = [
        asked(n, proof, AnswerDraft(text, ticked), None) for n, (proof, text, ticked) in enumerate(rows, 1)
    ]
    expected = [
        n
        for n, (proof, text, ticked) in enumerate(rows, 1)
        if (proof is Proof.ANSWER and not text.strip()) or (proof is Proof.DECLARATION and not ticked)
    ]
    assert [position for position, _ in missing_answers(listed)] == expected


@given(
    st.lists(
        st.tuples(st.sampled_from([*Judgement, None]), st.sampled_from(["", "skäl"])), min_size=1, max_size=5
    ),
    st.sampled_from(["", "skäl"]),
    st.sampled_from(["", "2026-1"]),
)
def test_an_application_can_be_approved_or_rejected_and_never_both(
    rows: list[tuple[Judgement | None, str]], reasons: str, diary_number: str
) -> None:
    listed = [asked(n, Proof.ANSWER, AnswerDraft("a"), *row) for n, row in enumerate(rows, 1)]
    is_judged = all(judgement and (judgement is Judgement.MET or reason) for judgement, reason in rows)
    all_met = all(judgement is Judgement.MET for judgement, _ in rows)
    is_formal = bool(reasons and diary_number)
    assert (approval_problems(listed, reasons, diary_number) == []) == (is_judged and all_met and is_formal)
    assert (rejection_problems(listed, reasons, diary_number) == []) == (
        is_judged and not all_met and is_formal
    )


PLACE: dict[str, object] = {
    "name": "Rabatterna",
    "tasks_sv": "Rensa",
    "hours_per_week_min": 10,
    "hours_per_week_max": 40,
    "lead_time_days": 0,
    "adaptations": ["quiet"],
    "languages": ["sv"],
}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, None),
        ({"name": " "}, "name"),
        ({"tasks_sv": ""}, "tasks_sv"),
        ({"hours_per_week_min": 0}, "hours_per_week_min"),
        ({"hours_per_week_max": 41}, "hours_per_week_max"),
        ({"hours_per_week_max": 9}, "hours_per_week_max"),
        ({"lead_time_days": 181}, "lead_time_days"),
        ({"lead_time_days": -1}, "lead_time_days"),
        ({"adaptations": ["flying"]}, "adaptations"),
        ({"languages": ["klingon"]}, "languages"),
    ],
)
def test_what_a_place_must_say(changes: dict[str, object], field: str | None) -> None:
    found = place_problems(**(PLACE | changes))  # type: ignore[arg-type]  # one dict of fields of several types
    assert list(found) == ([field] if field else [])


def test_what_invoices_need() -> None:
    assert profile_gaps(street="", bankgiro=None, has_f_tax=False) == ["adress", "bankgiro", "F-skatt"]
    assert profile_gaps(street="Vägen 1", bankgiro="50501055", has_f_tax=True) == []


def test_what_depends_on_a_contract_is_said_in_numbers() -> None:
    nobody, one, many = (
        ContractUse(0, 0, None),
        ContractUse(1, 1, date(2026, 8, 28)),
        ContractUse(2, 3, date(2026, 8, 28)),
    )
    assert ending_obstacle_sv(nobody) == ""
    assert ending_obstacle_sv(one).startswith(
        "En accepterad eller pågående placering fortsätter efter i dag, till 2026-08-28."
    )
    assert ending_obstacle_sv(many).startswith(
        "3 accepterade eller pågående placeringar fortsätter efter i dag, den sista till 2026-08-28."
    )
    assert requests_taken_back_sv(nobody) == "Ingen förfrågan väntar på svar."
    assert requests_taken_back_sv(one).startswith("En förfrågan som väntar på svar återkallas")
    assert requests_taken_back_sv(many).startswith("2 förfrågningar som väntar på svar återkallas")
    assert bookings_go_on_sv(nobody) == "Ingen placering är accepterad eller pågår efter i dag."
    assert bookings_go_on_sv(one).startswith("En accepterad eller pågående placering fortsätter")
    assert bookings_go_on_sv(many).startswith("3 accepterade eller pågående placeringar fortsätter")
