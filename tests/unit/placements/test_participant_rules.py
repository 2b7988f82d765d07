"""Personal numbers, extents and periods."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn

from marketplace.accounts.rules import Role
from marketplace.errors import Invalid
from placements.participants.rules import (
    LEAVE_REASON_SV,
    GrantStanding,
    GrantState,
    LeaveReason,
    check_consent_date,
    check_extent,
    check_grant_extension,
    check_grant_period,
    check_system,
    grant_actions,
    participant_number,
    read_personal_number,
    shown_number,
    support_level_sv,
)

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("typed", "kept", "year", "is_temporary"),
    [
        ("19701063-2391", "197010632391", 1970, False),  # Skatteverket's example of a coordination number
        ("19701063 2391", "197010632391", 1970, False),
        (" 197010632391 ", "197010632391", 1970, False),
        ("19121212+1212", "191212121212", 1912, False),
        ("19850101-T123", "19850101T123", 1985, True),
        ("19850101-tf01", "19850101TF01", 1985, True),
        ("19850161R123", "19850161R123", 1985, True),
    ],
)
def test_numbers_that_hold(typed: str, kept: str, year: int, is_temporary: bool) -> None:
    number = read_personal_number(typed, TODAY)
    assert (number.characters, number.birth_year, number.is_temporary) == (kept, year, is_temporary)
    assert number.shown == f"{kept[:8]}-{kept[8:]}" == shown_number(kept)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "701063-2391",  # without century
        "19701063-2392",  # the check digit
        "19700230-2391",  # no such day
        "19701361-2391",
        "18991231-2391",
        "20270101-2391",  # not born yet
        "19850101-12T4",
        "19850101-TTTT",
        "１９７０１０６３２３９１",  # other digits than 0–9
        "19701063-2391x",
    ],
)
def test_numbers_that_do_not(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_personal_number(typed, TODAY)
    assert refused.value.field == "personal_number"
    assert not typed or typed not in str(refused.value), "what was typed is not repeated"


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), TODAY), st.integers(1, 999), st.booleans())
def test_every_number_with_its_check_digit_holds(born: date, serial: int, is_coordination: bool) -> None:
    day = born.day + 60 if is_coordination else born.day
    check_digit = luhn.calc_check_digit(f"{born:%y%m}{day:02d}{serial:03d}")
    typed = f"{born:%Y%m}{day:02d}-{serial:03d}{check_digit}"
    assert read_personal_number(typed, TODAY).shown == typed
    wrong = typed[:-1] + str((int(typed[-1]) + 1) % 10)
    with pytest.raises(Invalid):
        read_personal_number(wrong, TODAY)


def test_a_number_does_not_show_in_a_repr() -> None:
    assert "1970" not in repr(read_personal_number("19701063-2391", TODAY))


@pytest.mark.parametrize(("hours", "days"), [("0.5", 1), ("40", 5), ("8", 1), ("7.5", 5)])
def test_extents_that_hold(hours: str, days: int) -> None:
    check_extent(Decimal(hours), days)


@pytest.mark.parametrize(
    ("hours", "days"), [("0", 1), ("-1", 1), ("40.1", 5), ("8.5", 1), ("5", 0), ("5", 6)]
)
def test_extents_that_do_not(hours: str, days: int) -> None:
    with pytest.raises(Invalid):
        check_extent(Decimal(hours), days)


def test_periods() -> None:
    check_grant_period(TODAY, TODAY, TODAY)
    for first, last in (
        (TODAY, TODAY - timedelta(days=1)),
        (TODAY - timedelta(days=1), TODAY),
        (TODAY, TODAY + timedelta(days=733)),
    ):
        with pytest.raises(Invalid):
            check_grant_period(first, last, TODAY)
    check_consent_date(TODAY, TODAY)
    with pytest.raises(Invalid):
        check_consent_date(TODAY + timedelta(days=1), TODAY)


def test_words() -> None:
    assert participant_number(7) == "D000007"
    assert support_level_sv("3") == "Nivå 3"
    assert support_level_sv("basic") == support_level_sv("bas") == "Grundnivå"


LEAVING = ["close_unreported", "reopen"]


def _closed(standing: GrantStanding) -> dict[str, str]:
    """The coordinator's actions with what stands in their way."""
    return {view.action: view.reason_sv for view in grant_actions(standing, Role.COORDINATOR, TODAY)}


def test_a_grant_without_a_report_can_be_closed_or_opened_again() -> None:
    placed = GrantStanding(GrantState.PLACED, TODAY)
    assert _closed(placed) == dict.fromkeys([*LEAVING, "withdraw", "extend_grant"], "")
    assert set(LEAVE_REASON_SV) == set(LeaveReason)


def test_what_stands_in_the_way_of_leaving_is_told() -> None:
    live = _closed(GrantStanding(GrantState.PLACED, TODAY, has_live_placement=True))
    filed = _closed(GrantStanding(GrantState.PLACED, TODAY, has_filed_report=True))
    assert all("inte avslutad" in live[action] for action in LEAVING)
    assert all("Ta emot den" in filed[action] for action in LEAVING)
    over = _closed(GrantStanding(GrantState.PLACED, TODAY - timedelta(days=1)))
    assert over["close_unreported"] == ""
    assert "gick ut 2026-03-01" in over["reopen"]


def test_a_grant_is_withdrawn_until_a_placement_has_begun() -> None:
    asked = GrantStanding(GrantState.PLACED, TODAY, has_live_placement=True)
    assert _closed(asked)["withdraw"] == ""
    assert "Avbryt placeringen först" in _closed(replace(asked, is_running=True))["withdraw"]
    ended = GrantStanding(GrantState.PLACED, TODAY, has_ended=True)
    assert "Avsluta beviljandet i stället" in _closed(ended)["withdraw"]
    assert _closed(replace(ended, state=GrantState.OPEN))["withdraw"] == "", "opened again"


def test_a_longer_grant() -> None:
    first, last = TODAY, TODAY + timedelta(days=100)
    check_grant_extension(last + timedelta(days=1), first_day=first, now_last=last, today=TODAY)
    for wanted, today in (
        (last, TODAY),
        (last + timedelta(days=1), last + timedelta(days=2)),
        (first + timedelta(days=733), TODAY),
    ):
        with pytest.raises(Invalid):
            check_grant_extension(wanted, first_day=first, now_last=last, today=today)


def test_a_grant_is_left_to_the_coordinator_alone() -> None:
    for state in GrantState:
        for role in set(Role) - {Role.COORDINATOR, Role.SYSTEM}:
            assert grant_actions(GrantStanding(state, TODAY), role, TODAY) == []
    assert set(_closed(GrantStanding(GrantState.OPEN, TODAY))) == {"withdraw", "extend_grant"}
    for state in (GrantState.CONCLUDED, GrantState.WITHDRAWN, GrantState.LAPSED):
        assert _closed(GrantStanding(state, TODAY)) == {}


@pytest.mark.parametrize(
    ("wanted", "covering", "taken"), [(None, [], None), (None, [7], 7), (7, [7], 7), (8, [7, 8], 8)]
)
def test_the_system_is_the_one_there_is_or_the_one_chosen(
    wanted: int | None, covering: list[int], taken: int | None
) -> None:
    assert check_system(wanted, covering) == taken


@pytest.mark.parametrize(("wanted", "covering"), [(None, [7, 8]), (9, [7, 8]), (9, [7]), (9, [])])
def test_a_system_is_chosen_among_those_that_cover(wanted: int | None, covering: list[int]) -> None:
    with pytest.raises(Invalid) as refused:
        check_system(wanted, covering)
    assert refused.value.field == "system_id"
