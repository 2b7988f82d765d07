"""The week on a phone: half typed it survives a lost connection, a reload and another tab. And the pages around it."""

from datetime import date

import pytest
from playwright.sync_api import Browser, Error, expect

from marketplace.clock import travelling
from marketplace.db import get_or_404, transaction
from marketplace.tenancy import acting_as
from placements.access.queries import participant_actor
from placements.attendance.queries import days_of_placement
from placements.attendance.services import correct_day, report_absence
from placements.booking.models import Placement
from tests.browser.looking import NARROW, WIDE, look_at_pages, look_over, opened, overflow, sign_in
from tests.support.application import Database
from tests.support.invoiced import march_approved
from tests.support.own_page import code_of
from tests.support.placement_market import Market, build_market
from tests.support.training import absent, agreed, attended, running

pytestmark = pytest.mark.browser
MONDAY, TUESDAY = date(2026, 3, 16), date(2026, 3, 17)
WEEK_12 = "/narvaro?vecka=2026-W12"
KEPT = "Object.keys(localStorage).filter(key => key.startsWith('narvaro:')).length"


@pytest.fixture
def market(database: Database) -> Market:
    return build_market(seats=8)


@pytest.fixture
def placement_id(market: Market) -> int:
    with travelling(TUESDAY):
        placement_id = running(market)
        agreed(market, placement_id)
    return placement_id


