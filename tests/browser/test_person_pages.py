"""Log control and consents in a browser: the controller's pages, the officers' ledger and the participant's own."""

import pytest
from playwright.sync_api import Browser

from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.tenancy import acting_as
from placements.access.queries import participant_actor
from placements.access_log.queries import LooksWanted, checks
from placements.access_log.rules import CheckOutcome
from placements.access_log.services import draw_checks, settle_check
from placements.participants.queries import consents_of
from placements.participants.withdrawal import withdraw_consent
from tests.browser.looking import WIDE, look_at_pages, look_over, opened, stand_on
from tests.support.application import Database
from tests.support.looks import looked
from tests.support.own_page import code_of
from tests.support.placement_market import TODAY, Market, build_market, granted, register

pytestmark = pytest.mark.browser

CONTROLLERS_PAGES = {
    "log": "/loggkontroll/",
    "log-filtered": "/loggkontroll/?tecken=protected",
    "log-empty": "/loggkontroll/?deltagare=ingen",
    "checks": "/loggkontroll/stickprov",
    "check": "/loggkontroll/stickprov/{remains}",
    "checked": "/loggkontroll/stickprov/{settled}",
}


@pytest.fixture
def market(database: Database) -> Market:
    """The application's clock stands at the market's Monday."""
    stand_on(database.app, TODAY)
    return build_market()


def test_the_pages_are_accessible(browser: Browser, live_server: str, market: Market) -> None:
    with travelling(TODAY):
        participant_id, _ = granted(market)
        hidden_id = register(market, 2, is_protected=True)
        looked(market.coordinator, [participant_id, hidden_id], "participants.index")
        looked(market.colleague, [hidden_id])
        with acting_as(market.controller), transaction():
            draw_checks(LooksWanted(TODAY, TODAY), 2)
            look_ids = [row.look_id for row in checks().items]
            settle_check(look_ids[0], CheckOutcome.ASKED, "Täckte för Hanna på måndagen.")
        with acting_as(market.officer), transaction():
            withdraw_consent(consents_of(participant_id)[0].id)
        code = code_of(market, participant_actor(participant_id))
    ids = {"settled": look_ids[0], "remains": look_ids[1], "participant": participant_id}
    look_at_pages(browser, live_server, market.controller, CONTROLLERS_PAGES, ids, folder="persons")
    officers = {
        "consents": "/deltagare/samtycken",
        "give-consent": "/deltagare/{participant}/samtycke",
        "participant": "/deltagare/{participant}",
    }
    look_at_pages(browser, live_server, market.officer, officers, ids, folder="persons")
    page = opened(browser, WIDE)
    page.goto(f"{live_server}/min-sida")
    page.get_by_label("Din kod").fill(code)
    page.get_by_role("button", name="Öppna min sida").click()
    page.get_by_role("link", name="Se vem som har sett dig här").click()
    page.get_by_role("heading", name="Vem har sett dig?").wait_for()
    look_over(page, live_server, {"own": "/min-sida/vem-har-sett"}, folder="persons")
    page.context.close()
