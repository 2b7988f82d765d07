"""A number that is larger than any there is, in an address or a form: not found, and never a fault."""

from collections.abc import Iterator

import pytest

from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.tenancy import acting_as
from placements.access.services import give_code
from tests.support.clients import ClientFor
from tests.support.own_page import shown_round
from tests.support.placement_market import TODAY, Market

NUMBER = 99_999_999_999


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TODAY):
        yield ready_market


@pytest.mark.parametrize(
    "address",
    [
        f"/placeringar/{NUMBER}",
        f"/valomgangar/{NUMBER}",
        f"/sok/?valomgang={NUMBER}",
        f"/sok/jamfor?plats={NUMBER}",
        f"/vantelista/{NUMBER}",
        f"/studiebesok/{NUMBER}",
    ],
)
def test_in_an_address(market: Market, client_for: ClientFor, address: str) -> None:
    assert client_for(market.officer).get(address).status_code == 404


def test_in_a_form(market: Market, client_for: ClientFor) -> None:
    round_id, she = shown_round(market, market.sewing_id)
    officer = client_for(market.officer)
    data = {"plats": NUMBER, "senast": "2026-03-16", "till": "2026-06-01"}
    assert officer.post(f"/valomgangar/{round_id}/visa", data=data).status_code == 404
    booked = {"visit_time_id": NUMBER}
    assert officer.post(f"/studiebesok/valomgangar/{round_id}/boka", data=booked).status_code == 404
    with acting_as(market.officer), transaction():
        code = give_code(she.participant_id or 0)
    participant = client_for()
    participant.post("/min-sida", data={"code": code})
    assert participant.post(f"/min-sida/val/{round_id}/besok", data=booked).status_code == 404
    manager = client_for(market.manager)
    assert manager.post("/platser/bekrafta", data={"place_id": NUMBER}).status_code == 404
