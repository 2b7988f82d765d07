from datetime import date

import pytest

from enterprises.contracts.rules import (
    ContractUse,
    bookings_go_on_sv,
    ending_obstacle_sv,
    requests_taken_back_sv,
)
from enterprises.places.offer_rules import Told, told_problems
from enterprises.suppliers.rules import bankgiro_digits, bankgiro_text, profile_gaps


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
    found = told_problems(Told(**(PLACE | changes)))  # type: ignore[arg-type]  # one dict of fields of several types
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
