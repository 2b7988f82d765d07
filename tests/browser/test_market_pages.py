"""Systems, applications, contracts and places in a browser: axe, narrow screens, dark scheme, the strict policy."""

from datetime import time

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from enterprises.applications import services as applications
from enterprises.applications.models import Application
from enterprises.applications.rules import Judgement
from enterprises.places import services as places
from enterprises.places.closure_rules import OutageReason
from enterprises.places.rules import SeatUseKind
from marketplace.db import db, transaction
from marketplace.procurement.queries import system_with_versions
from marketplace.tenancy import Actor, acting_as
from tests.browser.looking import Look, look_at_pages, opened, picture, sign_in
from tests.support import supply
from tests.support.application import Database
from tests.support.pictures import photograph
from tests.support.supply import Supply, after

pytestmark = pytest.mark.browser

ANYONES_PAGES = {
    "public-systems": "/valfrihetssystem",
    "public-system": "/valfrihetssystem/{system}",
    "public-terms": "/valfrihetssystem/underlag/{terms}",
    "register": "/registrera",
}
OFFICERS_PAGES = {
    "officer-systems": "/valfrihetssystem",
    "officer-new-system": "/valfrihetssystem/nytt",
    "officer-system": "/valfrihetssystem/{system}",
    "officer-deciders": "/valfrihetssystem/{system}/beslutsfattare",
    "officer-close-system": "/valfrihetssystem/{system}/stang",
    "officer-difference": "/valfrihetssystem/underlag/{draft_terms}/skillnad",
    "officer-terms-form": "/valfrihetssystem/{system}/underlag",
    "officer-terms": "/valfrihetssystem/underlag/{draft_terms}",
    "officer-publish": "/valfrihetssystem/underlag/{draft_terms}/publicera",
    "officer-waiting": "/",
    "officer-queue": "/ansokningar",
    "officer-application": "/ansokningar/{submitted}",
    "officer-judge": "/ansokningar/{submitted}/provning",
    "officer-completion": "/ansokningar/{submitted}/komplettering",
    "officer-approve": "/ansokningar/{judged}/godkann",
    "officer-reject": "/ansokningar/{unmet}/avsla",
    "officer-decision": "/ansokningar/{approved}/beslut",
    "officer-contracts": "/avtal",
    "officer-contract": "/avtal/{active}",
    "officer-suspend": "/avtal/{active}/vila",
    "officer-end": "/avtal/{active}/avsluta",
    "officer-sign": "/avtal/{unsigned}/skriv-under",
    "officer-call-off": "/avtal/{unsigned}/ta-tillbaka",
    "officer-amend": "/avtal/{active}/andra",
    "officer-edition": "/avtal/{active}/utgavor/1",
    "officer-checks": "/avtal/{active}/kontroller",
}
MANAGERS_PAGES = {
    "manager-waiting": "/",
    "manager-system": "/valfrihetssystem/{system}",
    "manager-start": "/valfrihetssystem/{unapplied}/ansok",
    "manager-enterprise": "/foretaget",
    "manager-profile": "/foretaget/andra",
    "manager-applications": "/ansokningar",
    "manager-application": "/ansokningar/{draft}",
    "manager-answers": "/ansokningar/{draft}/svar",
    "manager-missing": "/ansokningar/{draft}/skicka",
    "manager-withdraw": "/ansokningar/{draft}/aterkalla",
    "manager-contract": "/avtal/{unsigned}",
    "manager-places": "/platser",
    "manager-place": "/platser/{place}",
    "manager-new-place": "/platser/ny",
    "manager-edit-place": "/platser/{place}/andra",
    "manager-edit-times": "/platser/{place}/andra/tider",
    "manager-edit-support": "/platser/{place}/andra/krav",
    "manager-step": "/platser/{draft_place}/andra/krav?ny=y",
    "manager-discard-draft": "/platser/{draft_place}/kasta",
    "manager-pictures": "/platser/{place}/bilder",
    "manager-copy": "/platser/{place}/kopiera",
    "manager-pause": "/platser/{place}/pausa",
    "manager-unconfirmed": "/platser?obekraftad=y",
    "manager-change-closure": "/platser/stangningar/{closed_period}/andra",
    "manager-import": "/platser/importera",
    "manager-review": "/platser/importera/{place_import}",
    "manager-discard": "/platser/importera/{place_import}/kasta",
    "manager-seats": "/platser/{place}/antal",
    "manager-close-seats": "/platser/{place}/stang",
    "manager-close": "/platser/{place}/lagg-ned",
    "manager-sites": "/platser/arbetsstallen",
    "manager-site": "/platser/arbetsstallen/{site}",
    "manager-new-site": "/platser/arbetsstallen/nytt",
}


@pytest.fixture
def world(database: Database) -> Supply:
    return supply.build_supply()


