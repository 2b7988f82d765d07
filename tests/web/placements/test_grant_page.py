"""The page on which a coordinator grants training: the system of choice is asked about only where there are several."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.tenancy import acting_as
from placements.choice.services import open_round
from placements.participants.queries import live_grant
from placements.participants.rules import ConsentScope
from placements.participants.services import give_consent
from tests.support.clients import ClientFor
from tests.support.placement_market import LAST_DAY, TODAY, Market, granted, register
from tests.support.turns import second_system, shared_system
from tests.web.reading import paper_text_of

FILLED: dict[str, Any] = {
    "hours_per_week": "20",
    "days_per_week": "4",
    "support_level": "3",
    "first_day": TODAY.isoformat(),
    "last_day": LAST_DAY.isoformat(),
}


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(TODAY):
        yield ready_market


def consenting(market: Market) -> str:
    """The address of the page."""
    participant_id = register(market)
    with acting_as(market.officer), transaction():
        give_consent(participant_id, ConsentScope.SUPPLIER, date(2026, 3, 1))
    return f"/deltagare/{participant_id}"


def test_one_system_is_told_and_not_asked(market: Market, client_for: ClientFor) -> None:
    address = consenting(market)
    shared_system(market)
    coordinator = client_for(market.coordinator)
    page = coordinator.get(f"{address}/bevilja").text
    assert "Arbetsträning</dd>" in page
    assert 'name="system_id"' not in page
    assert coordinator.post(f"{address}/bevilja", data=FILLED).status_code == 302
    assert "/valfrihetssystem/" in coordinator.get(address).text


def test_several_are_asked_about_and_what_was_typed_stays(market: Market, client_for: ClientFor) -> None:
    address = consenting(market)
    first, second = shared_system(market), shared_system(market)
    coordinator = client_for(market.coordinator)
    unanswered = coordinator.post(f"{address}/bevilja", data=FILLED)
    assert unanswered.status_code == 422
    assert "Välj vilket valfrihetssystem beviljandet gäller." in unanswered.text
    assert LAST_DAY.isoformat() in unanswered.text
    wrong = coordinator.post(f"{address}/bevilja", data=FILLED | {"system_id": first + 1000})
    assert wrong.status_code == 422
    nonsense = coordinator.post(f"{address}/bevilja", data=FILLED | {"system_id": "x"})
    assert nonsense.status_code == 422
    assert coordinator.post(f"{address}/bevilja", data=FILLED | {"system_id": second}).status_code == 302
    assert f"/valfrihetssystem/{second}" in coordinator.get(address).text


def test_what_is_chosen_says_its_levels_and_bounds_the_search(market: Market, client_for: ClientFor) -> None:
    address = consenting(market)
    shared_system(market)
    bakers = second_system(market, market.bakery_id, level="basic")
    coordinator, officer = client_for(market.coordinator), client_for(market.officer)
    page = coordinator.get(f"{address}/bevilja").text
    assert page.count('name="system_id"') == 2
    assert "heldag 1,00 kr" in page
    wrong = coordinator.post(f"{address}/bevilja", data=FILLED | {"system_id": bakers})
    assert "Välj en av stödnivåerna i systemets prislista." in wrong.text
    chosen = FILLED | {"system_id": bakers, "support_level": "basic"}
    assert coordinator.post(f"{address}/bevilja", data=chosen).status_code == 302
    with acting_as(market.officer), transaction():
        grant = live_grant(int(address.rpartition("/")[2]))
        assert grant is not None
        round_id = open_round(grant.id).id
    found = officer.get(f"/sok/?valomgang={round_id}").text
    assert "Baka bröd" in found
    assert "Sy och laga kläder" not in found


def test_none_is_said(market: Market, client_for: ClientFor) -> None:
    address = consenting(market)
    coordinator = client_for(market.coordinator)
    assert "omfattar deltagarens kommun" in coordinator.get(f"{address}/bevilja").text
    assert coordinator.post(f"{address}/bevilja", data=FILLED).status_code == 302


def test_the_decision_is_a_tagged_paper(market: Market, client_for: ClientFor) -> None:
    with travelling(TODAY):
        _, grant_id = granted(market)
        path = f"/deltagare/beviljanden/{grant_id}/beslut.pdf"
        said = paper_text_of(client_for(market.officer).get(path))
        for actor in market.outsiders():
            assert client_for(actor).get(path).status_code in {403, 404}, actor.user_name
    for words in ("Beslut om arbetsträning", "Norra förbundet", "Maja Öberg1", "timmar i veckan"):
        assert words in said, words
    assert "Väntar på plats" not in said, "it is dated: what has become of it since is told elsewhere"
