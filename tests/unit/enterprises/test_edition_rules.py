"""Amendments by the month, caps, reminders, and when to check again."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprises.contracts.check_rules import CheckOutcome, check_problems, next_check
from enterprises.contracts.edition_rules import (
    Amendment,
    Facts,
    amendment_problems,
    changes_sv,
    check_signable,
    due_reminder,
    moved_cap,
    next_month,
)
from enterprises.contracts.rules import (
    ContractUse,
    PlacementUnder,
    VatCategory,
    cap_problem_sv,
    shortening_obstacle_sv,
)
from marketplace.errors import Conflict
from marketplace.procurement.rules import TermsRules
from placements.booking.rules import placement_number

FACTS = Facts(1, None, VatCategory.EXEMPT, "Social omsorg", "ÅSEN-4471", 30, None)
DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))


@given(DAYS)
def test_the_next_month_begins_after_the_day(day: date) -> None:
    first = next_month(day)
    assert first.day == 1
    assert timedelta(0) < first - day <= timedelta(days=31)


@given(DAYS, DAYS, DAYS)
def test_the_earliest_day_that_a_refusal_names_is_lawful(today: date, start: date, last: date) -> None:
    changed = Amendment(today, "Skäl", replace(FACTS, buyer_reference="NY"))
    assert "from_day" in amendment_problems(changed, FACTS, last, start, today)
    named = next_month(max(today, start, last))
    assert amendment_problems(replace(changed, from_day=named), FACTS, last, start, today) == {}


def test_the_changes_in_words() -> None:
    after = Facts(2, date(2026, 12, 31), VatCategory.STANDARD, "", "NY", 30, 4)
    assert changes_sv(FACTS, after, {1: 3, 2: 4}) == [
        "Förfrågningsunderlagets version 4 ersätter version 3.",
        "Avtalet gäller till och med 2026-12-31 i stället för tills vidare.",
        "Moms: moms 25 procent.",
        "Fakturorna har referensen NY i stället för ÅSEN-4471.",
        "Högst 4 platser är i bruk samtidigt.",
    ]
    assert changes_sv(after, replace(after, capacity_cap=None), {2: 4}) == [
        "Antalet platser i bruk har inget tak."
    ]
    rounded = replace(FACTS, is_rounded=True)
    assert changes_sv(FACTS, rounded, {}) == ["Fakturornas belopp att betala avrundas till hela kronor."]
    assert changes_sv(rounded, FACTS, {}) == ["Fakturornas belopp att betala avrundas inte längre."]
    assert changes_sv(FACTS, FACTS, {}) == []


def test_an_amendment_is_signed_before_its_day() -> None:
    check_signable(1, date(2020, 1, 1), date(2026, 1, 1))
    check_signable(2, date(2026, 1, 2), date(2026, 1, 1))
    with pytest.raises(Conflict, match="2026-01-01"):
        check_signable(2, date(2026, 1, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("cap", "before", "after", "moved"),
    [
        (None, None, None, None),
        (None, None, 5, 5),
        (8, 8, 5, 5),
        (8, 8, None, None),
        (4, 8, 5, 4),
        (7, 8, 5, 5),
        (4, 8, None, 4),
    ],
)
def test_a_cap_follows_the_terms(
    cap: int | None, before: int | None, after: int | None, moved: int | None
) -> None:
    assert moved_cap(cap, before, after) == moved
    assert cap_problem_sv(moved, TermsRules(capacity_cap=after)) == ""


@given(st.none() | st.integers(0, 400), st.none() | st.sampled_from([30, 90]))
def test_a_reminder_is_given_once_and_in_time(left: int | None, reminded: int | None) -> None:
    today = date(2026, 1, 1)
    ends_on = None if left is None else today + timedelta(days=left)
    days = due_reminder(ends_on, reminded, today)
    if days is not None:
        assert left is not None
        assert left <= days
        assert reminded is None or days < reminded
        assert due_reminder(ends_on, days, today) in (None, 30 if left <= 30 < days else None)
    assert due_reminder(today - timedelta(days=1), None, today) is None


def test_a_check_needs_what_it_showed_and_where() -> None:
    assert set(check_problems(None, " ")) == {"outcome", "evidence_sv"}
    assert check_problems(CheckOutcome.OK, "Skatteverket") == {}
    assert next_check(date(2026, 8, 31), 6) == date(2027, 2, 28)


def test_what_is_in_the_way_of_a_shorter_contract() -> None:
    assert shortening_obstacle_sv(ContractUse(3, 0, None)) == ""
    assert (
        "2 accepterade eller pågående placeringar fortsätter efter den dagen, som längst till 2026-08-28"
        in (shortening_obstacle_sv(ContractUse(0, 2, date(2026, 8, 28))))
    )


def test_a_placement_is_named_as_placements_name_themselves() -> None:
    one = PlacementUnder(42, "running", date(2026, 8, 28))
    assert (one.number, one.state_sv) == (placement_number(42), "Pågår")
