"""The pages of reports in a browser: axe, narrow screens, dark scheme; and a file that comes when it is asked for."""

from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Browser

from indicators.hours.services import fetch_hours, note_changed_hours
from indicators.reports.services import compute_reports
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.attendance.models import AttendanceDay
from tests.browser.looking import look_at_pages
from tests.factories import HANINGE, HUDDINGE, make_actor
from tests.support.application import Database
from tests.support.placement_market import Market, build_market
from tests.support.training import attended, running

pytestmark = pytest.mark.browser
IN_JUNE = date(2026, 6, 3)
CORRECTED = date(2026, 3, 30)


@pytest.fixture
def market(database: Database) -> Market:
    return build_market()


@pytest.fixture
def coordinator(market: Market) -> Actor:
    """Has sent March and April; a day of March has been put right since."""
    with travelling(IN_JUNE):
        with acting_as(system_actor()), transaction():
            north = db.session.get_one(Organisation, market.north_id)
            whole = make_actor("Siri Samordnare", north, Role.COORDINATOR, HANINGE, HUDDINGE)
        placement_id = running(market)
        attended(market, placement_id, CORRECTED, date(2026, 4, 1))
        for month in (3, 4):
            with acting_as(whole), transaction():
                fetch_hours(date(2026, month, 1))
        with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
            db.session.get_one(AttendanceDay, (placement_id, CORRECTED)).actual_hours = Decimal(2)
        with acting_as(system_actor(authority_id=market.north_id)), transaction():
            compute_reports(market.north_id, [2026])
            note_changed_hours(market.north_id)
    return whole


def test_the_pages_hold(browser: Browser, market: Market, coordinator: Actor, live_server: str) -> None:
    year = {"reports": "/rapporter", "year": "/rapporter/ar?ar=2026"}
    hours = {
        "people": "/rapporter/ar/deltagare?ar=2026",
        "months": "/rapporter/timmar",
        "month-again": "/rapporter/timmar/2026-03",
        "month-later": "/rapporter/timmar/2026-04",
    }
    for who, pages in (
        (coordinator, {f"whole-{name}": path for name, path in (year | hours).items()}),
        (market.coordinator, {"some-month": "/rapporter/timmar/2026-03"}),
        (market.strategist, year),
    ):
        look_at_pages(browser, live_server, who, pages, folder="reports-out")
