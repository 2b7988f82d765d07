"""Pages of follow-ups: written on a phone in two minutes, nothing typed is lost, and a participant ticks her own."""

from collections.abc import Iterator
from datetime import date

import pytest
from lxml import html

from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.tenancy import acting_as
from placements.access.queries import participant_actor
from placements.followup import queries, services
from placements.followup.rules import Agreed, FollowUpState, Party
from placements.participants.services import update_needs
from tests.support.asking import participant_of
from tests.support.clients import Client, ClientFor
from tests.support.following_up import days, followed, held
from tests.support.own_page import let_in
from tests.support.placement_market import FIRST_DAY, Market
from tests.support.statements import statements_of
from tests.support.training import consent_withdrawn, ended, running
from tests.web.reading import posted, text_of

APRIL_1, APRIL_15 = date(2026, 4, 1), date(2026, 4, 15)
FORM = {
    "held_on": APRIL_1.isoformat(),
    "took_part": ["participant", "supervisor"],
    "notes_sv": "Går <b>bra</b>\nأتعلم الخياطة",
    "agreed_2_text_sv": "Skaffa busskort",
    "agreed_2_who": "participant",
    "agreed_2_due_on": "2026-04-10",
}
BUS = Agreed("Skaffa busskort", Party.PARTICIPANT, APRIL_15)


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(APRIL_1):
        yield ready_market


@pytest.fixture
def placement_id(market: Market) -> int:
    return running(market)


@pytest.fixture
def coming(market: Market, placement_id: int) -> list[int]:
    with travelling(FIRST_DAY):
        return list(followed(market, placement_id, follow_up_dates=(APRIL_1, APRIL_15)))


@pytest.fixture
def supervisor(market: Market, client_for: ClientFor) -> Client:
    return client_for(market.supervisor)


@pytest.fixture
def officer(market: Market, client_for: ClientFor) -> Client:
    return client_for(market.officer)


def test_from_the_list_to_what_was_agreed(
    market: Market, placement_id: int, coming: list[int], supervisor: Client, officer: Client
) -> None:
    index = text_of(supervisor.get("/uppfoljningar"))
    assert "2 uppföljningar" in index
    assert "i dag" in index
    assert "Uppföljning med Maja Öberg1" in text_of(supervisor.get("/"))
    page = posted(supervisor, f"/uppfoljningar/{coming[0]}/skriv", **FORM)  # type: ignore[arg-type]
    assert "Går <b>bra</b> أتعلم الخياطة" in page  # shown as typed, not as markup
    assert "Deltagaren och handledaren" in page
    assert "Skaffa busskort Deltagaren, senast 2026-04-10 Återstår" in page
    more = {"text_sv": "Ringa läkaren", "who": "case_officer", "due_on": "2026-04-08"}
    page = posted(officer, f"/uppfoljningar/{coming[0]}/bestamt", **more)
    assert "Ringa läkaren Handläggaren, senast 2026-04-08" in page
    with acting_as(market.officer):
        first = queries.follow_up(coming[0]).actions[0].id
    assert "2026-04-01, Hanna Handläggare" in posted(officer, f"/uppfoljningar/bestamt/{first}/klart")
    assert "Återstår" in posted(officer, f"/uppfoljningar/bestamt/{first}/klart", gor="angra")
    assert "Ringa läkaren" not in posted(officer, f"/uppfoljningar/bestamt/{first}/ta-bort")
    whole = text_of(officer.get(f"/placeringar/{placement_id}/uppfoljningar"))
    assert "Skaffa busskort" in whole
    assert "2026-04-15" in whole
    assert "/uppfoljningar" in officer.get(f"/placeringar/{placement_id}").text


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"held_on": "i går"}, "datum"),
        ({"held_on": "2026-04-02"}, "till och med i dag"),
        ({"took_part": []}, "Kryssa för vilka som var med."),
        ({"notes_sv": "å" * 5001}, "5000"),
        ({"agreed_2_who": ""}, "Välj vem som gör det."),
        ({"agreed_2_due_on": ""}, "Skriv när det ska vara klart."),
        ({"agreed_2_due_on": "2026-03-31"}, "då ni träffades"),
        ({"agreed_2_text_sv": "x" * 301}, "300"),
        ({"agreed_3_due_on": "2026-04-30"}, "Skriv vad som ska göras."),
    ],
)
def test_bad_input_is_told_beside_the_box_and_nothing_is_lost(
    coming: list[int], supervisor: Client, changed: dict[str, str], told: str
) -> None:
    answer = supervisor.post(f"/uppfoljningar/{coming[0]}/skriv", data=FORM | changed)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert told in page
    assert "Skaffa busskort" in page or "x" * 301 in page
    assert "أتعلم الخياطة" in page or "å" * 5001 in page


