"""Closing seats: which may be, whom it would touch, and how a change is told."""

from datetime import date, datetime

import pytest

from enterprises.places.closure_rules import (
    USE_SV,
    ClosureAction,
    Extent,
    InTheWay,
    OutageReason,
    RevisionRow,
    check_change,
    check_extent,
    check_reason,
    look_at,
    outage_sv,
)
from enterprises.places.rules import BEGINNING, FOREVER, SeatUseKind
from marketplace.errors import Conflict, Invalid

TODAY = date(2026, 6, 10)


def day(number: int) -> date:
    return date(2026, 6, number)


def test_a_reason_of_its_own_needs_words() -> None:
    assert check_reason(OutageReason.VACATION, " ") == ""
    with pytest.raises(Invalid, match="Skriv varför"):
        check_reason(OutageReason.OTHER, " ")
    assert outage_sv(OutageReason.VACATION, "vecka 28") == "Semester: vecka 28"
    assert outage_sv(OutageReason.VACATION, "") == "Semester"
    assert outage_sv(OutageReason.OTHER, "Vattenläcka") == "Vattenläcka"


def test_every_use_of_a_seat_has_words() -> None:
    assert set(USE_SV) == set(SeatUseKind)


@pytest.mark.parametrize(
    ("extent", "field"),
    [
        (Extent(0, day(11), day(12)), "seats"),
        (Extent(1, day(12), day(11)), "last_day"),
        (Extent(1, day(9), day(12)), "first_day"),
    ],
)
def test_what_cannot_be_closed(extent: Extent, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_extent(extent, TODAY)
    assert refused.value.field == field


COMING, RUNNING, OVER = Extent(2, day(15), day(20)), Extent(2, day(5), day(20)), Extent(2, day(1), day(9))


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        (OVER, OVER, None),
        (COMING, Extent(3, day(15), day(20)), "seats"),
        (COMING, Extent(2, day(9), day(20)), "first_day"),
        (RUNNING, Extent(2, day(6), day(20)), "first_day"),
        (RUNNING, Extent(2, day(5), day(9)), "last_day"),
        (RUNNING, Extent(0, day(5), day(20)), "seats"),
    ],
)
def test_what_a_closure_cannot_become(before: Extent, after: Extent, field: str | None) -> None:
    with pytest.raises((Invalid, Conflict)) as refused:
        check_change(before, after, TODAY)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (COMING, Extent(1, day(10), day(30))),
        (RUNNING, Extent(1, day(5), day(10))),
        (RUNNING, Extent(2, day(5), day(30))),
    ],
)
def test_what_it_can_become(before: Extent, after: Extent) -> None:
    check_change(before, after, TODAY)


def test_before_closing_one_sees_which_seats_can_be_and_from_when() -> None:
    asked = Extent(3, day(11), day(20))
    uses = [
        InTheWay(1, SeatUseKind.PLACEMENT, day(1), day(14), 101),
        InTheWay(2, SeatUseKind.REQUEST, day(18), day(25), 102),
        InTheWay(3, SeatUseKind.RETIRED, BEGINNING, FOREVER, 103),
        InTheWay(4, SeatUseKind.RETIRED, day(16), FOREVER, 104),
    ]
    look = look_at(asked, [1, 2, 3, 4, 5, 6], uses)
    assert [seat.number for seat in look.seats] == [1, 2, 4, 5, 6], "what is not in service is not spoken of"
    assert look.free == [5, 6]
    assert not look.can_be_done
    assert [use.seat_use_id for use in look.touches] == [101, 102, 104]
    assert [seat.free_from() for seat in look.in_use] == [day(15), day(26), None]
    assert look.possible_from() == day(15)
    assert look_at(Extent(2, day(11), day(20)), [5, 6], []).chosen == [5, 6]
    assert look_at(Extent(5, day(11), day(20)), [1, 2, 4, 5, 6], uses[:2] + uses[3:]).possible_from() is None
    assert look.among([5]).free == [5]


def test_a_change_is_told_with_before_and_after() -> None:
    def row(action: ClosureAction, after: Extent, before: Extent | None = COMING) -> str:
        return RevisionRow(action, "Vera", datetime.min, before, after, "", "").text_sv  # noqa: DTZ901

    assert row(ClosureAction.CLOSE, COMING, None) == "Stängde 2 platser 2026-06-15–2026-06-20"
    assert row(ClosureAction.CHANGE, Extent(1, day(15), day(18))) == (
        "Ändrade från 2 platser 2026-06-15–2026-06-20 till 1 plats 2026-06-15–2026-06-18"
    )
    assert "Öppnade alla" in row(ClosureAction.REOPEN, Extent(0, day(15), day(20)))
    assert "1 plats är fortfarande stängd" in row(ClosureAction.REOPEN, Extent(1, day(15), day(20)))
