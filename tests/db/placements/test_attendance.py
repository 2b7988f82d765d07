"""A week is recorded in a handful of statements, what is invoiced stays, and only the concerned see it."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from marketplace import audit
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from marketplace.tenancy import acting_as
from placements.attendance import queries
from placements.attendance.models import AttendanceDay
from placements.attendance.rules import AttendanceEntry, AttendanceKind
from placements.attendance.services import record_attendance
from placements.attendance.waiting_queries import missing_by_week, waiting
from placements.attendance.week_queries import week_grid
from placements.attendance.week_rules import Closed, GridDay
from placements.booking.services import accept_placement, start_placement
from tests.support.invoiced import march_approved
from tests.support.placement_market import TODAY, Market, build_market, requested
from tests.support.statements import statements_of
from tests.support.training import (
    ENDED_ON,
    absent,
    agreed,
    attended,
    consent_withdrawn,
    ended,
    present,
    running,
)

MONDAY = date(2026, 3, 16)
WEEK = [MONDAY + timedelta(days=number) for number in range(5)]
THURSDAY = WEEK[3]


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    built = build_market(seats=12)
    with travelling(WEEK[4]):
        yield built


@pytest.fixture
def placement_id(market: Market) -> int:
    return running(market)


def record(market: Market, *entries: AttendanceEntry) -> int:
    with acting_as(market.supervisor), transaction():
        return record_attendance(entries)


def hours(market: Market, placement_id: int) -> dict[date, Decimal]:
    with acting_as(market.officer):
        return {day.day: day.actual_hours for day in queries.days_of_placement(placement_id)}


def grid_days(market: Market, monday: date = MONDAY, *, with_weekend: bool = False) -> list[GridDay]:
    with acting_as(market.supervisor):
        (row,) = week_grid(monday, with_weekend=with_weekend).rows
        return row.days


def test_a_week_is_recorded_and_changed(market: Market, placement_id: int) -> None:
    assert record(market, *(present(placement_id, day) for day in WEEK[:3])) == 3
    again = [present(placement_id, WEEK[0]), absent(placement_id, WEEK[1]), present(placement_id, WEEK[3], 2)]
    assert record(market, *again) == 2  # the first says what it said
    assert hours(market, placement_id) == {
        WEEK[0]: Decimal(4),
        WEEK[1]: Decimal(0),
        WEEK[2]: Decimal(4),
        WEEK[3]: Decimal(2),
    }
    with acting_as(market.controller):
        notes = [(event.action, event.note_sv) for event in audit.timeline("attendance", placement_id)]
    assert notes == [
        ("record", "2026-03-19"),
        ("change", "2026-03-17"),
        ("record", "3 dagar, 2026-03-16 till 2026-03-18"),
    ]


def test_a_day_of_an_approved_month_stays_and_nothing_else_is_half_saved(
    market: Market, placement_id: int
) -> None:
    attended(market, placement_id, *WEEK[:2])
    march_approved(market, placement_id)
    assert record(market, present(placement_id, WEEK[0])) == 0  # as it stood
    april = present(placement_id, date(2026, 4, 1))
    attempts: tuple[dict[str, Any], ...] = (
        {"entries": [april, present(placement_id, WEEK[0], 3)]},
        {"entries": [april], "no_training": {(placement_id, WEEK[0]): Decimal(4)}},
    )
    for attempt in attempts:
        with (
            travelling(date(2026, 4, 2)),
            pytest.raises(Conflict, match="redan godkänd"),
            acting_as(market.supervisor),
            transaction(),
        ):
            record_attendance(**attempt)
    assert set(hours(market, placement_id)) == set(WEEK[:2])


def test_a_day_that_was_changed_since_it_was_read_is_not_overwritten(
    market: Market, placement_id: int
) -> None:
    attended(market, placement_id, WEEK[0])
    key = (placement_id, WEEK[0])
    with pytest.raises(Conflict, match="någon annanstans"), acting_as(market.supervisor), transaction():
        record_attendance([present(placement_id, WEEK[0], 2)], stood={key: False})
    assert hours(market, placement_id) == {WEEK[0]: Decimal(4)}


def test_the_database_refuses_to_change_an_invoiced_day(market: Market, placement_id: int) -> None:
    attended(market, placement_id, WEEK[0])
    march_approved(market, placement_id)
    change = update(AttendanceDay).where(AttendanceDay.placement_id == placement_id).values(actual_hours=8)
    with pytest.raises(Conflict, match="redan godkänd"), acting_as(market.supervisor), transaction():
        db.session.execute(change)


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (MONDAY, "24.5"),
        (MONDAY, "-1"),
        (MONDAY, "0"),
        (date(2026, 3, 6), "4"),
        (date(2026, 9, 1), "4"),
        (date(2026, 3, 21), "4"),
    ],
)
def test_what_cannot_be_is_refused(market: Market, placement_id: int, day: date, worked: str) -> None:
    with pytest.raises(Invalid):
        record(market, present(placement_id, WEEK[1]), present(placement_id, day, worked))
    assert hours(market, placement_id) == {}


def test_before_the_start_nobody_attends(market: Market) -> None:
    with travelling(TODAY):
        waiting = requested(market, 2)
    with pytest.raises(Conflict):
        record(market, present(waiting, MONDAY))


def test_a_week_can_be_filed_after_the_end_but_not_past_it(market: Market, placement_id: int) -> None:
    ended(market, placement_id, WEEK[2])
    assert record(market, present(placement_id, WEEK[2])) == 1
    with pytest.raises(Invalid):
        record(market, present(placement_id, THURSDAY))


def test_the_grid_plans_by_the_agreed_plan_and_by_the_placement_without_one(
    market: Market, placement_id: int
) -> None:
    assert [day.planned_hours for day in grid_days(market)] == [5, 5, 5, 5, 0]
    agreed(market, placement_id)
    assert [day.planned_hours for day in grid_days(market)] == [4, 4, 4, 4, 0]
    record(market, present(placement_id, WEEK[4], planned=0))
    assert [day.planned_hours for day in grid_days(market)] == [4, 4, 4, 4, 0]


def test_days_that_cannot_be_changed_say_why(market: Market, placement_id: int) -> None:
    future, outside = Closed.FUTURE, Closed.OUTSIDE
    with travelling(WEEK[1]):
        assert [day.closed for day in grid_days(market)] == [None, None, future, future, future]
    ended(market, placement_id, WEEK[2])
    assert [day.closed for day in grid_days(market)] == [None, None, None, outside, outside]


def test_the_weekend_shows_when_there_is_something(market: Market, placement_id: int) -> None:
    assert len(grid_days(market)) == 5
    assert len(grid_days(market, with_weekend=True)) == 7
    with travelling(date(2026, 3, 23)):
        record(market, present(placement_id, date(2026, 3, 21)))
        assert [day.day.weekday() for day in grid_days(market)] == [0, 1, 2, 3, 4, 5]


def test_a_public_holiday_has_nothing_planned(market: Market, placement_id: int) -> None:
    with travelling(date(2026, 4, 20)):
        easter = grid_days(market, date(2026, 4, 6))
    assert [day.is_holiday for day in easter] == [True, False, False, False, False]
    assert [day.planned_hours for day in easter] == [0, 5, 5, 5, 0]


def test_names_are_in_swedish_order_and_a_number_stands_for_who_is_not_shared(market: Market) -> None:
    numbers = {name: running(market, number) for number, name in ((1, "a"), (2, "b"), (3, "c"))}
    consent_withdrawn(market, numbers["a"])
    with acting_as(market.supervisor):
        grid = week_grid(MONDAY)
    assert [row.who for row in grid.rows] == ["Maja Öberg2", "Maja Öberg3", f"P{numbers['a']:06d}"]
    assert record(market, present(numbers["a"], MONDAY)) == 1  # the training goes on, by number


def test_why_somebody_was_away_is_gone_with_the_consent(market: Market, placement_id: int) -> None:
    def kinds() -> list[AttendanceKind]:
        with acting_as(market.supervisor):
            return [day.kind for day in queries.days_of_placement(placement_id)]

    record(market, present(placement_id, MONDAY), absent(placement_id, WEEK[1]))
    assert kinds() == [AttendanceKind.PRESENT, AttendanceKind.ILL]
    consent_withdrawn(market, placement_id)
    assert kinds() == [AttendanceKind.PRESENT, AttendanceKind.OTHER_VALID]
    with acting_as(market.supervisor):
        (row,) = week_grid(MONDAY).rows
        assert row.days[1].recorded == queries.days_of_placement(placement_id)[1]
    assert record(market, absent(placement_id, WEEK[1], AttendanceKind.OTHER_VALID)) == 0, "as it was read"
    with acting_as(market.officer):
        assert queries.days_of_placement(placement_id)[1].kind is AttendanceKind.ILL


def test_statements_do_not_grow_with_the_number_of_people(market: Market) -> None:
    def statements() -> tuple[int, int, int]:
        with acting_as(market.supervisor):
            grid = week_grid(MONDAY)
            entries = [present(row.placement.id, day) for row in grid.rows for day in WEEK]
            asked = (
                len(statements_of(lambda: record_attendance(entries))),
                len(statements_of(lambda: week_grid(MONDAY))),
            )
            waits = len(statements_of(lambda: waiting(market.supervisor)))
            db.session.rollback()
            return (*asked, waits)

    running(market, 1)
    one = statements()
    for number in range(2, 9):
        running(market, number)
    assert statements() == one
    assert one[0] <= 6
    assert one[1] <= 9
    assert one[2] == 6


def test_outsiders_record_and_see_nothing(market: Market, placement_id: int) -> None:
    attended(market, placement_id, WEEK[0])
    may_read_by_number = {market.controller, market.manager}
    for actor in market.outsiders():
        with acting_as(actor):
            assert db.session.scalar(select(func.count()).select_from(AttendanceDay)) == 0, actor.user_name
            seen = len(queries.days_of_placement(placement_id))
            assert seen == (1 if actor in may_read_by_number else 0), actor.user_name
            if actor is market.other_supervisor:
                assert week_grid(MONDAY).rows == []
                assert missing_by_week() == {}
            with pytest.raises(DomainError), transaction():
                record_attendance([present(placement_id, WEEK[1])])
    with pytest.raises(NotFound), acting_as(market.other_supervisor):
        record_attendance([present(placement_id, WEEK[1])])
    with pytest.raises(NotAllowed), acting_as(market.officer):
        record_attendance([present(placement_id, WEEK[1])])


def test_last_week_waits_until_it_is_recorded(market: Market, placement_id: int) -> None:
    running(market, 2)
    with travelling(MONDAY), acting_as(market.supervisor):
        (item,) = waiting(market.supervisor)
        assert item.text_sv == "Registrera närvaro vecka 11 för 2 deltagare"
        assert item.deadline == date(2026, 3, 17)
        assert item.url_args == {"vecka": "2026-W11"}
    attended(market, placement_id, *(date(2026, 3, day) for day in range(9, 13)))
    with travelling(MONDAY), acting_as(market.supervisor):
        assert missing_by_week() == {date(2026, 3, 9): 1}
        assert waiting(market.officer) == []


def test_every_week_since_the_start_waits_and_old_ones_share_a_row(market: Market, placement_id: int) -> None:
    with travelling(date(2026, 3, 26)):
        attended(market, placement_id, *(date(2026, 3, day) for day in range(23, 27)))
    with travelling(date(2026, 4, 20)), acting_as(market.supervisor):
        assert [item.url_args["vecka"] for item in waiting(market.supervisor)] == [
            f"2026-W{week}" for week in (11, 12, 14, 15, 16)
        ]
    with travelling(date(2026, 5, 11)), acting_as(market.supervisor):
        texts = [item.text_sv for item in waiting(market.supervisor)]
    assert texts == [
        "Registrera närvaro vecka 11 och 3 veckor till",
        *(f"Registrera närvaro vecka {week} för en deltagare" for week in (16, 17, 18, 19)),
    ]


def test_a_week_that_can_no_longer_be_recorded_does_not_wait(market: Market, placement_id: int) -> None:
    """The supplier has approved March's invoice; the week in April still waits, and so does the one across."""
    march_approved(market, placement_id)
    with travelling(date(2026, 4, 13)), acting_as(market.supervisor):
        assert list(missing_by_week()) == [date(2026, 3, 30), date(2026, 4, 6)]


