"""The pages of indicators in a browser: axe, narrow screens, dark scheme, charts, and the strict policy."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from app import ROOT
from indicators.services import compute_all
from marketplace.clock import travelling
from marketplace.tenancy import Actor
from tests.conftest import Database
from tests.support.indicator_story import NOW, build_story
from tests.support.placement_market import HANINGE, TEXTILE, Market

pytestmark = pytest.mark.browser
SCREENSHOTS = ROOT / "screenshots" / "indicators"
STRATEGISTS_PAGES = {
    "capacity": f"/kapacitet?dag={NOW}",
    "capacity-one-kommun": f"/kapacitet?dag={NOW}&kommun={HANINGE}&visa=bokade",
    "capacity-nothing": "/kapacitet?dag=2020-01-01",
    "offers": f"/kapacitet/{HANINGE}/{TEXTILE}?dag={NOW}",
    "choices": "/val-och-kon?ar=2026",
    "choices-one-kommun": f"/val-och-kon?ar=2026&kommun={HANINGE}",
    "choices-few": "/val-och-kon?ar=2025",
    "definitions": "/nyckeltal/definitioner",
}


@pytest.fixture
def market(database: Database) -> Market:
    market = build_story(1)
    with travelling(NOW):
        compute_all(is_whole=True)
    return market


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        with playwright.chromium.launch(executable_path=chromium_path, args=arguments) as launched:
            yield launched


def look_at(
    browser: Browser, address: str, who: Actor, pages: dict[str, str], width: int, scheme: Any
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    refused: list[str] = []
    page.on(
        "console",
        lambda message: refused.append(message.text) if "Content Security" in message.text else None,
    )
    page.goto(f"{address}/logga-in")
    page.request.post(f"{address}/demo/logga-in", form={"membership_id": str(who.membership_id)})
    for name, path in pages.items():
        response = page.goto(f"{address}{path}")
        assert response is not None
        assert response.status == 200, f"{path}: {response.status}"
        for image in page.locator("main img").all():
            image.scroll_into_view_if_needed()
            assert image.evaluate("async i => { await i.decode(); return i.naturalWidth }") > 0
        page.evaluate("window.scrollTo(0, 0)")
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path} {width} {scheme}: {found.generate_report()}"
        assert _fits(page), f"{path} is wider than {width} px"
    context.close()
    assert not refused, refused


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "light"), (1280, "dark")])
def test_the_pages_hold(browser: Browser, market: Market, live_server: str, width: int, scheme: str) -> None:
    look_at(browser, live_server, market.strategist, STRATEGISTS_PAGES, width, scheme)
    look_at(browser, live_server, market.manager, {"supplier": "/nyckeltal"}, width, scheme)
    look_at(browser, live_server, market.other_manager, {"supplier-empty": "/nyckeltal"}, width, scheme)
