"""The coordinator tries the authority's own provider and takes it into use, and somebody signs in there, in a browser
that follows our pages' policy of where they lead."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.identity_provider.client import forget_published
from marketplace.tenancy import acting_as, system_actor
from tests.browser.looking import WIDE, Look, look_at_pages, look_over, opened, picture, sign_in
from tests.factories import HANINGE, make_actor, make_authority
from tests.support.application import Database
from tests.support.identity_place import PEOPLE, SETTINGS, Place, build_place
from tests.support.openid_provider import SECRET, openid_provider

pytestmark = pytest.mark.browser


@pytest.fixture
def place(database: Database, live_server: str) -> Iterator[Place]:
    database.app.config["PUBLIC_URL"] = live_server
    with openid_provider(PEOPLE) as provider:
        yield build_place(provider)
    forget_published()


def test_it_is_set_up_tried_and_used(browser: Browser, place: Place, live_server: str) -> None:
    with acting_as(system_actor()), transaction():
        other = make_actor("Odd Samordnare", make_authority("Myndigheten B", [HANINGE]), Role.COORDINATOR)
    look_at_pages(browser, live_server, other, {"empty": SETTINGS}, folder="identity")

    page = opened(browser, WIDE)
    look = Look(page)
    sign_in(page, live_server, place.coordinator)
    look_over(
        page,
        live_server,
        {"show": SETTINGS, "edit": f"{SETTINGS}/uppgifter", "group": f"{SETTINGS}/grupper/ny"},
        folder="identity",
    )
    page.goto(f"{live_server}{SETTINGS}/uppgifter")
    page.get_by_label("Klienthemlighet").fill(SECRET)
    page.get_by_role("button", name="Spara").click()
    page.get_by_role("link", name="Prova", exact=True).click()
    page.get_by_text("Provet gick bra").wait_for()
    look.examine("tried")
    picture(page, "identity/tried")
    page.get_by_role("link", name="Tillbaka till inloggningen").click()
    page.get_by_role("button", name="Börja använda").click()
    page.get_by_text("Inloggningen används nu.").wait_for()
    look.examine("used")
    picture(page, "identity/used")
    page.context.close()

    page = opened(browser, WIDE)
    look = Look(page)
    look_over(
        page, live_server, {"sign-in": "/logga-in", "choose": "/logga-in/organisation"}, folder="identity"
    )
    page.goto(f"{live_server}/logga-in")
    page.get_by_role("link", name="Organisationens inloggning").click()
    page.get_by_role("link", name="Myndigheten A").click()
    page.get_by_role("heading", name="Mitt arbete").wait_for()
    assert page.locator(".identity-name").inner_text() == "Anna Ek"
    page.context.clear_cookies()
    place.provider.sit_down("cilla")
    page.goto(f"{live_server}{place.start}")
    page.get_by_role("heading", name="Det gick inte att logga in").wait_for()
    picture(page, "identity/failed")
    look.faults.clear()  # the page of a refusal is answered with 403, which Chromium tells
    look.examine("failed")
    page.context.close()
