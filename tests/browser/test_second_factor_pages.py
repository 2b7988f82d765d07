"""Passkeys and codes in a browser that has a security key: added, used to sign in and to prove anew, removed; the pages
wide, narrow and dark."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from marketplace.accounts import services as accounts
from marketplace.accounts.models import User, UserSecret
from marketplace.clock import travelling
from marketplace.db import db
from marketplace.tenancy import acting_as, system_actor
from tests.browser.looking import WIDE, Look, look_over, opened, picture
from tests.support.application import Database
from tests.support.placement_market import build_market
from tests.support.second_factor import HOME, NOON, PASSWORD, POLICY, app_of, code_now

pytestmark = pytest.mark.browser


def _with_security_key(page: Page) -> None:
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def _sign_in(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/logga-in")
    page.get_by_label("E-postadress").fill(email)
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Logga in", exact=True).click()


@dataclass
class Desk:
    """A coordinator with a password, at a browser with a security key; and what time it is."""

    page: Page
    look: Look
    address: str
    email: str
    resets: str
    time: datetime = NOON

    def look_at(self, **pages: str) -> None:
        look_over(self.page, self.address, pages, folder="factor")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def comes_to(self, heading: str, name: str) -> None:
        self.page.get_by_role("heading", name=heading, exact=True).wait_for()
        self.look.examine(name)
        picture(self.page, f"factor/{name}")


@pytest.fixture
def desk(browser: Browser, live_server: str, database: Database) -> Iterator[Desk]:
    address = live_server.replace("127.0.0.1", "localhost")  # passkeys are bound to a name
    database.app.config["PUBLIC_URL"] = address
    inner = database.app.wsgi_app
    market = build_market()
    she = market.coordinator
    resets = f"/medarbetare/{market.officer.membership_id}/nollstall-andra-steget"
    with acting_as(system_actor()):
        email = db.session.get_one(User, she.user_id).email
        db.session.add(UserSecret(user_id=she.user_id, password_hash=accounts._hasher.hash(PASSWORD)))
        db.session.commit()
    page = opened(browser, WIDE)
    _with_security_key(page)
    desk = Desk(page, Look(page), address, email, resets)

    def at_that_time(environ: Any, start_response: Any) -> Any:
        with travelling(desk.time):
            return inner(environ, start_response)

    database.app.wsgi_app = at_that_time  # type: ignore[method-assign]
    yield desk
    page.context.close()


def _add_all(desk: Desk) -> None:
    page = desk.page
    page.goto(f"{desk.address}{HOME}/passnyckel")
    page.get_by_label("Namn på passnyckeln").fill("Min dator")
    desk.press("Lägg till passnyckeln")
    page.get_by_text("Passnyckeln är tillagd.").wait_for()
    page.goto(f"{desk.address}{HOME}/app")
    with travelling(desk.time):
        page.get_by_label("Kod från appen").fill(code_now(app_of(page.content())))
    desk.press("Lägg till appen")
    page.get_by_text("Appen är tillagd.").wait_for()
    desk.press("Gör nya reservkoder")
    desk.comes_to("Reservkoder", "codes")


def test_a_passkey_signs_in_and_proves_anew(desk: Desk) -> None:
    page = desk.page
    _sign_in(page, desk.address, desk.email)
    page.wait_for_url(f"**{HOME}")
    assert page.locator("nav.menu").count() == 0, "there is nowhere to go yet"
    desk.look_at(led=HOME, key=f"{HOME}/passnyckel", app=f"{HOME}/app")
    _add_all(desk)
    desk.look_at(mine=HOME, policy=POLICY, reset=desk.resets, colleagues="/medarbetare/")

    desk.press("Logga ut")
    _sign_in(page, desk.address, desk.email)
    desk.comes_to("Andra steget", "second")
    desk.look_at(step=page.url.removeprefix(desk.address))
    desk.press("Använd passnyckel")
    desk.comes_to("Mitt arbete", "in")

    desk.time += timedelta(minutes=20)
    page.goto(f"{desk.address}{POLICY}")
    page.get_by_label("Hur många minuter").fill("30")
    desk.press("Spara")
    desk.comes_to("Bekräfta att det är du", "again")
    desk.press("Använd passnyckel")
    page.get_by_text("Nytt bevis efter 30 minuter.").wait_for()

    page.goto(f"{desk.address}{HOME}")
    page.get_by_role("link", name="Ta bort Min dator").click()
    desk.press("Ta bort Min dator")
    page.get_by_text("Passnyckeln är borttagen.").wait_for()
    desk.look.examine("removed")
