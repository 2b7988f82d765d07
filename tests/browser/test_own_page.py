"""The participant's own page in a browser: by code, wide, narrow and dark; without script; by keyboard alone."""

import pytest
from playwright.sync_api import Browser, Page

from enterprises.places.services import add_picture
from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.reference.rules import Sex
from marketplace.tenancy import Actor, acting_as
from placements.choice.services import close_round, decline_place, record_choice, shortlist_place
from placements.visits.services import book_visit
from tests.browser.looking import NARROW, WIDE, look_at_pages, look_over, opened, overflow, stand_on
from tests.support.application import Database
from tests.support.own_page import code_of, shown_round
from tests.support.pictures import photograph
from tests.support.placement_market import TODAY, Market, build_market
from tests.support.visiting import offered

pytestmark = pytest.mark.browser

PAGES = {
    "enter": "/min-sida/platser",
    "places": "/min-sida/val/{round}",
    "compare": "/min-sida/val/{round}/jamfor",
    "choose": "/min-sida/val/{round}/platser/{growing}/valj",
    "no": "/min-sida/val/{round}/platser/{growing}/nej",
}
OFFICERS_PAGES = {
    "round-with-answers": "/valomgangar/{round}",
    "decline-at-the-table": "/valomgangar/{round}/platser/{growing}/nej",
    "sheet": "/valomgangar/{round}/blad",
    "all-declined": "/valomgangar/{refused}",
    "no-default": "/valomgangar/{refused}/ickeval",
    "chosen-with-reserves": "/valomgangar/{chosen}",
}


@pytest.fixture
def market(database: Database) -> Market:
    """The application's clock stands at the market's Monday."""
    stand_on(database.app, TODAY)
    return build_market(seats=3)


def _enter(page: Page, address: str, market: Market, she: Actor) -> None:
    with travelling(TODAY):
        code = code_of(market, she)
    page.goto(f"{address}/min-sida")
    page.get_by_label("Din kod").fill(code)
    page.get_by_role("button", name="Öppna min sida").click()
    page.wait_for_url("**/min-sida/platser")


def test_the_pages_are_accessible(browser: Browser, live_server: str, market: Market) -> None:
    everything = (market.repair_id, market.sewing_id, market.growing_id)
    with travelling(TODAY):
        round_id, she = shown_round(market, *everything)
        narrow_id, narrow = shown_round(market, market.sewing_id, number=2, sex=Sex.WOMAN)
        chosen_id, chooser = shown_round(market, *everything, number=3)
        refused_id, refuser = shown_round(market, *everything, number=4)
        time_id = offered(market)[0]
        offered(market, market.growing_id, most_visitors=1)
        with acting_as(market.manager), transaction():
            add_picture(market.sewing_id, photograph(), "En symaskin vid ett fönster")
        with acting_as(she), transaction():
            book_visit(time_id, round_id)
        closed_id, closed = shown_round(market, market.sewing_id, number=5)
        with acting_as(she), transaction():
            shortlist_place(round_id, market.sewing_id)
            decline_place(round_id, market.repair_id)
        with acting_as(chooser), transaction():
            record_choice(chosen_id, market.sewing_id, reserve_ids=[market.growing_id, market.repair_id])
        with acting_as(refuser), transaction():
            for place_id in everything:
                decline_place(refused_id, place_id)
        with acting_as(market.officer), transaction():
            close_round(closed_id)
    ids = {"round": round_id, "growing": market.growing_id, "refused": refused_id, "chosen": chosen_id}
    for who, pages in (
        (she, PAGES),
        (narrow, {"narrow": f"/min-sida/val/{narrow_id}"}),
        (chooser, {"chosen": f"/min-sida/val/{chosen_id}"}),
        (refuser, {"refused": f"/min-sida/val/{refused_id}"}),
        (closed, {"closed": f"/min-sida/val/{closed_id}"}),
    ):
        page = opened(browser, WIDE)
        _enter(page, live_server, market, who)
        look_over(page, live_server, pages, ids, folder="own-page")
        page.context.close()
    look_at_pages(browser, live_server, market.officer, OFFICERS_PAGES, ids, folder="own-page")


def test_saving_declining_and_choosing_on_a_phone_without_script(
    browser: Browser, live_server: str, market: Market
) -> None:
    with travelling(TODAY):
        _, she = shown_round(market, market.repair_id, market.sewing_id, market.growing_id)
    page = opened(browser, NARROW, has_script=False)
    _enter(page, live_server, market, she)
    first = page.locator(f"#plats-{market.repair_id}")
    first.get_by_role("button", name="Spara").click()
    page.locator(f"#plats-{market.repair_id}").get_by_text("Sparad", exact=True).wait_for()
    page.locator(f"#plats-{market.sewing_id}").get_by_role("link", name="Säg nej").click()
    page.get_by_label("Tiderna passar inte mig").check()
    page.get_by_role("button", name="Nej, inte den här platsen").click()
    page.locator(f"#plats-{market.sewing_id}").get_by_text("Du har sagt nej").wait_for()
    page.locator(f"#plats-{market.growing_id}").get_by_role("link", name="Välj den här platsen").click()
    page.get_by_label("Första reserv").select_option(str(market.repair_id))
    assert overflow(page) == 0
    page.get_by_role("button", name="Ja, jag väljer den här platsen").click()
    page.get_by_role("heading", name="Det här händer nu").wait_for()
    page.get_by_text("Din första reserv").first.wait_for()
    page.context.close()


def test_choosing_by_keyboard(browser: Browser, live_server: str, market: Market) -> None:
    with travelling(TODAY):
        _, she = shown_round(market, market.growing_id)
    page = opened(browser, WIDE)
    _enter(page, live_server, market, she)
    _press_until(page, "Välj den här platsen")
    page.keyboard.press("Enter")
    page.wait_for_url("**/valj")
    _press_until(page, "Ja, jag väljer den här platsen")
    page.keyboard.press("Enter")
    page.get_by_text("Ditt val är sparat").wait_for()
    page.context.close()


def _press_until(page: Page, text: str) -> None:
    """Tabs to the control with the text, and sees that its focus is drawn."""
    for _ in range(40):
        page.keyboard.press("Tab")
        found = page.evaluate(
            "() => [document.activeElement.innerText || '', getComputedStyle(document.activeElement).outlineStyle]"
        )
        if text in found[0] and len(found[0]) < 200:
            assert found[1] != "none"
            return
    raise AssertionError(f"nobody reaches {text!r} with the tab key")
