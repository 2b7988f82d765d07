"""Those who wait, against a slow count; and nobody can be told from what is shown."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from indicators.capacity.gap_services import compute_gaps
from indicators.capacity.models import CapacityGap
from indicators.capacity.supply_queries import gap_months
from marketplace import audit
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.reference.rules import Sex
from marketplace.tenancy import acting_as, system_actor
from placements.participants.models import Grant, Participant
from placements.participants.rules import GrantState
from placements.waiting_list.models import WaitingEntry
from tests.factories import HANINGE, HUDDINGE, TEXTILE
from tests.support.placement_market import Market, build_market
from tests.support.slow_gaps import count_waiting

MONTH_END = date(2026, 8, 31)
NOW = date(2026, 9, 15)
TRADES = (TEXTILE, "7231", "9412")
STATES = (GrantState.OPEN, GrantState.OPEN, GrantState.OPEN, GrantState.PLACED, GrantState.LAPSED)


@pytest.fixture
def market(session: Session) -> Market:
    market = build_market()
    with acting_as(system_actor(authority_id=market.north_id)), transaction():
        _write(market, Random(4))
    return market


def _write(market: Market, random: Random) -> None:
    for number in range(60):
        participant = Participant(
            authority_id=market.north_id,
            unit_id=market.unit_id,
            case_officer_id=market.officer.user_id,
            kommun_code=random.choice((HANINGE, HANINGE, HUDDINGE)),
            name=f"Person {number}",
            sex=Sex.WOMAN,
            birth_year=1980,
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        db.session.add(participant)
        db.session.flush()
        decided = MONTH_END - timedelta(days=random.randrange(-8, 60))
        grant = Grant(
            participant_id=participant.id,
            authority_id=market.north_id,
            state=random.choice(STATES),
            hours_per_week=Decimal(20),
            days_per_week=4,
            support_level="3",
            first_day=decided,
            last_day=decided + timedelta(days=random.choice((30, 90))),
            wished_trades=random.choice(([], [TEXTILE], [TEXTILE, "7231"], ["9412"])),
            decided_on=decided,
            decided_by="Sara",
        )
        db.session.add(grant)
        db.session.flush()
        if random.random() < 0.5:
            _record(grant, decided, GrantState.OPEN)
            if grant.state is not GrantState.OPEN:
                _record(grant, decided + timedelta(days=random.randrange(20)), grant.state)
        if random.random() < 0.3:
            joined = datetime(decided.year, decided.month, decided.day, 12, tzinfo=UTC)
            db.session.add(
                WaitingEntry(
                    authority_id=market.north_id,
                    grant_id=grant.id,
                    participant_id=participant.id,
                    criteria={},
                    ssyks=["9412"],
                    joined_at=joined,
                    joined_by="Sara",
                )
            )


def _record(grant: Grant, day: date, state: GrantState) -> None:
    with travelling(day):
        audit.record("grant", grant.id, "move", authority_id=grant.authority_id, to_state=state)


def counted_slowly(market: Market) -> dict[tuple[str, str], int]:
    with acting_as(system_actor(authority_id=market.north_id)):
        return count_waiting(market.north_id, MONTH_END + timedelta(days=1))


def stored(market: Market) -> dict[tuple[str, str], int | None]:
    with acting_as(market.strategist):
        rows = db.session.scalars(select(CapacityGap).where(CapacityGap.month == date(2026, 8, 1)))
        return {(row.kommun_code, row.ssyk): row.waiting for row in rows}


def compute(market: Market, *, is_whole: bool = False) -> None:
    with travelling(NOW), acting_as(system_actor(authority_id=market.north_id)), transaction():
        compute_gaps(market.north_id, [2026], is_whole=is_whole)


def test_what_is_shown_agrees_with_the_slow_count(market: Market) -> None:
    compute(market)
    shown, expected = stored(market), counted_slowly(market)
    numbers = {cell: waiting for cell, waiting in shown.items() if waiting is not None}
    assert numbers == {cell: expected[cell] for cell in numbers}
    assert {cell for cell, waiting in shown.items() if waiting is None} >= {
        cell for cell in shown if expected[cell] < 5
    }
    assert numbers["", ""] == expected["", ""]
    assert len(numbers) > 4
    with acting_as(market.strategist):
        assert gap_months(market.north_id) == [date(2026, number, 1) for number in range(8, 0, -1)]
    for is_whole in (False, True):
        compute(market, is_whole=is_whole)
        assert stored(market) == shown, "a second run gives the same"


def test_nobody_waiting_looks_like_somebody(session: Session) -> None:
    market = build_market()
    compute(market)
    assert set(stored(market).values()) == {None}
