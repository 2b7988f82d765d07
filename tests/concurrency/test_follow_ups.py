"""Two jobs at once, two who write at once, a plan revised while somebody writes: one of each, and nothing is lost."""

from datetime import date

import pytest

from marketplace.clock import travelling
from marketplace.errors import Conflict
from placements.followup import services
from placements.followup.rules import Agreed, FollowUpState, Party
from tests.support.application import Database
from tests.support.at_once import all_at_once, by, refusals
from tests.support.following_up import days, followed, minutes, system_of
from tests.support.placement_market import FIRST_DAY, Market, build_market
from tests.support.training import agreed, running

DUE = date(2026, 4, 1)


@pytest.fixture
def market(database: Database) -> Market:
    return build_market()


@pytest.fixture
def placement_id(market: Market) -> int:
    return running(market)


def test_jobs_at_once_make_one_of_each(database: Database, market: Market, placement_id: int) -> None:
    with travelling(FIRST_DAY):
        agreed(market, placement_id, follow_up_dates=(DUE,))
    job = system_of(market)
    acts = [by(job, lambda: services.follow_plan(placement_id))] * 4
    acts += [by(job, lambda: services.call_meeting(placement_id))] * 4
    assert refusals(all_at_once(database, acts, FIRST_DAY)) == []
    assert sorted(days(market.officer, placement_id).values()) == [date(2026, 3, 16), DUE]


def test_one_writes_it_and_the_plan_waits_its_turn(
    database: Database, market: Market, placement_id: int
) -> None:
    with travelling(FIRST_DAY):
        (follow_up_id,) = followed(market, placement_id, follow_up_dates=(DUE,))
    to_do = Agreed("Ringa", Party.SUPERVISOR, DUE)
    acts = [
        by(who, lambda: services.hold(follow_up_id, minutes(to_do)))
        for who in (market.supervisor, market.officer, market.colleague)
    ]
    acts += [by(market.officer, lambda: services.miss(follow_up_id, DUE))]
    acts += [by(system_of(market), lambda: services.follow_plan(placement_id))]
    results = refusals(all_at_once(database, acts, DUE))
    assert len(results) == 3
    assert all(isinstance(refusal, Conflict) for refusal in results)
    settled = [
        days(market.officer, placement_id, state) for state in (FollowUpState.HELD, FollowUpState.MISSED)
    ]
    assert sum(map(len, settled)) == 1
    assert len(days(market.officer, placement_id)) == len(settled[1]), "a new day only for what was missed"


def test_one_extra_a_day_whoever_plans_it(database: Database, market: Market, placement_id: int) -> None:
    acts = [
        by(who, lambda: services.plan_extra(placement_id, DUE))
        for who in (market.supervisor, market.officer) * 2
    ]
    assert len(refusals(all_at_once(database, acts, FIRST_DAY))) == 3
    assert list(days(market.officer, placement_id).values()) == [DUE]
