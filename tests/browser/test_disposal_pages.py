"""Extracts and disposal in a browser, wide and narrow, light and dark."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from playwright.sync_api import Browser

from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.tenancy import acting_as
from placements.disposal import services
from placements.disposal.rules import DisposalKind
from tests.browser.looking import WIDE, look_at_pages, look_over, opened
from tests.support.application import Database
from tests.support.disposing import LATER, case_over, disposed, proposed
from tests.support.own_page import code_of, shown_round
from tests.support.placement_market import TODAY, Market, build_market

pytestmark = pytest.mark.browser
PAGES: dict[str, dict[str, str]] = {
    "coordinator": {
        "rules": "/gallring/",
        "proposed": "/gallring/{proposed}",
        "preview": "/gallring/forslag/basis",
        "hold": "/deltagare/{held}/undantag",
        "hand-over": "/deltagare/{held}/registerutdrag",
    },
    "controller": {
        "rule": "/gallring/frister/basis",
        "decide": "/gallring/{proposed}/besluta",
        "executed": "/gallring/{executed}",
    },
}


@pytest.fixture
def market(database: Database) -> Market:
    """The application's clock stands on the day when the first case is due."""
    inner = database.app.wsgi_app

    def on_the_day(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        with travelling(LATER):
            return inner(environ, start_response)

    database.app.wsgi_app = on_the_day  # type: ignore[method-assign]
    return build_market(seats=8)


def test_the_pages_are_accessible(browser: Browser, live_server: str, market: Market) -> None:
    with travelling(TODAY):
        _, she = shown_round(market, market.sewing_id, number=3)
    case_over(market)
    with travelling(LATER):
        executed = disposed(market)
    case_over(market, 2)
    held, _ = case_over(market, 4)
    with travelling(LATER):
        waiting = proposed(market)
        with acting_as(market.coordinator), transaction():
            services.hold(held, "Mål 123-26")
        with acting_as(market.controller), transaction():
            services.set_rule(DisposalKind.BASIS, 7, "Dokumenthanteringsplanen 2026, § 14")
        code = code_of(market, she)
    ids = {"proposed": waiting, "executed": executed, "held": held}
    for who, pages in PAGES.items():
        look_at_pages(browser, live_server, getattr(market, who), pages, ids, folder="disposal")
    page = opened(browser, WIDE)
    page.goto(f"{live_server}/min-sida")
    page.get_by_label("Din kod").fill(code)
    page.get_by_role("button", name="Öppna min sida").click()
    page.wait_for_url("**/min-sida/platser")
    page.get_by_role("link", name="Hämta allt vi har skrivit om dig").click()
    with page.expect_download() as file:
        page.get_by_role("button", name="Hämta dina uppgifter").click()
    assert file.value.suggested_filename.startswith("registerutdrag-D")
    look_over(page, live_server, {"own": "/min-sida/mina-uppgifter"}, folder="disposal")
    page.context.close()
