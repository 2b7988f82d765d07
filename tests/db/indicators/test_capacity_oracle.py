"""The counted capacity against a slow count, seat by seat and day by day."""

from collections import defaultdict
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from enterprises.places.models import Place, Seat, SeatUse
from enterprises.places.rules import SeatUseKind
from indicators.capacity.models import CapacityDay
from indicators.capacity.queries import CapacityFilter, averages
from indicators.capacity.rules import AHEAD_DAYS, RECOUNTED_DAYS, PeriodUnit
from indicators.services import compute_authority
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as, system_actor
from tests.support.indicator_story import NOW, build_story
from tests.support.placement_market import TODAY, Market

Rows = dict[tuple[date, str, str], tuple[int, int, int, int, int]]


def compute(market: Market, on: date = NOW, *, is_whole: bool = False) -> None:
    with travelling(on), acting_as(system_actor(authority_id=market.north_id)), transaction():
        compute_authority(market.north_id, is_whole=is_whole)


def stored(authority_id: int) -> Rows:
    with acting_as(system_actor(authority_id=authority_id)):
        return {
            (row.day, row.kommun_code, row.ssyk): (
                row.seats,
                row.closed,
                row.held,
                row.booked,
                row.free_within_14_days,
            )
            for row in db.session.scalars(select(CapacityDay))
        }


def counted_slowly(market: Market, first: date, last: date) -> Rows:
    with acting_as(system_actor(market.north_id, market.farm_id)):
        places = list(db.session.scalars(select(Place).where(Place.enterprise_id == market.farm_id)))
        seats = list(db.session.scalars(select(Seat)))
        uses = list(db.session.scalars(select(SeatUse)))
    found: dict[tuple[date, str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        for place in places:
            is_paused = place.id == market.repair_id and date(2026, 5, 5) <= day < date(2026, 6, 1)
            if day < TODAY or is_paused:
                continue  # published on TODAY; the contract is older
            for seat in (seat for seat in seats if seat.place_id == place.id):

                def kind_on(that: date, seat_id: int = seat.id) -> SeatUseKind | None:
                    found = [
                        use.kind
                        for use in uses
                        if use.seat_id == seat_id and use.first_day <= that <= use.last_day
                    ]
                    assert len(found) <= 1
                    return found[0] if found else None

                now = kind_on(day)
                row = found[day, place.kommun_code, place.ssyk]
                row[0] += now is not SeatUseKind.RETIRED
                row[1] += now is SeatUseKind.CLOSURE
                row[2] += now in {SeatUseKind.REQUEST, SeatUseKind.OFFER}
                row[3] += now is SeatUseKind.PLACEMENT
                row[4] += any(kind_on(day + timedelta(days=n)) is None for n in range(15))
    return {key: (a, b, c, d, e) for key, (a, b, c, d, e) in found.items() if a}


@pytest.mark.parametrize("seed", [1, 2])
def test_every_day_agrees_with_the_slow_count(session: Session, seed: int) -> None:
    market = build_story(seed, rounds=60)
    compute(market)
    expected = counted_slowly(market, TODAY - timedelta(days=60), NOW + timedelta(days=AHEAD_DAYS))
    assert stored(market.north_id) == expected
    assert any(row[2] for row in expected.values())
    assert any(row[1] for row in expected.values())


def test_a_second_run_gives_the_same_and_so_does_one_over_everything(session: Session) -> None:
    market = build_story(3, rounds=40)
    compute(market)
    once = stored(market.north_id)
    compute(market)
    assert stored(market.north_id) == once
    compute(market, is_whole=True)
    assert stored(market.north_id) == once


def test_nightly_runs_leave_what_is_long_past_and_fill_every_day(session: Session) -> None:
    market = build_story(4, rounds=40)
    compute(market, NOW - timedelta(days=100))
    compute(market, NOW)  # nobody has run it for a hundred days
    assert stored(market.north_id) == counted_slowly(market, TODAY, NOW + timedelta(days=AHEAD_DAYS))
    long_past = NOW - timedelta(days=RECOUNTED_DAYS + 1)
    with acting_as(system_actor(authority_id=market.north_id)), transaction():
        db.session.execute(delete(CapacityDay).where(CapacityDay.day <= long_past))
    compute(market, NOW)
    assert min(day for day, _, _ in stored(market.north_id)) == long_past + timedelta(days=1)


@pytest.mark.parametrize("wanted", [CapacityFilter(NOW), CapacityFilter(NOW, ssyk="7531")])
def test_months_and_weeks_are_the_averages_of_their_days(session: Session, wanted: CapacityFilter) -> None:
    market = build_story(6, rounds=40)
    compute(market, NOW - timedelta(days=100))
    compute(market, NOW)
    days = stored(market.north_id)
    with acting_as(market.strategist):
        months = averages(market.north_id, wanted, PeriodUnit.MONTH, TODAY.replace(day=1))
        weeks = averages(market.north_id, wanted, PeriodUnit.WEEK, NOW - timedelta(days=NOW.weekday()))
    yesterday, first = NOW - timedelta(days=1), min(day for day, _, _ in days)
    assert months[0].first_day == TODAY.replace(day=1)
    assert months[-1].first_day == yesterday.replace(day=1)
    assert len(weeks) == 8
    for row, last in [
        *(
            (row, min(yesterday, (row.first_day + timedelta(days=31)).replace(day=1) - timedelta(days=1)))
            for row in months
        ),
        *((row, row.first_day + timedelta(days=6)) for row in weeks),
    ]:
        within = [
            numbers
            for (day, _, ssyk), numbers in days.items()
            if row.first_day <= day <= last and wanted.ssyk in {None, ssyk}
        ]
        number_of_days = (last - max(first, row.first_day)).days + 1
        expected = [sum(column) / number_of_days for column in zip(*within, strict=True)][:4]
        assert [row.seats, row.closed, row.held, row.booked] == pytest.approx(expected)


def test_a_shared_enterprise_counts_for_both_and_neither_sees_the_other(session: Session) -> None:
    market = build_story(5, rounds=30)
    with travelling(NOW):
        for authority_id in (market.north_id, market.south_id):
            with acting_as(system_actor(authority_id=authority_id)), transaction():
                compute_authority(authority_id)
    north, south = stored(market.north_id), stored(market.south_id)
    assert north.items() <= south.items()  # the same seats, and South has the bakery too
    with acting_as(market.strategist):
        seen = set(db.session.scalars(select(CapacityDay.authority_id).distinct()))
    assert seen == {market.north_id}
    with acting_as(market.other_manager):
        assert set(db.session.scalars(select(CapacityDay.enterprise_id).distinct())) == {market.bakery_id}


def test_an_authority_without_contracts_has_no_rows(session: Session) -> None:
    market = build_market_without_contracts()
    compute(market)
    assert stored(market.north_id) == {}


def build_market_without_contracts() -> Market:
    from enterprises.contracts.models import Contract
    from enterprises.contracts.rules import ContractState
    from tests.support.placement_market import build_market

    market = build_market()
    with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
        contract = db.session.scalars(select(Contract).where(Contract.authority_id == market.north_id)).one()
        contract.state = ContractState.SUSPENDED
    return market
