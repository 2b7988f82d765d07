"""The pages of indicators in a browser: axe, narrow screens, dark scheme, charts, and the strict policy."""

import pytest
from playwright.sync_api import Browser
from sqlalchemy import update

from indicators.alerts.rules import AlertKind, Watch
from indicators.alerts.services import add_alert
from indicators.capacity.models import CapacityGap
from indicators.capacity.queries import CapacityFilter, averages
from indicators.capacity.rules import PeriodUnit
from indicators.region.rules import MemberAction
from indicators.services import compute_all
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as, system_actor
from tests.browser.looking import look_at_pages, stand_on
from tests.factories import HANINGE, TEXTILE
from tests.support.application import Database
from tests.support.indicator_story import NOW, build_story
from tests.support.placement_market import Market
from tests.support.sharing import answered, count, founded, strategist_of_south

pytestmark = pytest.mark.browser
STRATEGISTS_PAGES = {
    "capacity": f"/kapacitet?dag={NOW}",
    "capacity-one-kommun": f"/kapacitet?dag={NOW}&kommun={HANINGE}&visa=bokade",
    "capacity-nothing": "/kapacitet?dag=2020-01-01",
    "capacity-over-time": "/kapacitet/over-tid",
    "gaps": "/kapacitet/luckor",
    "idle": "/kapacitet/tomma-dagar",
    "freshness": "/kapacitet/aktualitet",
    "alerts": "/kapacitet/bevakningar",
    "alert-new": "/kapacitet/bevakningar/ny",
    "offers": f"/kapacitet/{HANINGE}/{TEXTILE}?dag={NOW}",
    "choices": "/val-och-kon?ar=2026",
    "choices-one-kommun": f"/val-och-kon?ar=2026&urval=kommun-{HANINGE}",
    "choices-few": "/val-och-kon?ar=2025",
    "choices-by-kommun": "/val-och-kon/kommuner?ar=2026",
    "choices-by-trade": "/val-och-kon/yrken?ar=2026",
    "outcomes": "/resultat?ar=2026",
    "outcomes-funnel": "/resultat/jamfor?ar=2026&tal=completed",
    "outcomes-intervals": "/resultat/jamfor?ar=2026&tal=plan_in_time&per=trade",
    "outcomes-means": "/resultat/jamfor?ar=2026&tal=start_time&per=sex",
    "targets": "/mal?ar=2026",
    "targets-edit": "/mal/andra",
    "regions": "/regionen",
    "definitions": "/nyckeltal/definitioner",
}


@pytest.fixture
def market(database: Database) -> Market:
    stand_on(database.app, NOW)
    market = build_story(1)
    with acting_as(market.strategist), transaction():
        add_alert(Watch(AlertKind.FREE, 100))
    with travelling(NOW):
        compute_all(is_whole=True)
    with acting_as(system_actor(authority_id=market.north_id)), transaction():
        some = update(CapacityGap).where(CapacityGap.ssyk.in_(["", TEXTILE]))
        db.session.execute(some.values(waiting=7))
    return market


def test_the_pages_hold(browser: Browser, market: Market, live_server: str) -> None:
    with acting_as(market.strategist):
        assert averages(market.north_id, CapacityFilter(NOW), PeriodUnit.WEEK, NOW), "weeks ahead are drawn"
    region_id = founded(market)
    answered(region_id, strategist_of_south(market), MemberAction.AGREE)
    with travelling(NOW):
        count(market, region_id)
    for who, pages in (
        (market.strategist, STRATEGISTS_PAGES | {"region": f"/regionen/{region_id}?ar=2026"}),
        (
            market.manager,
            {"supplier": "/nyckeltal", "supplier-cases": "/nyckeltal/placeringar?tal=attendance"},
        ),
        (
            market.coordinator,
            {
                "rows-behind": "/nyckeltal/rader?tal=plan_in_time&ar=2026",
                "rounds-behind": "/val-och-kon/omgangar?ar=2026",
            },
        ),
        (market.other_manager, {"supplier-empty": "/nyckeltal"}),
    ):
        look_at_pages(browser, live_server, who, pages, folder="indicators")
