"""A day of an approved month changes only by an entry that says why; what the invoice counted is still told."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from marketplace.clock import now, travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, DomainError, Invalid, NotFound
from marketplace.tenancy import Actor, acting_as
from placements.attendance import queries
from placements.attendance.models import AttendanceCorrection, AttendanceDay
from placements.attendance.rules import AttendanceEntry, AttendanceKind, RecordedDay
from placements.attendance.services import correct_day, record_attendance
from placements.attendance.week_queries import week_grid
from placements.attendance.week_rules import Closed
from tests.support.invoiced import march_approved
from tests.support.placement_market import Market
from tests.support.training import absent, attended, present, running

MONDAY = date(2026, 3, 16)
WEEK = [MONDAY + timedelta(days=number) for number in range(5)]


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(date(2026, 4, 7)):
        yield ready_market


@pytest.fixture
def placement_id(market: Market) -> int:
    """With three days, counted by an invoice that the supplier has approved."""
    placement_id = running(market)
    attended(market, placement_id, *WEEK[:3])
    march_approved(market, placement_id)
    return placement_id


def stands(market: Market, placement_id: int, day: date) -> RecordedDay | None:
    with acting_as(market.officer):
        return queries.recorded_days([placement_id], day, day).get((placement_id, day))


def correct(
    market: Market,
    placement_id: int,
    day: date,
    entry: AttendanceEntry | None,
    *,
    reason: str = "Fel dag",
    by: Actor | None = None,
) -> None:
    stood = stands(market, placement_id, day)
    with acting_as(by or market.supervisor), transaction():
        correct_day(placement_id, day, entry, reason_sv=reason, stood=stood)


def test_a_correction_changes_the_day_and_keeps_what_it_said(market: Market, placement_id: int) -> None:
    monday, tuesday, thursday = WEEK[0], WEEK[1], WEEK[3]
    correct(market, placement_id, monday, absent(placement_id, monday), reason="Var sjuk")
    correct(market, placement_id, monday, present(placement_id, monday, 2))
    correct(market, placement_id, tuesday, None)
    correct(market, placement_id, thursday, present(placement_id, thursday))
    with acting_as(market.coordinator):
        made = queries.corrections_of([placement_id])
        days = {
            day.day: (day.kind.value, int(day.actual_hours))
            for day in queries.days_of_placement(placement_id)
        }
        before = made[0].corrected_at - timedelta(seconds=1)
        stood = queries.days_as_they_stood([(placement_id, day, before) for day in WEEK])
        counted = [(day.day, int(day.actual_hours)) for day in stood.values()]
    said = [
        (one.day, one.was and one.was.said_sv, one.became and one.became.said_sv, one.reason_sv)
        for one in made
    ]
    assert said == [
        (monday, "4 tim", "Sjuk", "Var sjuk"),
        (monday, "Sjuk", "2 tim", "Fel dag"),
        (tuesday, "4 tim", None, "Fel dag"),
        (thursday, None, "4 tim", "Fel dag"),
    ]
    assert made[0].corrected_by == "Hans Handledare, Gården & Co"
    assert days == {monday: ("present", 2), WEEK[2]: ("present", 4), thursday: ("present", 4)}
    assert counted == [(day, 4) for day in WEEK[:3]], "what the invoice counted does not change"


def test_the_week_offers_a_correction_and_nothing_else(market: Market, placement_id: int) -> None:
    with acting_as(market.supervisor):
        (row,) = week_grid(MONDAY).rows
        assert [day.closed for day in row.days] == [Closed.INVOICED] * 5, "also days with nothing on record"
    for entry in (present(placement_id, WEEK[0], 3), present(placement_id, WEEK[3])):
        with pytest.raises(Conflict), acting_as(market.supervisor), transaction():
            record_attendance([entry])


@pytest.mark.parametrize(
    ("entry", "reason", "told"),
    [
        (lambda p: present(p, WEEK[0], 3), "", "varför"),
        (lambda p: present(p, WEEK[0], 3), "å" * 501, "kortare"),
        (lambda p: present(p, WEEK[0], 25), "Fel", "24 timmar"),
        (lambda p: present(p, WEEK[0]), "Fel", "står redan så"),
    ],
)
def test_what_cannot_be_is_refused(
    market: Market, placement_id: int, entry: object, reason: str, told: str
) -> None:
    with pytest.raises(DomainError, match=told):
        correct(market, placement_id, WEEK[0], entry(placement_id), reason=reason)  # type: ignore[operator]


def test_who_comes_second_is_told(market: Market, placement_id: int) -> None:
    seen_by_both = stands(market, placement_id, WEEK[0])
    correct(market, placement_id, WEEK[0], None)
    with pytest.raises(Conflict, match="någon annanstans"), acting_as(market.supervisor), transaction():
        correct_day(
            placement_id, WEEK[0], present(placement_id, WEEK[0], 2), reason_sv="Fel", stood=seen_by_both
        )


def test_an_open_day_needs_no_correction(market: Market, placement_id: int) -> None:
    april = date(2026, 4, 1)
    attended(market, placement_id, april)
    with pytest.raises(Conflict, match="ändras direkt"):
        correct(market, placement_id, april, None)


def test_nobody_else_corrects(market: Market, placement_id: int) -> None:
    for actor in (
        market.officer,
        market.coordinator,
        market.manager,
        market.controller,
        market.other_supervisor,
    ):
        with pytest.raises(DomainError):
            correct(market, placement_id, WEEK[0], None, by=actor)
    with pytest.raises(NotFound):
        correct(market, placement_id, WEEK[0], None, by=market.other_supervisor)


def test_the_database_takes_no_change_without_a_correction_and_reads_the_old_day_itself(
    market: Market, placement_id: int
) -> None:
    mine = AttendanceDay.placement_id == placement_id
    for statement in (
        update(AttendanceDay).where(mine).values(actual_hours=8),
        delete(AttendanceDay).where(mine),
    ):
        with pytest.raises(Conflict), acting_as(market.supervisor), transaction():
            db.session.execute(statement)
    lie = insert(AttendanceCorrection).values(
        placement_id=placement_id,
        day=WEEK[0],
        contract_id=999,
        was_kind=AttendanceKind.INVALID,
        was_planned_hours=1,
        was_actual_hours=0,
        was_reported_same_day=True,
        reason_sv="Fel",
        corrected_at=now(),
        corrected_by="Hans",
    )
    with acting_as(market.supervisor), transaction():
        db.session.execute(lie)
    with acting_as(market.officer):
        (made,) = queries.corrections_of([placement_id])
    assert made.was
    assert made.was.said_sv == "4 tim"
    for word in ("UPDATE attendance_correction SET reason_sv = 'x'", "DELETE FROM attendance_correction"):
        with (
            pytest.raises(DBAPIError, match="permission denied"),
            acting_as(market.supervisor),
            transaction(),
        ):
            db.session.execute(text(word))


def test_by_number_without_reason_and_kind(market: Market, placement_id: int) -> None:
    correct(market, placement_id, WEEK[0], absent(placement_id, WEEK[0]), reason="Ont i ryggen")
    for actor in (market.controller, market.manager):
        with acting_as(actor):
            assert db.session.scalars(select(AttendanceCorrection.id)).all() == []
            (made,) = queries.corrections_of([placement_id])
            assert made.reason_sv == ""
            assert made.became
            assert made.became.kind is AttendanceKind.OTHER_VALID
    others = set(market.outsiders()) - {market.controller, market.manager}
    for actor in others:
        with acting_as(actor):
            assert queries.corrections_of([placement_id]) == [], actor.user_name


def test_a_day_outside_the_placement_is_refused(market: Market, placement_id: int) -> None:
    with pytest.raises(Invalid, match="utanför placeringen"):
        correct(market, placement_id, date(2026, 3, 6), present(placement_id, date(2026, 3, 6)))
