"""A longer period and another extent: asked, held while asked, answered, and told as history."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprises.places.models import SeatUse
from enterprises.places.queries import free_seats
from enterprises.places.rules import SeatUseKind
from enterprises.places.services import take_seat
from marketplace.audit import timeline
from marketplace.clock import travelling
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.letters.models import Letter
from marketplace.tenancy import acting_as, system_actor
from placements.booking.change_rules import ChangeState
from placements.booking.models import Placement, PlacementChange
from placements.booking.rules import DeclineReason, PlacementState
from placements.booking.services import (
    agree_change,
    ask_extension,
    ask_extent,
    decline_change,
    end_placement_early,
    withdraw_change,
)
from placements.booking.waiting_queries import waiting
from tests.support.bookings import do, night, running, seen, work_off
from tests.support.placement_market import FIRST_DAY, LAST_DAY, TODAY, Market, build_market

SHORT = date(2026, 5, 29)
LONGER = date(2026, 6, 26)
NOW = FIRST_DAY + timedelta(days=14)
DUE = date(2026, 3, 26)  # three working days after NOW


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    built = build_market(seats=1)
    with travelling(TODAY):
        yield built


@pytest.fixture
def placement_id(market: Market) -> int:
    """Running on the only seat, though the grant lasts longer."""
    found = running(market)
    do(market.officer, _shorten, found)
    return found


def _shorten(placement_id: int) -> Placement:
    placement = get_or_404(Placement, placement_id)
    assert placement.seat_use_id is not None
    get_or_404(SeatUse, placement.seat_use_id).last_day = SHORT
    placement.last_day = SHORT
    return placement


def _change(market: Market, change_id: int) -> PlacementChange:
    with acting_as(market.officer):
        found = get_or_404(PlacementChange, change_id)
        db.session.refresh(found)
        db.session.expunge(found)
        return found


def _ask(market: Market, placement_id: int, last_day: date = LONGER, on: date = NOW) -> int:
    change: Any = do(market.officer, ask_extension, placement_id, last_day, on=on)
    return int(change.id)


def _free(market: Market, first: date, last: date) -> int:
    with acting_as(market.officer):
        return free_seats(market.sewing_id, first, last)


def test_the_days_are_held_while_asked_and_booked_when_agreed(market: Market, placement_id: int) -> None:
    change_id = _ask(market, placement_id)
    assert _change(market, change_id).answer_due_on == DUE
    assert seen(placement_id, market).last_day == SHORT
    assert _free(market, SHORT + timedelta(days=1), LONGER) == 0
    assert _free(market, LONGER + timedelta(days=1), LAST_DAY) == 1
    do(market.supervisor, agree_change, change_id, on=NOW)
    assert seen(placement_id, market).last_day == LONGER
    assert _free(market, LONGER, LONGER) == 0
    with acting_as(market.officer):
        notes = [event.note_sv for event in timeline("placement", placement_id)][:2]
    assert notes == ["Till och med 2026-06-26", "Till och med 2026-06-26 i stället för 2026-05-29"]
    assert work_off("placements.tell")[-2:] == ["ask_change", "agree_change"]


def test_a_no_gives_the_days_back_and_the_placement_goes_on(market: Market, placement_id: int) -> None:
    change_id = _ask(market, placement_id)
    do(market.supervisor, decline_change, change_id, DeclineReason.NO_SUPERVISION, on=NOW)
    assert _change(market, change_id).state is ChangeState.DECLINED
    assert _free(market, SHORT + timedelta(days=1), LONGER) == 1
    assert seen(placement_id, market).last_day == SHORT
    with pytest.raises(Conflict, match="redan besvarad"):
        do(market.supervisor, agree_change, change_id, on=NOW)


def test_the_officer_takes_it_back_and_the_night_ends_what_nobody_answers(
    market: Market, placement_id: int
) -> None:
    do(market.officer, withdraw_change, _ask(market, placement_id), on=NOW)
    change_id = _ask(market, placement_id)
    with pytest.raises(Conflict, match="Svarstiden gick ut"):
        do(market.supervisor, agree_change, change_id, on=DUE + timedelta(days=1))
    night(DUE)
    assert _change(market, change_id).state is ChangeState.ASKED
    assert night(DUE + timedelta(days=1))[-1] == "expire_change"
    assert _change(market, change_id).state is ChangeState.EXPIRED
    assert _free(market, SHORT + timedelta(days=1), LONGER) == 1


def test_a_collision_says_which_days_could_be_had(market: Market, placement_id: int) -> None:
    _booked_by_somebody(market, date(2026, 6, 15))
    with pytest.raises(Conflict, match="kan förlängas till och med 2026-06-14") as refused:
        _ask(market, placement_id)
    assert refused.value.field == "last_day"
    _ask(market, placement_id, date(2026, 6, 14))


def _booked_by_somebody(market: Market, first_day: date) -> None:
    with acting_as(system_actor(market.south_id)), transaction():
        take_seat(market.sewing_id, first_day, LAST_DAY, SeatUseKind.REQUEST)


def test_no_day_can_be_had_when_the_next_one_is_taken(market: Market, placement_id: int) -> None:
    _booked_by_somebody(market, SHORT + timedelta(days=1))
    with pytest.raises(Conflict, match=r"kan inte förlängas\. Byt till en annan plats"):
        _ask(market, placement_id)


@pytest.mark.parametrize(
    ("last_day", "said"),
    [
        (SHORT, "slutar redan 2026-05-29"),
        (TODAY, "slutar redan"),
        (LAST_DAY + timedelta(days=1), "be samordnaren förlänga beviljandet"),
    ],
)
def test_a_day_that_does_not_do(market: Market, placement_id: int, last_day: date, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        _ask(market, placement_id, last_day)
    assert refused.value.field == "last_day"


def test_one_change_waits_at_a_time(market: Market, placement_id: int) -> None:
    _ask(market, placement_id)
    with pytest.raises(Conflict, match="väntar redan på svar"):
        _ask(market, placement_id)


def test_an_end_withdraws_what_is_asked(market: Market, placement_id: int) -> None:
    change_id = _ask(market, placement_id)
    do(market.supervisor, end_placement_early, placement_id, NOW, on=NOW)
    assert _change(market, change_id).state is ChangeState.WITHDRAWN
    assert _free(market, NOW + timedelta(days=1), LAST_DAY) == 1
    assert seen(placement_id, market).state is PlacementState.ENDED_EARLY


@pytest.mark.parametrize("ends", [False, True])
def test_the_supplier_is_told_what_becomes_of_the_placement(
    market: Market, placement_id: int, *, ends: bool
) -> None:
    change_id = _ask(market, placement_id)
    if ends:
        do(market.supervisor, end_placement_early, placement_id, NOW, on=NOW)
    else:
        do(market.officer, withdraw_change, change_id, on=NOW)
    work_off("placements.tell")
    with acting_as(system_actor()):
        said = db.session.scalars(
            select(Letter.text_sv).where(Letter.subject_sv == "En ändring är återkallad")
        ).one()
    assert said.endswith("Placeringen slutar." if ends else "Placeringen är som förut.")


def test_another_extent_holds_from_its_day(market: Market, placement_id: int) -> None:
    change: Any = do(
        market.officer,
        ask_extent,
        placement_id,
        from_day=date(2026, 4, 6),
        hours_per_week=Decimal(15),
        days_per_week=3,
        on=NOW,
    )
    with acting_as(market.officer):
        assert get_or_404(Placement, placement_id).hours_on(date(2026, 4, 6)) == 20
    do(market.supervisor, agree_change, change.id, on=NOW)
    with acting_as(market.supervisor):
        placement = get_or_404(Placement, placement_id)
        assert placement.hours_on(date(2026, 4, 5)) == 20
        assert placement.hours_on(date(2026, 4, 6)) == 15
        assert placement.extent_on(LAST_DAY).days_per_week == 3
        assert placement.hours_per_week == 20


@pytest.mark.parametrize(
    ("asked", "field", "said"),
    [
        ({"from_day": TODAY}, "from_day", "redan passerat"),
        ({"from_day": LAST_DAY}, "from_day", "Välj en dag däremellan"),
        (
            {"hours_per_week": Decimal(25), "days_per_week": 4},
            "hours_per_week",
            "Beviljandet är på 20 timmar",
        ),
        ({"hours_per_week": Decimal(8)}, "hours_per_week", "kräver minst 10"),
        ({"hours_per_week": Decimal(20), "days_per_week": 2}, "days_per_week", "åtta timmar om dagen"),
        ({"hours_per_week": Decimal(20), "days_per_week": 4}, "hours_per_week", "samma omfattning"),
    ],
)
def test_an_extent_that_does_not_do(
    market: Market, placement_id: int, asked: dict[str, Any], field: str, said: str
) -> None:
    wanted = {"from_day": NOW, "hours_per_week": Decimal(15), "days_per_week": 3} | asked
    with pytest.raises(Invalid, match=said) as refused:
        do(market.officer, ask_extent, placement_id, on=NOW, **wanted)
    assert refused.value.field == field


def test_it_waits_on_the_supervisors_page(market: Market, placement_id: int) -> None:
    _ask(market, placement_id)
    with acting_as(market.supervisor), travelling(NOW):
        (item,) = waiting(market.supervisor)
    assert item.text_sv == "Svara på en ändring för Maja Öberg1: längre period"
    assert item.deadline == DUE


def test_only_those_concerned(market: Market, placement_id: int) -> None:
    change_id = _ask(market, placement_id)
    with pytest.raises(NotAllowed):
        do(market.officer, agree_change, change_id, on=NOW)
    with pytest.raises(NotAllowed):
        do(market.supervisor, ask_extension, placement_id, LONGER, on=NOW)
    for outsider in (market.other_supervisor, market.south_officer, market.other_unit_officer):
        with pytest.raises(NotFound):
            do(outsider, decline_change, change_id, DeclineReason.OTHER, on=NOW)
