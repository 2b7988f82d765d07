"""The final report in a browser: axe, narrow screens and dark scheme; a draft that saves itself; her own page of it."""

from dataclasses import replace
from datetime import date

import pytest
from playwright.sync_api import Browser, Page, Route

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import MemberKind
from marketplace.clock import travelling
from marketplace.db import get_or_404, transaction
from marketplace.tenancy import acting_as, system_actor
from placements.access.queries import participant_actor
from placements.booking.models import Placement
from placements.participants.rules import ConsentScope
from placements.participants.services import give_consent
from placements.report.queries import readable_report
from placements.report.services import (
    ask_for_correction,
    begin_report,
    file_report,
    record_outcome,
    record_reading,
    revise_report,
    save_report,
    show_report,
)
from tests.browser.looking import WIDE, look_at_pages, look_over, opened, overflow, sign_in
from tests.support.application import Database
from tests.support.own_page import code_of
from tests.support.placement_market import Market, build_market
from tests.support.training import OUTCOME, REPORT, agreed, attended, ended, reported, running, shown

pytestmark = pytest.mark.browser
TUESDAY = date(2026, 3, 31)
PAGES: dict[str, dict[str, str]] = {
    "supervisor": {
        "report_none": "/placeringar/{unwritten}/slutdokumentation",
        "report_draft": "/slutdokumentationer/{draft}",
        "report_write": "/slutdokumentationer/{draft}/redigera?granska=1",
        "report_shown": "/slutdokumentationer/{shown}",
        "report_file": "/slutdokumentationer/{shown}/lamna-in",
        "report_witness": "/slutdokumentationer/{shown}/deltagaren",
    },
    "officer": {
        "report_changed": "/slutdokumentationer/{corrected}",
        "report_replaced": "/slutdokumentationer/{replaced}",
        "report_correction": "/slutdokumentationer/{corrected}/rattelse",
        "before_and_after": "/placeringar/{placement}/fore-och-efter",
        "consent": "/deltagare/{participant}/samtycke",
        "consent_withdraw": "/deltagare/samtycken/{consent}/aterkalla",
        "placement_resume": "/placeringar/{unwritten}/oppna",
    },
    "coordinator": {
        "reports": "/slutdokumentationer",
        "report_receive": "/slutdokumentationer/{corrected}/ta-emot",
    },
    "other_unit_officer": {
        "reports_given": "/slutdokumentationer/delade",
        "report_given": "/slutdokumentationer/delade/{corrected}",
    },
}


@pytest.fixture
def market(database: Database) -> Market:
    return build_market(seats=8)


@pytest.fixture
def ids(market: Market) -> dict[str, int]:
    made: dict[str, int] = {}
    with travelling(date(2026, 3, 20)):
        made["drafted"], made["placement"], made["reading"], made["unwritten"] = (
            running(market, number) for number in (1, 2, 3, 4)
        )
        agreed(market, made["drafted"])
        attended(market, made["placement"], date(2026, 3, 10), date(2026, 3, 11))
    with travelling(TUESDAY):
        for name in ("drafted", "placement", "reading", "unwritten"):
            ended(market, made[name])
        with acting_as(market.supervisor), transaction():
            made["draft"] = begin_report(made["drafted"]).id
        made["shown"] = shown(market, made["reading"])
        made["replaced"] = reported(market, made["placement"])
        with acting_as(market.officer), transaction():
            ask_for_correction(made["replaced"], "Skriv hur mycket tid det var mot slutet.")
            record_outcome(made["placement"], OUTCOME)
            made["participant"] = get_or_404(Placement, made["placement"]).participant_id
            made["consent"] = give_consent(made["participant"], ConsentScope.EMPLOYMENT_SERVICE, TUESDAY).id
        with acting_as(market.supervisor), transaction():
            made["corrected"] = revise_report(made["replaced"]).id
            words = "Sydde kassar och gardiner, 16 timmar i veckan mot slutet"
            save_report(made["corrected"], replace(REPORT, done_sv=words))
            show_report(made["corrected"])
            record_reading(made["corrected"], "Jag klarade mer än jag trodde.")
            file_report(made["corrected"])
        with acting_as(system_actor()), transaction():
            elsewhere = get_or_404(Organisation, market.other_unit_id)
            elsewhere.member_kind = MemberKind.EMPLOYMENT_SERVICE
            elsewhere.kommun_codes = [*elsewhere.kommun_codes, "0136"]
    return made


def test_every_page_holds(browser: Browser, live_server: str, market: Market, ids: dict[str, int]) -> None:
    for role, pages in PAGES.items():
        look_at_pages(browser, live_server, getattr(market, role), pages, ids, folder="reports")


def test_a_draft_saves_itself_on_a_phone(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int]
) -> None:
    page = opened(browser, 375)
    sign_in(page, live_server, market.supervisor)
    page.goto(f"{live_server}/slutdokumentationer/{ids['draft']}/redigera")
    page.get_by_label("Delvis nått").first.check()
    page.get_by_label("Vilka förmågor har deltagaren visat").fill("Håller tider")
    page.get_by_text("Utkastet är sparat.").wait_for()
    assert overflow(page) == 0
    with acting_as(market.supervisor):
        content = readable_report(ids["draft"]).content
    assert content.abilities_sv == "Håller tider"
    assert content.goals[0].result == "partly"
    # The button is pressed when the script's own save has come, but not its answer.
    held: list[Route] = []
    page.route("**/redigera", lambda route: held.append(route), times=1)  # noqa: PLW0108
    with page.expect_request("**/redigera"):
        page.get_by_label("Vilka förmågor har deltagaren visat").fill("Håller tider och lär")
    page.get_by_label("Vilka förmågor har deltagaren visat").fill("Håller tider och lär andra")
    answer = held[0].fetch()
    page.get_by_role("button", name="Spara utkastet").click()
    held[0].fulfill(response=answer)
    page.wait_for_url("**/placeringar/**")
    assert "Håller tider och lär andra" in page.content()
    page.context.close()


def test_her_own_page_of_it_holds(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int]
) -> None:
    with acting_as(market.officer):
        she = participant_actor(get_or_404(Placement, ids["reading"]).participant_id)
    page = opened(browser, WIDE)
    code = code_of(market, she)
    page.goto(f"{live_server}/min-sida")
    _open_with_code(page, code)
    page.get_by_role("link", name="Läs texten").click()
    look_over(
        page, live_server, {"own_report": "/min-sida/slutdokumentationer/{shown}"}, ids, folder="reports"
    )
    page.goto(f"{live_server}/min-sida/slutdokumentationer/{ids['shown']}")
    page.get_by_label("Din kommentar").fill("Jag vill fortsätta.")
    page.context.clear_cookies()  # her session is over before she presses
    page.get_by_role("button", name="Jag har läst").click()
    _open_with_code(page, code)
    page.get_by_role("link", name="Läs texten").click()
    page.get_by_text("Det du skrev förut finns kvar här.").wait_for()
    assert page.get_by_label("Din kommentar").input_value() == "Jag vill fortsätta."
    page.get_by_role("button", name="Jag har läst").click()
    page.get_by_text("Det här har du skrivit").wait_for()
    page.context.close()


def _open_with_code(page: Page, code: str) -> None:
    page.get_by_label("Din kod").fill(code)
    page.get_by_role("button", name="Öppna min sida").click()
    page.wait_for_url("**/min-sida/platser")
