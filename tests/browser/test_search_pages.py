"""The search and its tools in a browser: axe, narrow screens, dark scheme; searched, asked about and saved by hand
without script."""

from datetime import time

import pytest
from playwright.sync_api import Browser

from enterprises.places.models import Place, Site
from enterprises.places.services import add_picture, pause_place
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.reference.models import Kommun
from marketplace.tenancy import acting_as, system_actor
from placements.choice.services import open_round
from placements.search.saved_rules import Kept
from placements.search.services import save_search
from tests.browser.looking import WIDE, look_at_pages, opened, sign_in, stand_on
from tests.factories import HANINGE, HUDDINGE
from tests.support.application import Database
from tests.support.pictures import photograph
from tests.support.placement_market import TODAY, Market, build_market, granted, requested

pytestmark = pytest.mark.browser

PAGES = {
    "search": "/sok/?nara=0126&inom=30",
    "folded-out": "/sok/?ord=sy&dag=1&dag=3&undvik=dust&anpassning=quiet&valomgang={round}",
    "mended": "/sok/?senast=2020-01-01&timmar=99&kommun=9999",
    "nothing": "/sok/?ord=ubåt&valomgang={round}",
    "compare": "/sok/jamfor?plats={sewing}&plats={repair}&plats={growing}&nara=0126",
    "why": "/sok/varfor?namn=gården&timmar=35",
    "why-nearly": "/sok/varfor",
    "why-none": "/sok/varfor?namn=ubåt",
    "save": "/sok/spara?ord=sy",
    "saved": "/sok/sparade",
    "rename": "/sok/sparade/{saved}",
}
OTHERS_PAGES = {"none-saved": "/sok/sparade"}


@pytest.fixture
def market(database: Database) -> Market:
    """The application's clock stands at the market's Monday."""
    stand_on(database.app, TODAY)
    return build_market()


@pytest.fixture
def ids(market: Market) -> dict[str, int]:
    """Places that tell much, are paused and are full; kommuner with positions; searches that are saved."""
    with travelling(TODAY):
        with acting_as(system_actor()), transaction():
            for code, north, east in ((HANINGE, 59.168, 18.138), (HUDDINGE, 59.237, 17.982)):
                kommun = db.session.get_one(Kommun, code)
                kommun.latitude, kommun.longitude = north, east
        with acting_as(market.manager), transaction():
            place = db.session.get_one(Place, market.sewing_id)
            place.tasks, place.rotates = ["Sy förkläden", "Laga dragkedjor", "Sortera tyger"], True
            place.weekdays, place.day_starts, place.day_ends = [1, 3, 5], time(8), time(15, 30)
            place.demands, place.adaptations = ["standing", "noise"], ["quiet", "small_group"]
            site = db.session.get_one(Site, place.site_id)
            site.accessibility = ["step_free_entrance", "lift"]
            site.accessibility_sv = "Ring på dörren så möter vi dig"
            add_picture(market.sewing_id, photograph(), "Symaskiner vid ett fönster")
            pause_place(market.growing_id)
        requested(market, 1, place_id=market.repair_id)
        _, grant_id = granted(market, 2)
        with acting_as(market.officer), transaction():
            round_id = open_round(grant_id).id
            saved_id = save_search("Sömnad på måndagar", Kept({"ord": ["sy"], "dag": ["1"]}, 14, 90)).id
            days = {"senast": ["2026-03-20"], "till": ["2026-06-01"]}
            save_search("Våren", Kept({"kommun": [HANINGE], **days}))
    return {
        "round": round_id,
        "saved": saved_id,
        "sewing": market.sewing_id,
        "repair": market.repair_id,
        "growing": market.growing_id,
    }


def test_the_pages_are_accessible(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int]
) -> None:
    look_at_pages(browser, live_server, market.officer, PAGES, ids, folder="search")
    look_at_pages(browser, live_server, market.coordinator, OTHERS_PAGES, ids, folder="search")


def test_searching_asking_why_and_saving_by_hand(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int]
) -> None:
    page = opened(browser, WIDE, has_script=False)
    sign_in(page, live_server, market.officer)
    page.goto(f"{live_server}/sok/")
    page.get_by_label("Sökord").fill("sy kläder")
    page.get_by_text("Fler villkor").click()
    page.get_by_label("måndag").check()
    page.get_by_role("button", name="Sök", exact=True).click()
    page.get_by_text("1 plats passar").wait_for()
    assert page.get_by_label("måndag").is_checked()
    page.get_by_role("link", name="Varför visas inte").click()
    page.get_by_label("Platsens eller leverantörens namn").fill("cyklar")
    page.get_by_role("button", name="Visa varför").click()
    page.get_by_text("Fullt till v. 35").wait_for()
    page.get_by_text("Sökorden ”sy kläder” finns inte").wait_for()
    page.get_by_role("link", name="Sök plats").last.click()
    page.get_by_text("1 plats passar").wait_for()
    page.get_by_role("link", name="Spara sökningen").click()
    page.get_by_label("Namn på sökningen").fill("Måndagar")
    page.get_by_role("button", name="Spara sökningen").click()
    with page.expect_navigation():
        page.get_by_role("link", name="Måndagar", exact=True).click()
    assert page.get_by_label("Sökord").input_value() == "sy kläder"
    page.context.close()