@pytest.fixture
def _on_tuesday(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's clock, too."""
    inner = database.app.wsgi_app

    def at(environ: object, start: object) -> object:
        with travelling(TUESDAY):
            return inner(environ, start)  # type: ignore[arg-type]

    monkeypatch.setattr(database.app, "wsgi_app", at)


def week(market: Market, placement_id: int) -> list[str]:
    with acting_as(market.officer):
        return [day.said_sv for day in days_of_placement(placement_id) if day.day >= MONDAY]


def test_a_half_typed_week_survives(
    browser: Browser, live_server: str, market: Market, placement_id: int
) -> None:
    page = opened(browser, NARROW)
    sign_in(page, live_server, market.supervisor)
    page.goto(live_server + WEEK_12)
    tuesday = page.get_by_label("Timmar, Maja Öberg1, tis 17/3")
    tuesday.fill("2,5")
    page.get_by_text("Ingen träning, Maja Öberg1, fre 20/3").click()
    page.get_by_label("Timmar, Maja Öberg1, fre 20/3").fill("3")
    assert page.get_by_label("Närvaro, Maja Öberg1, fre 20/3").input_value() == "present"
    page.context.set_offline(True)
    page.get_by_role("button", name="Spara vecka 12").click()
    page.get_by_text("Ingen kontakt med Platstorget.").wait_for()
    with pytest.raises(Error):
        page.reload()
    page.context.set_offline(False)
    page.goto(live_server + WEEK_12)
    page.get_by_text("2 dagar som du hade skrivit men inte sparat är ifyllda igen.").wait_for()
    assert tuesday.input_value() == "2,5"
    assert page.get_by_label("Timmar, Maja Öberg1, fre 20/3").is_visible()
    assert overflow(page) == 0
    assert "Maja" not in page.evaluate("JSON.stringify(localStorage)")
    page.get_by_role("button", name="Spara vecka 12").click()
    page.get_by_text("Vecka 12 är sparad.").wait_for()
    assert page.evaluate(KEPT) == 0
    assert week(market, placement_id) == ["4 tim", "2,5 tim", "4 tim", "4 tim", "3 tim"]
    page.context.close()


def test_a_second_tab_is_told_and_nothing_stays_after_signing_out(
    browser: Browser, live_server: str, market: Market, placement_id: int
) -> None:
    first = opened(browser, NARROW)
    sign_in(first, live_server, market.supervisor)
    second = first.context.new_page()
    for page in (first, second):
        page.goto(live_server + WEEK_12)
    second.get_by_label("Timmar, Maja Öberg1, mån 16/3").fill("1")
    second.get_by_label("Timmar, Maja Öberg1, tis 17/3").fill("3")
    first.get_by_label("Närvaro, Maja Öberg1, mån 16/3").select_option(label="Sjuk")
    first.get_by_role("button", name="Spara vecka 12").click()
    first.get_by_text("Vecka 12 är sparad").wait_for()
    second.get_by_role("button", name="Spara vecka 12").click()
    second.get_by_text("Under tiden sparades: Sjuk.").first.wait_for()
    assert second.get_by_label("Timmar, Maja Öberg1, mån 16/3").input_value() == "1"
    for hours in ("2", "3"):
        second.get_by_label("Timmar, Maja Öberg1, tis 17/3").fill(hours)
    assert second.evaluate(KEPT) == 2, "nothing of the page that came back is saved"
    first.get_by_label("Timmar, Maja Öberg1, mån 16/3").fill("2")
    first.get_by_label("Närvaro, Maja Öberg1, mån 16/3").select_option(label="Närvarande")
    second.get_by_role("button", name="Spara vecka 12").click()
    second.get_by_text("Vecka 12 är sparad").wait_for()
    assert week(market, placement_id)[:2] == ["1 tim", "3 tim"]
    first.goto(live_server + WEEK_12)
    first.get_by_text("Du hade skrivit: Närvarande 2.").wait_for()
    monday = first.get_by_label("Timmar, Maja Öberg1, mån 16/3")
    expect(monday).to_have_value("1")
    first.get_by_role("button", name="Ta det jag skrev").click()
    expect(monday).to_have_value("2")
    second.get_by_label("Timmar, Maja Öberg1, tis 17/3").fill("1")
    assert second.evaluate(KEPT) == 2
    second.get_by_role("button", name="Logga ut").click()
    second.wait_for_url("**/logga-in")
    assert second.evaluate(KEPT) == 0
    first.context.close()


@pytest.mark.usefixtures("_on_tuesday")
def test_every_page_holds(browser: Browser, live_server: str, market: Market, placement_id: int) -> None:
    ids = {"going_on": placement_id}
    with travelling(TUESDAY):
        attended(market, placement_id, date(2026, 3, 9), date(2026, 3, 10))
        others = [running(market, number) for number in (2, 3)]
        with acting_as(market.supervisor), transaction():
            report_absence(others[0], absent(1, MONDAY).kind)
    look_at_pages(
        browser,
        live_server,
        market.supervisor,
        {
            "week_now": WEEK_12,
            "absence": "/narvaro/franvaro",
            "month": "/narvaro/manad?manad=2026-03",
        },
        folder="attendance",
    )
    _invoiced_and_corrected(market, placement_id)
    correct = "/placeringar/{going_on}/narvaro/ratta?dag=2026-03-10"
    months = "/placeringar/{going_on}/narvaro?manad=2026-03"
    look_at_pages(
        browser,
        live_server,
        market.supervisor,
        {"week_locked": "/narvaro?vecka=2026-W11", "correct": correct},
        ids,
        folder="attendance",
    )
    look_at_pages(browser, live_server, market.officer, {"corrected": months}, ids, folder="attendance")
    _her_own(browser, live_server, market, others[1])


def _invoiced_and_corrected(market: Market, placement_id: int) -> None:
    march_approved(market, placement_id)
    with acting_as(market.supervisor), travelling(TUESDAY), transaction():
        day = next(day for day in days_of_placement(placement_id) if day.day == date(2026, 3, 10))
        correct_day(placement_id, day.day, absent(placement_id, day.day), reason_sv="Sms kom bort", stood=day)


def _her_own(browser: Browser, live_server: str, market: Market, placement_id: int) -> None:
    with acting_as(market.officer):
        she = participant_actor(get_or_404(Placement, placement_id).participant_id)
    with travelling(TUESDAY):
        code = code_of(market, she)
    page = opened(browser, WIDE)
    page.goto(f"{live_server}/min-sida")
    page.get_by_label("Din kod").fill(code)
    page.get_by_role("button", name="Öppna min sida").click()
    page.wait_for_url("**/min-sida/platser")
    page.get_by_role("link", name="Säg till här").click()
    path = f"/min-sida/franvaro/{placement_id}"
    look_over(page, live_server, {"own_absence": path}, folder="attendance")
    page.goto(live_server + path)
    page.get_by_label("Jag är sjuk").check()
    page.get_by_role("button", name="Skicka").click()
    page.get_by_text("Arbetsplatsen vet nu att du inte kommer i dag.").wait_for()
    page.context.close()
