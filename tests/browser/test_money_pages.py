"""The pages of money in a browser: the calculator, the supplier's, the budget and the costs."""

from datetime import date

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select, update

from indicators.services import compute_authority
from invoicing.budget.services import count_expected, save_budget
from invoicing.remuneration.facts import Month
from marketplace.accounts.rules import Role
from marketplace.audit_chain import jobs as audit_jobs
from marketplace.clock import today, travelling
from marketplace.db import db, transaction
from marketplace.procurement.models import TermsVersion
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from tests.browser.looking import look_at_pages, opened, sign_in
from tests.support.application import Database
from tests.support.drafting import correct
from tests.support.invoicing_market import PRICES, RESULT_FEE, Market, attend, build_market, sent_invoice

pytestmark = pytest.mark.browser
MARCH = Month(2026, 3)
ASKED = (
    "niva=3&manad={month}&fran=2026-01-01&till=2027-12-31&dagar=5&timmar=7&franvaro=2&plan=y&slut=in_time"
    "&resultat=6"
)
VISITORS_PAGES = {
    "calculator": "/valfrihetssystem/underlag/{terms}/rakna",
    "calculated": "/valfrihetssystem/underlag/{terms}/rakna?" + ASKED,
}
MANAGERS_PAGES = {
    "so-far": "/fakturor/hittills",
    "so-far-contract": "/fakturor/hittills/{contract}",
    "account": "/fakturor/kontoutdrag?fran=2026-01-01",
    "bookkeeping": "/fakturor/bokforing?fran=2026-01-01&till=2027-12-31&receivable=1510&taxed_sales=3001"
    "&exempt_sales=3004&vat=2611&rounding=3740&bank=1930",
}
CONTROLLERS_PAGES = {
    "budget": "/budget?ar=2026",
    "budget-system": "/budget/{system}?ar=2026",
    "budget-edit": "/budget/{system}/andra?ar=2026",
    "costs": "/kostnader?ar=2026",
    "audit-chain": "/handelselogg?lank=2&avtryck=0",
}
OFFICERS_PAGES = {"result": "/placeringar/{placement}/fore-och-efter"}
STRATEGISTS_PAGES = {"costs-by-sex": "/kostnader-och-kon?ar=2026"}


@pytest.fixture
def market(database: Database) -> Market:
    return build_market(placements=7, prices=(*PRICES, RESULT_FEE))


@pytest.fixture
def ids(market: Market) -> dict[str, object]:
    """March is invoiced, a day of it is corrected and its placements are over; today's month has a day that cannot be
    priced."""
    with travelling(date(2026, 4, 2)):
        sent_invoice(market)
    with acting_as(market.system), transaction():
        running = update(Placement).where(Placement.contract_id == market.contract_id)
        db.session.execute(running.values(ended_on=MARCH.last_day, state=PlacementState.COMPLETED))
        system_id = db.session.scalars(
            select(TermsVersion.system_id).where(TermsVersion.id == market.terms_id)
        ).one()
        attend(market.placement_ids[0], market.contract_id, today().replace(day=1))
        correct(market, market.placement_ids[1], date(2026, 3, 2), "4")
    with acting_as(market.controller), transaction():
        save_budget(system_id, {MARCH: 10_000_00, MARCH.next: 50_000_00})
    with acting_as(system_actor(authority_id=market.authority_id)), transaction():
        count_expected(market.authority_id)
        compute_authority(market.authority_id)
    audit_jobs.seal()
    audit_jobs.check()
    month = Month.of(today())
    return {
        "terms": market.terms_id,
        "contract": market.contract_id,
        "placement": market.placement_ids[0],
        "system": system_id,
        "month": month,
    }


def test_the_pages_of_money_hold(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int]
) -> None:
    for who, pages in (
        (None, VISITORS_PAGES),
        (market.manager, MANAGERS_PAGES),
        (market.controller, CONTROLLERS_PAGES),
        (market.officer, OFFICERS_PAGES),
        (market.actors[Role.STRATEGIST], STRATEGISTS_PAGES),
    ):
        look_at_pages(browser, live_server, who, pages, ids, folder="money")
    page = opened(browser, 1280)
    sign_in(page, live_server, market.controller)
    page.goto(f"{live_server}/budget/{ids['system']}/andra?ar=2026")
    page.get_by_label("Maj").fill("1 000,50")
    assert page.locator("[data-sum]").inner_text() == "61\u00a0000,50\u00a0kr"
