"""The plan on the participant's own page: easy words, her yes, and what she wants to be otherwise."""

import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader

from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.tenancy import acting_as
from placements.plan.services import agree_as_case_officer, propose_plan, revise_plan
from placements.plan.staircase_rules import Step
from tests.support.clients import Client, ClientFor
from tests.support.own_page import let_in
from tests.support.placement_market import FIRST_DAY, Market
from tests.support.training import drafted, herself, proposed, running
from tests.web.reading import posted, text_of

WEDNESDAY = date(2026, 3, 11)
STAIRS = (Step(FIRST_DAY, Decimal("7.5"), 2, (1, 3)), Step(date(2026, 4, 6), Decimal(16), 4))


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(WEDNESDAY):
        yield ready_market


@pytest.fixture
def placement_id(market: Market) -> int:
    return running(market)


@pytest.fixture
def client(market: Market, placement_id: int, client_for: ClientFor) -> Client:
    return let_in(client_for, market, herself(market, placement_id))


def test_she_finds_it_reads_it_and_says_yes(market: Market, placement_id: int, client: Client) -> None:
    assert "Din plan" not in text_of(client.get("/min-sida/platser"))
    plan_id = proposed(market, placement_id, steps=STAIRS)
    assert "Läs din plan" in text_of(client.get("/min-sida/platser"))
    page = text_of(client.get(f"/min-sida/planer/{plan_id}"))
    for words in (
        "Du är på arbetsplatsen 7,5 timmar på 2 dagar i veckan.",
        "på måndag och onsdag",
        "Kommer i tid fyra dagar av fem",
        "Så märker vi det",
        "Ring Hans före klockan åtta.",
        "Du kan säga ja.",
    ):
        assert words in page, words
    assert "Din handläggare svarar också" in posted(client, f"/min-sida/planer/{plan_id}/ja")
    with acting_as(market.officer), transaction():
        agree_as_case_officer(plan_id)
    again = posted(client, f"/min-sida/planer/{plan_id}/ja")
    assert "Planen gäller" in again
    assert "Ja, planen är bra" not in again


def test_her_words_reach_both_and_nothing_is_lost(
    market: Market, placement_id: int, client: Client, client_for: ClientFor
) -> None:
    plan_id = proposed(market, placement_id)
    path = f"/min-sida/planer/{plan_id}/andra"
    assert "på vilket språk du vill" in text_of(client.get(path))
    assert client.post(path, data={"text_sv": ""}).status_code == 422
    long = client.post(path, data={"text_sv": "å" * 2001})
    assert long.status_code == 422
    assert "å" * 2001 in text_of(long)
    page = posted(client, path, text_sv="Jag vill <b>sluta</b> klockan två. أريد")
    assert "Tack!" in page
    assert "Jag vill <b>sluta</b> klockan två. أريد" in page
    for actor in (market.supervisor, market.officer):
        shown = text_of(client_for(actor).get(f"/placeringar/{placement_id}/plan"))
        assert "Skrivet på deltagarens egen sida" in shown
        assert "klockan två" in shown


def test_a_yes_to_a_version_that_is_replaced_shows_the_new_one(
    market: Market, placement_id: int, client: Client
) -> None:
    first = proposed(market, placement_id)
    with acting_as(market.supervisor), transaction():
        new_id = revise_plan(first).id
        propose_plan(new_id)
    answer = client.post(f"/min-sida/planer/{first}/ja")
    assert answer.location.endswith(f"/min-sida/planer/{new_id}")
    assert "Planen är gammal. Läs den nya planen." in text_of(client.get(answer.location))
    kept = client.post(f"/min-sida/planer/{first}/andra", data={"text_sv": "Det jag skrev"})
    assert kept.status_code == 422
    assert "Det jag skrev" in text_of(kept)
    assert "Läs den nya planen" in text_of(kept)
    assert "Det finns en ny plan" in text_of(client.get(f"/min-sida/planer/{first}"))


def test_her_paper_and_nobody_elses(
    market: Market, placement_id: int, client: Client, client_for: ClientFor
) -> None:
    plan_id = proposed(market, placement_id)
    answer = client.get(f"/min-sida/planer/{plan_id}/plan.pdf")
    said = PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
    assert "Maja" in said
    other = running(market, 2)
    another = let_in(client_for, market, herself(market, other))
    for path in ("", "/plan.pdf", "/andra"):
        assert another.get(f"/min-sida/planer/{plan_id}{path}").status_code == 404
    assert another.post(f"/min-sida/planer/{plan_id}/ja").status_code == 404
    draft = drafted(market, other)
    assert another.get(f"/min-sida/planer/{draft}").status_code == 404
