"""The coordinator sets up the provider, tries it, and says which groups give which roles."""

import re
from urllib.parse import urlsplit

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import select

from config import DEMO_LOOKUP_KEY, DEMO_PERSON_KEY
from marketplace.crypto import KeyRing
from marketplace.db import db, transaction
from marketplace.identity_provider import services
from marketplace.identity_provider.models import BoundIdentity
from marketplace.key_rotation import rotate, standings
from marketplace.tenancy import acting_as
from tests.factories import HANINGE
from tests.support.clients import ClientFor
from tests.support.identity_place import (
    OFFICERS,
    SETTINGS,
    Place,
    away_and_back,
    draft,
    row_of,
    user_with,
)
from tests.support.openid_provider import CLIENT_ID, SECRET, OpenIdProvider
from tests.support.statements import statements_of

# The coordinator's pages.


def test_the_coordinator_sets_it_up_tries_it_and_turns_it_on(
    client_for: ClientFor, place: Place, provider: OpenIdProvider
) -> None:
    client = client_for(place.coordinator)
    client.post(f"{SETTINGS}/stang-av")
    assert client_for().get(place.start).status_code == 404
    assert "Organisationens inloggning" not in client_for().get("/logga-in").text
    typed = {
        "issuer": provider.issuer,
        "client_id": CLIENT_ID,
        "client_password": SECRET,
        "domains": "Kommun.se",
        "group_claim": "groups",
        "second_factor_values": "",
        "allows_password": "yes",
    }
    assert client.post(f"{SETTINGS}/uppgifter", data=typed | {"issuer": "http://10.0.0.1"}).status_code == 422
    assert client.post(f"{SETTINGS}/uppgifter", data=typed | {"domains": "@kommun"}).status_code == 422
    assert client.post(f"{SETTINGS}/uppgifter", data=typed).status_code == 302
    assert client.post(f"{SETTINGS}/anvand").status_code == 409
    page = away_and_back(client, place, "cilla", f"{SETTINGS}/prova").text
    assert "Den kan inte användas än" in page
    assert "domän är inte en av dem" in page
    assert client.post(f"{SETTINGS}/anvand").status_code == 409
    provider.lies = lambda said: said | {"aud": "annan"}
    page = away_and_back(client, place, "anna", f"{SETTINGS}/prova").text
    assert "<code>invalid_claim aud</code>" in page
    provider.lies = None
    page = away_and_back(client, place, "anna", f"{SETTINGS}/prova").text
    assert "Provet gick bra" in page
    assert "Handläggare, Enheten A" in page
    assert user_with("anna@kommun.se") is None
    assert client.post(f"{SETTINGS}/anvand").status_code == 302
    assert client_for().get(place.start).status_code == 302
    shown = client.get(SETTINGS).text
    assert "kommun.se" in shown
    assert SECRET not in shown
    assert SECRET not in client.get(f"{SETTINGS}/uppgifter").text


def test_another_client_has_to_be_tried_and_another_issuer_knows_nobody(
    client_for: ClientFor, place: Place
) -> None:
    away_and_back(client_for(), place, "anna")
    keeps = draft(place.provider.issuer, client_secret_encrypted=None)
    with acting_as(place.coordinator), transaction():
        services.save_provider(keeps, is_demo=True)
        assert row_of(place).is_on
        assert db.session.scalar(select(BoundIdentity.subject))
        services.save_provider(draft("https://ny.kommun.se", client_secret_encrypted=None), is_demo=True)
        assert not row_of(place).is_on
        assert db.session.scalar(select(BoundIdentity.subject)) is None


def test_groups_are_added_and_removed(client_for: ClientFor, place: Place) -> None:
    client = client_for(place.coordinator)
    typed = {"group_name": "sam", "post": f"{place.authority_id}-coordinator", "kommuner": [HANINGE]}
    assert client.post(f"{SETTINGS}/grupper/ny", data=typed).status_code == 302
    again = client.post(f"{SETTINGS}/grupper/ny", data=typed)
    assert "Gruppen ger redan den rollen" in again.text
    assert client.post(f"{SETTINGS}/grupper/ny", data=typed | {"post": "999-controller"}).status_code == 422
    page = client.get(SETTINGS).text
    assert "Haninge" in page
    remove = re.findall(r'action="([^"]*/grupper/\d+/ta-bort)"', page)
    assert len(remove) == 2
    for address in remove:
        assert client.post(address).status_code == 302
    assert "Inga grupper ger roller" in client.get(SETTINGS).text


def test_a_binding_is_undone(client_for: ClientFor, place: Place) -> None:
    away_and_back(client_for(), place, "anna")
    client = client_for(place.coordinator)
    page = client.get(SETTINGS).text
    assert "anna@kommun.se" in page
    unbind = re.findall(r'action="([^"]*/konton/\d+/los)"', page)[0]
    assert client.post(unbind).status_code == 302
    assert away_and_back(client_for(), place, "eva-n").status_code == 302  # her new account at work


def test_only_the_authoritys_coordinator_reads_a_try(client_for: ClientFor, place: Place) -> None:
    client = client_for(place.coordinator)
    going = client.get(f"{SETTINGS}/prova").location
    client.post("/logga-ut")
    back = urlsplit(place.provider.sign_in(going))
    assert client.get(f"{back.path}?{back.query}").status_code in {403, 422}


def test_the_page_asks_as_much_however_many_groups_and_accounts_there_are(
    client_for: ClientFor, place: Place
) -> None:
    away_and_back(client_for(), place, "anna")
    client = client_for(place.coordinator)
    few = statements_of(lambda: client.get(SETTINGS))
    place.provider.people["bosse"]["groups"] = [OFFICERS]
    away_and_back(client_for(), place, "bosse")
    with acting_as(place.coordinator), transaction():
        for number in range(5):
            services.add_group_rule(f"g{number}", f"{place.unit_id}-case_officer")
    assert len(statements_of(lambda: client.get(SETTINGS))) == len(few)


def test_the_clients_secret_is_counted_once_and_rotates_with_the_key_ring(
    app: Flask, client_for: ClientFor, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    (standing,) = standings([services.SEALED_CLIENT_SECRETS])
    assert (standing.done, standing.left) == (1, {})
    new = Fernet.generate_key().decode()
    monkeypatch.setitem(app.extensions, "key_ring", KeyRing([new, DEMO_PERSON_KEY], [DEMO_LOOKUP_KEY]))
    rotate([services.SEALED_CLIENT_SECRETS], lambda _: None)
    monkeypatch.setitem(app.extensions, "key_ring", KeyRing([new], [DEMO_LOOKUP_KEY]))
    assert away_and_back(client_for(), place, "anna").status_code == 302
