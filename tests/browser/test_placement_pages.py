"""Participants, search, choice and booking in a browser: axe, narrow screens, dark scheme, each role's own pages."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.letters.messages import token_for
from marketplace.letters.rules import LetterKind
from marketplace.tenancy import acting_as
from placements.booking.queries import placement
from placements.booking.rules import DeclineReason
from placements.booking.services import accept_placement, decline_placement
from placements.choice.services import open_round, show_places
from placements.participants.queries import consents_of
from placements.participants.services import update_needs
from tests.browser.looking import WIDE, look_at_pages, opened, sign_in, stand_on
from tests.support.application import Database
from tests.support.placement_market import TODAY, Market, build_market, granted, register, requested

pytestmark = pytest.mark.browser

OFFICERS_PAGES = {
    "work": "/",
    "settings": "/installningar",
    "participants": "/deltagare/",
    "no-participants": "/deltagare/?lage=none&mina=y&kommun=0136",
    "register": "/deltagare/ny",
    "participant": "/deltagare/{participant}",
    "masked": "/deltagare/{masked}",
    "change": "/deltagare/{participant}/andra",
    "consent": "/deltagare/{masked}/samtycke",
    "withdraw-consent": "/deltagare/samtycken/{consent}/aterkalla",
    "search": "/sok/",
    "search-for": "/sok/?valomgang={round}",
    "search-nothing": "/sok/?valomgang={round}&timmar=40&anpassning=seated&anpassning=quiet",
    "compare": "/sok/jamfor?valomgang={round}&plats={sewing}&plats={repair}&plats={growing}",
    "round": "/valomgangar/{round}",
    "sheet": "/valomgangar/{round}/blad",
    "close-round": "/valomgangar/{round}/avsluta",
    "chosen": "/valomgangar/{chosen}",
    "request": "/placeringar/begar/{declined_round}",
    "placements": "/placeringar/",
    "requested": "/placeringar/{requested}",
    "declined": "/placeringar/{declined}",
    "cancel": "/placeringar/{requested}/aterkalla",
}
COORDINATORS_PAGES = {
    "coordinators-participants": "/deltagare/",
    "coordinators-participant": "/deltagare/{participant}",
    "grant": "/deltagare/{masked}/bevilja",
    "withdraw-grant": "/deltagare/beviljanden/{grant}/aterkalla",
    "coordinators-placement": "/placeringar/{accepted}",
}
SUPERVISORS_PAGES = {
    "supervisors-work": "/",
    "supervisors-placements": "/placeringar/",
    "to-answer": "/placeringar/{requested}",
    "decline": "/placeringar/{requested}/neka",
    "accepted": "/placeringar/{accepted}",
    "start": "/placeringar/{accepted}/starta",
    "never-started": "/placeringar/{accepted}/kom-aldrig",
    "end-early": "/placeringar/{accepted}/avbryt",
}
MANAGERS_PAGES = {"managers-placements": "/placeringar/", "managers-placement": "/placeringar/{accepted}"}


@pytest.fixture
def market(database: Database) -> Market:
    """The application's clock stands at the market's Monday."""
    stand_on(database.app, TODAY)
    return build_market(seats=3)


@pytest.fixture
def ids(market: Market) -> dict[str, int]:
    """One of each thing that has a page."""
    with travelling(TODAY):
        participant_id, grant_id = granted(market)
        masked_id = register(market, 2)
        with acting_as(market.officer), transaction():
            round_id = open_round(grant_id).id
            show_places(round_id, [market.sewing_id])
            update_needs(masked_id, needs_sv="", is_protected=True)
        asked, accepted, declined = (requested(market, number) for number in (3, 4, 5))
        with acting_as(market.supervisor), transaction():
            accept_placement(accepted)
            decline_placement(declined, DeclineReason.HOURS)
        with acting_as(market.officer):
            chosen_id = placement(accepted).placement.choice_round_id
            declined_round_id = placement(declined).placement.choice_round_id
            (consent,) = consents_of(participant_id)
    return {
        "participant": participant_id,
        "masked": masked_id,
        "consent": consent.id,
        "grant": grant_id,
        "round": round_id,
        "chosen": chosen_id,
        "declined_round": declined_round_id,
        "requested": asked,
        "accepted": accepted,
        "declined": declined,
        "sewing": market.sewing_id,
        "repair": market.repair_id,
        "growing": market.growing_id,
    }


def test_the_pages_are_accessible(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int]
) -> None:
    for who, pages in (
        (market.officer, OFFICERS_PAGES),
        (market.coordinator, COORDINATORS_PAGES),
        (market.supervisor, SUPERVISORS_PAGES),
        (market.manager, MANAGERS_PAGES),
    ):
        look_at_pages(browser, live_server, who, pages, ids, folder="placements")
    token = token_for(market.officer.user_id or 0, LetterKind.MY_WORK)
    look_at_pages(browser, live_server, None, {"unsubscribe": f"/brev/avsta/{token}"}, folder="placements")


def test_searching_showing_and_choosing_by_hand(
    browser: Browser, live_server: str, market: Market, ids: dict[str, int]
) -> None:
    """Without script, by the controls that a person uses."""
    page = opened(browser, WIDE, has_script=False)
    sign_in(page, live_server, market.officer)
    page.goto(f"{live_server}/sok/?valomgang={ids['round']}")
    page.get_by_label("Yrke", exact=True).select_option("7231")
    page.get_by_role("button", name="Sök", exact=True).click()
    page.wait_for_url("**yrke=7231**")
    page.get_by_label("Välj Laga cyklar hos Gården & Co").check()
    page.get_by_role("button", name="Visa för deltagaren").click()
    page.get_by_text("En plats visas nu för deltagaren.").wait_for()
    page.get_by_label("Laga cyklar hos Gården & Co").check()
    page.get_by_role("button", name="Registrera valet").click()
    page.get_by_role("link", name="Begär platsen").click()
    first_day = (TODAY + timedelta(days=7)).isoformat()
    assert page.get_by_label("Första dagen").input_value() == first_day
    page.get_by_role("button", name="Begär platsen").click()
    page.get_by_text("Platsen är begärd").wait_for()
    page.context.close()