def test_a_week_with_nothing_planned_does_not_wait(market: Market) -> None:
    """It would wait for ever: she began on a Friday, and comes from Monday to Thursday."""
    with travelling(TODAY):
        placement_id = requested(market)
    with acting_as(market.supervisor):
        with travelling(TODAY), transaction():
            accept_placement(placement_id)
        with travelling(date(2026, 3, 13)), transaction():
            start_placement(placement_id)
        with travelling(MONDAY):
            assert missing_by_week() == {}
        with travelling(date(2026, 3, 23)):
            assert missing_by_week() == {MONDAY: 1}


def test_a_week_after_the_end_does_not_wait(market: Market, placement_id: int) -> None:
    ended(market, placement_id, date(2026, 3, 13))
    with travelling(ENDED_ON), acting_as(market.supervisor):
        assert missing_by_week() == {date(2026, 3, 9): 1}


def test_kinds_of_absence_keep_whether_they_were_reported(market: Market, placement_id: int) -> None:
    record(market, absent(placement_id, WEEK[0]), absent(placement_id, WEEK[1], AttendanceKind.LEAVE))
    with acting_as(market.coordinator):
        days = queries.days_of_placement(placement_id)
    assert [(day.kind, day.is_reported_same_day) for day in days] == [
        (AttendanceKind.ILL, True),
        (AttendanceKind.LEAVE, True),
    ]
