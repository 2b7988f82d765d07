"""Whom suppliers have trained, against a slow count of the placements one by one."""

from collections import defaultdict
from datetime import date

from sqlalchemy import select

from indicators.outcomes.mix_rules import Cell, Count, published
from indicators.outcomes.models import MixCell
from indicators.outcomes.services import compute_mix
from marketplace.db import db
from marketplace.tenancy import acting_as, system_actor
from tests.support.placement_market import Market
from tests.support.slow_mix import count_mix

UNTIL = date(2026, 8, 1)
"""The story is told in September: what ended in August may have papers to come."""


def slowly(market: Market, year: int) -> dict[Cell, Count]:
    with acting_as(system_actor(authority_id=market.north_id)):
        return count_mix(market.north_id, year, UNTIL)


def stored(market: Market) -> dict[int, dict[Cell, int | None]]:
    found: dict[int, dict[Cell, int | None]] = defaultdict(dict)
    with acting_as(market.strategist):
        for row in db.session.scalars(select(MixCell)):
            found[row.year][Cell(row.by, row.enterprise_id, row.key)] = row.placements
    return found


def test_every_year_agrees_with_the_slow_count(indicator_market: Market) -> None:
    found = stored(indicator_market)
    assert set(found) == {2025, 2026}
    for year, cells in found.items():
        assert cells == published(slowly(indicator_market, year))
    assert any(found[2026].values())


def test_a_second_count_and_one_of_no_years_change_nothing(indicator_market: Market) -> None:
    before = stored(indicator_market)
    with acting_as(system_actor(authority_id=indicator_market.north_id)):
        compute_mix(indicator_market.north_id, [2025, 2026])
        compute_mix(indicator_market.north_id, [])
    assert stored(indicator_market) == before
