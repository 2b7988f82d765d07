"""Months of hours: who is in a file, the order they are sent in, and what is to be sent again."""

import logging
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text, update

from indicators.hours.models import HoursFile, HoursRow
from indicators.hours.queries import MonthNow, month_now, month_standings, waiting
from indicators.hours.rules import Line, Standing
from indicators.hours.services import fetch_hours, note_changed_hours
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.audit import Event
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, NotAllowed
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.attendance.models import AttendanceDay
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.booking.services import accept_placement, open_move, start_placement
from placements.choice.services import record_choice, show_places
from placements.participants.models import Participant
from tests.factories import HANINGE, HUDDINGE, make_actor, personal_number
from tests.support.application import Database
from tests.support.at_once import all_at_once, by
from tests.support.bookings import do, request_each
from tests.support.placement_market import Market, build_market
from tests.support.training import attended, consent_withdrawn, ended, running

MARCH, APRIL, MAY, JUNE = (date(2026, month, 1) for month in (3, 4, 5, 6))
IN_JUNE = date(2026, 6, 3)
UNIT = "Haninge arbetscenter"


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(IN_JUNE):
        yield ready_market


@pytest.fixture
def whole(market: Market) -> Actor:
    """A coordinator who answers for all of North's kommuner."""
    return coordinator(market)


def coordinator(market: Market) -> Actor:
    with acting_as(system_actor()), transaction():
        north = db.session.get_one(Organisation, market.north_id)
        return make_actor("Siri Samordnare", north, Role.COORDINATOR, HANINGE, HUDDINGE)


@pytest.fixture
def placement_id(market: Market) -> int:
    """Four hours on the last day of March, on the first of April and on two days in May."""
    found = running(market)
    attended(market, found, *(date(2026, *day) for day in ((3, 31), (4, 1), (5, 4), (5, 29))))
    return found


def fetch(actor: Actor, month: date) -> list[Line]:
    with acting_as(actor), transaction():
        return list(fetch_hours(month).lines)


def states(market: Market, actor: Actor) -> dict[date, Standing]:
    with acting_as(system_actor(authority_id=market.north_id)), transaction():
        note_changed_hours(market.north_id)
    with acting_as(actor):
        return {one.month: one.standing for one in month_standings(market.north_id)}


def now_in(actor: Actor, month: date) -> MonthNow:
    with acting_as(actor):
        return month_now(actor.authority_id or 0, month)


def correct(market: Market, placement_id: int, day: date, hours: int) -> None:
    with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
        row = db.session.get_one(AttendanceDay, (placement_id, day))
        row.actual_hours = Decimal(hours)


def protect(market: Market, placement_id: int) -> None:
    with acting_as(system_actor(market.north_id)), transaction():
        person = select(Placement.participant_id).where(Placement.id == placement_id).scalar_subquery()
        db.session.execute(update(Participant).where(Participant.id == person).values(is_protected=True))
    db.session.expire_all()


def test_each_day_is_in_its_own_month(market: Market, whole: Actor, placement_id: int) -> None:
    number = f"{personal_number(1)[:8]}-{personal_number(1)[-4:]}"
    begun = date(2026, 3, 9)
    assert fetch(whole, MARCH) == [(number, begun, UNIT, Decimal(4), None)]
    assert fetch(whole, APRIL) == [(number, begun, UNIT, Decimal(4), None)]
    assert fetch(whole, MAY) == [(number, begun, UNIT, Decimal(8), None)]
    with pytest.raises(Conflict):
        fetch(whole, JUNE)


def test_who_leaves_on_the_last_day_has_her_end_in_that_month_and_none_after(
    market: Market, whole: Actor, placement_id: int
) -> None:
    with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
        db.session.execute(text("DELETE FROM attendance_day WHERE day > '2026-04-30'"))
    ended(market, placement_id, date(2026, 4, 30))
    assert [line[4] for line in fetch(whole, MARCH)] == [None]
    assert [line[4] for line in fetch(whole, APRIL)] == [date(2026, 4, 30)]
    assert fetch(whole, MAY) == []


