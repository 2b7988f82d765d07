"""Study visits in a browser: axe, narrow screens, dark scheme; offered, booked and marked by hand without script."""

from collections.abc import Callable, Iterable
from datetime import time, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser

from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.tenancy import acting_as
from placements.choice.services import show_places
from placements.visits.services import cancel_visit, mark_held
from tests.browser.looking import WIDE, look_at_pages, opened, sign_in
from tests.support.application import Database
from tests.support.placement_market import TODAY, Market, build_market
from tests.support.visiting import TUESDAY, booked, choosing, offered

pytestmark = pytest.mark.browser

WEDNESDAY = TODAY + timedelta(days=2)

OFFICERS_PAGES = {
    "officers-visits": "/studiebesok/",
    "officers-none": "/studiebesok/?lage=avbokade&mina=y",
    "round": "/studiebesok/valomgangar/{round}",
    "visit": "/studiebesok/{coming}",
    "cancel": "/studiebesok/{coming}/avboka",
    "cancelled": "/studiebesok/{cancelled}",
    "mark": "/studiebesok/{past}",
}
COORDINATORS_PAGES = {
    "coordinators-visits": "/studiebesok/",
    "coordinators-round": "/studiebesok/valomgangar/{round}",
}
SUPERVISORS_PAGES = {
    "supervisors-work": "/",
    "supervisors-visits": "/studiebesok/",
    "to-mark": "/studiebesok/?lage=markera",
    "times": "/studiebesok/tider",
    "offer": "/studiebesok/erbjud",
    "withdraw": "/studiebesok/tider/{time}/dra-tillbaka",
    "supervisors-visit": "/studiebesok/{past}",
    "no-name": "/studiebesok/{cancelled}",
    "not-held": "/studiebesok/{past}/blev-inte-av",
    "held": "/studiebesok/{held}",
}
MANAGERS_PAGES = {
    "managers-times": "/studiebesok/tider",
    "managers-withdraw": "/studiebesok/tider/{time}/dra-tillbaka",
}
OTHERS_PAGES = {"no-times": "/studiebesok/tider"}


@pytest.fixture
def market(database: Database) -> Market:
    """The application's clock stands at the market's Wednesday; what is made before is made on its Monday."""
    inner = database.app.wsgi_app

    def on_the_wednesday(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        with travelling(WEDNESDAY):
            return inner(environ, start_response)

    database.app.wsgi_app = on_the_wednesday  # type: ignore[method-assign]
    return build_market(seats=3)


@pytest.fixture
def ids(market: Market) -> dict[str, int]:
    with travelling(TODAY):
        times = offered(market, weeks=4)
        (repair,) = offered(
            market, market.repair_id, first_day=TUESDAY + timedelta(days=3), clock=time(13, 30)
        )
        _, round_id = choosing(market, place_ids=[market.sewing_id, market.repair_id, market.growing_id])
        _, second = choosing(market, 2, is_protected=True)
        past, held = (booked(times[0], one, market.officer) for one in (round_id, second))
        coming = booked(times[1], round_id, market.officer)
        booked(times[1], second, market.officer)
        cancelled = booked(repair, round_id, market.officer)
        with acting_as(market.officer), transaction():
            cancel_visit(cancelled)
    with travelling(WEDNESDAY), acting_as(market.supervisor), transaction():
        mark_held(held)
    return {
        "round": round_id,
        "past": past,
        "held": held,
        "coming": coming,
        "cancelled": cancelled,
        "time": times[1],
    }


def test_the_pages_are_accessible(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int]
) -> None:
    for who, pages in (
        (market.officer, OFFICERS_PAGES),
        (market.coordinator, COORDINATORS_PAGES),
        (market.supervisor, SUPERVISORS_PAGES),
        (market.manager, MANAGERS_PAGES),
        (market.other_manager, OTHERS_PAGES),
    ):
        look_at_pages(browser, live_server, who, pages, ids, folder="visits")


def test_offering_booking_and_marking_by_hand(browser: Browser, live_server: str, market: Market) -> None:
    with travelling(TODAY):
        _, round_id = choosing(market)
        with acting_as(market.officer), transaction():
            show_places(round_id, [market.repair_id])
    page = opened(browser, WIDE, has_script=False)
    sign_in(page, live_server, market.supervisor)
    page.goto(f"{live_server}/studiebesok/")
    page.get_by_role("link", name="Tider som erbjuds").click()
    page.get_by_role("link", name="Erbjud tider").first.click()
    page.get_by_label("Plats").select_option(label="Sy och laga kläder, Gården")
    page.get_by_label("Dag").fill((WEDNESDAY + timedelta(days=1)).isoformat())
    page.get_by_label("Klockslag").fill("kl tio")
    page.get_by_label("Här möts ni").fill("Vid den röda dörren")
    page.get_by_role("button", name="Erbjud tiderna").click()
    page.get_by_text("Skriv klockslaget som 10.00.").first.wait_for()
    page.get_by_label("Klockslag").fill("10")
    page.get_by_role("button", name="Erbjud tiderna").click()
    page.get_by_text("1 tid för studiebesök erbjuds nu.").wait_for()
    page.context.close()

    page = opened(browser, WIDE, has_script=False)
    sign_in(page, live_server, market.officer)
    page.goto(f"{live_server}/studiebesok/valomgangar/{round_id}")
    page.get_by_role("button", name="Boka Sy och laga kläder, torsdag 5 mars").click()
    page.get_by_text("Studiebesöket är bokat: torsdag 5 mars").wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Lägg i kalendern").click()
    assert download.value.suggested_filename.endswith(".ics")
    page.get_by_role("link", name="Avboka").click()
    page.get_by_role("button", name="Avboka studiebesöket").click()
    page.get_by_text("Studiebesöket är avbokat.").wait_for()
    page.context.close()
