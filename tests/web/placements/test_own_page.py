"""The participant's own page: easy words, her own places in the order shown, and answers that are never lost."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from enterprises.places.services import add_picture, pause_place
from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.reference.rules import Sex
from marketplace.tenancy import Actor, acting_as
from placements.access.queries import participant_actor
from placements.booking.rules import DeclineReason
from placements.booking.services import (
    accept_placement,
    decline_placement,
    open_move,
    request_placement,
    start_placement,
)
from placements.choice import queries
from placements.choice.models import ChoiceRound
from placements.choice.services import close_round, open_round, record_choice, show_places
from tests.support.bookings import do
from tests.support.clients import ClientFor
from tests.support.own_page import let_in, shown_round
from tests.support.pictures import photograph
from tests.support.placement_market import FIRST_DAY, TODAY, Market, granted, requested
from tests.support.statements import statements_of
from tests.support.visiting import offered

PAGE = "/min-sida/platser"


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TODAY):
        yield ready_market


@pytest.fixture
def shown(market: Market) -> tuple[int, Actor]:
    return shown_round(market, market.repair_id, market.sewing_id, market.growing_id)


def _round(market: Market, round_id: int) -> ChoiceRound:
    with acting_as(market.officer):
        return queries.choice_round(round_id, is_fresh=True)


def _text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_places_stand_in_the_order_they_were_shown_with_what_she_needs_to_know(
    market: Market, shown: tuple[int, Actor], client_for: ClientFor
) -> None:
    page = let_in(client_for, market, shown[1]).get(PAGE).text
    names = re.findall(r'<h2 id="namn-(\d+)"', page)
    assert names == [str(one) for one in (market.repair_id, market.sewing_id, market.growing_id)]
    said = _text(page)
    for sentence in (
        "Det är du som väljer.",
        "Ordningen på platserna betyder ingenting.",
        "Uppgifter i lagom takt",
        "Byvägen 1",
        "Du är där 4 dagar i veckan, 20 timmar i veckan.",
        "Man kan vara där måndag till fredag.",
        "Du kan börja måndag 9 mars.",
        "En handledare på Gården &amp; Co visar dig hur man gör.",
        "Du kan byta plats",
        "Hen heter Hanna Handläggare.",
    ):
        assert sentence in said, sentence
    assert "Maja" not in said, "a page that lies open says no name"


def test_saving_declining_and_taking_back(
    market: Market, shown: tuple[int, Actor], client_for: ClientFor
) -> None:
    round_id, she = shown
    client = let_in(client_for, market, she)
    place = f"/min-sida/val/{round_id}/platser/{market.sewing_id}"
    answer = client.post(f"{place}/spara")
    assert answer.location == f"/min-sida/val/{round_id}#plats-{market.sewing_id}"
    assert "Ta bort från sparade" in client.get(PAGE).text
    client.post(f"{place}/spara", data={"gor": "ta-bort"})
    assert "Ta bort från sparade" not in client.get(PAGE).text
    assert "Du måste inte svara" in client.get(f"{place}/nej").text
    assert client.post(f"{place}/nej", data={"reason": "far_away"}).status_code == 302
    page = client.get(PAGE).text
    assert "Du har sagt nej" in page
    assert "Ta tillbaka mitt nej" in page
    refused = client.get(f"{place}/valj")
    assert refused.status_code == 302
    client.post(f"{place}/angra")
    assert "Ta tillbaka mitt nej" not in client.get(PAGE).text
    assert client.post(f"{place}/nej", data={"reason": "nonsense"}).status_code == 422


def test_choosing_is_asked_once_with_reserves_and_tells_what_comes_next(
    market: Market, shown: tuple[int, Actor], client_for: ClientFor
) -> None:
    round_id, she = shown
    client = let_in(client_for, market, she)
    place = f"/min-sida/val/{round_id}/platser/{market.sewing_id}/valj"
    asked = client.get(place).text
    assert "Ja, jag väljer den här platsen" in asked
    assert "Det här händer sedan" in asked
    twice = client.post(place, data={"first_reserve": market.repair_id, "second_reserve": market.repair_id})
    assert twice.status_code == 422
    assert "Välj olika platser" in twice.text
    assert client.post(place, data={"first_reserve": market.growing_id}).status_code == 302
    page = _text(client.get(PAGE).text)
    assert "Du har valt skräddare" in page or "Du har valt " in page
    assert "Din första reserv" in page
    assert "Din handläggare frågar Gården &amp; Co." in page
    assert "Välj den här platsen" not in page

    again = client.post(place, data={})
    assert again.status_code == 302
    assert "Du har redan valt. Ditt val är sparat." in client.get(again.location).text
    with acting_as(market.officer), transaction():
        placement_id = request_placement(round_id, first_day=FIRST_DAY).id
    assert "Din handläggare har frågat Gården &amp; Co" in client.get(PAGE).text
    with acting_as(market.supervisor), transaction():
        accept_placement(placement_id)
    assert "Du börjar måndag 9 mars." in client.get(PAGE).text


def test_a_supplier_who_says_no_is_told_plainly(
    market: Market, shown: tuple[int, Actor], client_for: ClientFor
) -> None:
    round_id, she = shown
    with acting_as(market.officer), transaction():
        record_choice(round_id, market.sewing_id)
        placement_id = request_placement(round_id, first_day=FIRST_DAY).id
    with acting_as(market.supervisor), transaction():
        decline_placement(placement_id, DeclineReason.HOURS)
    page = let_in(client_for, market, she).get(PAGE).text
    assert "Gården &amp; Co kunde inte ta emot dig." in page
    assert "Timmarna" not in page


def test_a_round_closed_meanwhile_is_told_and_loses_nothing(
    market: Market, shown: tuple[int, Actor], client_for: ClientFor
) -> None:
    round_id, she = shown
    client = let_in(client_for, market, she)
    place = f"/min-sida/val/{round_id}/platser/{market.sewing_id}"
    client.post(f"{place}/spara")
    with acting_as(market.officer), transaction():
        close_round(round_id)
    for address in ("spara", "nej", "angra", "valj"):
        answer = client.post(f"{place}/{address}", data={})
        assert answer.status_code == 302, address
        page = client.get(answer.location).text
        assert "Din handläggare har avslutat valet." in page
    assert client.get(f"{place}/valj").status_code == 302
    assert "Sparad" in client.get(PAGE).text


def test_four_are_compared_the_ticked_the_saved_or_the_first(
    market: Market, shown: tuple[int, Actor], client_for: ClientFor
) -> None:
    round_id, she = shown
    client = let_in(client_for, market, she)
    address = f"/min-sida/val/{round_id}/jamfor"

    def compared(query: str = "") -> int:
        return client.get(address + query).text.count('<th scope="col">')

    assert compared() == 3
    assert compared(f"?plats={market.sewing_id}&plats=999999&plats=x") == 1
    client.post(f"/min-sida/val/{round_id}/platser/{market.growing_id}/spara")
    client.post(f"/min-sida/val/{round_id}/platser/{market.sewing_id}/spara")
    assert compared() == 2


def test_other_sorts_are_told_of_softly_and_a_wish_reaches_the_officer(
    market: Market, client_for: ClientFor
) -> None:
    round_id, she = shown_round(market, market.sewing_id, sex=Sex.WOMAN)
    client = let_in(client_for, market, she)
    page = client.get(PAGE).text
    assert "Det finns också platser inom:" in page
    assert "kön" not in page
    assert client.post(f"/min-sida/val/{round_id}/fler").status_code == 302
    assert "Du har bett om fler platser." in client.get(PAGE).text
    officers = client_for(market.officer).get(f"/valomgangar/{round_id}").text
    assert "Deltagaren vill se platser inom fler slags yrken" in officers
    assert "Visa även dessa" in officers


def test_a_place_that_is_taken_can_still_be_chosen_and_says_so(
    market: Market, shown: tuple[int, Actor], client_for: ClientFor
) -> None:
    round_id, she = shown
    other_id, _ = shown_round(market, market.growing_id, number=2)
    with acting_as(market.officer), transaction():
        record_choice(other_id, market.growing_id)
        request_placement(other_id, first_day=FIRST_DAY)
    with acting_as(market.manager), transaction():
        pause_place(market.growing_id)
    client = let_in(client_for, market, she)
    assert "Platsen är upptagen just nu." in client.get(PAGE).text
    place = f"/min-sida/val/{round_id}/platser/{market.growing_id}/valj"
    assert "Välj gärna en reserv också." in client.get(place).text
    assert client.post(place, data={}).status_code == 302


def test_visits_are_booked_and_cancelled_on_her_page(
    market: Market, shown: tuple[int, Actor], client_for: ClientFor
) -> None:
    round_id, she = shown
    [time_id] = offered(market, most_visitors=1)
    client = let_in(client_for, market, she)
    assert "Boka besök" in client.get(PAGE).text
    answer = client.post(f"/min-sida/val/{round_id}/besok", data={"visit_time_id": time_id})
    assert answer.status_code == 302
    page = client.get(PAGE).text
    assert "Ditt besök är bokat." in page
    assert "Dina besök" in page
    officers = client_for(market.officer)
    assert "Lägg i kalendern" in officers.get(f"/valomgangar/{round_id}").text
    assert "Dina besök" in officers.get(f"/valomgangar/{round_id}/blad").text

    other_id, other = shown_round(market, market.sewing_id, number=2)
    late = let_in(client_for, market, other)
    late.post(f"/min-sida/val/{other_id}/besok", data={"visit_time_id": time_id})
    assert "Ditt besök är bokat." not in late.get(PAGE).text

    [cancel] = set(re.findall(r'action="(/min-sida/besok/\d+/avboka)"', page))
    assert late.post(cancel).status_code == 404
    client.post(cancel)
    assert "Ditt besök är avbokat." in client.get(PAGE).text
    assert client.post(f"/min-sida/val/{round_id}/besok", data={}).status_code == 302
    assert "Den tiden finns inte längre." in client.get(PAGE).text


def test_a_picture_of_a_place_is_shown_with_its_words(
    market: Market, shown: tuple[int, Actor], client_for: ClientFor
) -> None:
    with acting_as(market.manager), transaction():
        add_picture(market.sewing_id, photograph(), "En symaskin vid ett fönster")
    client = let_in(client_for, market, shown[1])
    page = client.get(PAGE).text
    assert 'alt="En symaskin vid ett fönster"' in page
    [address] = re.findall(r'<img class="easy-picture" src="([^"]+)"', page)
    assert client.get(address).content_type == "image/jpeg"


def test_nothing_shown_and_nothing_begun(market: Market, client_for: ClientFor) -> None:
    round_id, she = shown_round(market)
    assert "Din handläggare visar dig platser snart." in let_in(client_for, market, she).get(PAGE).text
    participant_id, _ = granted(market, 2)
    other = Actor(user_name="Deltagaren", participant_id=participant_id)
    client = let_in(client_for, market, other)
    assert "Här finns inga platser än." in client.get(PAGE).text
    assert client.get(f"/min-sida/val/{round_id}").status_code == 404


def test_an_older_round_stays_readable(
    market: Market, shown: tuple[int, Actor], client_for: ClientFor
) -> None:
    round_id, she = shown
    with acting_as(market.officer), transaction():
        close_round(round_id)
        later_id = open_round(queries.choice_round(round_id).grant_id).id
        show_places(later_id, [market.sewing_id])
    client = let_in(client_for, market, she)
    assert f"/min-sida/val/{round_id}" in client.get(PAGE).text
    assert "Det här är ett äldre val" in client.get(f"/min-sida/val/{round_id}").text


def test_whoever_is_to_move_chooses_anew_and_is_told_that_she_stays_meanwhile(
    market: Market, client_for: ClientFor
) -> None:
    left_id = requested(market)
    do(market.supervisor, accept_placement, left_id)
    do(market.supervisor, start_placement, left_id, on=FIRST_DAY)
    with travelling(FIRST_DAY):
        with acting_as(market.officer), transaction():
            moving = open_move(left_id)
            round_id, she = moving.id, participant_actor(moving.participant_id)
            show_places(round_id, [market.growing_id])
        client = let_in(client_for, market, she)
        assert "Du är kvar på din plats tills den nya börjar." in client.get(PAGE).text
        client.post(f"/min-sida/val/{round_id}/platser/{market.growing_id}/valj", data={})
        page = client.get(PAGE).text
        assert "Det här händer nu" in page
        assert "Du ska byta plats" in page


def test_another_participants_round_is_not_found(
    market: Market, shown: tuple[int, Actor], client_for: ClientFor
) -> None:
    round_id, _ = shown
    _, other = shown_round(market, market.sewing_id, number=2)
    client = let_in(client_for, market, other)
    place = f"/min-sida/val/{round_id}/platser/{market.sewing_id}"
    for address in (f"/min-sida/val/{round_id}", f"/min-sida/val/{round_id}/jamfor", f"{place}/valj"):
        assert client.get(address).status_code == 404
    for act in ("spara", "nej", "angra", "valj"):
        assert client.post(f"{place}/{act}", data={}).status_code == 404, act
    assert client.post(f"/min-sida/val/{round_id}/fler").status_code == 404


def test_a_code_that_has_expired_closes_the_page(
    market: Market, shown: tuple[int, Actor], client_for: ClientFor
) -> None:
    round_id, she = shown
    client = let_in(client_for, market, she)
    client.post(f"/min-sida/val/{round_id}/platser/{market.sewing_id}/spara")
    with travelling(TODAY + timedelta(days=400)):
        answer = client.post(f"/min-sida/val/{round_id}/platser/{market.sewing_id}/valj", data={})
        assert answer.location == "/min-sida"
        assert "Det du har sparat finns kvar." in client.get("/min-sida").text
    assert _round(market, round_id).shown[1].is_shortlisted


def test_a_form_from_a_session_that_is_over_leads_to_the_code(
    market: Market,
    shown: tuple[int, Actor],
    client_for: ClientFor,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = let_in(client_for, market, shown[1])
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    answer = client.post(f"/min-sida/val/{shown[0]}/platser/{market.sewing_id}/spara")
    assert answer.location == "/min-sida"
    assert not _round(market, shown[0]).shown[1].is_shortlisted


def test_the_page_takes_the_same_number_of_queries_however_many_places(
    market: Market, client_for: ClientFor
) -> None:
    _, one = shown_round(market, market.repair_id, sex=Sex.OTHER)
    _, many = shown_round(
        market, market.repair_id, market.sewing_id, market.growing_id, number=2, sex=Sex.OTHER
    )
    few, more = (let_in(client_for, market, she) for she in (one, many))
    assert len(statements_of(lambda: few.get(PAGE))) == len(statements_of(lambda: more.get(PAGE)))