def test_who_moves_goes_on_with_one_line(market: Market, whole: Actor) -> None:
    left = running(market, place_id=market.growing_id)
    with travelling(date(2026, 3, 23)):
        with acting_as(market.officer), transaction():
            round_id = open_move(left).id
            show_places(round_id, [market.sewing_id])
            record_choice(round_id, market.sewing_id)
        (new,) = request_each(round_id, [market.sewing_id], market.officer, first_day=date(2026, 4, 15))
    do(market.supervisor, accept_placement, new, on=date(2026, 3, 23))
    attended(market, left, date(2026, 4, 14))
    assert fetch(whole, MARCH)[0][4] is None
    do(market.supervisor, start_placement, new, on=date(2026, 4, 15))
    attended(market, new, date(2026, 4, 15))
    ((_, started, _, hours, over),) = fetch(whole, APRIL)
    assert (started, hours, over) == (date(2026, 3, 9), Decimal(8), None)


def test_who_leaves_and_comes_back_has_a_line_for_each_time(
    market: Market, whole: Actor, placement_id: int
) -> None:
    second = running(market, 2, place_id=market.growing_id)
    with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
        first = db.session.get_one(Placement, placement_id)
        both = {"participant_id": first.participant_id, "grant_id": first.grant_id}
        over = {"state": PlacementState.COMPLETED, "ended_on": date(2026, 3, 20)}
        db.session.execute(update(Placement).where(Placement.id == placement_id).values(over))
        started = {"started_on": date(2026, 3, 25)}
        db.session.execute(update(Placement).where(Placement.id == second).values(both | started))
    db.session.expire_all()
    found = fetch(whole, MARCH)
    assert [(line[1], line[4]) for line in found] == [
        (date(2026, 3, 9), date(2026, 3, 20)),
        (date(2026, 3, 25), None),
    ]
    assert len({line[0] for line in found}) == 1


def test_months_go_in_order_and_a_correction_takes_the_later_ones_with_it(
    market: Market, whole: Actor, placement_id: int
) -> None:
    fetch(whole, MARCH)
    with pytest.raises(Conflict, match="april 2026 först"):
        fetch(whole, MAY)
    fetch(whole, APRIL)
    fetch(whole, MAY)
    assert set(states(market, whole).values()) == {Standing.SENT}
    correct(market, placement_id, date(2026, 4, 1), 3)
    assert states(market, whole) == {
        MARCH: Standing.SENT,
        APRIL: Standing.AGAIN,
        MAY: Standing.AGAIN,
    }
    (person,) = now_in(whole, APRIL).changed
    assert [(one.sent, one.hours) for one in person.changes] == [(Decimal(4), Decimal(3))]
    with acting_as(whole):
        assert [item.text_sv for item in waiting(whole)] == ["Timmar för april 2026 ska skickas på nytt"]
    with pytest.raises(Conflict, match="april 2026 först"):
        fetch(whole, MAY)
    assert fetch(whole, APRIL)[0][3] == Decimal(3)
    assert states(market, whole)[MAY] is Standing.AGAIN
    fetch(whole, MAY)
    assert set(states(market, whole).values()) == {Standing.SENT}
    with acting_as(whole):
        assert waiting(whole) == []
        assert db.session.scalar(select(func.count(HoursFile.id))) == 5


def test_a_month_put_back_as_it_was_is_sent_still(market: Market, whole: Actor, placement_id: int) -> None:
    fetch(whole, MARCH)
    correct(market, placement_id, date(2026, 3, 31), 3)
    assert states(market, whole)[MARCH] is Standing.AGAIN
    correct(market, placement_id, date(2026, 3, 31), 4)
    assert states(market, whole)[MARCH] is Standing.SENT


def test_any_month_may_be_the_first_and_none_before_it_is_asked_for(
    market: Market, whole: Actor, placement_id: int
) -> None:
    fetch(whole, APRIL)
    assert list(states(market, whole)) == [APRIL, MAY]
    with pytest.raises(Conflict):
        fetch(whole, MARCH)


