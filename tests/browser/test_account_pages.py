"""One's own account and one's colleagues in a browser: axe, narrow screens, dark scheme."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from marketplace.accounts.models import PasswordLink
from marketplace.accounts.rules import Role
from marketplace.accounts.session_services import hashed
from marketplace.clock import now, travelling
from marketplace.colleagues.models import Invitation
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as, system_actor
from tests.browser.looking import look_at_pages
from tests.support.application import Database
from tests.support.placement_market import TODAY, Market, build_market, granted

pytestmark = pytest.mark.browser


@pytest.fixture
def market(database: Database) -> Market:
    market = build_market()
    with travelling(TODAY):
        granted(market)
    with acting_as(system_actor()), transaction():
        db.session.add(
            PasswordLink(
                user_id=market.officer.user_id,
                asked_at=now(),
                token_hash=hashed("lank"),
                expires_at=now() + timedelta(hours=1),
            )
        )
        for number, is_sent in enumerate((True, False)):
            db.session.add(
                Invitation(
                    organisation_id=market.unit_id,
                    email=f"en.ny.handlaggare.med.lang.adress.{number}@kommunen.example.se",
                    role=Role.CASE_OFFICER,
                    invited_by="Sara Samordnare",
                    invited_at=now(),
                    token_hash=hashed("lank") if is_sent else None,
                    expires_at=now() + timedelta(days=7) if is_sent else None,
                )
            )
    return market


def test_the_pages_of_accounts_are_accessible(browser: Browser, live_server: str, market: Market) -> None:
    ids = {"officer": market.officer.membership_id or 0, "supervisor": market.supervisor.membership_id or 0}
    pages = {
        "sessions": "/installningar/inloggningar",
        "change-password": "/installningar/losenord",
        "colleagues": "/medarbetare/",
        "invite": "/medarbetare/bjud-in",
        "end": "/medarbetare/{officer}/avsluta",
    }
    look_at_pages(browser, live_server, market.coordinator, pages, ids, folder="accounts")
    of_manager = {
        "colleagues-of-enterprise": "/medarbetare/",
        "end-supervisor": "/medarbetare/{supervisor}/avsluta",
    }
    look_at_pages(browser, live_server, market.manager, of_manager, ids, folder="accounts")
    for_all = {
        "sign-in": "/logga-in",
        "forgotten": "/glomt-losenord",
        "choose-password": "/nytt-losenord/lank",
        "accept": "/inbjudan/lank",
    }
    look_at_pages(browser, live_server, None, for_all, ids, folder="accounts")
