"""The final report's pages: written, filed after a second look, received with a decision."""

from collections.abc import Iterator
from datetime import date

import pytest
from lxml import html
from sqlalchemy.orm import Session

from marketplace.clock import travelling
from tests.support.clients import Client, ClientFor
from tests.support.placement_market import Market, build_market
from tests.support.training import agreed, attended, consent_withdrawn, ended, reported, running
from tests.web.reading import posted, text_of

TUESDAY = date(2026, 3, 31)


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    built = build_market()
    with travelling(TUESDAY):
        yield built


@pytest.fixture
def placement_id(market: Market) -> int:
    placement_id = running(market)
    agreed(market, placement_id)
    attended(market, placement_id, date(2026, 3, 9), date(2026, 3, 10))
    ended(market, placement_id)
    return placement_id


@pytest.fixture
def supervisor(market: Market, client_for: ClientFor) -> Client:
    return client_for(market.supervisor)


@pytest.fixture
def coordinator(market: Market, client_for: ClientFor) -> Client:
    return client_for(market.coordinator)


def report_id_on(client: Client, path: str) -> int:
    page = html.fromstring(client.get(path).get_data(as_text=True))
    links = [link for link in page.xpath("//a/@href") if link.startswith("/slutdokumentationer/")]
    return int(links[0].split("/")[2])


def test_from_draft_to_received(
    market: Market, placement_id: int, supervisor: Client, coordinator: Client, client_for: ClientFor
) -> None:
    path = f"/placeringar/{placement_id}/slutdokumentation"
    assert "Lämnas in senast 2026-04-14" in text_of(supervisor.get(path))
    prefilled = supervisor.get(f"{path}/skriv")
    assert "Sy kassar" in text_of(prefilled)
    assert "Mål: Syr en kasse själv" in text_of(prefilled)
    assert "2 av 2 dagar, 8 av 8 timmar" in text_of(prefilled)
    half = posted(supervisor, f"{path}/skriv", done_sv="Sydde <i>kassar</i>")
    assert "Kvar att skriva" in half
    assert "Sydde <i>kassar</i>" in half
    report_id = report_id_on(supervisor, path)
    whole = {"done_sv": "Sydde", "reached_sv": "Kom i tid", "recommended_sv": "Mer", "exit_reason": "work"}
    early = supervisor.post(f"/slutdokumentationer/{report_id}/lamna-in", data={"is_read": "y"})
    assert early.status_code == 422
    assert "inte inlämnad än" in text_of(coordinator.get(path))
    posted(supervisor, f"/slutdokumentationer/{report_id}/redigera", **whole)
    assert "kan inte ändras efteråt" in text_of(supervisor.get(f"/slutdokumentationer/{report_id}/lamna-in"))
    assert supervisor.post(f"/slutdokumentationer/{report_id}/lamna-in").status_code == 422
    page = posted(supervisor, f"/slutdokumentationer/{report_id}/lamna-in", is_read="y")
    assert "Inlämnad" in page
    assert "En inlämnad slutdokumentation kan inte ändras" in page
    locked = supervisor.post(f"/slutdokumentationer/{report_id}/redigera", data=whole)
    assert locked.status_code == 422
    assert "kan inte ändras" in text_of(locked)
    assert "Maja Öberg1" in text_of(coordinator.get("/slutdokumentationer"))
    assert coordinator.post(f"/slutdokumentationer/{report_id}/ta-emot", data={}).status_code == 422
    page = posted(
        coordinator, f"/slutdokumentationer/{report_id}/ta-emot", next_step_sv="Praktik, Hanna ringer"
    )
    assert "Mottagen" in page
    read = text_of(client_for(market.officer).get(path))
    assert "Praktik, Hanna ringer" in read
    assert "Maja Öberg1" in text_of(coordinator.get("/slutdokumentationer?lage=received"))
    assert "Inga slutdokumentationer här" in text_of(coordinator.get("/slutdokumentationer?lage=filed"))


