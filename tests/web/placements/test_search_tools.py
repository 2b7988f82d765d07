"""Why a place is not shown, saved searches, links to share, and what makes no sense in the address."""

from collections.abc import Iterator
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html

from enterprises.places.services import pause_place
from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.tenancy import acting_as
from placements.choice.services import open_round
from tests.support.clients import Client, ClientFor
from tests.support.placement_market import LAST_DAY, TODAY, Market, granted


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TODAY):
        yield ready_market


def _round(market: Market) -> int:
    _, grant_id = granted(market)
    with acting_as(market.officer), transaction():
        return open_round(grant_id).id


def _text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status
    return " ".join(html.fromstring(answer.text).text_content().split())


@pytest.mark.parametrize(
    ("query", "says", "total"),
    [
        ("senast=2026-02-01", "Startdatumet 2026-02-01 har passerat", 3),
        ("senast=nonsens", "Startdatumet ”nonsens” går inte att läsa", 3),
        ("senast=2031-01-01", "mer än två år bort", 3),
        ("till=2999-12-31", "En sökning kan gå till 2028-03-01", 3),
        ("senast=2026-03-20&till=2026-03-10", "Slutdatumet låg före starten", 3),
        ("timmar=41&yrke=7531", "Timmarna i veckan kan vara 1 till 40", 1),
        ("timmar=-3", "Timmarna i veckan kan vara 1 till 40", 3),
        ("timmar=många", "Timmarna ”många” går inte att läsa", 3),
        ("kommun=9999&yrke=7531", "Kommunen ”9999” finns inte att välja", 1),
        ("kommun=0136&kommun=%F0%9F%8C%BB", "finns inte att välja", 3),
        ("yrke=1&dag=9&undvik=x&anpassning=y&sprak=zz&omrade=q&nara=1&inom=7", "Veckodagen ”9”", 3),
        ("inom=30", "Välj också vilken kommun avståndet räknas från", 3),
        ("ord=%22'%3B%26%7C", "Sökorden behöver minst två bokstäver", 3),
        ("ord=%00a&sida=x&plats=y&_scheme=javascript", "", 3),
    ],
)
def test_what_makes_no_sense_is_said_and_the_rest_counts(
    market: Market, client_for: ClientFor, query: str, says: str, total: int
) -> None:
    page = _text(client_for(market.officer), f"/sok/?{query}")
    assert says in page
    assert f"{total} {'plats' if total == 1 else 'platser'} passar" in page


def test_a_search_stays_within_the_grant(market: Market, client_for: ClientFor) -> None:
    round_id = _round(market)
    officer = client_for(market.officer)
    page = _text(officer, f"/sok/?valomgang={round_id}&till=2027-01-31")
    assert f"Beviljandet slutar {LAST_DAY.isoformat()}, före slutdatumet" in page
    page = _text(officer, f"/sok/?valomgang={round_id}&senast=2026-12-01")
    assert "efter beviljandets slut" in page


def test_text_and_distance_are_in_the_address_and_on_the_page(market: Market, client_for: ClientFor) -> None:
    officer = client_for(market.officer)
    assert "1 plats passar" in _text(officer, "/sok/?ord=cyklar")
    page = officer.get("/sok/?ord=%3Cscript%3Ealert(1)&dag=1&undvik=dust").text
    assert "<script>alert" not in page
    tree = html.fromstring(page)
    assert tree.xpath("//details[@open]"), "what is in use is not folded away"
    assert tree.xpath("//input[@name='undvik' and @value='dust' and @checked]")


def test_the_link_to_share_has_no_person_in_it(market: Market, client_for: ClientFor) -> None:
    round_id = _round(market)
    page = html.fromstring(client_for(market.officer).get(f"/sok/?valomgang={round_id}&kommun=0136").text)
    (link,) = page.xpath("//a[starts-with(text(), 'Länk till sökningen')]/@href")
    query = parse_qs(urlsplit(link).query)
    assert query == {"kommun": ["0136"], "senast": ["2026-03-16"], "till": ["2026-08-28"], "timmar": ["20"]}
    assert "3 platser passar" in _text(client_for(market.colleague), link)


def test_why_a_place_is_not_shown(market: Market, client_for: ClientFor) -> None:
    with acting_as(market.manager), transaction():
        pause_place(market.growing_id)
    officer = client_for(market.officer)
    page = _text(officer, "/sok/varfor?namn=odla&timmar=20")
    assert "Leverantören har pausat platsen." in page
    page = _text(officer, "/sok/varfor?timmar=35&namn=g%C3%A5rden")
    assert "Platsen tar emot 10–30 timmar i veckan, inte 35." in page
    assert "Visas i sökningen" in page
    assert "1 plats som nästan passar" in _text(officer, "/sok/varfor")
    assert "Ingen plats heter så" in _text(officer, "/sok/varfor?namn=%27%22%3B--%00")
    round_id = _round(market)
    assert "pausat" in _text(officer, f"/sok/varfor?valomgang={round_id}")


def test_a_search_is_saved_made_again_renamed_and_removed(market: Market, client_for: ClientFor) -> None:
    round_id = _round(market)
    officer = client_for(market.officer)
    address = f"/sok/spara?valomgang={round_id}&kommun=0136&ord=cyklar&senast=2026-03-09&till=2026-04-08"
    assert "start senast 2026-03-09" in _text(officer, address)
    assert officer.post(address, data={"name": " ", "moves": "y"}).status_code == 422
    answer = officer.post(address, data={"name": "Cyklar i Haninge", "moves": "y"})
    assert answer.location.endswith("/sok/sparade")
    again = officer.post(address, data={"name": "Cyklar i Haninge", "moves": "n"})
    assert again.status_code == 422
    assert "redan en sparad sökning" in again.text
    assert 'value="Cyklar i Haninge"' in again.text, "what was typed stays"
    assert "Start senast om 7 dagar, ledigt i 30 dagar" in _text(officer, "/sok/sparade")
    with travelling(date(2026, 3, 5)):
        tree = html.fromstring(client_for(market.officer).get("/sok/sparade").text)
        (link,) = tree.xpath("//th/a/@href")
        query = parse_qs(urlsplit(link).query)
    assert query["senast"] == ["2026-03-12"]
    assert query["till"] == ["2026-04-11"]
    assert "valomgang" not in link
    (rename,) = tree.xpath("//a[starts-with(text(), 'Byt namn')]/@href")
    assert "Cyklar" in _text(officer, rename)
    assert officer.post(rename, data={"name": ""}).status_code == 422
    assert officer.post(rename, data={"name": "Cyklar"}).status_code == 302
    (remove,) = tree.xpath("//form[contains(@action, 'ta-bort')]/@action")
    for stranger in (market.colleague, market.coordinator, market.south_officer):
        assert client_for(stranger).post(remove).status_code == 404
    assert officer.post(remove).status_code == 302
    assert "Du har inga sparade sökningar" in _text(officer, "/sok/sparade")


def test_the_same_days_every_time(market: Market, client_for: ClientFor) -> None:
    officer = client_for(market.coordinator)
    officer.post("/sok/spara?senast=2026-03-20", data={"name": "Våren", "moves": "n"})
    assert "Start senast 2026-03-20, ledigt till och med 2026-06-14" in _text(officer, "/sok/sparade")
