"""Competing requests, changes, moves and withdrawal in a browser: axe, narrow screens, dark scheme."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Browser

from enterprises.places.models import SeatUse
from marketplace.clock import travelling
from marketplace.db import get_or_404, transaction
from marketplace.tenancy import acting_as
from placements.booking.models import Placement
from placements.booking.services import (
    accept_placement,
    agree_change,
    ask_extension,
    ask_extent,
    open_move,
    request_placement,
)
from placements.choice.services import record_choice, show_places
from tests.browser.looking import WIDE, look_at_pages, opened, sign_in, stand_on
from tests.support.application import Database
from tests.support.bookings import accepted, chosen_with_reserves, request_each, running
from tests.support.placement_market import TODAY, Market, build_market

pytestmark = pytest.mark.browser

TODAY_THERE = TODAY + timedelta(days=7)

OFFICERS_PAGES = {
    "request-reserve": "/placeringar/begar/{round}",
    "competing": "/placeringar/{asked}",
    "cancel-why": "/placeringar/{asked}/aterkalla",
    "extend": "/placeringar/{running}/forlang",
    "extent": "/placeringar/{running}/omfattning",
    "move": "/placeringar/{running}/byt",
    "change-waits": "/placeringar/{changing}",
    "moved-from": "/placeringar/{left}",
    "moved-to": "/placeringar/{new}",
    "move-round": "/valomgangar/{move_round}",
    "all-placements": "/placeringar/?lage=alla",
}
COORDINATORS_PAGES = {
    "withdraw-cascade": "/deltagare/beviljanden/{grant}/aterkalla",
    "withdraw-not": "/deltagare/beviljanden/{running_grant}/aterkalla",
    "extend-grant": "/deltagare/beviljanden/{running_grant}/forlang",
}
SUPERVISORS_PAGES = {
    "change-to-answer": "/placeringar/{changing}",
    "decline-change": "/placeringar/andringar/{change}/neka",
    "supplier-moved-from": "/placeringar/{left}",
    "supplier-work": "/",
}


@pytest.fixture
def market(database: Database) -> Market:
    """The application's clock stands at the Monday when the training begins."""
    stand_on(database.app, TODAY_THERE)
    with travelling(TODAY):
        return build_market(seats=5)


def _shortened(market: Market, placement_id: int) -> int:
    with acting_as(market.officer), transaction():
        placement = get_or_404(Placement, placement_id)
        assert placement.seat_use_id is not None
        get_or_404(SeatUse, placement.seat_use_id).last_day = placement.last_day = date(2026, 5, 29)
    return placement_id


@pytest.fixture
def ids(market: Market) -> dict[str, int]:
    """One of each thing that has a page."""
    with travelling(TODAY):
        round_id = chosen_with_reserves(market, [market.sewing_id, market.growing_id])
        going = _shortened(market, running(market, 2))
        changing = _shortened(market, running(market, 3))
        left = accepted(market, 4)
    with travelling(TODAY_THERE):
        (asked,) = request_each(round_id, [market.sewing_id], market.officer, first_day=date(2026, 3, 16))
        with acting_as(market.officer), transaction():
            extent = ask_extent(
                changing, from_day=date(2026, 4, 6), hours_per_week=Decimal(15), days_per_week=3
            ).id
        with acting_as(market.supervisor), transaction():
            agree_change(extent)
        with acting_as(market.officer), transaction():
            change = ask_extension(changing, date(2026, 6, 26)).id
        with acting_as(market.officer), transaction():
            move_round = open_move(left).id
            show_places(move_round, [market.repair_id])
            record_choice(move_round, market.repair_id)
        with acting_as(market.officer), transaction():
            new = request_placement(move_round, first_day=date(2026, 5, 4)).id
        with acting_as(market.supervisor), transaction():
            accept_placement(new)
        with acting_as(market.officer):
            grants = [get_or_404(Placement, one).grant_id for one in (asked, going)]
    return {
        "round": round_id,
        "asked": asked,
        "running": going,
        "changing": changing,
        "change": change,
        "left": left,
        "new": new,
        "move_round": move_round,
        "grant": grants[0],
        "running_grant": grants[1],
    }


def test_the_pages_are_accessible(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int]
) -> None:
    for who, pages in (
        (market.officer, OFFICERS_PAGES),
        (market.coordinator, COORDINATORS_PAGES),
        (market.supervisor, SUPERVISORS_PAGES),
    ):
        look_at_pages(browser, live_server, who, pages, ids, folder="booking")


def test_a_longer_period_by_hand(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int]
) -> None:
    """Without script: asked by the officer, agreed by the supervisor."""
    page = opened(browser, WIDE, has_script=False)
    sign_in(page, live_server, market.officer)
    page.goto(f"{live_server}/placeringar/{ids['running']}")
    page.get_by_role("link", name="Förläng", exact=True).click()
    page.get_by_label("Ny sista dag").fill("2026-07-31")
    page.get_by_role("button", name="Begär förlängning").click()
    page.get_by_text("Längre period väntar på svar").wait_for()
    page.context.close()
    page = opened(browser, WIDE, has_script=False)
    sign_in(page, live_server, market.supervisor)
    page.goto(f"{live_server}/placeringar/{ids['running']}")
    page.get_by_role("button", name="Godkänn ändringen").click()
    page.get_by_text("Ändringen är godkänd och gäller.").wait_for()
    page.context.close()
