"""The suppliers of a system in a browser: axe, narrow screens, dark scheme, paper, without a script."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from app import ROOT
from tests.support.application import Database
from tests.support.directory_town import Town, add_supplier, build_town

pytestmark = pytest.mark.browser
SCREENSHOTS = ROOT / "screenshots" / "directory"


@pytest.fixture
def town(database: Database) -> Town:
    built = build_town()
    for name in ("Caféet", "Återbruket", "Cykelverkstaden i Handen"):
        add_supplier(built, name, places=2)
    return built


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        with playwright.chromium.launch(executable_path=chromium_path, args=arguments) as launched:
            yield launched


def check(page: Page, name: str) -> None:
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
    found = Axe().run(page)
    assert found.violations_count == 0, f"{name}\n{found.generate_report()}"
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider == 0, name


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_suppliers_are_found_compared_and_read_by_anyone(
    browser: Browser, live_server: str, town: Town, width: int, scheme: Any
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security" in said.text else None)
    name = f"{width}-{scheme}"
    page.goto(f"{live_server}/valfrihetssystem/{town.system_id}")
    page.get_by_role("link", name="Leverantörer att välja mellan").click()
    page.wait_for_load_state()
    assert page.locator(".told-on-paper").first.is_hidden()
    check(page, f"index-{name}")
    for supplier in ("Växthuset", "Snickeriet", "Caféet"):
        page.get_by_label(f"Jämför {supplier}", exact=True).check()
    page.get_by_role("button", name="Jämför valda, högst 4").click()
    page.wait_for_load_state()
    assert page.locator("tbody tr").first.locator("td").count() == 3
    check(page, f"compare-{name}")
    page.get_by_role("link", name="Växthuset", exact=True).click()
    page.wait_for_load_state()
    assert page.locator("h1").inner_text() == "Växthuset"
    check(page, f"show-{name}")
    page.goto(f"{live_server}/valfrihetssystem/{town.system_id}/leverantorer?kommun=0126&omrade=inget")
    check(page, f"narrowed-{name}")
    page.goto(f"{live_server}/valfrihetssystem/{town.other_system_id}/leverantorer")
    check(page, f"other-{name}")
    page.goto(f"{live_server}/oppna-data")
    page.get_by_text("Exempel: platser").click()
    check(page, f"open-data-{name}")
    assert refused == []
    context.close()


def test_paper_has_what_is_told_and_no_boxes_to_tick(browser: Browser, live_server: str, town: Town) -> None:
    page = browser.new_page()
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(f"{live_server}/valfrihetssystem/{town.system_id}/leverantorer")
    assert page.locator(".print-header").is_visible()
    assert page.get_by_text("Så byter du leverantör").last.is_visible()
    for hidden in (".option-tick", ".option-bar", ".filter-bar"):
        assert page.locator(hidden).first.is_hidden(), hidden
    assert page.locator(".told-on-paper").first.is_visible()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "paper.png", full_page=True)
    everyone = [f"leverantor={number}" for number in (town.greenhouse, town.joinery)]
    page.goto(f"{live_server}/valfrihetssystem/{town.system_id}/leverantorer/jamfor?{'&'.join(everyone)}")
    assert page.locator(".compare").is_visible()
    page.screenshot(path=SCREENSHOTS / "paper-compare.png", full_page=True)
    page.close()
