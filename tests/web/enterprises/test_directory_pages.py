"""What a participant reads of the suppliers, without signing in."""

import re

import pytest
from lxml import html

from enterprises.directory.rules import FIELD_SV, ORDER_RULE_SV
from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.procurement.services import close_system
from marketplace.tenancy import acting_as
from tests.support.clients import Client, ClientFor
from tests.support.directory_town import SECRETS, TODAY, Town, add_supplier
from tests.support.supply import open_system
from tests.web.reading import text_of


@pytest.fixture
def town(ready_town: Town) -> Town:
    return ready_town


@pytest.fixture
def anyone(client_for: ClientFor) -> Client:
    return client_for()


def test_all_suppliers_are_shown_alike_with_the_order_and_how_to_change(town: Town, anyone: Client) -> None:
    answer = anyone.get(f"/valfrihetssystem/{town.system_id}/leverantorer")
    page = text_of(answer)
    assert "2 leverantörer" in page
    assert ORDER_RULE_SV in page
    assert "Så byter du leverantör" in page
    cards = html.fromstring(answer.get_data(as_text=True)).findall(".//article")
    assert len(cards) == 2
    assert len({tuple(term.text_content() for term in card.findall(".//dt")) for card in cards}) == 1
    for told in (
        "Växthuset",
        "Ateljén i huset, Provgatan 1, 136 40 Handen (Huddinge)",
        "Somaliska",
        "Tyst miljö",
    ):
        assert told in page
    for absent in ("Osignerat", "Avslutat", "Utgånget", "Utan avtal", "utkast"):
        assert absent not in page


def test_a_closed_system_without_suppliers_promises_none(town: Town, anyone: Client) -> None:
    with acting_as(town.officer), transaction():
        empty = open_system(town.officer, "Utan leverantörer")
    pages = [f"/valfrihetssystem/{empty}/{page}" for page in ("leverantorer", "turordning")]
    assert all("När ett företag har fått avtal" in text_of(anyone.get(page)) for page in pages)
    with acting_as(town.officer), transaction():
        close_system(empty, "Behovet har upphört.")
    for page in pages:
        told = text_of(anyone.get(page))
        assert "stängt för nya ansökningar" in told
        assert "När ett företag har fått avtal" not in told


def test_a_suspended_supplier_says_so(town: Town, anyone: Client) -> None:
    page = text_of(anyone.get(f"/valfrihetssystem/{town.system_id}/leverantorer/{town.joinery}"))
    assert "Vilande" in page
    assert "tar inte emot någon ny just nu" in page


def test_the_list_can_be_narrowed_and_says_of_how_many(town: Town, anyone: Client) -> None:
    address = f"/valfrihetssystem/{town.system_id}/leverantorer"
    assert "2 leverantörer" in text_of(anyone.get(f"{address}?kommun=0126"))
    add_supplier(town, "Till")
    assert "2 av 3 leverantörer" in text_of(anyone.get(f"{address}?kommun=0126"))
    assert "3 leverantörer" in text_of(anyone.get(f"{address}?kommun=9999&omrade=nonsens"))


def test_up_to_four_side_by_side_field_by_field(town: Town, anyone: Client) -> None:
    more = [add_supplier(town, f"Till {number}") for number in range(4)]
    address = f"/valfrihetssystem/{town.system_id}/leverantorer/jamfor"
    chosen = "&".join(f"leverantor={number}" for number in (town.greenhouse, *more, town.unsigned, 0))
    answer = anyone.get(f"{address}?{chosen}&leverantor=x")
    table = html.fromstring(answer.get_data(as_text=True)).find(".//table")
    assert [row.findtext("th") for row in table.findall("tbody/tr")] == list(FIELD_SV.values())
    assert all(len(row.findall("td")) == 4 for row in table.findall("tbody/tr"))
    assert "Högst 4 leverantörer jämförs åt gången. De här visas inte: " in text_of(answer)
    assert "Osignerat" not in text_of(answer)
    assert "Kryssa för två till fyra" in text_of(anyone.get(address))


def test_a_suppliers_page_tells_what_one_does_where_and_when(town: Town, anyone: Client) -> None:
    page = text_of(anyone.get(f"/valfrihetssystem/{town.system_id}/leverantorer/{town.greenhouse}"))
    for told in (
        "Sömmerska på lätt svenska",
        "Prövar på.",
        "5–20 timmar",
        "Inga trappor.",
        "08-465 004 00",
        "info@",
    ):
        assert told in page
    assert "tidigast 7 dagar efter att du har valt" in page


def test_days_demands_tasks_and_pictures_are_told_of_each_place(town: Town, anyone: Client) -> None:
    address = f"/valfrihetssystem/{town.system_id}/leverantorer"
    shown = anyone.get(f"{address}/{town.greenhouse}")
    page = text_of(shown)
    for told in (
        "måndag till onsdag, kl. 8.30–15.30",
        "Arbetet kräver Stå och gå hela dagen, Buller",
        "Du växlar mellan: KlippaSy",
        "Entré utan trappsteg, Hörslinga. Inga trappor.",
    ):
        assert told in page, told
    source = shown.get_data(as_text=True)
    assert 'alt="En symaskin vid ett fönster"' in source
    (picture,) = re.findall(r'src="(/platser/bilder/[^"]+)"', source)
    assert anyone.get(picture).status_code == 200
    compared = text_of(anyone.get(f"{address}/jamfor?leverantor={town.greenhouse}&leverantor={town.joinery}"))
    assert "Alla platser kräverStå och gå hela dagen" in compared.replace("kräver ", "kräver")
    assert "måndag till fredag" in compared


def test_what_is_not_public_is_not_found(town: Town, anyone: Client) -> None:
    base = "/valfrihetssystem"
    for number in (town.unsigned, town.ended, town.expired, town.uncontracted, 10**6):
        assert anyone.get(f"{base}/{town.system_id}/leverantorer/{number}").status_code == 404
    for path in ("leverantorer", "leverantorer/jamfor", f"leverantorer/{town.greenhouse}"):
        assert anyone.get(f"{base}/{town.unopened_system_id}/{path}").status_code == 404


def test_a_system_without_suppliers_says_so(town: Town, anyone: Client) -> None:
    with travelling(TODAY.replace(year=2025)):
        page = text_of(anyone.get(f"/valfrihetssystem/{town.other_system_id}/leverantorer/jamfor"))
    assert "Ingen leverantör att jämföra" in page


def test_nothing_of_what_is_between_the_parties_is_on_a_page(town: Town, client_for: ClientFor) -> None:
    base = f"/valfrihetssystem/{town.system_id}/leverantorer"
    for who in (None, town.manager, town.officer):
        client = client_for(who)
        for path in (base, f"{base}/{town.greenhouse}", f"{base}/jamfor?leverantor={town.greenhouse}"):
            page = text_of(client.get(path))
            assert not [secret for secret in SECRETS if secret.lower() in page.lower()], path


def test_the_systems_own_page_leads_to_its_suppliers(town: Town, anyone: Client) -> None:
    page = anyone.get(f"/valfrihetssystem/{town.system_id}").get_data(as_text=True)
    assert f'href="/valfrihetssystem/{town.system_id}/leverantorer"' in page
