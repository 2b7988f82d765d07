"""The final report on the participant's own page: easy words, and her own about it."""

import io
from collections.abc import Iterator
from datetime import date

import pytest
from pypdf import PdfReader

from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.tenancy import acting_as
from placements.participants.rules import ConsentScope
from placements.participants.services import give_consent
from placements.report.services import file_report, revise_report, show_report
from tests.support.clients import Client, ClientFor
from tests.support.own_page import let_in
from tests.support.placement_market import Market
from tests.support.training import ended, herself, running, shown
from tests.web.reading import posted, text_of

TUESDAY = date(2026, 3, 31)


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TUESDAY):
        yield ready_market


@pytest.fixture
def placement_id(market: Market) -> int:
    placement_id = running(market)
    ended(market, placement_id)
    return placement_id


@pytest.fixture
def client(market: Market, placement_id: int, client_for: ClientFor) -> Client:
    return let_in(client_for, market, herself(market, placement_id))


def test_she_finds_it_reads_it_and_says_what_she_thinks(
    market: Market, placement_id: int, client: Client
) -> None:
    assert "Läs hur det gick" not in text_of(client.get("/min-sida/platser"))
    report_id = shown(market, placement_id)
    assert "Läs hur det gick" in text_of(client.get("/min-sida/platser"))
    path = f"/min-sida/slutdokumentationer/{report_id}"
    page = text_of(client.get(path))
    for words in (
        "Sydde kassar",
        "Delvis nått.",
        "Du ska vara med i ett annat program.",
        "Du behöver inte skriva något.",
        "Ingen annan får läsa",
    ):
        assert words in page, words
    long = client.post(path, data={"comment_sv": "ш" * 2001})
    assert long.status_code == 422
    assert "ш" * 2001 in text_of(long)
    page = posted(client, path, comment_sv="Jag <b>vill</b> mer. Я хочу")
    assert "Jag <b>vill</b> mer. Я хочу" in page
    assert "Du har läst" in page
    again = client.post(path, data={"comment_sv": "Ångrat"})
    assert again.status_code == 422
    assert "Du har redan svarat" in text_of(again)
    with acting_as(market.supervisor), transaction():
        file_report(report_id)
    with acting_as(market.officer), transaction():
        participant_id = herself(market, placement_id).participant_id or 0
        give_consent(participant_id, ConsentScope.EMPLOYMENT_SERVICE, TUESDAY)
    page = text_of(client.get(path))
    assert "Texten är inlämnad" in page
    assert "Arbetsförmedlingen, för att du har sagt ja" in page
    said = PdfReader(io.BytesIO(client.get(f"{path}/slutdokumentation.pdf").data)).pages[0].extract_text()
    assert "Maja" in said


def test_an_answer_to_a_version_that_is_replaced_is_kept_and_shows_the_new_one(
    market: Market, placement_id: int, client: Client
) -> None:
    first = shown(market, placement_id)
    with acting_as(market.supervisor), transaction():
        new_id = revise_report(first).id
        show_report(new_id)
    kept = client.post(f"/min-sida/slutdokumentationer/{first}", data={"comment_sv": "Det jag skrev"})
    assert kept.status_code == 422
    assert "Texten är gammal. Läs den nya texten." in text_of(kept)
    assert "Det jag skrev" in text_of(kept)
    assert "Läs den nya texten" in text_of(kept)
    assert "Jag har läst" in client.get(f"/min-sida/slutdokumentationer/{new_id}").get_data(as_text=True)


def test_nobody_elses(market: Market, placement_id: int, client_for: ClientFor) -> None:
    report_id = shown(market, placement_id)
    another = let_in(client_for, market, herself(market, running(market, 2)))
    for path in ("", "/slutdokumentation.pdf"):
        assert another.get(f"/min-sida/slutdokumentationer/{report_id}{path}").status_code == 404
    answer = another.post(f"/min-sida/slutdokumentationer/{report_id}", data={"comment_sv": "Nej"})
    assert answer.status_code == 404
