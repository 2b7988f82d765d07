"""Open data: it follows its own schemas, tells nothing else, and is kind to caches and to other sites' scripts."""

import json
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from enterprises.directory import queries
from enterprises.directory.views.open_data import SCHEMAS
from marketplace.db import transaction
from marketplace.procurement.services import close_system
from marketplace.tenancy import acting_as
from tests.support.clients import Client, ClientFor
from tests.support.directory_town import SECRETS, TODAY, Town, add_supplier
from tests.support.statements import statements_of
from tests.web.reading import text_of

REGISTRY: Registry[Any] = Registry().with_resources(
    (schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS.values()
)


@pytest.fixture
def town(ready_town: Town) -> Town:
    return ready_town


@pytest.fixture
def anyone(client_for: ClientFor) -> Client:
    return client_for()


def addresses(town: Town) -> dict[str, str]:
    return {
        "valfrihetssystem": "/oppna-data/valfrihetssystem.json",
        "leverantorer": f"/oppna-data/valfrihetssystem/{town.system_id}/leverantorer.json",
        "platser": "/oppna-data/platser.json",
    }


def fetched(client: Client, address: str) -> dict[str, Any]:
    document = client.get(address).json
    assert isinstance(document, dict)
    return document


def counted(client: Client, town: Town) -> dict[str, int]:
    """Queries of each answer."""
    return {
        name: len(statements_of(partial(client.get, address))) for name, address in addresses(town).items()
    }


def check(name: str, document: object) -> None:
    Draft202012Validator(SCHEMAS[name], registry=REGISTRY, format_checker=FormatChecker()).validate(document)


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_schemas_are_lawful_and_their_examples_too(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$id"] == f"/oppna-data/schema/{name}.json"
    for example in SCHEMAS[name].get("examples", []):
        check(name, example)


def test_every_answer_follows_its_schema(town: Town, anyone: Client) -> None:
    for name, address in addresses(town).items():
        answer = anyone.get(address)
        assert answer.status_code == 200
        assert answer.mimetype == "application/json"
        check(name, answer.json)
        assert fetched(anyone, address)["$schema"].endswith(f"/oppna-data/schema/{name}.json")
        schema = anyone.get(f"/oppna-data/schema/{name}.json")
        assert json.loads(schema.data) == SCHEMAS[name]


def test_it_says_what_the_pages_say(town: Town, anyone: Client) -> None:
    found = fetched(anyone, addresses(town)["leverantorer"])
    suppliers = {one["id"]: one for one in found["suppliers"]}
    assert [one["id"] for one in found["suppliers"]] == [
        one.id for one in queries.suppliers_of(town.system_id)
    ]
    assert set(suppliers) == {town.greenhouse, town.joinery}
    assert suppliers[town.joinery]["is_suspended"] is True
    greenhouse = suppliers[town.greenhouse]
    assert greenhouse["seats"] == sum(place["seats"] for place in greenhouse["places"]) == 5
    sewing = greenhouse["places"][1]
    assert sewing["weekdays"] == [1, 2, 3]
    assert sewing["day"] == {"starts": "08:30", "ends": "15:30"}
    assert [one["code"] for one in sewing["demands"]] == ["noise", "standing"]
    assert (sewing["task_list"], sewing["rotates_tasks"]) == (["Klippa", "Sy"], True)
    assert [one["alt"] for one in sewing["pictures"]] == ["En symaskin vid ett fönster"]
    assert greenhouse["places"][0]["day"] is None
    assert greenhouse["sites"][0]["accessibility_codes"][1] == {
        "code": "step_free_entrance",
        "label": "Entré utan trappsteg",
    }
    assert [kommun["name"] for kommun in found["system"]["kommuner"]] == ["Haninge", "Södertälje"]
    systems = fetched(anyone, addresses(town)["valfrihetssystem"])["systems"]
    assert [one["id"] for one in systems] == [town.system_id, town.other_system_id]


def test_a_closed_system_says_since_when(town: Town, anyone: Client) -> None:
    def closed_on() -> list[str | None]:
        found = fetched(anyone, addresses(town)["valfrihetssystem"])["systems"]
        return [one["closed_on"] for one in found if one["id"] == town.system_id]

    assert closed_on() == [None]
    with acting_as(town.officer), transaction():
        close_system(town.system_id, "Behovet har upphört.")
    assert closed_on() == [TODAY.isoformat()]
    for name in ("valfrihetssystem", "leverantorer"):
        check(name, fetched(anyone, addresses(town)[name]))


def test_places_are_fetched_page_by_page(town: Town, anyone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PLACES_PER_PAGE", 2)
    add_supplier(town, "Till", places=3)
    address, seen = "/oppna-data/platser.json", list[int]()
    while address:
        found = fetched(anyone, address)
        seen += [one["place"]["id"] for one in found["places"]]
        address = urlsplit(found["next"] or "")._replace(scheme="", netloc="").geturl()
    assert len(seen) == len(set(seen)) == found["total"] == 5


def test_nothing_of_what_is_between_the_parties_is_told(town: Town, anyone: Client) -> None:
    for address in addresses(town).values():
        body = anyone.get(address).get_data(as_text=True)
        assert not [secret for secret in SECRETS if secret.lower() in body.lower()], address
        for absent in ("Osignerat", "Avslutat", "Utgånget", "Utan avtal", "utkast"):
            assert absent not in body, address


def test_who_has_it_already_is_told_that_nothing_has_changed(town: Town, anyone: Client) -> None:
    for address in (*addresses(town).values(), "/oppna-data/schema/delar.json"):
        first = anyone.get(address)
        assert first.headers["ETag"]
        assert first.cache_control.public
        assert first.cache_control.max_age
        assert "Set-Cookie" not in first.headers
        again = anyone.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        assert again.data == b""
    tag = anyone.get(addresses(town)["leverantorer"]).headers["ETag"]
    add_supplier(town, "Till")
    assert anyone.get(addresses(town)["leverantorer"]).headers["ETag"] != tag


def test_scripts_of_any_site_may_read(town: Town, anyone: Client) -> None:
    asking = {"Origin": "https://katalog.example", "Access-Control-Request-Method": "GET"}
    for address in addresses(town).values():
        for answer in (anyone.get(address, headers=asking), anyone.options(address, headers=asking)):
            assert answer.status_code == 200
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert "Access-Control-Allow-Credentials" not in answer.headers
        assert anyone.post(address).status_code == 405


def test_what_does_not_exist_is_said_in_json(town: Town, anyone: Client) -> None:
    for address in (
        f"/oppna-data/valfrihetssystem/{town.unopened_system_id}/leverantorer.json",
        "/oppna-data/schema/bankgiro.json",
        "/oppna-data/schema/..%2Fdelar.json",
    ):
        answer = anyone.get(address)
        assert answer.status_code == 404, address
    problem = anyone.get("/oppna-data/schema/bankgiro.json")
    assert problem.mimetype == "application/problem+json"
    assert json.loads(problem.data)["status"] == 404


def test_an_answer_takes_few_queries_however_much_there_is(town: Town, anyone: Client) -> None:
    few = counted(anyone, town)
    for number in range(4):
        add_supplier(town, f"Till {number}", places=3)
    many = counted(anyone, town)
    assert few == many
    assert max(many.values()) <= 6


def test_the_page_about_it_names_every_document_field_and_the_licence(anyone: Client) -> None:
    page = text_of(anyone.get("/oppna-data"))
    assert "Creative Commons CC0 1.0" in page
    for name, schema in SCHEMAS.items():
        if "examples" in schema:
            assert schema["description"] in page, name
    for part in SCHEMAS["delar"]["$defs"].values():
        for field, about in part.get("properties", {}).items():
            if "title" in part:
                assert field in page
                assert about["description"] in page