def test_protected_identities_are_left_out_and_counted(
    market: Market, whole: Actor, placement_id: int
) -> None:
    other = running(market, 2)
    attended(market, other, date(2026, 3, 31))
    protect(market, other)
    assert len(fetch(whole, MARCH)) == 1
    with acting_as(whole):
        (file,) = db.session.scalars(select(HoursFile))
        assert (file.protected, file.elsewhere, file.sent_by) == (1, 0, "Siri Samordnare")
    correct(market, other, date(2026, 3, 31), 2)
    assert states(market, whole)[MARCH] is Standing.SENT


def test_protection_that_came_later_changes_nothing_sent_but_what_is_fetched(
    market: Market, whole: Actor, placement_id: int
) -> None:
    other = running(market, 2)
    assert len(fetch(whole, MARCH)) == 2
    protect(market, other)
    assert states(market, whole)[MARCH] is Standing.SENT
    assert len(fetch(whole, MARCH)) == 1
    with acting_as(whole):
        notes = list(
            db.session.scalars(
                select(Event.note_sv).where(Event.object_type == "hours_month").order_by(Event.id)
            )
        )
    assert notes[0].startswith("2 deltagare. Kontrollsumma ")
    assert notes[1].startswith("Filen är inte densamma")


def test_a_kommun_that_went_elsewhere_is_left_out_and_counted(
    market: Market, whole: Actor, placement_id: int
) -> None:
    with acting_as(system_actor()), transaction():
        db.session.get_one(Organisation, market.north_id).kommun_codes = [HUDDINGE]
    assert fetch(whole, MARCH) == []
    assert now_in(whole, MARCH).left_out.elsewhere == 1


def test_hours_do_not_hang_on_the_consent_to_the_supplier(
    market: Market, whole: Actor, placement_id: int
) -> None:
    before = fetch(whole, MARCH)
    consent_withdrawn(market, placement_id)
    assert fetch(whole, MARCH) == before
    assert len(fetch(whole, APRIL)) == 1
    assert states(market, whole)[MARCH] is Standing.SENT


def test_only_who_sees_everyone_fetches_and_it_is_told_who_did(
    market: Market, whole: Actor, placement_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for actor in (market.coordinator, market.strategist, market.south_coordinator, market.officer):
        with pytest.raises((NotAllowed, Conflict)):
            fetch(actor, MARCH)
    fetch(whole, MARCH)
    fetch(whole, MARCH)
    number = personal_number(1)
    assert number not in caplog.text
    assert number[-4:] not in caplog.text
    with acting_as(whole):
        done = db.session.execute(
            select(Event.action, Event.user_name, Event.about_person)
            .where(Event.object_type == "hours_month", Event.object_id == 202603)
            .order_by(Event.id)
        ).all()
        assert [tuple(row) for row in done] == [
            ("send", "Siri Samordnare", True),
            ("fetch", "Siri Samordnare", True),
        ]
    assert number not in str(fetch_as_kept(whole))


def fetch_as_kept(actor: Actor) -> list[object]:
    with acting_as(actor):
        rows = [dict(row) for row in db.session.execute(text("SELECT * FROM hours_row")).mappings()]
        files = [dict(row) for row in db.session.execute(text("SELECT * FROM hours_file")).mappings()]
        return [*rows, *files]


def test_two_who_fetch_at_once_get_the_same_file(database: Database) -> None:
    market = build_market()
    with travelling(IN_JUNE):
        attended(market, running(market), date(2026, 3, 31))
        whole = coordinator(market)
    acts = [by(whole, lambda: fetch_hours(MARCH).lines) for _ in range(3)]
    found = all_at_once(database, acts, IN_JUNE)
    assert found[0] == found[1] == found[2]
    with acting_as(whole):
        assert db.session.scalar(select(func.count(HoursFile.id))) == 1
        assert db.session.scalar(select(func.count(HoursRow.file_id))) == 1
