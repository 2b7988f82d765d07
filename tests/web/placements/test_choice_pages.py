"""The officer's page of a round: who has said what, what is written down at the table, and the sheet."""

from collections.abc import Iterator

import pytest

from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.reference.rules import Sex
from marketplace.tenancy import Actor, acting_as
from placements.choice.rules import RefusalReason
from placements.choice.services import decline_place, record_choice, shortlist_place
from tests.support.clients import ClientFor
from tests.support.own_page import shown_round
from tests.support.placement_market import TODAY, Market
from tests.web.reading import paper_text_of


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TODAY):
        yield ready_market


@pytest.fixture
def shown(market: Market) -> tuple[int, Actor]:
    return shown_round(market, market.repair_id, market.sewing_id, market.growing_id)


def test_the_officer_sees_who_said_what(
    market: Market, shown: tuple[int, Actor], client_for: ClientFor
) -> None:
    round_id, she = shown
    with acting_as(she), transaction():
        shortlist_place(round_id, market.sewing_id)
        decline_place(round_id, market.repair_id, RefusalReason.FAR_AWAY)
    with acting_as(market.officer), transaction():
        shortlist_place(round_id, market.growing_id)
    for reader in (market.officer, market.coordinator):
        page = client_for(reader).get(f"/valomgangar/{round_id}").text
        assert "2026-03-02 av deltagaren, med kod: det är för långt bort" in page
        assert "2026-03-02 vid bordet" in page
        assert "Jämför de sparade" in page
    with acting_as(she), transaction():
        record_choice(round_id, market.sewing_id, reserve_ids=[market.growing_id])
    page = client_for(market.officer).get(f"/valomgangar/{round_id}").text
    assert "Valet gjordes 2026-03-02 av deltagaren, med kod." in page
    assert "1. Odla grönsaker hos Gården &amp; Co" in page
    assert "Deltagaren sa nej till en plats" in page


def test_the_table_writes_down_what_the_participant_says(
    market: Market, shown: tuple[int, Actor], client_for: ClientFor
) -> None:
    round_id, _ = shown
    officer = client_for(market.officer)
    page = f"/valomgangar/{round_id}"
    place = f"{page}/platser/{market.repair_id}"
    officer.post(f"{place}/spara")
    assert "Platsen är sparad åt deltagaren." in officer.get(page).text
    assert "Deltagaren behöver inte säga varför" in officer.get(f"{place}/nej").text
    officer.post(f"{place}/nej", data={"reason": "hours"})
    after = officer.get(page).text
    assert "Deltagarens nej är sparat." in after
    assert "tiderna passar inte" in after
    officer.post(f"{place}/angra")
    assert "Ta tillbaka nej" not in officer.get(page).text
    assert officer.post(f"{page}/platser/{market.bakery_place_id}/spara").status_code == 404
    same = officer.post(f"{page}/val", data={"place_id": market.sewing_id, "first_reserve": market.sewing_id})
    assert same.status_code == 422
    assert "Välj olika platser" in same.text
    chosen = officer.post(
        f"{page}/val",
        data={
            "place_id": market.sewing_id,
            "first_reserve": market.repair_id,
            "second_reserve": market.growing_id,
        },
    )
    assert chosen.status_code == 302
    after = officer.get(page).text
    assert "vid bordet" in after
    assert "Reserv 2" in after
    officer.post(f"{place}/spara")
    assert "Det går inte längre att spara platser här." in officer.get(page).text


def test_no_to_everything_leads_to_more_places_and_no_default(
    market: Market, shown: tuple[int, Actor], client_for: ClientFor
) -> None:
    round_id, she = shown
    with acting_as(she), transaction():
        for place_id in (market.repair_id, market.sewing_id, market.growing_id):
            decline_place(round_id, place_id)
    officer = client_for(market.officer)
    for page in (f"/valomgangar/{round_id}", f"/valomgangar/{round_id}/ickeval"):
        text = officer.get(page).text
        assert "Deltagaren har sagt nej till alla platser som har visats" in text
        assert "Sök fler platser" in text
    assert "Tillämpa det som är bestämt" not in text


def test_the_sheet_is_a_tagged_paper_too(
    market: Market, shown: tuple[int, Actor], client_for: ClientFor
) -> None:
    said = paper_text_of(client_for(market.officer).get(f"/valomgangar/{shown[0]}/blad.pdf"))
    for words in ("Dina platser", "Norra förbundet", "Det är du som väljer", "Hos Gården & Co", "Hanna"):
        assert words in said, words


def test_the_sheet_has_the_address_and_room_for_the_code(
    market: Market, shown: tuple[int, Actor], client_for: ClientFor
) -> None:
    page = client_for(market.officer).get(f"/valomgangar/{shown[0]}/blad").text
    assert "Dina platser" in page
    assert "/min-sida</strong>" in page
    assert "easy-code-slot" in page
    assert "Byvägen 1" in page


def test_nothing_ticked_leads_back_to_the_same_search(market: Market, client_for: ClientFor) -> None:
    round_id, _ = shown_round(market)
    officer = client_for(market.officer)
    page = officer.get(f"/sok/?valomgang={round_id}&yrke=7531&kommun=0136").text
    for field in ('name="yrke" value="7531"', 'name="kommun" value="0136"'):
        assert f'<input type="hidden" {field}>' in page
    typed = {"ord": "sömnad", "yrke": "7531", "kommun": "0136", "dag": ["1", "2"], "senast": "2026-03-20"}
    back = officer.post(f"/valomgangar/{round_id}/visa", data=typed)
    assert back.status_code == 302
    asked = {"ord=s%C3%B6mnad", "yrke=7531", "kommun=0136", "dag=1", "dag=2", "senast=2026-03-20"}
    assert asked <= {*back.location.partition("?")[2].split("&")}


def test_a_search_of_one_sort_offers_others_with_one_click(market: Market, client_for: ClientFor) -> None:
    round_id, _ = shown_round(market, sex=Sex.WOMAN)
    officer = client_for(market.officer)
    address = f"/sok/?valomgang={round_id}"
    offer = "Det finns platser inom fler slags yrken"
    assert offer not in officer.get(address).text, "the whole search has both"
    narrow = officer.get(f"{address}&yrke=7531").text
    assert offer in narrow
    assert "Laga cyklar hos Gården &amp; Co" in narrow
    assert offer not in officer.get(f"{address}&yrke=7231").text
    answer = officer.post(f"/valomgangar/{round_id}/visa", data={"plats": [market.repair_id]})
    assert answer.status_code == 302
    assert offer not in officer.get(f"{address}&yrke=7531").text, "something across has been shown"
