"""The invoice pages in a browser: axe, narrow screens, dark scheme, and nothing that the strict policy refuses."""

from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from enterprises.suppliers.models import EnterpriseProfile
from invoicing.attest import services as attest
from invoicing.attest.rules import SaidOfLine
from invoicing.invoices import services
from invoicing.payments import services as payments
from invoicing.payments.models import Payment
from invoicing.remuneration.facts import Month
from invoicing.run.services import start_month_run
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as, system_actor
from tests.browser.looking import look_at_pages
from tests.factories import make_actor
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
    "disputed": "/fakturor/{disputed}",
    "keep-claim": "/fakturor/{disputed}/sta-fast",
    "credit": "/fakturor/{disputed}/kreditera",
    "payments": "/fakturor/inbetalningar",
    "payment-import": "/fakturor/inbetalningar/las-in",
    "payment": "/fakturor/inbetalningar/{payment}",
}
CONTROLLERS_PAGES = {
    "inbox": "/fakturor/inkorg",
    "sent": "/fakturor/{sent}",
    "examine": "/fakturor/{sent}/granska",
    "dispute": "/fakturor/{sent}/bestrid",
    "withdraw-dispute": "/fakturor/{disputed}/ta-tillbaka",
    "limits": "/fakturor/attestgranser",
    "fee": "/fakturor/{sent}/rad/1",
    "document": "/fakturor/{sent}.html",
    "waiting": "/",
}
ATTESTERS_PAGES = {"examined": "/fakturor/{examined}", "attest": "/fakturor/{examined}/attestera"}


@pytest.fixture
def market(database: Database) -> Market:
    return build_market()


@pytest.fixture
def ids(market: Market) -> dict[str, int]:
    """February is examined, March sent and refused by the access point, April approved and impossible to send, May a
    draft, June disputed; and a payment is nobody's."""
    with acting_as(market.system), transaction():
        for month in (2, 4, 5, 6):
            attend(market.placement_ids[0], market.contract_id, date(2026, month, 4))
        attend(market.placement_ids[1], market.contract_id, date(2026, 5, 5), "1")
    made = {}
    with acting_as(market.system), transaction():
        for name, month in (("examined", 2), ("sent", 3), ("approved", 4), ("draft", 5), ("disputed", 6)):
            invoice = make_invoice(market.contract_id, Month(2026, month))
            assert invoice is not None
            made[name] = invoice.id
    with acting_as(market.manager), transaction():
        for name in ("examined", "sent", "approved", "disputed"):
            services.approve_invoice(made[name])
        for name in ("examined", "sent", "disputed"):
            services.send_invoice(made[name])
        payments.import_payments(b"Betalnings-id;Datum;OCR;Belopp\nA1;2026-05-04;0000099;5,00\n")
        start_month_run(Month(2026, 1))
        made["payment"] = db.session.scalars(select(Payment.id)).one()
        db.session.get_one(EnterpriseProfile, market.enterprise_id).bankgiro = None
    with acting_as(market.controller), transaction():
        attest.examine_invoice(made["examined"])
        wrong = SaidOfLine(1, "Fel antal dagar", Decimal(2), 4_000_00)
        attest.dispute_invoice(made["disputed"], [wrong])
    with acting_as(market.system), transaction():
        refuse(made["sent"])
    add_contracts(market, 1)
    return made


def test_the_invoice_pages_are_accessible(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int]
) -> None:
    with acting_as(system_actor()), transaction():
        authority = db.session.get_one(Organisation, market.authority_id)
        officer = make_actor("Ulla Upphandlare", authority, Role.PROCUREMENT_OFFICER)
    for who, pages in (
        (market.manager, MANAGERS_PAGES),
        (market.controller, CONTROLLERS_PAGES),
        (market.attester, ATTESTERS_PAGES),
        (officer, {"limits-set": "/fakturor/attestgranser"}),
    ):
        look_at_pages(browser, live_server, who, pages, ids, folder="invoices")
