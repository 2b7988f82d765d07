"""Files, completions, grounds to exclude and two deciders in a browser: axe, narrow screens, dark scheme."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, FilePayload

from enterprises.applications import services as applications
from enterprises.applications.exclusion_rules import Ground
from enterprises.applications.queries import application_with_answers, asked
from enterprises.applications.rules import AnswerDraft, Judgement, JudgementDraft, Outcome
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db, transaction
from marketplace.procurement import services as procurement
from marketplace.procurement.rules import Proof, RequirementDraft
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.browser.looking import Look, look_at_pages, opened, picture, sign_in
from tests.factories import make_actor
from tests.support import supply
from tests.support.application import Database
from tests.support.files import JPEG, PDF, PNG
from tests.support.supply import Supply

pytestmark = pytest.mark.browser

OFFICERS_PAGES = {
    "officer-queue": "/ansokningar",
    "officer-judge": "/ansokningar/{incomplete}/provning",
    "officer-request": "/ansokningar/{incomplete}/komplettering",
    "officer-asked": "/ansokningar/{asked}",
    "officer-resume": "/ansokningar/{asked}/utan-komplettering",
    "officer-excluded": "/ansokningar/{excluded}",
    "officer-find": "/ansokningar/{excluded}/uteslutning",
    "officer-lift": "/ansokningar/{excluded}/uteslutning/{finding}/avfor",
    "officer-proposed": "/ansokningar/{proposed}",
    "officer-return": "/ansokningar/{proposed}/beslutsforslag/tillbaka",
}
SECONDS_PAGES = {"second-proposal": "/ansokningar/{proposed}/beslutsforslag", "second-work": "/"}
MANAGERS_PAGES = {
    "manager-start": "/valfrihetssystem/{unapplied}/ansok",
    "manager-reused": "/ansokningar/{reused}/svar",
    "manager-missing": "/ansokningar/{reused}",
    "manager-asked": "/ansokningar/{asked}",
    "manager-complete": "/ansokningar/{asked}/svar",
    "manager-decided": "/ansokningar/{decided}",
    "manager-decision": "/ansokningar/{decided}/beslut",
}
REQUIREMENTS = (
    RequirementDraft("Beskriv noga hur handledningen går till.", Proof.ANSWER),
    RequirementDraft("Bifoga beviset om ansvarsförsäkring.", Proof.ATTACHMENT),
)


@pytest.fixture
def world(database: Database) -> Supply:
    return supply.build_supply()


@pytest.fixture
def second(world: Supply) -> Actor:
    with acting_as(system_actor()), transaction():
        authority = db.session.get_one(Organisation, world.authority_id)
        return make_actor("Örjan Upphandlare", authority, Role.PROCUREMENT_OFFICER)


@pytest.fixture
def ids(world: Supply, second: Actor) -> dict[str, int]:
    officer, manager = world.officer, world.manager
    names = ("Åsen", "Daglig", "Jobbspår", "Grön rehab", "Språkspår", "Textil")
    systems = [supply.open_system(officer, name) for name in names]
    asked_of, incomplete, excluded, proposed, decided = (
        supply.submitted(manager, system_id) for system_id in systems[:5]
    )
    due = JudgementDraft(Judgement.COMPLETE_BY, "Vem handleder på måndagar?", today() + timedelta(days=9))
    with acting_as(officer), transaction():
        for one in (asked_of, incomplete):
            applications.judge_answers(one, {_first(one): due})
        applications.request_completion(asked_of, "Vi behöver veta lite mer.")
        finding = applications.find_exclusion(
            excluded,
            ground=Ground.UNPAID,
            evidence_sv="Kronofogdens register.",
            file=("Utdrag ur register.pdf", PDF),
        ).id
        procurement.set_deciders(systems[3], needs_two=True)
    with acting_as(manager), transaction():
        applications.attach_file(asked_of, _first(asked_of), "Schema för handledare.pdf", PDF)
    supply.judge(officer, proposed)
    supply.judge(officer, decided, Judgement.NOT_MET, "Handledare saknas på fredagar.")
    with acting_as(officer), transaction():
        decision = {"reasons_sv": "Se bedömningen.", "diary_number": "2026-7"}
        applications.propose_decision(proposed, outcome=Outcome.APPROVED, **decision)
        applications.reject_application(decided, **decision)
        terms = procurement.draft_terms(
            systems[5],
            contract_text_sv="Avtal",
            rules=procurement.TermsRules(),
            requirements=REQUIREMENTS,
            prices=supply.PRICES,
        )
        procurement.publish_terms(terms.id)
    unapplied = supply.open_system(officer, "Café")
    with acting_as(manager), transaction():
        reused = applications.start_application(systems[5], reuse_id=decided)
        applications.attach_file(reused.id, _second(reused.id), "Försäkringsbevis 2026.png", PNG)
        applications.save_answers(reused.id, {_second(reused.id): AnswerDraft("Gäller till i höst.")})
        reused_id = reused.id
    return {
        "asked": asked_of,
        "incomplete": incomplete,
        "excluded": excluded,
        "finding": finding,
        "proposed": proposed,
        "decided": decided,
        "reused": reused_id,
        "unapplied": unapplied,
    }


def _first(application_id: int) -> int:
    return asked(application_with_answers(application_id))[0].requirement_id


def _second(application_id: int) -> int:
    return asked(application_with_answers(application_id))[1].requirement_id


def test_the_pages_of_applications_are_accessible(
    browser: Browser, live_server: str, world: Supply, second: Actor, ids: dict[str, int]
) -> None:
    look_at_pages(browser, live_server, world.officer, OFFICERS_PAGES, ids, folder="applications")
    look_at_pages(browser, live_server, world.manager, MANAGERS_PAGES, ids, folder="applications")
    look_at_pages(browser, live_server, second, SECONDS_PAGES, ids, folder="applications")


def test_a_refused_file_is_said_beside_its_field(
    browser: Browser, live_server: str, world: Supply, ids: dict[str, int]
) -> None:
    page = opened(browser, 375)
    look = Look(page)
    sign_in(page, live_server, world.manager)
    page.goto(f"{live_server}/ansokningar/{ids['reused']}/svar")
    page.get_by_label("Svar på krav 1").fill("Tre handledare, alla dagar.")
    files: list[FilePayload] = [
        {"name": "bevis.pdf", "mimeType": "application/pdf", "buffer": PNG},
        {"name": "bevis.jpg", "mimeType": "image/jpeg", "buffer": JPEG},
    ]
    page.get_by_label("Filer till krav 2").set_input_files(files)
    with page.expect_navigation():
        page.get_by_role("button", name="Spara", exact=True).click()
    assert page.get_by_label("Svar på krav 1").input_value() == "Tre handledare, alla dagar."
    assert "namnet säger PDF" in page.locator("main").inner_text()
    page.get_by_role("link", name="bevis.jpg").wait_for()
    picture(page, "applications/manager-refused")
    look.examine()
    page.goto(f"{live_server}/ansokningar/{ids['reused']}/svar")
    page.get_by_label("Ta bort bevis.jpg").check()
    page.get_by_role("button", name="Spara", exact=True).click()
    page.get_by_role("link", name="Försäkringsbevis 2026.png").wait_for()
    assert page.get_by_role("link", name="bevis.jpg").count() == 0
    page.context.close()