def test_whoever_comes_second_keeps_her_words(coming: list[int], supervisor: Client, officer: Client) -> None:
    address = f"/uppfoljningar/{coming[0]}/skriv"
    posted(supervisor, address, **FORM)  # type: ignore[arg-type]
    late = officer.post(address, data=FORM | {"notes_sv": "Mina ord"})
    assert late.status_code == 422
    assert "Mina ord" in text_of(late)
    assert "Någon annan har sparat" in text_of(late)
    edit = {"held_on": FORM["held_on"], "took_part": ["supervisor"], "notes_sv": "Rättat", "saves": "1"}
    assert 'name="saves"' in officer.get(address).text
    posted(officer, address, **edit)  # type: ignore[arg-type]
    stale = supervisor.post(address, data=edit | {"notes_sv": "Mitt i stället"})
    assert stale.status_code == 422
    assert "Mitt i stället" in text_of(stale)
    assert "Rättat" in text_of(supervisor.get(f"/uppfoljningar/{coming[0]}"))


def test_planned_moved_missed_and_cancelled(
    market: Market, placement_id: int, coming: list[int], supervisor: Client, officer: Client
) -> None:
    new = f"/placeringar/{placement_id}/uppfoljningar/ny"
    taken = supervisor.post(new, data={"due_on": APRIL_15.isoformat()})
    assert "redan en uppföljning den dagen" in text_of(taken)
    outside = supervisor.post(new, data={"due_on": "2027-01-01"})
    assert outside.status_code == 422
    assert "2027-01-01" in outside.text
    made = supervisor.post(new, data={"due_on": "2026-03-30"})
    assert made.location.endswith("/skriv"), "it has been: write it"
    assert "Flyttad" in posted(officer, f"/uppfoljningar/{coming[1]}/flytta", due_on="2026-04-16")
    early = officer.post(f"/uppfoljningar/{coming[1]}/uteblev")
    assert "Dagen har inte kommit än" in text_of(early)
    missed = posted(officer, f"/uppfoljningar/{coming[0]}/uteblev", due_on="2026-04-09")
    assert "Blev inte av" in missed
    assert "Inställd" in posted(officer, f"/uppfoljningar/{coming[1]}/stall-in")
    again = officer.get(f"/uppfoljningar/{coming[1]}/skriv")
    assert again.status_code == 302
    assert date(2026, 4, 9) in days(market.officer, placement_id).values()
    for shown, held_there in (("alla", 4), ("sena", 1), ("missed", 1), ("held", 0)):
        page = text_of(officer.get(f"/uppfoljningar?lage={shown}&mina=y"))
        told = f"{held_there} uppföljning" if held_there else "Ingen uppföljning passar filtret"
        assert told in page, (shown, page)
    csv = officer.get("/uppfoljningar/lista.csv?lage=alla").get_data(as_text=True)
    assert csv.count("Gården & Co") == 4
    assert "Öberg" not in csv


def test_a_protected_name_decides_no_order_and_no_file_says_where_she_is(
    market: Market, placement_id: int, coming: list[int], officer: Client
) -> None:
    other = running(market, 2)
    with acting_as(market.officer), transaction():
        services.plan_extra(other, APRIL_1)
        update_needs(participant_of(placement_id, market.officer), needs_sv="", is_protected=True)
    rows = html.fromstring(officer.get("/uppfoljningar?sortera=deltagare").text).findall(".//table/tbody/tr")
    assert [row.text_content().count("Maja Öberg2") for row in rows] == [1, 0, 0], "the first, were she named"
    file = officer.get("/uppfoljningar/lista.csv").get_data(as_text=True)
    assert file.count("Gården & Co") == 1


