"""The invoice pages in a browser: axe, narrow screens, dark scheme, and nothing that the strict policy refuses."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from app import ROOT
from enterprises.suppliers.models import EnterpriseProfile
from invoicing.invoices import services
from invoicing.remuneration.facts import Month
from marketplace.db import db, transaction
from marketplace.tenancy import Actor, acting_as
from tests.conftest import Database
from tests.support.invoicing_market import Market, add_contracts, attend, build_market

pytestmark = pytest.mark.browser
SCREENSHOTS = ROOT / "screenshots" / "invoices"
MANAGERS_PAGES = {
    "list": "/fakturor",
    "draft": "/fakturor/{draft}",
    "approve": "/fakturor/{draft}/godkann",
    "discard": "/fakturor/{draft}/underkann",
    "line": "/fakturor/{draft}/rad/1",
    "run": "/fakturor/manadskorning",
    "approved": "/fakturor/{approved}",
    "send": "/fakturor/{approved}/skicka",
}
CONTROLLERS_PAGES = {
    "inbox": "/fakturor",
    "sent": "/fakturor/{sent}",
    "attest": "/fakturor/{sent}/attestera",
    "dispute": "/fakturor/{sent}/bestrid",
    "fee": "/fakturor/{sent}/rad/1",
    "document": "/fakturor/{sent}.html",
    "waiting": "/",
}


@pytest.fixture
def market(database: Database) -> Market:
    return build_market()


@pytest.fixture
def ids(market: Market) -> dict[str, int]:
    """A sent invoice of March, an approved one of April that cannot be sent, and a draft of May."""
    with acting_as(market.system), transaction():
        for month in (4, 5):
            attend(market.placement_ids[0], market.contract_id, date(2026, month, 4))
        attend(market.placement_ids[1], market.contract_id, date(2026, 5, 5), "1")
    made = {}
    with acting_as(market.system), transaction():
        for name, month in (("sent", 3), ("approved", 4), ("draft", 5)):
            invoice = services.make_invoice(market.contract_id, Month(2026, month))
            assert invoice is not None
            made[name] = invoice.id
    with acting_as(market.manager), transaction():
        for name in ("sent", "approved"):
            services.approve_invoice(made[name])
        services.send_invoice(made["sent"])
        db.session.get_one(EnterpriseProfile, market.enterprise_id).bankgiro = None
    add_contracts(market, 1)
    return made


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
        answer = page.goto(address + path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        page.screenshot(path=SCREENSHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}\n{found.generate_report()}"
        assert overflow(page) == 0, path
    assert refused == []
    context.close()


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_the_invoice_pages_are_accessible(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int], width: int, scheme: str
) -> None:
    for who, pages in ((market.manager, MANAGERS_PAGES), (market.controller, CONTROLLERS_PAGES)):
        look_at(
            browser,
            live_server,
            who,
            {name: path.format(**ids) for name, path in pages.items()},
            width,
            scheme,
        )