@pytest.fixture
def ids(world: Supply) -> dict[str, int]:
    """Something in every state that a page shows."""
    officer, manager = world.officer, world.manager
    names = (
        "Arbetsträning Åsen",
        "Daglig verksamhet",
        "Jobbspår",
        "Grön rehab",
        "Språkspår",
        "Textil",
        "Café",
    )
    system, *others = [supply.open_system(officer, name) for name in names]
    with acting_as(officer), transaction():
        terms = system_with_versions(system).versions[0].id
        draft_terms = supply.draft_terms(system_with_versions(system))
    active = supply.signed(officer, manager, system)
    unsigned = supply.approved(officer, manager, others[0])
    submitted, judged, unmet = (supply.submitted(manager, one) for one in others[1:4])
    supply.judge(officer, judged)
    supply.judge(officer, unmet, Judgement.NOT_MET, "Handledare saknas på fredagar.")
    with acting_as(manager), transaction():
        draft = applications.start_application(others[4]).id
    with acting_as(officer):
        approved = db.session.scalars(select(Application.id).where(Application.system_id == system)).one()
    site = supply.add_site(manager)
    place = supply.add_place(manager, site, 4)
    draft_place = supply.add_place(manager, site, 2, "Växthuset", publish=False)
    with acting_as(world.case_officer), transaction():
        places.take_seat(place, after(3), after(60), SeatUseKind.REQUEST)
    closed_period, place_import = _told_of(manager, place)
    return {
        "system": system,
        "unapplied": others[5],
        "terms": terms,
        "draft_terms": draft_terms,
        "active": active,
        "unsigned": unsigned,
        "submitted": submitted,
        "judged": judged,
        "unmet": unmet,
        "draft": draft,
        "approved": approved,
        "site": site,
        "place": place,
        "draft_place": draft_place,
        "closed_period": closed_period,
        "place_import": place_import,
    }


def _told_of(manager: Actor, place: int) -> tuple[int, int]:
    """All that can be told of a place: a closure that has been changed, and a file with a line that is wrong."""
    with acting_as(manager), transaction():
        places.update_place(
            place,
            tasks=["Rensa ogräs", "Vattna", "Skörda"],
            rotates=True,
            weekdays=[1, 2, 4],
            day_starts=time(8, 30),
            day_ends=time(22),
            demands=["standing", "outdoors"],
        )
        for words in ("En odlingsbädd", "Ett växthus i motljus"):
            places.add_picture(place, photograph(1200, 900), words)
        [closure] = places.close_seats(
            place, seats=1, first_day=after(1), last_day=after(30), reason_sv="Ombyggnad"
        )
        closed_period = closure.closed_period_id
        places.change_closure(
            closed_period,
            seats=1,
            first_day=after(2),
            last_day=after(20),
            reason=OutageReason.PREMISES,
            why_sv="Snickaren kom tidigare.",
        )
        file = f"Nummer;Plats;Krav\n{place};Rabatterna;Tunga lift\n{place + 1};Odlingen;Buller\n"
        return closed_period, places.start_import("platser.csv", file.encode()).id


def test_the_pages_of_the_market_are_accessible(
    browser: Browser, live_server: str, world: Supply, ids: dict[str, int]
) -> None:
    roles: list[tuple[Actor | None, dict[str, str]]] = [
        (None, ANYONES_PAGES),
        (world.officer, OFFICERS_PAGES),
        (world.manager, MANAGERS_PAGES),
    ]
    for who, pages in roles:
        look_at_pages(browser, live_server, who, pages, ids, folder="market")


def test_forms_that_will_not_do_are_accessible_too(
    browser: Browser, live_server: str, world: Supply, ids: dict[str, int]
) -> None:
    page = opened(browser, 375)
    look = Look(page)

    def check(name: str) -> None:
        picture(page, f"market/{name}")
        look.examine()

    page.goto(f"{live_server}/registrera")
    page.get_by_label("Organisationsnummer").fill("556012-5791")
    with page.expect_navigation():
        page.get_by_role("button", name="Registrera företaget").click()
    assert page.get_by_label("Organisationsnummer").input_value() == "556012-5791"
    check("register-wrong")
    sign_in(page, live_server, world.officer)
    page.goto(f"{live_server}/valfrihetssystem/{ids['system']}/underlag")
    page.get_by_label("Kronor").first.fill("mycket")
    with page.expect_navigation():
        page.get_by_role("button", name="Spara utkastet").last.click()
    assert page.get_by_label("Kronor").first.input_value() == "mycket"
    check("terms-wrong")
    with page.expect_navigation():
        page.get_by_role("button", name="Lägg till fler priser").click()
    assert page.get_by_label("Kronor").first.input_value() == "mycket"
    check("terms-more-rows")
    page.goto(f"{live_server}/ansokningar/{ids['judged']}/godkann")
    page.get_by_label("Diarienummer").fill("2026-118")
    with page.expect_navigation():
        page.get_by_role("button", name="Visa beslutet först").click()
    check("approve-preview")
    page.context.close()


def test_a_closure_is_looked_at_before_it_is_made(
    browser: Browser, live_server: str, world: Supply, ids: dict[str, int]
) -> None:
    page = opened(browser, 375)
    look = Look(page)
    sign_in(page, live_server, world.manager)
    page.goto(f"{live_server}/platser/{ids['place']}/stang")
    page.get_by_label("Antal platser att stänga").fill("4")
    page.get_by_label("Första dagen").fill(after(25).isoformat())
    page.get_by_label("Sista dagen").fill(after(35).isoformat())
    page.get_by_label("Orsak").select_option(label="Semester")
    page.get_by_role("button", name="Visa vad som berörs").click()
    page.get_by_text("3 av 4 platser är lediga alla dagarna").wait_for()
    picture(page, "market/close-seats-look")
    look.examine()
    page.get_by_label("Antal platser att stänga").fill("2")
    with page.expect_navigation():
        page.get_by_role("button", name="Visa vad som berörs").click()
    page.get_by_role("button", name="Stäng platserna").click()
    page.get_by_text("Platserna är stängda under perioden.").wait_for()
    page.get_by_text("Historik (1)").click()
    picture(page, "market/closure-history")
    look.examine()
    page.context.close()
