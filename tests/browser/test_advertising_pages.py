"""Advertisement, questions and answers in a browser: axe, narrow screens, dark scheme, the strict policy."""

import pytest
from playwright.sync_api import Browser

from marketplace.advertising import services
from marketplace.db import transaction
from marketplace.tenancy import Actor, acting_as
from tests.browser.looking import Look, look_at_pages, opened, picture, sign_in
from tests.support import supply
from tests.support.application import Database
from tests.support.supply import Supply

pytestmark = pytest.mark.browser

LONG = "Får en handledare vara timanställd, och räknas i så fall den erfarenhet som hon har från ett annat företag?"
ANYONES_PAGES = {
    "public-advert": "/valfrihetssystem/{system}/annons",
    "public-questions": "/valfrihetssystem/{system}/fragor",
    "public-no-questions": "/valfrihetssystem/{quiet}/fragor",
    "public-system": "/valfrihetssystem/{system}",
}
OFFICERS_PAGES = {
    "officer-waiting": "/",
    "officer-advert-without-contact": "/valfrihetssystem/{system}/annons",
    "officer-contact": "/valfrihetssystem/kontakt",
    "officer-questions": "/valfrihetssystem/{system}/fragor",
    "officer-question": "/valfrihetssystem/fragor/{waiting}",
    "officer-answered": "/valfrihetssystem/fragor/{answered}",
    "officer-answer": "/valfrihetssystem/fragor/{waiting}/svara",
    "officer-point": "/valfrihetssystem/fragor/{waiting}/hanvisa",
    "officer-nothing-to-point-to": "/valfrihetssystem/fragor/{alone}/hanvisa",
    "officer-clarify": "/valfrihetssystem/{system}/fragor/fortydligande",
}
MANAGERS_PAGES = {
    "manager-questions": "/valfrihetssystem/{system}/fragor",
    "manager-ask": "/valfrihetssystem/{system}/fragor/ny",
    "manager-question": "/valfrihetssystem/fragor/{waiting}",
    "manager-duplicate": "/valfrihetssystem/fragor/{duplicate}",
}


@pytest.fixture
def world(database: Database) -> Supply:
    return supply.build_supply()


@pytest.fixture
def ids(world: Supply) -> dict[str, int]:
    """A question in every state."""
    system, quiet, other = (
        supply.open_system(world.officer, name) for name in ("Textil", "Café", "Jobbspår")
    )
    with acting_as(world.manager), transaction():
        asked = [
            services.ask_question(where, f"Vi på Växthuset undrar. {LONG}").id
            for where in (system, system, system, other)
        ]
    waiting, answered, duplicate, alone = asked
    with acting_as(world.officer), transaction():
        answer = services.publish_answer(
            answered, question_sv=LONG, answer_sv=f"Ja.\n\n{LONG} Ja, det går bra."
        )
        services.point_to_answer(duplicate, answer.id)
        services.publish_clarification(
            system,
            question_sv="Var finns blanketten?",
            answer_sv="https://www.exempel.se/" + "lang-adress/" * 12,
        )
    return {
        "system": system,
        "quiet": quiet,
        "waiting": waiting,
        "answered": answered,
        "duplicate": duplicate,
        "alone": alone,
    }


def test_the_pages_of_advertising_are_accessible(
    browser: Browser, live_server: str, world: Supply, ids: dict[str, int]
) -> None:
    roles: list[tuple[Actor | None, dict[str, str]]] = [
        (None, ANYONES_PAGES),
        (world.officer, OFFICERS_PAGES),
        (world.manager, MANAGERS_PAGES),
    ]
    for who, pages in roles:
        look_at_pages(browser, live_server, who, pages, ids, folder="advertising")


def test_an_answer_is_looked_at_refused_and_published(
    browser: Browser, live_server: str, world: Supply, ids: dict[str, int]
) -> None:
    page = opened(browser, 375)
    look = Look(page)
    sign_in(page, live_server, world.officer)
    page.goto(f"{live_server}/valfrihetssystem/fragor/{ids['waiting']}/svara")
    page.get_by_label("Svaret").fill("Ja, det går bra.")
    page.get_by_role("button", name="Visa först").click()
    page.get_by_role("heading", name="Så kommer alla att läsa det").wait_for()
    look.examine()
    picture(page, "advertising/officer-answer-shown")
    page.get_by_role("button", name="Publicera för alla").click()
    page.get_by_text("Texten nämner Växthuset").first.wait_for()
    look.examine()
    picture(page, "advertising/officer-answer-refused")
    page.get_by_label("Frågan, så som alla läser den").fill("Får en handledare vara timanställd?")
    page.get_by_role("button", name="Publicera för alla").click()
    page.get_by_role("heading", name="Fråga 3").wait_for()
    look.examine()
    page.context.close()
