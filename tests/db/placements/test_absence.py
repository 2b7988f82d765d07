"""Absence told the same day, and absence that comes again and again."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from marketplace.clock import now, travelling
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict, DomainError, Invalid, NotFound
from marketplace.letters.models import Letter
from marketplace.outbox import Outbox
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.access.queries import participant_actor
from placements.attendance.absence_queries import expected_today, own_today
from placements.attendance.models import AbsenceReport
from placements.attendance.rules import AttendanceKind
from placements.attendance.services import record_attendance, report_absence, report_own_absence
from placements.attendance.week_queries import week_grid
from placements.attendance.week_rules import DayChoice
from placements.booking.models import Placement
from tests.support.placement_market import Market, build_market
from tests.support.statements import statements_of
from tests.support.training import absent, attended, ended, present, running

MONDAY = date(2026, 3, 16)
WEEK = [MONDAY + timedelta(days=number) for number in range(5)]
ILL, LEAVE, OTHER = AttendanceKind.ILL, AttendanceKind.LEAVE, AttendanceKind.OTHER_VALID


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    built = build_market(seats=8)
    with travelling(WEEK[1]):
        yield built


@pytest.fixture
def placement_id(market: Market) -> int:
    return running(market)


def herself(market: Market, placement_id: int) -> Actor:
    with acting_as(market.officer):
        return participant_actor(get_or_404(Placement, placement_id).participant_id)


def report(actor: Actor, placement_id: int, kind: AttendanceKind = ILL) -> None:
    act = report_own_absence if actor.participant_id else report_absence
    with acting_as(actor), transaction():
        act(placement_id, kind)


def told(market: Market) -> list[tuple[int, str]]:
    with acting_as(system_actor()):
        sent = db.session.scalars(
            select(Outbox).where(Outbox.topic == "absence.repeated").order_by(Outbox.id)
        )
        return [(message.payload["placement_id"], message.payload["day"]) for message in sent]


def record(market: Market, placement_id: int, *days: date) -> None:
    with acting_as(market.supervisor), transaction():
        record_attendance([absent(placement_id, day) for day in days])


def test_what_is_told_today_is_filled_in_when_the_week_is_recorded(market: Market, placement_id: int) -> None:
    report(market.supervisor, placement_id)
    with travelling(WEEK[4]), acting_as(market.supervisor):
        (row,) = week_grid(MONDAY).rows
        day = row.days[1]
        assert (day.reported, day.shown_choice, day.shown_hours) == (ILL, DayChoice.ILL, None)
        assert row.days[0].shown_choice is DayChoice.PRESENT, "the day before has not been passed over"
        assert not row.is_complete


def test_her_own_word_reaches_the_workplace(market: Market, placement_id: int) -> None:
    she = herself(market, placement_id)
    with acting_as(she):
        (own,) = own_today()
        assert (own.placement.id, own.report) == (placement_id, None)
    report(she, placement_id, OTHER)
    with acting_as(she):
        (own,) = own_today()
        assert own.report
        assert own.report.reported_by == ""
    with acting_as(market.supervisor):
        ((row, day),) = expected_today()
        assert (row.who, day.reported) == ("Maja Öberg1", OTHER)
    with acting_as(system_actor(market.north_id, market.farm_id)):
        letter = db.session.scalars(select(Letter).order_by(Letter.id.desc())).first()
        assert letter is not None
        assert (letter.organisation_id, letter.subject_sv) == (
            market.farm_id,
            "En deltagare kommer inte i dag",
        )
        assert "Maja" not in letter.text_sv


def test_once_a_day_and_not_over_what_is_recorded(market: Market, placement_id: int) -> None:
    she = herself(market, placement_id)
    report(she, placement_id)
    for actor in (she, market.supervisor):
        with pytest.raises(Conflict, match="redan anmäld"):
            report(actor, placement_id)
    other = running(market, 2)
    attended(market, other, WEEK[1])
    with pytest.raises(Conflict, match="redan registrerad"):
        report(market.supervisor, other)
    with acting_as(herself(market, other)):
        assert own_today() == []


@pytest.mark.parametrize("kind", [AttendanceKind.PRESENT, AttendanceKind.INVALID])
def test_kinds_that_nobody_reports(market: Market, placement_id: int, kind: AttendanceKind) -> None:
    with pytest.raises(Invalid):
        report(market.supervisor, placement_id, kind)


def test_leave_is_for_the_supervisor_to_say(market: Market, placement_id: int) -> None:
    with pytest.raises(Invalid):
        report(herself(market, placement_id), placement_id, LEAVE)
    report(market.supervisor, placement_id, LEAVE)


def test_the_database_takes_no_other_day_than_the_clocks_and_no_change(
    market: Market, placement_id: int
) -> None:
    for actor in (market.supervisor, herself(market, placement_id)):
        for day in (WEEK[0], WEEK[2]):
            row = insert(AbsenceReport).values(
                placement_id=placement_id, day=day, kind=ILL, reported_at=now(), reported_by=""
            )
            with pytest.raises(DBAPIError, match="row-level security"), acting_as(actor), transaction():
                db.session.execute(row)
    report(market.supervisor, placement_id)
    with pytest.raises(DBAPIError, match="permission denied"), acting_as(market.supervisor), transaction():
        db.session.execute(text("DELETE FROM absence_report"))


@pytest.mark.parametrize("last_day", WEEK[:2])
def test_nothing_is_told_when_nothing_goes_on(market: Market, placement_id: int, last_day: date) -> None:
    ended(market, placement_id, last_day)
    with pytest.raises(Conflict):
        report(market.supervisor, placement_id)
    with acting_as(market.supervisor):
        assert expected_today() == []


def test_outsiders_see_and_tell_nothing(market: Market, placement_id: int) -> None:
    report(market.supervisor, placement_id)
    another = herself(market, running(market, 2))
    for actor in (*market.outsiders(), another):
        with acting_as(actor):
            assert db.session.scalar(select(func.count()).select_from(AbsenceReport)) == 0, actor.user_name
        with pytest.raises(DomainError):
            report(actor, placement_id)
    with pytest.raises(NotFound):
        report(another, placement_id)
    for actor in (market.officer, market.colleague, market.coordinator):
        with acting_as(actor):
            assert db.session.get(AbsenceReport, (placement_id, WEEK[1])) is not None


def test_absence_again_and_again_is_told_once(market: Market, placement_id: int) -> None:
    with travelling(WEEK[4]):
        record(market, placement_id, *WEEK[:2])
        assert told(market) == []
        record(market, placement_id, *WEEK[:3])
        assert told(market) == [(placement_id, "2026-03-18")]
        record(market, placement_id, *WEEK[1:4])
    assert told(market) == [(placement_id, "2026-03-18")]


def test_leave_and_who_has_left_raise_nothing(market: Market, placement_id: int) -> None:
    other = running(market, 2)
    with travelling(WEEK[4]):
        with acting_as(market.supervisor), transaction():
            record_attendance([absent(placement_id, day, LEAVE) for day in WEEK])
        ended(market, other, WEEK[4])
        record(market, other, *WEEK)
    assert told(market) == []


def test_one_question_more_for_any_number_who_were_away(market: Market, placement_id: int) -> None:
    def asked(ids: list[int]) -> int:
        entries = [absent(one, WEEK[0]) for one in ids] + [present(one, WEEK[1]) for one in ids]
        with acting_as(market.supervisor), travelling(WEEK[4]):
            number = len(statements_of(lambda: record_attendance(entries)))
            db.session.rollback()
            return number

    ids = [placement_id, *(running(market, number) for number in range(2, 6))]
    assert asked(ids[:1]) == asked(ids) <= 7
