"""Planned weeks, what may be recorded, what a typed day means, and sums."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.errors import Conflict, Invalid
from placements.attendance.absence_rules import newly_repeated
from placements.attendance.rules import (
    AttendanceEntry,
    AttendanceKind,
    RecordedDay,
    attendance_deadline,
    changed_entries,
    check_day,
    check_hours,
    month_sums,
    read_month,
    read_week,
    total,
    week_text,
)
from placements.attendance.week_rules import (
    DAY_CHOICE_SV,
    DayChoice,
    GridDay,
    read_day,
    said,
)
from placements.booking.rules import PlacementState
from placements.plan.staircase_rules import spread_hours

MONDAY, FRIDAY = date(2026, 3, 16), date(2026, 3, 20)
NO = Decimal(0)


def grid_day(planned: str = "4", recorded: RecordedDay | None = None) -> GridDay:
    return GridDay(1, MONDAY, Decimal(planned), recorded)


def recorded(kind: AttendanceKind = AttendanceKind.PRESENT, hours: str = "4") -> RecordedDay:
    return RecordedDay(1, MONDAY, kind, Decimal(4), Decimal(hours))


@given(st.integers(1, 160), st.integers(1, 5))
def test_spread_hours_sum_to_the_week_in_quarters(quarters: int, days: int) -> None:
    hours = Decimal(quarters) / 4
    spread = spread_hours(hours, days)
    assert sum(spread) == hours
    assert len(spread) == days
    assert max(spread) - min(spread) <= Decimal("0.25")


@given(st.decimals(Decimal("0.01"), 40, places=2), st.integers(1, 5))
def test_odd_hours_are_spread_whole_too(hours: Decimal, days: int) -> None:
    spread = spread_hours(hours, days)
    assert sum(spread) == hours
    assert min(spread) >= 0


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-W00", "2026-W54", "2025-W53", "2026-w10", "x2026-W10", "٢٠٢٦-W10"]
)
def test_no_such_week(text: str) -> None:
    assert read_week(text) is None


def test_a_week_reads_back() -> None:
    assert read_week("2026-W12") == MONDAY
    assert week_text(date(2026, 12, 31)) == "2026-W53"
    assert read_week("2026-W53") == date(2026, 12, 28)


def test_a_week_is_due_on_the_second_working_day_after_it() -> None:
    assert attendance_deadline(MONDAY) == date(2026, 3, 24)
    assert attendance_deadline(date(2026, 3, 30)) == date(2026, 4, 8)  # annandag påsk is no working day


def entry(kind: AttendanceKind = AttendanceKind.PRESENT, hours: str = "4") -> AttendanceEntry:
    return AttendanceEntry(1, MONDAY, kind, Decimal(4), Decimal(hours))


@pytest.mark.parametrize(
    "wrong",
    [
        entry(hours="24.01"),
        entry(hours="-1"),
        entry(hours="0"),
        entry(kind=AttendanceKind.ILL, hours="1"),
        AttendanceEntry(1, MONDAY, AttendanceKind.ILL, Decimal(25), NO),
    ],
)
def test_hours_that_cannot_be(wrong: AttendanceEntry) -> None:
    with pytest.raises(Invalid):
        check_hours(wrong.kind, wrong.planned_hours, wrong.actual_hours)


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 4, 1), date(2026, 3, 20)])
def test_days_that_cannot_be(day: date) -> None:
    with pytest.raises(Invalid):
        check_day(
            day,
            state=PlacementState.RUNNING,
            first_day=date(2026, 3, 9),
            last_day=date(2026, 3, 31),
            today=date(2026, 3, 19),
        )


@pytest.mark.parametrize("state", PlacementState)
def test_only_what_has_started_has_attendance(state: PlacementState) -> None:
    limits = {"first_day": MONDAY, "last_day": MONDAY, "today": MONDAY}
    if state in {PlacementState.RUNNING, PlacementState.COMPLETED, PlacementState.ENDED_EARLY}:
        check_day(MONDAY, state=state, **limits)
    else:
        with pytest.raises(Conflict):
            check_day(MONDAY, state=state, **limits)


def test_a_whole_day_of_24_hours_is_allowed() -> None:
    check_hours(AttendanceKind.PRESENT, Decimal(4), Decimal(24))


def read(
    day: GridDay, choice: DayChoice, typed: str | None
) -> tuple[AttendanceKind, Decimal, Decimal] | None:
    found = read_day(day, choice, None if typed is None else Decimal(typed), FRIDAY)
    return found and (found.kind, found.planned_hours, found.actual_hours)  # type: ignore[return-value]


def test_what_is_typed_on_a_planned_day() -> None:
    day = grid_day()
    assert read(day, DayChoice.PRESENT, "4") == (AttendanceKind.PRESENT, Decimal(4), Decimal(4))
    assert read(day, DayChoice.PRESENT, "2.5") == (AttendanceKind.PRESENT, Decimal(4), Decimal("2.5"))
    assert read(day, DayChoice.ILL, "4") == (
        AttendanceKind.ILL,
        Decimal(4),
        NO,
    )  # the planned hours left as they stood
    assert read(day, DayChoice.ILL, None) == (AttendanceKind.ILL, Decimal(4), NO)
    assert read(day, DayChoice.NO_TRAINING, "4") is None
    assert read(day, DayChoice.NO_TRAINING, None) is None
    for choice, typed in ((DayChoice.PRESENT, None), (DayChoice.ILL, "2"), (DayChoice.NO_TRAINING, "2")):
        with pytest.raises(Invalid):
            read(day, choice, typed)


def test_what_is_typed_on_another_day() -> None:
    day = grid_day("0")
    assert read(day, DayChoice.NO_TRAINING, None) is None
    assert read(day, DayChoice.PRESENT, None) is None
    assert read(day, DayChoice.NO_TRAINING, "3") == (AttendanceKind.PRESENT, NO, Decimal(3))
    assert read(day, DayChoice.PRESENT, "3") == (AttendanceKind.PRESENT, NO, Decimal(3))
    assert read(day, DayChoice.ILL, "3") == (AttendanceKind.ILL, Decimal(3), NO)
    for typed in ("25", None):
        with pytest.raises(Invalid):
            read(day, DayChoice.ILL, typed)


@pytest.mark.parametrize("choice", [choice for choice in DayChoice if choice is not DayChoice.NO_TRAINING])
def test_a_saved_day_shows_as_it_was_chosen(choice: DayChoice) -> None:
    made = read_day(grid_day(), choice, Decimal(4), FRIDAY)
    assert made is not None
    stands = RecordedDay(
        1, MONDAY, made.kind, made.planned_hours, made.actual_hours, made.is_reported_same_day
    )
    again = grid_day(recorded=stands)
    assert again.shown_choice is choice
    assert said(choice, Decimal(4)) == again.shown, "an absence has no hours, whatever stands in the box"
    assert changed_entries([made], {(1, MONDAY): stands}) == []
    assert read_day(again, again.shown_choice, again.shown_hours, FRIDAY) == made


@pytest.mark.parametrize("reported", [None, AttendanceKind.ILL])
def test_a_day_that_was_said_to_be_without_training_shows_so(reported: AttendanceKind | None) -> None:
    day = replace(grid_day(), reported=reported)
    assert (day.stands, day.is_missing) == (False, True)
    said_so = replace(day, is_no_training=True)
    assert (said_so.stands, said_so.is_missing) == (True, False)
    assert (said_so.shown_choice, said_so.shown_hours) == (DayChoice.NO_TRAINING, None)
    assert read_day(said_so, said_so.shown_choice, said_so.shown_hours, FRIDAY) is None
    assert read(said_so, DayChoice.PRESENT, "3") == (AttendanceKind.PRESENT, Decimal(4), Decimal(3))


@pytest.mark.parametrize("kind", [AttendanceKind.ILL, AttendanceKind.OTHER_VALID, AttendanceKind.INVALID])
def test_the_clock_says_whether_absence_was_reported_the_same_day(kind: AttendanceKind) -> None:
    def is_reported(day: GridDay, today: date) -> bool:
        entry = read_day(day, DayChoice(kind), None, today)
        return entry is not None and entry.is_reported_same_day

    day = grid_day()
    assert is_reported(day, MONDAY)
    assert not is_reported(day, FRIDAY)
    assert is_reported(replace(day, reported=AttendanceKind.ILL), FRIDAY)
    stood = RecordedDay(1, MONDAY, AttendanceKind.ILL, Decimal(4), NO, is_reported_same_day=True)
    assert is_reported(replace(day, recorded=stood), FRIDAY)
    assert not is_reported(replace(day, recorded=replace(stood, kind=AttendanceKind.LEAVE)), FRIDAY)


def test_leave_is_agreed_beforehand_and_nothing_is_reported_of_presence() -> None:
    leave = read_day(grid_day(), DayChoice.LEAVE, None, FRIDAY)
    assert leave is not None
    assert leave.is_reported_same_day
    present = read_day(grid_day(), DayChoice.PRESENT, Decimal(4), MONDAY)
    assert present is not None
    assert not present.is_reported_same_day


def test_every_choice_has_words() -> None:
    assert set(DAY_CHOICE_SV) == set(DayChoice)


def march(*days: int) -> list[date]:
    return [date(2026, 3, day) for day in days]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ([], [2, 3], []),
        ([], [2, 3, 4], [4]),
        ([], [2, 9, 13], [13]),  # the third within ten working days
        ([], [2, 9, 16], []),  # it is the eleventh
        ([], [2, 9, 16, 17], [17]),
        ([2, 3, 4], [2, 3, 4, 5, 16], []),  # the same spell
        ([2, 3, 4], [2, 3, 4, 20, 23, 24], [24]),  # more than ten working days later another
        ([2, 3], [2, 3, 4], [4]),
        ([2, 3, 5], [2, 3, 4, 5], []),  # filled in afterwards
    ],
)
def test_repeated_absence_is_told_once_in_a_spell(
    before: list[int], after: list[int], told: list[int]
) -> None:
    assert newly_repeated(march(*before), march(*after)) == march(*told)


def test_a_month_reads() -> None:
    assert read_month("2026-03") == date(2026, 3, 1)
    for text in ("", "2026", "2026-13", "0001-01", "2026-3", "٢٠٢٦-03"):
        assert read_month(text) is None


def test_sums_by_month_and_in_all() -> None:
    days = [
        RecordedDay(1, date(2026, 4, 1), AttendanceKind.ILL, Decimal(4), NO),
        RecordedDay(1, date(2026, 3, 31), AttendanceKind.PRESENT, Decimal(4), Decimal("3.5")),
        RecordedDay(1, date(2026, 4, 2), AttendanceKind.PRESENT, NO, Decimal(2)),
        RecordedDay(1, date(2026, 4, 3), AttendanceKind.INVALID, Decimal(4), NO),
    ]
    march, april, may = month_sums(days, [date(2026, 5, 4), *(day.day for day in days)])
    assert (may.month, may.days) == ("2026-05", 0)
    assert (march.month, march.planned_hours, march.attended_hours) == ("2026-03", Decimal(4), Decimal("3.5"))
    assert (april.attended_days, april.days) == (1, 3)
    assert april.absent_days[AttendanceKind.ILL] == april.absent_days[AttendanceKind.INVALID] == 1
    whole = total(days)
    assert whole.attended_hours == march.attended_hours + april.attended_hours
    assert whole.planned_hours == march.planned_hours + april.planned_hours
    assert month_sums([], []) == []
