"""Plan, attendance and final report in a browser: axe, narrow screens, dark scheme, and a week saved on a phone."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from app import ROOT
from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.tenancy import Actor, acting_as
from placements.attendance.queries import days_of_placement
from placements.report.services import draft_report
from tests.conftest import Database
from tests.support.placement_market import Market, build_market
from tests.support.training import REPORT, agreed, attended, ended, proposed, reported, running

pytestmark = pytest.mark.browser
SCREENSHOTS = ROOT / "screenshots" / "training"
MONDAY = date(2026, 3, 16)
WEEK_12 = "/narvaro?vecka=2026-W12"
PAGES: dict[str, dict[str, str]] = {
    "supervisor": {
        "work": "/",
        "week": WEEK_12,
        "week_empty": "/narvaro?vecka=2026-W01",
        "week_whole": f"{WEEK_12}&helg=1",
        "months": "/placeringar/{going_on}/narvaro",
        "plan": "/placeringar/{going_on}/plan",
        "plan_revise": "/planer/{plan}/ny-version",
        "plan_none": "/placeringar/{unwritten}/plan",
        "plan_witness": "/planer/{proposed}/deltagaren",
        "report_draft": "/placeringar/{drafted}/slutdokumentation",
        "report_write": "/slutdokumentationer/{draft}/redigera",
        "report_file": "/slutdokumentationer/{draft}/lamna-in",
        "report_none": "/placeringar/{going_on}/slutdokumentation",
    },
    "officer": {"plan_to_agree": "/placeringar/{waiting}/plan"},
    "coordinator": {
        "reports": "/slutdokumentationer",
        "receive": "/slutdokumentationer/{report}/ta-emot",
        "report": "/placeringar/{reported}/slutdokumentation",
    },
    "controller": {"months_by_number": "/placeringar/{going_on}/narvaro"},
}


@pytest.fixture
def market(database: Database) -> Market:
    return build_market(seats=8)


@pytest.fixture
def ids(market: Market) -> dict[str, int]:
    made: dict[str, int] = {}
    with travelling(date(2026, 3, 20)):
        made["going_on"], made["waiting"], made["unwritten"] = (
            running(market, number) for number in (1, 2, 3)
        )
        made["drafted"], made["reported"] = running(market, 4), running(market, 5)
        made["plan"] = agreed(market, made["going_on"])
        made["proposed"] = proposed(market, made["waiting"])
        attended(market, made["going_on"], date(2026, 3, 10), date(2026, 3, 11))
    with travelling(date(2026, 3, 31)):
        for name in ("drafted", "reported"):
            ended(market, made[name])
        made["report"] = reported(market, made["reported"])
        with acting_as(market.supervisor), transaction():
            made["draft"] = draft_report(made["drafted"], **REPORT).id
    return made


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        with playwright.chromium.launch(executable_path=chromium_path, args=arguments) as launched:
            yield launched


def signed_in(browser: Browser, address: str, who: Actor, width: int, scheme: Any = "light") -> Page:
    viewport: Any = {"width": width, "height": 812}
    context = browser.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{address}/logga-in")
    page.request.post(f"{address}/demo/logga-in", form={"membership_id": str(who.membership_id)})
    return page


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def refusals(page: Page) -> list[str]:
    """What the strict policy refuses, filled in as it happens."""
    refused: list[str] = []
    page.on(
        "console",
        lambda message: refused.append(message.text) if "Content Security" in message.text else None,
    )
    return refused


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (320, "light")])
def test_every_page_holds(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int], width: int, scheme: str
) -> None:
    for role, pages in PAGES.items():
        page = signed_in(browser, live_server, getattr(market, role), width, scheme)
        refused = refusals(page)
        for name, path in pages.items():
            answer = page.goto(live_server + path.format(**ids))
            assert answer is not None
            assert answer.status == 200, f"{path}: {answer.status}"
            page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
            found = Axe().run(page)
            assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
            assert overflow(page) == 0, path
        assert refused == []
        page.context.close()


def test_a_week_is_saved_on_a_phone(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int]
) -> None:
    placement_id = ids["going_on"]
    page = signed_in(browser, live_server, market.supervisor, 375)
    page.goto(live_server + WEEK_12)
    page.get_by_label("Timmar, Maja Öberg1, tis 17/3").fill("25")
    page.get_by_label("Närvaro, Maja Öberg1, ons 18/3").select_option(label="Sjuk, anmäld")
    page.get_by_role("button", name="Spara vecka 12").click()
    page.get_by_role("link", name="Maja Öberg1, tis 17/3").click()
    wrong = page.get_by_label("Timmar, Maja Öberg1, tis 17/3")
    assert wrong.input_value() == "25"
    bar = page.locator(".attendance-save").bounding_box()
    box = wrong.bounding_box()
    assert bar is not None
    assert box is not None
    assert box["y"] + box["height"] <= bar["y"]  # what the summary leads to is not hidden under the bar
    assert overflow(page) == 0
    wrong.fill("2,5")
    page.get_by_role("button", name="Spara vecka 12").click()
    assert page.get_by_text("Vecka 12 är sparad").is_visible()
    with acting_as(market.officer):
        week = {
            day.day: (day.kind.value, float(day.actual_hours))
            for day in days_of_placement(placement_id)
            if day.day >= MONDAY
        }
    assert week[MONDAY + timedelta(days=1)] == ("present", 2.5)
    assert week[MONDAY + timedelta(days=2)] == ("ill", 0.0)
    page.context.close()
