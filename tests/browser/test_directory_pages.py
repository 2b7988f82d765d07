"""The suppliers of a system in a browser: axe, narrow screens, dark scheme, paper, without a script."""

import pytest
from playwright.sync_api import Browser

from tests.browser.looking import NARROW, WIDE, Look, look_at_pages, opened, picture
from tests.support.application import Database
from tests.support.directory_town import Town, add_supplier, build_town

pytestmark = pytest.mark.browser

PAGES = {
    "index": "/valfrihetssystem/{system}/leverantorer",
    "narrowed": "/valfrihetssystem/{system}/leverantorer?kommun=0126",
    "compare": "/valfrihetssystem/{system}/leverantorer/jamfor?leverantor={greenhouse}&leverantor={joinery}",
    "compare-nobody": "/valfrihetssystem/{system}/leverantorer/jamfor",
    "show": "/valfrihetssystem/{system}/leverantorer/{greenhouse}",
    "show-suspended": "/valfrihetssystem/{system}/leverantorer/{joinery}",
    "other": "/valfrihetssystem/{other}/leverantorer",
    "open-data": "/oppna-data",
}


@pytest.fixture
def town(database: Database) -> Town:
    built = build_town()
    for name in ("Caféet", "Återbruket", "Cykelverkstaden i Handen"):
        add_supplier(built, name, places=2)
    return built


def test_the_pages_of_suppliers_are_accessible(browser: Browser, live_server: str, town: Town) -> None:
    ids = {
        "system": town.system_id,
        "other": town.other_system_id,
        "greenhouse": town.greenhouse,
        "joinery": town.joinery,
    }
    look_at_pages(browser, live_server, None, PAGES, ids, folder="directory")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_anyone_finds_compares_and_reads_without_a_script(
    browser: Browser, live_server: str, town: Town, width: int
) -> None:
    page = opened(browser, width, has_script=False)
    page.goto(f"{live_server}/valfrihetssystem/{town.system_id}")
    with page.expect_navigation():
        page.get_by_role("link", name="Leverantörer att välja mellan").click()
    for supplier in ("Växthuset", "Snickeriet", "Caféet"):
        page.get_by_label(f"Jämför {supplier}", exact=True).check()
    with page.expect_navigation():
        page.get_by_role("button", name="Jämför valda, högst 4").click()
    assert page.locator("tbody tr").first.locator("td").count() == 3
    with page.expect_navigation():
        page.get_by_role("link", name="Växthuset", exact=True).click()
    assert page.locator("h1").inner_text() == "Växthuset"
    page.context.close()


def test_an_example_of_open_data_opens(browser: Browser, live_server: str, town: Town) -> None:
    page = opened(browser, NARROW, "dark")
    look = Look(page)
    page.goto(f"{live_server}/oppna-data")
    page.get_by_text("Exempel: platser").click()
    look.examine()
    page.context.close()


def test_paper_has_what_is_told_and_no_boxes_to_tick(browser: Browser, live_server: str, town: Town) -> None:
    page = opened(browser, WIDE)
    page.goto(f"{live_server}/valfrihetssystem/{town.system_id}/leverantorer")
    assert page.locator(".told-on-paper").first.is_hidden()
    page.emulate_media(media="print", color_scheme="dark")
    for shown in (".print-header", ".told-on-paper", ".told-changing"):
        assert page.locator(shown).first.is_visible(), shown
    for hidden in (".option-tick", ".option-bar", ".filter-bar"):
        assert page.locator(hidden).first.is_hidden(), hidden
    picture(page, "directory/paper")
    page.context.close()
