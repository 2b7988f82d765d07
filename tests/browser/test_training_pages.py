"""Plan, attendance and follow-ups in a browser: axe, narrow screens, dark scheme, and a week saved on a phone."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Browser

from marketplace.clock import travelling
from marketplace.db import get_or_404, transaction
from marketplace.tenancy import acting_as
from placements.access.queries import participant_actor
from placements.attendance.queries import days_of_placement
from placements.booking.models import Placement
from placements.plan.queries import readable_plan
from placements.plan.services import revise_plan, wish_for_change
from placements.plan.staircase_rules import Step
from tests.browser.looking import WIDE, look_at_pages, look_over, opened, overflow, sign_in
from tests.support.application import Database
from tests.support.following_up import held_and_late
from tests.support.own_page import code_of
from tests.support.placement_market import FIRST_DAY, Market, build_market
from tests.support.training import agreed, attended, planned, proposed, running

pytestmark = pytest.mark.browser
MONDAY = date(2026, 3, 16)
WEEK_12 = "/narvaro?vecka=2026-W12"
PAGES: dict[str, dict[str, str]] = {
    "supervisor": {
        "work": "/",
        "week": WEEK_12,
        "week_empty": "/narvaro?vecka=2026-W01",
        "week_whole": f"{WEEK_12}&helg=1",
        "months": "/placeringar/{going_on}/narvaro",
        "plan": "/placeringar/{going_on}/plan",
        "plan_write": "/planer/{revised}/redigera",
        "plan_changed": "/planer/{revised}",
        "plan_wish": "/planer/{proposed}/onskemal",
        "plan_none": "/placeringar/{unwritten}/plan",
        "plan_witness": "/planer/{proposed}/deltagaren",
        "follow_ups": "/uppfoljningar?lage=alla",
        "follow_ups_none": "/placeringar/{unwritten}/uppfoljningar",
        "follow_ups_of": "/placeringar/{going_on}/uppfoljningar",
        "follow_up": "/uppfoljningar/{held}",
        "follow_up_add": "/uppfoljningar/{held}/bestamt",
        "follow_up_edit": "/uppfoljningar/{held}/skriv",
        "follow_up_late": "/uppfoljningar/{late}",
        "follow_up_miss": "/uppfoljningar/{late}/uteblev",
        "follow_up_write": "/uppfoljningar/{late}/skriv",
    },
    "officer": {"plan_to_agree": "/placeringar/{waiting}/plan"},
    "controller": {"months_by_number": "/placeringar/{going_on}/narvaro"},
}


STAIRS = (Step(FIRST_DAY, Decimal(6), 2, (1, 3)), Step(date(2026, 4, 6), Decimal(16), 4, (1, 2, 3, 4)))


@pytest.fixture
def market(database: Database) -> Market:
    return build_market(seats=8)


@pytest.fixture
def ids(market: Market) -> dict[str, int]:
    made: dict[str, int] = {}
    with travelling(date(2026, 3, 20)):
        made["going_on"], made["waiting"], made["unwritten"] = (
            running(market, number) for number in (1, 2, 3)
        )
        made["plan"] = agreed(market, made["going_on"])
        made["proposed"] = proposed(market, made["waiting"], steps=STAIRS)
        with acting_as(market.supervisor), transaction():
            made["revised"] = revise_plan(made["plan"], planned(steps=STAIRS, tasks_sv="Laga kassar")).id
        made["held"], made["late"] = held_and_late(market, made["going_on"])
        held_and_late(market, made["waiting"])
        attended(market, made["going_on"], date(2026, 3, 10), date(2026, 3, 11))
    return made


def test_every_page_holds(browser: Browser, live_server: str, market: Market, ids: dict[str, int]) -> None:
    for role, pages in PAGES.items():
        who = getattr(market, role)
        look_at_pages(browser, live_server, who, pages, ids, folder="training")


def test_a_week_is_saved_on_a_phone(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int]
) -> None:
    placement_id = ids["going_on"]
    page = opened(browser, 375)
    sign_in(page, live_server, market.supervisor)
    page.goto(live_server + WEEK_12)
    page.get_by_label("Timmar, Maja Öberg1, tis 17/3").fill("25")
    page.get_by_label("Närvaro, Maja Öberg1, ons 18/3").select_option(label="Sjuk")
    page.get_by_role("button", name="Spara vecka 12").click()
    page.get_by_role("link", name="Maja Öberg1, tis 17/3").click()
    wrong = page.get_by_label("Timmar, Maja Öberg1, tis 17/3")
    assert wrong.input_value() == "25"
    bar = page.locator(".attendance-save").bounding_box()
    box = wrong.bounding_box()
    assert bar is not None
    assert box is not None
    assert box["y"] + box["height"] <= bar["y"]  # what the summary leads to is not hidden under the bar
    assert overflow(page) == 0
    wrong.fill("2,5")
    page.get_by_role("button", name="Spara vecka 12").click()
    page.get_by_text("Vecka 12 är sparad").wait_for()
    with acting_as(market.officer):
        week = {
            day.day: (day.kind.value, float(day.actual_hours))
            for day in days_of_placement(placement_id)
            if day.day >= MONDAY
        }
    assert week[MONDAY + timedelta(days=1)] == ("present", 2.5)
    assert week[MONDAY + timedelta(days=2)] == ("ill", 0.0)
    page.context.close()


def test_what_is_written_of_a_follow_up_is_there_when_the_page_is_opened_again(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int]
) -> None:
    page = opened(browser, 375)
    sign_in(page, live_server, market.supervisor)
    path = f"{live_server}/uppfoljningar/{ids['late']}"
    page.goto(f"{path}/skriv")
    page.get_by_label("Vad kom ni fram till?").fill("Det går bra.")
    page.get_by_label("Deltagaren", exact=True).check()
    page.get_by_text("Det du skriver finns kvar").wait_for()
    page.goto(path)
    page.goto(f"{path}/skriv")
    page.get_by_text("Det är inte skickat än.").wait_for()
    assert page.get_by_label("Vad kom ni fram till?").input_value() == "Det går bra."
    page.get_by_role("button", name="Spara").click()
    page.get_by_text("Uppföljningen är sparad.").wait_for()
    page.goto(f"{path}/skriv")
    page.get_by_label("Vad kom ni fram till?").fill("Det går mycket bra.")
    page.reload()
    assert page.get_by_label("Vad kom ni fram till?").input_value() == "Det går mycket bra."
    page.context.close()


def test_a_draft_saves_itself_and_tells_the_later_tab(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int]
) -> None:
    first, second = opened(browser, 375), opened(browser, 375)
    address = f"{live_server}/planer/{ids['revised']}/redigera"
    for page in (first, second):
        sign_in(page, live_server, market.supervisor)
        page.goto(address)
    first.get_by_label("Arbetsuppgifter").fill("Klipper tyg")
    first.get_by_text("Utkastet är sparat.").wait_for()
    with acting_as(market.supervisor):
        assert readable_plan(ids["revised"]).tasks_sv == "Klipper tyg"
    second.get_by_label("Arbetsuppgifter").fill("Stryker tyg")
    second.get_by_text("sparas inte längre av sig självt").wait_for()
    second.get_by_role("button", name="Spara utkastet").click()
    second.get_by_text("Någon, kanske du själv i en annan flik").wait_for()
    assert second.get_by_label("Arbetsuppgifter").input_value() == "Stryker tyg"
    assert second.locator("del").first.inner_text().strip().startswith("Klipper")
    assert overflow(second) == 0
    second.get_by_role("button", name="Spara utkastet").click()
    second.get_by_text("Stryker tyg").first.wait_for()
    for page in (first, second):
        page.context.close()


def test_her_own_page_of_the_plan_holds(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int]
) -> None:
    with acting_as(market.officer):
        placement = get_or_404(Placement, ids["waiting"])
        she = participant_actor(placement.participant_id)
    with travelling(date(2026, 3, 20)), acting_as(she), transaction():
        wish_for_change(ids["proposed"], "Jag vill börja klockan nio.")
    page = opened(browser, WIDE)
    code = code_of(market, she)
    page.goto(f"{live_server}/min-sida")
    page.get_by_label("Din kod").fill(code)
    page.get_by_role("button", name="Öppna min sida").click()
    page.wait_for_url("**/min-sida/platser")
    page.get_by_role("link", name="Läs planen").click()
    pages = {
        "own_to_do": "/min-sida/platser",
        "own_plan": "/min-sida/planer/{proposed}",
        "own_wish": "/min-sida/planer/{proposed}/andra",
    }
    look_over(page, live_server, pages, ids, folder="training")
    page.goto(f"{live_server}/min-sida/planer/{ids['proposed']}")
    page.get_by_role("button", name="Ja, planen är bra").click()
    page.get_by_text("Du har sagt ja till planen.").wait_for()
    page.context.close()