def test_closed_to_everybody_else(
    market: Market, placement_id: int, coming: list[int], client_for: ClientFor, supervisor: Client
) -> None:
    pages = [f"/placeringar/{placement_id}/uppfoljningar", f"/uppfoljningar/{coming[0]}"]
    for outsider in market.outsiders():
        client = client_for(outsider)
        for page in pages:
            assert client.get(page).status_code in {403, 404}, outsider.user_name
    coordinator = client_for(market.coordinator)
    assert all(coordinator.get(page).status_code == 200 for page in pages)
    assert coordinator.get(f"/uppfoljningar/{coming[0]}/skriv").status_code == 403
    held(market.supervisor, coming[0], BUS, notes_sv="Hemligt")
    consent_withdrawn(market, placement_id)
    assert supervisor.get(pages[1]).status_code == 404
    hidden = text_of(supervisor.get(pages[0]))
    assert "samtycke är återkallat" in hidden
    assert "Hemligt" not in hidden
    assert "Öberg" not in text_of(supervisor.get("/uppfoljningar"))


def test_a_placement_that_is_over_is_written_up_and_not_planned(
    market: Market, placement_id: int, coming: list[int], client_for: ClientFor
) -> None:
    ended(market, placement_id, APRIL_1)
    with travelling(date(2026, 4, 8)):
        supervisor = client_for(market.supervisor)
        page = text_of(supervisor.get(f"/uppfoljningar/{coming[0]}"))
        assert "Placeringen är slut" in page
        posted(supervisor, f"/uppfoljningar/{coming[0]}/skriv", **FORM)  # type: ignore[arg-type]


def test_she_sees_what_she_is_to_do_and_ticks_it(
    market: Market, placement_id: int, coming: list[int], client_for: ClientFor
) -> None:
    call = Agreed("Ringa Försäkringskassan", Party.CASE_OFFICER, APRIL_15)
    others, bus = sorted(held(market.supervisor, coming[0], call, BUS, notes_sv="Hemligt"))
    she = let_in(client_for, market, participant_actor(participant_of(placement_id, market.officer)))
    page = text_of(she.get("/min-sida/platser"))
    assert "Nästa gång ni följer upp din plan: onsdag 15 april." in page
    assert "Skaffa busskort Gör det senast onsdag 15 april." in page
    assert "Försäkringskassan" not in page
    assert "Hemligt" not in page
    assert she.post(f"/min-sida/bestamt/{bus}/klart").status_code == 302
    assert "Klart Skaffa busskort" in text_of(she.get("/min-sida/platser"))
    assert she.post(f"/min-sida/bestamt/{bus}/klart", data={"gor": "angra"}).status_code == 302
    assert "Gör det senast" in text_of(she.get("/min-sida/platser"))
    assert she.post(f"/min-sida/bestamt/{others}/klart").status_code == 404


def test_lists_ask_the_same_however_long(market: Market, coming: list[int], client_for: ClientFor) -> None:
    placement_id = running(market, 2)

    def asked() -> list[int]:
        readers = [client_for(who) for who in (market.supervisor, market.officer, market.coordinator)]
        return [
            len(statements_of(lambda client=client, page=page: client.get(page)))  # type: ignore[misc]
            for client in readers
            for page in ("/uppfoljningar?lage=alla", f"/placeringar/{placement_id}/uppfoljningar", "/")
        ]

    with acting_as(market.officer), transaction():
        first = services.plan_extra(placement_id, APRIL_1).id
    held(market.officer, first, BUS)
    few = asked()
    with acting_as(market.officer), transaction():
        more = [services.plan_extra(placement_id, date(2026, 3, day)).id for day in (30, 31)]
    for follow_up_id in more:
        held(market.officer, follow_up_id, BUS, BUS)
    assert days(market.officer, placement_id, FollowUpState.HELD).keys() == {first, *more}
    assert asked() == few
