"""Requests that compete, changes, moves and withdrawal, by the pages that people use."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from marketplace.clock import travelling
from marketplace.db import get_or_404
from marketplace.tenancy import acting_as
from placements.booking.models import Placement
from placements.booking.rules import DeclineReason, PlacementState
from placements.booking.services import accept_placement, decline_placement
from tests.support.bookings import accepted, chosen_with_reserves, do, request_each, running, seen
from tests.support.clients import Client, ClientFor
from tests.support.placement_market import TODAY, Market, requested
from tests.support.statements import statements_of

DAYS = {"first_day": "2026-03-09", "last_day": "2026-08-28"}


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TODAY):
        yield ready_market


def _page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, f"{address}: {answer.status}"
    return " ".join(answer.text.split())


def _post(client: Client, address: str, data: dict[str, Any] | None = None, status: int = 302) -> str:
    answer = client.post(address, data=data or {})
    assert answer.status_code == status, f"{address}: {answer.status} {answer.text[:3000]}"
    return str(answer.location) if status == 302 else " ".join(answer.text.split())


def test_the_chosen_place_and_those_in_reserve_are_requested_one_by_one(
    market: Market, client_for: ClientFor
) -> None:
    places = [market.sewing_id, market.growing_id]
    round_id = chosen_with_reserves(market, places)
    officer = client_for(market.officer)
    address = f"/placeringar/begar/{round_id}"
    assert "Reserv 1" in _page(officer, address)
    first = _post(officer, address, DAYS | {"place_id": market.sewing_id})
    page = _page(officer, address)
    assert f'value="{market.growing_id}"' in page, "the next that can be requested"
    twice = _post(officer, address, DAYS | {"place_id": market.sewing_id}, status=422)
    assert "redan begärd" in twice
    assert 'value="2026-03-09"' in twice, "what was typed stays"
    second = _post(officer, address, DAYS | {"place_id": market.growing_id})
    page = _page(officer, first)
    assert "Andra platser i samma val" in page
    assert "Odla grönsaker" in page
    _post(client_for(market.supervisor), f"{second}/acceptera")
    assert "en annan plats accepterades först" in _page(officer, first)
    assert "En annan plats accepterades först" in _page(officer, "/placeringar/?lage=cancelled")


def test_two_suppliers_accept_and_the_later_one_is_told(market: Market, client_for: ClientFor) -> None:
    places = [market.growing_id, market.bakery_place_id]
    round_id = chosen_with_reserves(market, places, officer=market.south_officer)
    at_farm, at_bakery = request_each(round_id, places, market.south_officer)
    _post(client_for(market.other_supervisor), f"/placeringar/{at_bakery}/acceptera")
    late = client_for(market.supervisor)
    address = _post(late, f"/placeringar/{at_farm}/acceptera")
    page = _page(late, address)
    assert "Förfrågan är redan besvarad" in page
    assert "en annan plats accepterades först" in page
    assert "Maja" not in page
    assert "Bageriet" not in page


def test_why_nothing_came_of_a_request_is_told_apart(market: Market, client_for: ClientFor) -> None:
    one, two, three = (
        requested(market, number, place_id=place_id)
        for number, place_id in enumerate((market.sewing_id, market.sewing_id, market.growing_id), start=1)
    )
    do(market.supervisor, decline_placement, one, DeclineReason.NO_SUPERVISION)
    officer = client_for(market.officer)
    assert "Välj ett skäl" in _post(officer, f"/placeringar/{two}/aterkalla", status=422)
    _post(officer, f"/placeringar/{two}/aterkalla", {"reason": "participant"})
    page = _page(officer, "/placeringar/?lage=alla")
    assert "Vi saknar handledare dessa dagar" in page
    assert "Deltagaren tackar nej" in page
    assert "deltagaren tackar nej" in _page(officer, f"/placeringar/{two}")
    assert seen(three, market).state is PlacementState.REQUESTED


def test_a_longer_period_asked_and_agreed(market: Market, client_for: ClientFor) -> None:
    placement_id = running(market)
    officer, supervisor = client_for(market.officer), client_for(market.supervisor)
    address = f"/placeringar/{placement_id}"
    beyond = _post(officer, f"{address}/forlang", {"last_day": "2026-09-30"}, status=422)
    assert "be samordnaren förlänga beviljandet" in beyond
    assert 'value="2026-09-30"' in beyond
    with acting_as(market.officer):
        grant_id = get_or_404(Placement, placement_id).grant_id
    coordinator = client_for(market.coordinator)
    grants = f"/deltagare/beviljanden/{grant_id}/forlang"
    _page(coordinator, grants)
    assert "slutar redan" in _post(coordinator, grants, {"last_day": "2026-08-01"}, status=422)
    _post(coordinator, grants, {"last_day": "2026-10-30"})
    _post(officer, f"{address}/forlang", {"last_day": "2026-09-30"})
    for client in (officer, supervisor):
        page = _page(client, address)
        assert "Längre period väntar på svar" in page
        assert "Till och med 2026-09-30" in page
    change = re.search(r"/placeringar/andringar/(\d+)/godkann", _page(supervisor, address))
    assert change is not None
    assert "Neka ändringen" in _page(supervisor, f"/placeringar/andringar/{change[1]}/neka")
    _post(supervisor, change[0])
    assert seen(placement_id, market).last_day == date(2026, 9, 30)
    _post(supervisor, change[0])
    assert "redan besvarad eller återkallad" in _page(supervisor, address)


def test_another_extent_is_told_with_its_day(market: Market, client_for: ClientFor) -> None:
    placement_id = accepted(market)
    officer, supervisor = client_for(market.officer), client_for(market.supervisor)
    address = f"/placeringar/{placement_id}"
    _page(officer, f"{address}/omfattning")
    asked = {"from_day": "2026-04-06", "hours_per_week": "15,5", "days_per_week": "3"}
    over = _post(officer, f"{address}/omfattning", asked | {"hours_per_week": "24"}, status=422)
    assert "Beviljandet är på 20 timmar" in over
    assert 'value="24"' in over
    _post(officer, f"{address}/omfattning", asked)
    again = _post(officer, f"{address}/omfattning", asked, status=422)
    assert "väntar redan på svar" in again
    change = re.search(r"/placeringar/andringar/(\d+)/godkann", _page(supervisor, address))
    assert change is not None
    _post(supervisor, f"/placeringar/andringar/{change[1]}/neka", {"reason": "hours"})
    page = _page(officer, address)
    assert "Nekad av leverantören" in page
    assert "Omfattningen passar inte" in page
    _post(officer, f"{address}/omfattning", asked)
    change = re.search(r"/placeringar/andringar/(\d+)/godkann", _page(supervisor, address))
    assert change is not None
    _post(supervisor, change[0])
    assert "från 2026-04-06" in _page(officer, address)


def test_a_move_from_beginning_to_end(market: Market, client_for: ClientFor) -> None:
    placement_id = requested(market, place_id=market.growing_id, officer=market.south_officer)
    do(market.supervisor, accept_placement, placement_id)
    officer = client_for(market.south_officer)
    address = f"/placeringar/{placement_id}"
    assert "får alltid byta leverantör" in _page(officer, f"{address}/byt")
    chosen = _post(officer, f"{address}/byt")
    assert "Deltagaren har redan en öppen valomgång" in _post(officer, f"{address}/byt", status=422)
    round_id = int(chosen.rpartition("/")[2])
    assert "Deltagaren ska byta från" in _page(officer, chosen)
    _post(officer, f"/valomgangar/{round_id}/visa", {"plats": [market.bakery_place_id]})
    _post(officer, f"/valomgangar/{round_id}/val", {"place_id": market.bakery_place_id})
    request = f"/placeringar/begar/{round_id}"
    assert "Deltagaren byter från Odla grönsaker" in _page(officer, request)
    too_early = _post(officer, request, DAYS, status=422)
    assert "Den nya måste börja senare" in too_early
    new = _post(officer, request, DAYS | {"first_day": "2026-05-04"})
    _post(client_for(market.other_supervisor), f"{new}/acceptera")
    old_page, new_page = _page(officer, address), _page(officer, new)
    assert "Deltagaren byter till" in old_page
    assert "2026-05-03" in old_page
    assert "byter hit" in new_page
    farm = _page(client_for(market.supervisor), address)
    assert "Deltagaren byter till en annan plats. Sista dagen här är 2026-05-03" in farm
    assert "Bageriet" not in farm


def test_withdrawing_a_grant_says_what_ends_with_it(market: Market, client_for: ClientFor) -> None:
    places = [market.sewing_id, market.growing_id]
    first, second = request_each(chosen_with_reserves(market, places), places, market.officer)
    with acting_as(market.officer):
        grant_id = get_or_404(Placement, first).grant_id
    coordinator = client_for(market.coordinator)
    address = f"/deltagare/beviljanden/{grant_id}/aterkalla"
    page = _page(coordinator, address)
    assert "Placeringar som återkallas" in page
    assert "Sy och laga kläder" in page
    assert "Odla grönsaker" in page
    _post(coordinator, address)
    for placement_id in (first, second):
        assert seen(placement_id, market).state is PlacementState.CANCELLED
    assert "beviljandet har återkallats" in _page(client_for(market.officer), f"/placeringar/{first}")


def test_a_grant_with_a_running_placement_is_not_withdrawn(market: Market, client_for: ClientFor) -> None:
    placement_id = running(market)
    with acting_as(market.officer):
        grant_id = get_or_404(Placement, placement_id).grant_id
    coordinator = client_for(market.coordinator)
    address = f"/deltagare/beviljanden/{grant_id}/aterkalla"
    assert "Avbryt placeringen först" in _page(coordinator, address)
    assert "Avbryt placeringen först" in _post(coordinator, address, status=422)


def test_the_placements_page_asks_as_much_whatever_has_happened(
    market: Market, client_for: ClientFor
) -> None:
    placement_id = running(market)
    officer = client_for(market.officer)
    address = f"/placeringar/{placement_id}"
    before = len(statements_of(lambda: _page(officer, address)))
    _post(
        officer,
        f"{address}/omfattning",
        {"from_day": "2026-04-06", "hours_per_week": "15", "days_per_week": "3"},
    )
    after = len(statements_of(lambda: _page(officer, address)))
    assert after <= before + 1
