"""The search page: shareable, neutral, honest about why it is empty, and cheap."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import select

from enterprises.contracts.models import Contract
from enterprises.places.models import Place
from enterprises.places.services import copy_place, pause_place, publish_place
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.reference.queries import forget_lists
from marketplace.tenancy import acting_as, system_actor
from placements.choice.services import open_round
from tests.factories import amend_contract
from tests.support.clients import Client, ClientFor
from tests.support.placement_market import TODAY, Market, granted
from tests.support.statements import statements_of


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TODAY):
        yield ready_market


def _page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status
    return answer.text


def test_a_link_to_a_search_shows_the_same_to_a_colleague(market: Market, client_for: ClientFor) -> None:
    address = "/sok/?senast=2026-03-20&till=2026-05-01&timmar=12,5&yrke=7531&kommun=0136"
    first, second = (_page(client_for(who), address) for who in (market.officer, market.colleague))
    for page in (first, second):
        assert "1 plats passar" in page
        assert 'value="2026-03-20"' in page
        assert 'value="12,5"' in page
        assert "9 kap. 1 § LOV" in page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("senast=2026-02-01", "har passerat. Sökningen visar 2026-03-16"),
        ("senast=2026-03-20&till=2026-03-10", "Slutdatumet låg före starten"),
        ("senast=nonsens&timmar=x&yrke=1&kommun=9&sida=-4", "3 platser passar"),
        ("timmar=", "3 platser passar"),
    ],
)
def test_what_makes_no_sense_is_mended_in_words(
    market: Market, client_for: ClientFor, query: str, says: str
) -> None:
    assert says in _page(client_for(market.officer), f"/sok/?{query}")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("timmar=35&yrke=7531", "2 platser inom alla yrken"),
        ("timmar=35&yrke=7531", "1 plats oavsett timmar i veckan"),
        ("anpassning=quiet", "3 platser utan krav på anpassning"),
        ("sprak=uk", "3 platser oavsett språk"),
        ("anpassning=quiet&sprak=uk&timmar=3", "3 platser om bara datumen räknas"),
        ("yrke=7231&senast=2026-03-03", "1 plats om starten får dröja till 2026-03-31"),
    ],
)
def test_an_empty_result_says_why(market: Market, client_for: ClientFor, query: str, says: str) -> None:
    page = _page(client_for(market.officer), f"/sok/?{query}")
    assert "Ingen plats passar allt" in page
    assert says in " ".join(page.split())


def test_full_and_without_contracts_are_told_apart(market: Market, client_for: ClientFor) -> None:
    with acting_as(market.manager), transaction():
        for place_id in (market.sewing_id, market.repair_id, market.growing_id):
            pause_place(place_id)
    assert "Alla platser är upptagna" in _page(client_for(market.officer), "/sok/")
    with travelling(date(2025, 11, 3)):
        assert "inget avtal som gäller" in _page(client_for(market.officer), "/sok/?till=2025-12-01")


def test_what_a_contract_hides_is_said(market: Market, client_for: ClientFor) -> None:
    _, grant_id = granted(market)
    with acting_as(market.officer), transaction():
        round_id = open_round(grant_id).id
    with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
        contract = db.session.scalars(select(Contract).where(Contract.authority_id == market.north_id)).one()
        amend_contract(contract, ends_on=date(2026, 6, 30))
    officer = client_for(market.officer)
    page = html.fromstring(_page(officer, f"/sok/?valomgang={round_id}&yrke=7531"))
    (line,) = page.find_class("left-out")
    assert " ".join(line.text_content().split()) == (
        "1 plats visas inte: leverantörens avtal slutar före 2026-08-28. Sök till och med 2026-06-30"
    )
    assert "Alla platser är upptagna" not in page.text_content()
    found = _page(officer, line.find("a").get("href"))
    assert "1 plats passar" in found
    assert "left-out" not in found


def test_searching_for_a_participant_begins_with_her_grant(market: Market, client_for: ClientFor) -> None:
    _, grant_id = granted(market)
    with acting_as(market.officer), transaction():
        round_id = open_round(grant_id).id
    page = _page(client_for(market.officer), f"/sok/?valomgang={round_id}")
    assert 'value="2026-08-28"' in page
    assert 'value="20"' in page
    assert "Behöver sitta" in page
    anyone = _page(client_for(market.coordinator), "/sok/")
    assert "Visa för deltagaren" not in anyone


def test_up_to_four_side_by_side(market: Market, client_for: ClientFor) -> None:
    officer = client_for(market.officer)
    wanted = "&".join(f"plats={number}" for number in (market.sewing_id, market.repair_id, market.growing_id))
    page = _page(officer, f"/sok/jamfor?{wanted}")
    for name in ("Sy och laga kläder", "Laga cyklar", "Odla grönsaker"):
        assert name in page
    many = "&".join(f"plats={number}" for number in range(1, 8))
    assert "Högst 4 platser jämförs" in _page(officer, f"/sok/jamfor?{many}")
    assert "Inga platser att jämföra" in _page(officer, "/sok/jamfor?plats=x")
    late = _page(officer, f"/sok/jamfor?senast=2026-03-03&plats={market.repair_id}")
    assert "Inte i tid" in late


def test_the_whole_page_asks_few_questions_however_many_places(
    market: Market, client_for: ClientFor, app: Flask
) -> None:
    app.config["REFERENCE_SECONDS"] = 60
    officer = client_for(market.officer)
    _page(officer, "/sok/")
    few = statements_of(lambda: _page(officer, "/sok/?ord=uppgifter"))
    with acting_as(market.manager), transaction():
        site_id = db.session.get_one(Place, market.sewing_id).site_id
        for number in range(30):
            copied = copy_place(market.sewing_id, site_id=site_id, name=f"Plats {number}", seats=1)
            publish_place(copied.id)
    many = statements_of(lambda: _page(officer, "/sok/?ord=uppgifter"))
    del app.config["REFERENCE_SECONDS"]
    forget_lists()
    assert "33 platser passar" in _page(officer, "/sok/?ord=uppgifter")
    assert len(few) == len(many) <= 8, "\n\n".join(many)
