"""The story from search to end, by the pages that people use; outsiders find nothing."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from marketplace.clock import travelling
from marketplace.db import get_or_404, transaction
from marketplace.tenancy import Actor, acting_as
from placements.booking.models import Placement
from placements.booking.queries import placement
from placements.booking.services import accept_placement, start_placement
from placements.participants.models import Grant
from placements.participants.queries import consents_of
from placements.participants.rules import GrantState
from placements.participants.withdrawal import withdraw_consent
from tests.support.clients import Client, ClientFor
from tests.support.placement_market import (
    FIRST_DAY,
    TODAY,
    Market,
    granted,
    requested,
)
from tests.support.training import ended, running


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TODAY):
        yield ready_market


def _page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, f"{address}: {answer.status}"
    return answer.text


def _post(client: Client, address: str, data: dict[str, Any] | None = None, status: int = 302) -> Any:
    answer = client.post(address, data=data or {})
    assert answer.status_code == status, f"{address}: {answer.status} {answer.text[:3000]}"
    return answer


def test_from_grant_to_booking(market: Market, client_for: ClientFor) -> None:
    participant_id, grant_id = granted(market)
    officer = client_for(market.officer)
    assert "Sök plats och öppna valomgång" in _page(officer, f"/deltagare/{participant_id}")

    search = _post(officer, f"/valomgangar/beviljanden/{grant_id}").location
    found = _page(officer, search)
    assert "Sy och laga kläder" in found
    assert "Visa för deltagaren" in found
    assert "Baka bröd" not in found, "Bageriet has no contract with North"
    round_id = int(search.rpartition("=")[2])

    shown = _post(officer, f"/valomgangar/{round_id}/visa", {"plats": [market.sewing_id]}).location
    page = _page(officer, shown)
    assert "Det finns platser inom fler slags yrken" in page
    assert "Laga cyklar" in page
    _post(officer, f"/valomgangar/{round_id}/visa", {"plats": [market.repair_id]})
    assert "fler slags yrken" not in _page(officer, shown)

    sheet = _page(officer, f"/valomgangar/{round_id}/blad")
    assert "Sömmerska på lätt svenska" in sheet
    assert "Det är du som väljer" in sheet

    _post(officer, f"/valomgangar/{round_id}/val", status=422)
    _post(officer, f"/valomgangar/{round_id}/val", {"place_id": market.sewing_id})
    assert "Begär platsen" in _page(officer, shown)
    assert "Första dagen" in _page(officer, f"/placeringar/begar/{round_id}")
    late = _post(
        officer,
        f"/placeringar/begar/{round_id}",
        {"first_day": "2026-03-09", "last_day": "2026-12-31"},
        status=422,
    )
    assert "Beviljandet slutar 2026-08-28" in late.text
    booked = _post(
        officer, f"/placeringar/begar/{round_id}", {"first_day": "2026-03-09", "last_day": "2026-08-28"}
    ).location

    supervisor = client_for(market.supervisor)
    assert "Maja Öberg1" in _page(supervisor, "/")
    assert "Förfrågningar att svara på" in _page(supervisor, "/placeringar/")
    _post(supervisor, f"{booked}/acceptera")
    with travelling(FIRST_DAY):
        _post(client_for(market.supervisor), f"{booked}/starta", {"started_on": "2026-03-09"})
    with travelling(date(2026, 4, 13)):
        supervisor = client_for(market.supervisor)
        early = _post(supervisor, f"{booked}/avbryt", {"last_day": "2026-05-01"}, status=422)
        assert "framtiden" in early.text
        _post(supervisor, f"{booked}/avbryt", {"last_day": "2026-04-10"})
        assert "Avbruten" in _page(supervisor, booked)


def test_each_action_page_opens_and_acts(market: Market, client_for: ClientFor) -> None:
    placement_id = requested(market)
    supervisor, officer = client_for(market.supervisor), client_for(market.officer)
    address = f"/placeringar/{placement_id}"
    for action in ("neka", "starta", "kom-aldrig", "avbryt"):
        _page(supervisor, f"{address}/{action}")
    _page(officer, f"{address}/aterkalla")
    early = _post(supervisor, f"{address}/starta", {"started_on": "2026-03-09"}, status=422)
    assert "accepterad" in early.text
    _post(supervisor, f"{address}/neka", status=422)
    _post(supervisor, f"{address}/neka", {"reason": "hours"})
    assert "Omfattningen passar inte" in _page(officer, address).replace("omfattningen", "Omfattningen")
    _post(supervisor, f"{address}/acceptera")
    assert "redan besvarad" in _page(supervisor, address)


def test_number_but_no_name_for_those_who_see_no_persons(market: Market, client_for: ClientFor) -> None:
    placement_id = requested(market)
    for actor in (market.manager, market.controller):
        for address in (f"/placeringar/{placement_id}", "/placeringar/"):
            page = _page(client_for(actor), address)
            assert "Maja" not in page
            assert f"P{placement_id:06d}" in page


def test_withdrawn_consent_hides_the_name_at_once(market: Market, client_for: ClientFor) -> None:
    placement_id = running(market)
    supervisor = client_for(market.supervisor)
    address = f"/placeringar/{placement_id}"
    assert "Maja Öberg1" in _page(supervisor, address)
    with acting_as(market.officer), transaction():
        (consent,) = consents_of(placement(placement_id).placement.participant_id)
        withdraw_consent(consent.id)
    for where in (address, "/placeringar/"):
        page = _page(supervisor, where)
        assert "Maja" not in page
        assert "Behöver sitta" not in page
        assert f"P{placement_id:06d}" in page
    for officer in (market.officer, market.coordinator):
        assert "har återkallat sitt samtycke" in _page(client_for(officer), address)


def test_the_case_officer_is_told_what_withdrawing_does(market: Market, client_for: ClientFor) -> None:
    placement_id = requested(market)
    with acting_as(market.officer):
        participant_id = placement(placement_id).placement.participant_id
        (consent,) = consents_of(participant_id)
        address = f"/deltagare/samtycken/{consent.id}/aterkalla"
    officer = client_for(market.officer)
    said = _page(officer, address)
    assert "slutar genast att se" in said
    assert f"(P{placement_id:06d}) tas tillbaka och platsen blir fri igen" in said
    _post(officer, address)
    assert "Samtycke saknas" in _page(officer, f"/deltagare/{participant_id}")
    _page(officer, address, status=404)


def test_outsiders_find_nothing(market: Market, client_for: ClientFor) -> None:
    placement_id = requested(market)
    with acting_as(market.officer):
        row = placement(placement_id).placement
        participant_id, round_id = row.participant_id, row.choice_round_id
    addresses = [
        f"/placeringar/{placement_id}",
        f"/deltagare/{participant_id}",
        f"/valomgangar/{round_id}",
        f"/valomgangar/{round_id}/blad",
        f"/sok/?valomgang={round_id}",
        f"/placeringar/begar/{round_id}",
    ]
    strangers: list[Actor] = [
        market.other_unit_officer,
        market.other_coordinator,
        market.strategist,
        market.procurement_officer,
        market.south_officer,
        market.south_coordinator,
        market.other_manager,
        market.other_supervisor,
    ]
    for stranger in strangers:
        client = client_for(stranger)
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code in {403, 404}, f"{stranger.user_name} {address}: {answer.status}"
            assert "Maja" not in answer.text
        for address in ("/placeringar/", "/deltagare/", "/"):
            assert "Maja" not in client.get(address).text


def test_completing(market: Market, client_for: ClientFor) -> None:
    placement_id = requested(market)
    with acting_as(market.supervisor), transaction():
        accept_placement(placement_id)
    with acting_as(market.supervisor), travelling(FIRST_DAY), transaction():
        start_placement(placement_id)
    supervisor = client_for(market.supervisor)
    address = f"/placeringar/{placement_id}"
    page = _page(supervisor, address)
    assert "Sista dagen är 2026-08-28" in page
    ending = _page(supervisor, f"{address}/avbryt")
    assert "Sista dagen på arbetsplatsen" in ending
    assert ">Avbryt<" not in ending, "one word for ending it and for leaving the page"
    with travelling(date(2026, 8, 28)):
        supervisor = client_for(market.supervisor)
        assert "Avsluta placeringen för" in _page(supervisor, "/")
        _post(supervisor, f"{address}/avsluta")
        assert "Genomförd" in _page(supervisor, address)


def test_a_request_whose_time_is_out_tells_what_is_true(market: Market, client_for: ClientFor) -> None:
    placement_id = requested(market)
    assert "Platsen hålls till dess" in _page(client_for(market.officer), f"/placeringar/{placement_id}")
    with travelling(date(2026, 3, 6)):
        for actor in (market.officer, market.supervisor, market.coordinator):
            assert "Platsen hålls till och med 2026-03-06" in _page(
                client_for(actor), f"/placeringar/{placement_id}"
            )
        cards = _page(client_for(market.supervisor), "/placeringar/")
        assert f"/placeringar/{placement_id}/acceptera" in cards, (
            "a late answer counts while the seat is held"
        )
        assert "svarade inte i tid om Maja" in _page(client_for(market.coordinator), "/")
    with travelling(date(2026, 3, 7)):
        for actor, way_out in ((market.officer, "Återkallar du"), (market.supervisor, "Nekar ni")):
            page = _page(client_for(actor), f"/placeringar/{placement_id}")
            assert "Svarstiden gick ut 2026-03-05 utan svar" in page
            assert way_out in page
            assert "Platsen hålls till dess" not in page
        supervisor = client_for(market.supervisor)
        cards = _page(supervisor, "/placeringar/")
        assert f"/placeringar/{placement_id}/neka" in cards
        assert "svarstiden gick ut" in cards
        assert f"/placeringar/{placement_id}/acceptera" not in cards
        assert "Svarstiden har gått ut" in _page(supervisor, "/")


def test_a_coordinator_leaves_a_grant_without_a_report(market: Market, client_for: ClientFor) -> None:
    placement_id = running(market)
    ended(market, placement_id)
    with acting_as(market.officer):
        booked = get_or_404(Placement, placement_id)
        participant_id, grant_id = booked.participant_id, booked.grant_id
    with travelling(date(2026, 4, 15)):
        coordinator = client_for(market.coordinator)
        assert "Slutdokumentation saknas för Maja Öberg1" in _page(coordinator, "/")
        assert "Uteblir den" in _page(coordinator, f"/placeringar/{placement_id}/slutdokumentation")
        page = _page(coordinator, f"/deltagare/{participant_id}")
        for action in ("avsluta", "oppna"):
            address = f"/deltagare/beviljanden/{grant_id}/{action}"
            assert address in page
            assert "Varför?" in _page(coordinator, address)
            assert "Välj ett skäl" in _post(coordinator, address, status=422).text
            _page(client_for(market.officer), address, status=403)
        _post(coordinator, f"/deltagare/beviljanden/{grant_id}/oppna", {"reason": "new_workplace"})
        page = _page(coordinator, f"/deltagare/{participant_id}")
        assert "Deltagaren söker plats igen" in page
        assert "Deltagaren ska byta arbetsplats" in page
        late = _post(
            coordinator, f"/deltagare/beviljanden/{grant_id}/avsluta", {"reason": "other"}, status=422
        )
        assert "Bara ett beviljande som har lett till en plats" in late.text


def test_lists_filter_and_say_why_they_are_empty(market: Market, client_for: ClientFor) -> None:
    officer = client_for(market.officer)
    assert "Inga placeringar just nu" in _page(officer, "/placeringar/")
    requested(market)
    assert "Maja Öberg1" in _page(officer, "/placeringar/?mina=y")
    assert "Ingen placering passar" in _page(officer, "/placeringar/?lage=running")
    assert "Maja Öberg1" in _page(officer, "/placeringar/?lage=alla&sortera=slut&sida=7")
    assert "Maja Öberg1" in _page(officer, "/placeringar/?lage=nonsens")
    assert "Ingen placering" in _page(client_for(market.colleague), "/placeringar/?mina=y")


def test_a_grant_that_is_gone_stops_the_round(market: Market, client_for: ClientFor) -> None:
    participant_id, grant_id = granted(market)
    officer = client_for(market.officer)
    round_id = int(_post(officer, f"/valomgangar/beviljanden/{grant_id}").location.rpartition("=")[2])
    coordinator = client_for(market.coordinator)
    assert "Återkalla beviljandet" in _page(coordinator, f"/deltagare/beviljanden/{grant_id}/aterkalla")
    _post(coordinator, f"/deltagare/beviljanden/{grant_id}/aterkalla")
    back = _post(officer, f"/valomgangar/{round_id}/visa", {"plats": [market.sewing_id]}).location
    assert "valomgången avslutad" in _page(officer, back)
    assert "Avslutad utan val" in _page(officer, f"/deltagare/{participant_id}")
    with acting_as(market.coordinator):
        assert get_or_404(Grant, grant_id).state is GrantState.WITHDRAWN
