"""The waiting list in a browser: from a search without hits to the answer, wide, narrow, dark and without script."""

import pytest
from playwright.sync_api import Browser

from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.tenancy import acting_as
from placements.booking.services import cancel_placement
from placements.choice.services import open_round
from placements.waiting_list import services
from placements.waiting_list.rules import NoReason
from tests.browser.looking import WIDE, look_at_pages, opened, sign_in, stand_on
from tests.support.application import Database
from tests.support.placement_market import TODAY, Market, build_market, granted, requested
from tests.support.waiting import offers, waits, work

pytestmark = pytest.mark.browser

PAGES = {
    "search-nothing": "/sok/?valomgang={round}&yrke=6112&anpassning=quiet",
    "search-few": "/sok/?valomgang={round}&yrke=7231",
    "line": "/vantelista/",
    "ended": "/vantelista/?lage=avslutad",
    "nobody": "/vantelista/?lage=avslutad&mina=y",
    "entry": "/vantelista/{entry}",
    "passed-over": "/vantelista/{passed}",
    "left": "/vantelista/{left}",
    "leave": "/vantelista/{entry}/lamna",
    "offer": "/vantelista/erbjudande/{offer}",
    "declined": "/vantelista/erbjudande/{declined}",
}


@pytest.fixture
def market(database: Database) -> Market:
    """The application's clock stands at the market's Monday."""
    stand_on(database.app, TODAY)
    return build_market()


@pytest.fixture
def ids(market: Market) -> dict[str, int]:
    with travelling(TODAY):
        taken = requested(market, 90, place_id=market.growing_id)
        _, grant_id = granted(market, 1)
        with acting_as(market.officer), transaction():
            round_id = open_round(grant_id).id
        passed, entry, left = (waits(market, number, kommun_codes=["0136"]) for number in (2, 3, 4))
        work()
        with acting_as(market.officer), transaction():
            cancel_placement(taken)
            services.leave(left)
        work()
        declined = int(offers(market)[0].id)
        with acting_as(market.officer), transaction():
            services.decline_offer(declined, NoReason.PARTICIPANT)
        work()
        offer = int(offers(market)[0].id)
    return {
        "round": round_id,
        "entry": entry,
        "passed": passed,
        "left": left,
        "offer": offer,
        "declined": declined,
    }


def test_the_pages_are_accessible(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int]
) -> None:
    look_at_pages(browser, live_server, market.officer, PAGES, ids, folder="waiting_list")
    of_coordinator = {"coordinators-line": "/vantelista/", "coordinators-offer": PAGES["offer"]}
    look_at_pages(browser, live_server, market.coordinator, of_coordinator, ids, folder="waiting_list")


def test_joining_and_answering_by_hand(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int]
) -> None:
    """Without script, by the controls that a person uses."""
    page = opened(browser, WIDE, has_script=False)
    sign_in(page, live_server, market.officer)
    page.goto(f"{live_server}/sok/?valomgang={ids['round']}&yrke=6112")
    page.get_by_role("button", name="Ställ i väntelistan").click()
    page.get_by_text("Deltagaren står nu i väntelistan").wait_for()
    page.goto(f"{live_server}/")
    page.get_by_role("link", name="Odla grönsaker har blivit ledig").click()
    page.get_by_label("Deltagaren vill inte ha platsen").check()
    page.get_by_role("button", name="Nej, låt den gå vidare").click()
    page.get_by_text("Platsen har gått vidare till nästa").wait_for()
    with travelling(TODAY):
        work()
    page.goto(f"{live_server}/")
    page.get_by_role("link", name="Odla grönsaker har blivit ledig").click()
    page.get_by_role("button", name="Ja, begär platsen").click()
    page.get_by_text("Platsen är begärd").wait_for()
    page.context.close()