def test_before_the_end_there_is_a_reason(market: Market, supervisor: Client) -> None:
    going_on = running(market, 2)
    path = f"/placeringar/{going_on}/slutdokumentation"
    assert "Placeringen är inte avslutad" in text_of(supervisor.get(path))
    answer = supervisor.post(f"{path}/skriv", data={"done_sv": "Det jag hann skriva"})
    assert answer.status_code == 422
    assert "Slutdokumentationen skrivs när placeringen har avslutats" in text_of(answer)
    assert "Det jag hann skriva" in text_of(answer)


def test_outsiders_find_no_page(market: Market, placement_id: int, client_for: ClientFor) -> None:
    report_id = reported(market, placement_id)
    for actor in market.outsiders():
        client = client_for(actor)
        answers = [
            client.get(f"/placeringar/{placement_id}/slutdokumentation"),
            client.get(f"/slutdokumentationer/{report_id}/ta-emot"),
            client.post(f"/slutdokumentationer/{report_id}/ta-emot", data={"next_step_sv": "Nej"}),
            client.post(f"/slutdokumentationer/{report_id}/lamna-in", data={"is_read": "y"}),
        ]
        assert {answer.status_code for answer in answers} <= {403, 404}, actor.user_name
        index = client.get("/slutdokumentationer").get_data(as_text=True)
        assert "Maja" not in index


def test_without_consent_it_is_gone_at_once(market: Market, placement_id: int, supervisor: Client) -> None:
    report_id = reported(market, placement_id)
    path = f"/placeringar/{placement_id}/slutdokumentation"
    assert "Kom i tid" in text_of(supervisor.get(path))
    consent_withdrawn(market, placement_id)
    page = supervisor.get(path).get_data(as_text=True)
    assert "samtycke är återkallat" in page
    assert "Kom i tid" not in page
    assert supervisor.get(f"/slutdokumentationer/{report_id}/lamna-in").status_code == 404


def test_the_list_is_sorted_and_its_file_has_numbers_for_names(
    market: Market, client_for: ClientFor, coordinator: Client
) -> None:
    for number in (2, 1):
        placement_id = running(market, number)
        ended(market, placement_id)
        reported(market, placement_id)

    def names(query: str = "") -> list[str]:
        page = html.fromstring(coordinator.get(f"/slutdokumentationer{query}").get_data(as_text=True))
        return [str(link.text_content()) for link in page.xpath("//tbody//th/a")]

    assert names() == ["Maja Öberg2", "Maja Öberg1"], "the one that has waited longest first"
    assert names("?sortera=deltagare") == ["Maja Öberg1", "Maja Öberg2"]
    assert names("?sortera=-deltagare") == ["Maja Öberg2", "Maja Öberg1"]
    answer = coordinator.get("/slutdokumentationer/lista.csv?sortera=deltagare")
    file = answer.get_data().decode("utf-8-sig")
    assert "Öberg" not in file
    numbers = [line.split(";")[0] for line in file.splitlines()[1:]]
    assert numbers == sorted(numbers, reverse=True)
    assert all(number in coordinator.get("/slutdokumentationer").get_data(as_text=True) for number in numbers)
    assert coordinator.get("/slutdokumentationer/lista.xlsx").status_code == 200
    assert client_for(market.strategist).get("/slutdokumentationer/lista.csv").status_code == 403


def test_without_plan_and_attendance_nothing_is_said_to_be_filled_in(
    market: Market, supervisor: Client
) -> None:
    bare = running(market, 2)
    ended(market, bare)
    page = text_of(supervisor.get(f"/placeringar/{bare}/slutdokumentation/skriv"))
    assert "Texten från planen är ifylld" not in page
    assert "Ingen är registrerad" in page
    assert "0 av 0" not in page


def test_with_a_plan_its_text_is_filled_in(placement_id: int, supervisor: Client) -> None:
    page = text_of(supervisor.get(f"/placeringar/{placement_id}/slutdokumentation/skriv"))
    assert "Texten från planen är ifylld" in page
    assert "Frånvaro, dagar Ingen" in page
