"""The pages of regions: founded, answered, and the numbers together."""

import pytest

from marketplace.tenancy import Actor
from tests.support.clients import Client, ClientFor
from tests.support.placement_market import Market
from tests.support.sharing import count, shared, strategist_of_south
from tests.support.statements import statements_of
from tests.web.reading import text_of


@pytest.fixture
def south(ready_market: Market) -> Actor:
    return strategist_of_south(ready_market)


@pytest.fixture
def client(ready_market: Market, client_for: ClientFor) -> Client:
    return client_for(ready_market.strategist)


def test_a_region_is_founded_asked_of_and_answered(
    ready_market: Market, south: Actor, client: Client, client_for: ClientFor
) -> None:
    assert "Ni är inte med i någon region" in text_of(client.get("/regionen"))
    nameless = client.post("/regionen", data={"name": "", "authorities": [str(ready_market.south_id)]})
    assert nameless.status_code == 422
    assert f'value="{ready_market.south_id}" checked' in nameless.text.replace("checked value", "value") or (
        "checked" in nameless.text
    ), "what was ticked stays"
    founded = client.post(
        "/regionen", data={"name": "Mälardalen", "authorities": [str(ready_market.south_id)]}
    )
    assert founded.status_code == 302
    page = text_of(client.get(founded.location))
    assert "Ni är ensamma om att dela" in page
    assert "Södra förbundet Tillfrågad" in page
    other = client_for(south)
    assert "Mälardalen frågar om ni vill dela era tal" in text_of(other.get("/"))
    assert "Ni delar inte era tal" in text_of(other.get(founded.location))
    assert other.post(f"{founded.location}/dela").status_code == 302
    assert "Talen räknas" in text_of(other.get(founded.location))
    assert other.post(f"{founded.location}/dela").status_code == 409
    assert client.post(f"{founded.location}/fraga", data={}).status_code == 422


def test_the_numbers_together_and_what_is_hidden(
    ready_market: Market, south: Actor, client: Client, client_for: ClientFor
) -> None:
    region_id = shared(ready_market, south)
    page = text_of(client.get(f"/regionen/{region_id}"))
    assert "30 av 100" in page
    assert "dolt (för få)" in page
    assert "Visades, kvinnor 57" in page
    assert "Haninge 4 1 0 2 1 1" in page
    told = client.get(f"/regionen/{region_id}/tal.csv").data.decode("utf-8-sig")
    assert "30;100;0,3" in told
    assert client.get(f"/regionen/{region_id}/platser.xlsx").status_code == 200
    assert client_for(ready_market.coordinator).get(f"/regionen/{region_id}").status_code == 403
    client_for(south).post(f"/regionen/{region_id}/ga-ur")
    count(ready_market, region_id)
    assert "30 av 100" not in text_of(client.get(f"/regionen/{region_id}"))


def test_a_page_asks_as_little_for_many(ready_market: Market, south: Actor, client: Client) -> None:
    region_id = shared(ready_market, south)
    assert len(statements_of(lambda: client.get(f"/regionen/{region_id}"))) <= 14
    few = len(statements_of(lambda: client.get("/regionen")))
    for name in ("Andra", "Tredje"):
        client.post("/regionen", data={"name": name, "authorities": [str(ready_market.south_id)]})
    assert len(statements_of(lambda: client.get("/regionen"))) == few
