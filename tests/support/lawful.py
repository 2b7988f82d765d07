"""What is stored about seats, read as it is and looked at day by day: whoever raced, this must hold."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, text

from marketplace.db import db
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.rules import SEAT_HOLDING_STATES, PlacementState
from tests.support.placement_market import Market

_LIVE = (PlacementState.REQUESTED, PlacementState.ACCEPTED, PlacementState.RUNNING)


def live_placements(market: Market) -> list[Placement]:
    """Both authorities' placements with the farm that are not over, after a look that everything stored agrees."""
    db.session.remove()
    with acting_as(system_actor(market.north_id, market.farm_id)):  # the supplier's, whoever bought
        found = list(db.session.scalars(select(Placement).order_by(Placement.id)))
    db.session.expunge_all()
    for placement in found:
        _has_its_seat(placement)
    return [placement for placement in found if placement.state in _LIVE]


def _has_its_seat(placement: Placement) -> None:
    uses = _ask("SELECT seat_id, first_day, last_day FROM seat_use WHERE id = :id", id=placement.seat_use_id)
    if placement.state in SEAT_HOLDING_STATES:
        assert uses == [(placement.seat_id, placement.first_day, placement.last_day)]
    else:
        assert uses == []


def seats_used(place_id: int, day: date) -> int:
    """Seats that somebody has on the day, or that are closed; after a look that none is had twice on any day."""
    used = 0
    taken: set[tuple[int, date]] = set()
    for seat_id, first, last, kind in _uses(place_id):
        for that in _days(first, last):
            assert (seat_id, that) not in taken, f"seat {seat_id} has two on {that}"
            taken.add((seat_id, that))
            used += that == day and kind != "retired"
    return used


def seats_in_service(place_id: int, day: date) -> int:
    seats = _ask("SELECT id FROM seat WHERE place_id = :place", place=place_id)
    given_up = [use for use in _uses(place_id) if use[3] == "retired" and use[1] <= day <= use[2]]
    return len(seats) - len(given_up)


def _uses(place_id: int) -> list[Any]:
    statement = "SELECT seat_id, first_day, last_day, kind FROM seat_use WHERE place_id = :place ORDER BY id"
    return _ask(statement, place=place_id)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range(min((last - first).days, 400) + 1)]


def _ask(statement: str, **facts: object) -> list[Any]:
    with acting_as(system_actor(authority_id=_any_authority())):  # any buyer reads the uses of a seat
        return [tuple(row) for row in db.session.execute(text(statement), facts)]


def _any_authority() -> int:
    found = db.session.scalar(text("SELECT min(id) FROM organisation WHERE kind = 'authority'"))
    assert isinstance(found, int)
    return found
