"""Days between placements against a slow count, seat by seat."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprises.places.models import Place, SeatUse
from enterprises.places.rules import SeatUseKind
from indicators.capacity.idle_services import compute_idle
from indicators.capacity.models import CapacityIdle
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as, system_actor
from tests.support.indicator_story import NOW, build_story
from tests.support.placement_market import TODAY, Market

Rows = dict[tuple[int, str, str, int], int]
YEARS = (2025, 2026)
PAUSED = {date(2026, 5, 5) + timedelta(days=n) for n in range(27)}


def compute(market: Market) -> None:
    with travelling(NOW), acting_as(system_actor(authority_id=market.north_id)), transaction():
        compute_idle(market.north_id, YEARS)


def stored(market: Market) -> Rows:
    with acting_as(market.strategist):
        return {
            (row.year, row.kommun_code, row.ssyk, row.days): row.gaps
            for row in db.session.scalars(select(CapacityIdle))
        }


def counted_slowly(market: Market) -> Rows:
    with acting_as(system_actor(market.north_id, market.farm_id)):
        places = {place.id: place for place in db.session.scalars(select(Place))}
        uses = list(db.session.scalars(select(SeatUse).order_by(SeatUse.first_day)))
    by_seat: dict[int, list[SeatUse]] = defaultdict(list)
    for use in uses:
        if places[use.place_id].enterprise_id == market.farm_id:
            by_seat[use.seat_id].append(use)
    found: Counter[tuple[int, str, str, int]] = Counter()
    for of_seat in by_seat.values():
        taken = {
            use.first_day + timedelta(days=n): use.kind
            for use in of_seat
            for n in range((use.last_day - use.first_day).days + 1)
        }
        placements = [use for use in of_seat if use.kind is SeatUseKind.PLACEMENT]
        for before, after in pairwise(placements):
            if not before.last_day < after.first_day < NOW:
                continue
            place = places[after.place_id]
            gap = [
                before.last_day + timedelta(days=n)
                for n in range(1, (after.first_day - before.last_day).days)
            ]
            # Published on TODAY; one place was paused for a while.
            if any(day < TODAY or (place.id == market.repair_id and day in PAUSED) for day in gap):
                continue
            if not gap and before.last_day < TODAY - timedelta(days=1):
                continue
            days = sum(taken.get(day) is not SeatUseKind.CLOSURE for day in gap)
            found[after.first_day.year, place.kommun_code, place.ssyk, days] += 1
    return dict(found)


def test_every_length_agrees_with_the_slow_count(session: Session) -> None:
    market = build_story(1, rounds=120)
    with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
        _close_in_a_gap(market)
    compute(market)
    expected = counted_slowly(market)
    assert stored(market) == expected
    assert sum(expected.values()) >= 5
    compute(market)
    assert stored(market) == expected, "a second run gives the same"


def _close_in_a_gap(market: Market) -> None:
    """A closure between two placements of a seat: those days are not idle."""
    uses = list(db.session.scalars(select(SeatUse).order_by(SeatUse.seat_id, SeatUse.first_day)))
    before, after = next(
        (one, other)
        for one, other in pairwise(uses)
        if one.seat_id == other.seat_id
        and one.kind is other.kind is SeatUseKind.PLACEMENT
        and one.last_day > TODAY
        and (other.first_day - one.last_day).days > 4
        and other.first_day < NOW
        and one.place_id != market.repair_id
    )
    db.session.add(
        SeatUse(
            seat_id=before.seat_id,
            place_id=before.place_id,
            first_day=before.last_day + timedelta(days=2),
            last_day=after.first_day - timedelta(days=2),
            kind=SeatUseKind.CLOSURE,
        )
    )


def test_nothing_is_counted_where_nobody_has_followed_another(session: Session) -> None:
    from tests.support.placement_market import build_market

    market = build_market()
    compute(market)
    assert stored(market) == {}
