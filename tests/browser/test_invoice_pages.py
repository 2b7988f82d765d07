"""The invoice pages in a browser: axe, narrow screens, dark scheme, and nothing that the strict policy refuses."""

from datetime import date

import pytest
from playwright.sync_api import Browser

from enterprises.suppliers.models import EnterpriseProfile
from invoicing.invoices import services
from invoicing.remuneration.facts import Month
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as
from tests.browser.looking import look_at_pages
from tests.support.access_point import refuse
from tests.support.application import Database
from tests.support.invoiced import make_invoice
from tests.support.invoicing_market import Market, add_contracts, attend, build_market

pytestmark = pytest.mark.browser
MANAGERS_PAGES = {
    "list": "/fakturor",
    "draft": "/fakturor/{draft}",
    "approve": "/fakturor/{draft}/godkann",
    "comment": "/fakturor/{draft}/kommentera",
    "line": "/fakturor/{draft}/rad/1",
    "run": "/fakturor/manadskorning",
    "approved": "/fakturor/{approved}",
    "send": "/fakturor/{approved}/skicka",
    "refused": "/fakturor/{sent}",
    "undelivered": "/fakturor/inte-lamnade",
}
CONTROLLERS_PAGES = {
    "inbox": "/fakturor",
    "sent": "/fakturor/{sent}",
    "examine": "/fakturor/{sent}/granska",
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
    """March is sent and refused by the access point, April approved and impossible to send, May a draft."""
    with acting_as(market.system), transaction():
        for month in (4, 5):
            attend(market.placement_ids[0], market.contract_id, date(2026, month, 4))
        attend(market.placement_ids[1], market.contract_id, date(2026, 5, 5), "1")
    made = {}
    with acting_as(market.system), transaction():
        for name, month in (("sent", 3), ("approved", 4), ("draft", 5)):
            invoice = make_invoice(market.contract_id, Month(2026, month))
            assert invoice is not None
            made[name] = invoice.id
    with acting_as(market.manager), transaction():
        for name in ("sent", "approved"):
            services.approve_invoice(made[name])
        services.send_invoice(made["sent"])
        db.session.get_one(EnterpriseProfile, market.enterprise_id).bankgiro = None
    with acting_as(market.system), transaction():
        refuse(made["sent"])
    add_contracts(market, 1)
    return made


def test_the_invoice_pages_are_accessible(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int]
) -> None:
    for who, pages in ((market.manager, MANAGERS_PAGES), (market.controller, CONTROLLERS_PAGES)):
        look_at_pages(browser, live_server, who, pages, ids, folder="invoices")
