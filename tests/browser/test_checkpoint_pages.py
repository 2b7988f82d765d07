"""Checkpoints in a browser: hers by code, the officer's, what is asked, and the numbers; wide, narrow and dark."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from indicators.checkpoints.models import CheckpointCell
from indicators.checkpoints.rules import FORWARD, WHOLE, Step
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.reference.rules import Sex
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.access.queries import participant_actor
from placements.checkpoints import queries, services, survey_services
from placements.checkpoints.rules import QuestionKind
from tests.browser.looking import NARROW, WIDE, look_at_pages, look_over, opened, overflow
from tests.support.application import Database
from tests.support.asking import STARTER, answered, asked, participant_of, published
from tests.support.own_page import code_of
from tests.support.placement_market import FIRST_DAY, Market, build_market
from tests.support.training import running

pytestmark = pytest.mark.browser

TODAY = date(2026, 6, 10)
OWN = {
    "own-page": "/min-sida/platser",
    "index": "/min-sida/avstamningar",
    "begin": "/min-sida/avstamningar/{open}",
    "scale-rtl": "/min-sida/avstamningar/{open}/fraga/1",
    "yes-no": "/min-sida/avstamningar/{open}/fraga/4",
    "choice": "/min-sida/avstamningar/{open}/fraga/5",
    "words": "/min-sida/avstamningar/{open}/fraga/6",
    "hand-in": "/min-sida/avstamningar/{open}/skicka",
    "decline": "/min-sida/avstamningar/{open}/avsta",
    "handed-in": "/min-sida/avstamningar/{done}",
}
OFFICERS = {
    "history": "/deltagare/{participant}/avstamningar",
    "at-the-table": "/avstamningar/{open}/vid-bordet?sprak=ar",
    "note-decline": "/avstamningar/{open}/avsta",
}
EDITORS = {
    "surveys": "/enkater",
    "published": "/enkater/versioner/{published}",
    "draft": "/enkater/versioner/{draft}",
    "question": "/enkater/fragor/{question}/andra",
    "translate": "/enkater/fragor/{question}/oversatt?sprak=ar",
    "publish": "/enkater/versioner/{draft}/publicera",
    "numbers": "/avstamningar-i-tal",
}


@pytest.fixture
def market(database: Database) -> Market:
    """The application's clock stands three months after the start."""
    inner = database.app.wsgi_app

    def three_months_later(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        with travelling(TODAY):
            return inner(environ, start_response)

    database.app.wsgi_app = three_months_later  # type: ignore[method-assign]
    return build_market()


def _asked_twice(market: Market) -> tuple[Actor, dict[str, int]]:
    """She has answered at the start, has begun to answer again, in Arabic; and twice is a line."""
    placement_id = running(market)
    with travelling(FIRST_DAY):
        version_id = published(market.strategist)
    she = participant_actor(participant_of(placement_id, market.officer))
    with travelling(FIRST_DAY):
        done = asked(market, placement_id)
        answered(she, done, {**STARTER, QuestionKind.TEXT: "Längre pauser.\nOch en egen skruvmejsel."})
    with travelling(TODAY):
        open_id = asked(market, placement_id, TODAY)
        with acting_as(she), transaction():
            services.choose_language(open_id, "ar")
            first, *_ = queries.questions_of(queries.checkpoint(open_id))
            services.save_answer(open_id, first.id, "4")
        with acting_as(market.strategist), transaction():
            draft = survey_services.new_version(version_id)
            question = queries.version_with_questions(draft.id).questions[0].id
            draft_id = draft.id
    ids = {"open": open_id, "done": done, "participant": she.participant_id or 0}
    return she, ids | {"published": version_id, "draft": draft_id, "question": question}


def _count(market: Market, question_id: int) -> None:
    cells = (
        (Step.START, WHOLE, 12, 2.4, 2.0),
        (Step.QUARTER, WHOLE, None, None, None),
        (Step.FORWARD, WHOLE, 12, None, None),
        (Step.FORWARD, FORWARD, 7, None, None),
    )
    with acting_as(system_actor(market.north_id)), transaction():
        for step, option, persons, mean, median in cells:
            cell = CheckpointCell(
                authority_id=market.north_id,
                question_id=question_id,
                period="2025-2",
                step=step,
                sex=Sex.WOMAN,
                option=option,
                persons=persons,
                mean=mean,
                median=median,
            )
            db.session.add(cell)


def _enter(page: Page, address: str, market: Market, she: Actor) -> None:
    with travelling(TODAY):
        code = code_of(market, she)
    page.goto(f"{address}/min-sida")
    page.get_by_label("Din kod").fill(code)
    page.get_by_role("button", name="Öppna min sida").click()
    page.wait_for_url("**/min-sida/platser")


def test_the_pages_are_accessible(browser: Browser, live_server: str, market: Market) -> None:
    she, ids = _asked_twice(market)
    _count(market, ids["question"])
    page = opened(browser, WIDE)
    _enter(page, live_server, market, she)
    look_over(page, live_server, OWN, ids, folder="checkpoints")
    page.context.close()
    with travelling(TODAY), acting_as(she), transaction():
        services.submit(ids["open"])
    open_again = {**ids, "open": _another(market)}
    look_at_pages(browser, live_server, market.officer, OFFICERS, open_again, folder="checkpoints")
    look_at_pages(browser, live_server, market.strategist, EDITORS, ids, folder="checkpoints")


def _another(market: Market) -> int:
    """Somebody else's, who has answered nothing."""
    placement_id = running(market, 2)
    return asked(market, placement_id, TODAY)


def test_she_answers_on_a_phone_without_script_and_with_the_keyboard(
    browser: Browser, live_server: str, market: Market
) -> None:
    she, ids = _asked_twice(market)
    page = opened(browser, NARROW, has_script=False)
    _enter(page, live_server, market, she)
    page.get_by_role("link", name="Svara på frågorna").click()
    page.get_by_role("button", name="English").click()
    page.get_by_role("link", name="Fortsätt svara").click()
    group = page.get_by_role("group", name="How close to an ordinary job do you feel?")
    group.get_by_label("5 – Ready now").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/fraga/3")
    assert overflow(page) == 0
    page.goto(f"{live_server}/min-sida/avstamningar/{ids['open']}/fraga/6")
    page.get_by_label("What would make it better for you?").fill("Mer ภาษา и слова")
    page.get_by_role("button", name="Spara och fortsätt").click()
    page.wait_for_url("**/skicka")
    page.get_by_role("button", name="Ja, skicka in mina svar").click()
    page.get_by_text("Tack! Dina svar är inskickade.").wait_for()
    page.get_by_text("Mer ภาษา и слова").wait_for()
    page.context.close()
