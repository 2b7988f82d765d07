"""Every way in which a provider's answer may be wrong, or the provider away."""

import re
import socket
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug import Response

from marketplace.accounts.models import User
from marketplace.accounts.rules import Role
from marketplace.db import db, transaction
from marketplace.identity_provider import client as provider_client
from marketplace.tenancy import acting_as, system_actor
from tests.factories import make_enterprise
from tests.support.clients import Client, ClientFor
from tests.support.identity_place import (
    PEOPLE,
    Place,
    away_and_back,
    make_colleague,
    memberships_with,
    row_of,
    user_with,
)
from tests.support.openid_provider import CLIENT_ID, SECRET, Claims, openid_provider

# Ways in which it should not go.


def _changed(**claims: object) -> Callable[[Claims], Claims]:
    return lambda said: said | claims


LIES: dict[str, Callable[[Claims], Claims]] = {
    "another nonce": _changed(nonce="x"),
    "another issuer": _changed(iss="https://annan.se"),
    "another audience": _changed(aud=["annan"]),
    "an audience besides": _changed(aud=[CLIENT_ID, "annan"]),
    "another authorised party": _changed(azp="annan"),
    "expired": lambda said: said | {"exp": int(time.time()) - 3600},
    "from the future": lambda said: said | {"iat": int(time.time()) + 3600},
    "without a nonce": lambda said: {name: value for name, value in said.items() if name != "nonce"},
    "without an expiry": lambda said: {name: value for name, value in said.items() if name != "exp"},
    "methods that are no list": _changed(amr="mfa"),
    "another subject than userinfo": _changed(sub="x"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_is_not_for_this_sign_in_lets_nobody_in(
    client_for: ClientFor, place: Place, lie: str
) -> None:
    place.provider.lies = LIES[lie]
    _is_not_let_in(client_for(), place, "anna", 422)


def test_a_token_about_nobody_lets_nobody_in(client_for: ClientFor, place: Place) -> None:
    place.provider.lies = _changed(sub="")
    place.provider.answers_at["userinfo"] = PEOPLE["anna"] | {"sub": ""}
    _is_not_let_in(client_for(), place, "anna", 422)


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_an_unsigned_token_and_one_signed_with_a_shared_secret_let_nobody_in(
    client_for: ClientFor, place: Place, algorithm: str
) -> None:
    place.provider.lies, place.provider.algorithm = (lambda said: said), algorithm
    _is_not_let_in(client_for(), place, "anna", 422)


def test_a_token_signed_by_another_provider_lets_nobody_in(client_for: ClientFor, place: Place) -> None:
    with openid_provider({"anna": {}}) as other:
        place.provider.lies, place.provider.signs_with = (lambda said: said), other.signs_with
        _is_not_let_in(client_for(), place, "anna", 422)


@pytest.mark.parametrize(
    ("user", "told"),
    [
        ("cilla", "domän är inte en av dem"),
        ("danne", "inte att e-postadressen är kontrollerad"),
        ("bosse", "Ingen av dina grupper ger en roll"),
    ],
)
def test_whom_it_may_not_speak_for_is_not_let_in(
    client_for: ClientFor, place: Place, user: str, told: str
) -> None:
    assert told in _is_not_let_in(client_for(), place, user, 403)


def _is_not_let_in(client: Client, place: Place, user: str, status: int) -> str:
    refused = away_and_back(client, place, user)
    assert refused.status_code == status, refused.text
    assert "/logga-in" in client.get("/").location
    assert user_with(PEOPLE[user]["email"]) is None
    return str(refused.text)


def test_whoever_acts_for_somebody_else_too_is_not_its_to_speak_for(
    client_for: ClientFor, place: Place
) -> None:
    """Whatever domains an authority writes, its provider opens nobody's account with another."""
    with acting_as(system_actor()), transaction():
        enterprise_id = make_enterprise("Åsö Väv").id
    make_colleague("anna@kommun.se", enterprise_id, Role.SUPPLIER_MANAGER)
    refused = away_and_back(client_for(), place, "anna")
    assert refused.status_code == 403
    assert "används också för en annan organisation" in refused.text
    assert memberships_with("anna@kommun.se") == [(enterprise_id, Role.SUPPLIER_MANAGER, True)]


def test_a_closed_account_stays_closed(client_for: ClientFor, place: Place) -> None:
    away_and_back(client_for(), place, "anna")
    with acting_as(system_actor()), transaction():
        db.session.scalars(select(User).where(User.email == "anna@kommun.se")).one().is_active = False
    assert "Kontot är stängt" in away_and_back(client_for(), place, "anna").text


def test_an_answer_is_for_the_browser_that_asked_and_only_once(client_for: ClientFor, place: Place) -> None:
    client, other = client_for(), client_for()
    back = urlsplit(place.provider.sign_in(client.get(place.start).location))
    answer = f"{back.path}?{back.query}"
    assert other.get(answer).status_code == 422  # another's session: she who clicks is not signed in as him
    assert client.get(answer.replace("state=", "state=x")).status_code == 422
    assert client.get(answer).status_code == 302
    assert client.get(answer).status_code == 422
    replayed = client_for()
    going = urlsplit(replayed.get(place.start).location)
    state = re.findall(r"state=[^&]+", going.query)[0]
    code = re.findall(r"code=[^&]+", back.query)[0]
    assert replayed.get(f"{back.path}?{state}&{code}").status_code == 422  # the provider takes a code once
    assert "/logga-in" in replayed.get("/").location


def test_an_answer_from_another_provider_is_not_taken(client_for: ClientFor, place: Place) -> None:
    client = client_for()
    back = urlsplit(place.provider.sign_in(client.get(place.start).location))
    mixed_up = re.sub(r"iss=[^&]+", "iss=https%3A%2F%2Fannan.se", back.query)
    assert client.get(f"{back.path}?{mixed_up}").status_code == 422


def test_who_changes_her_mind_is_told_so(client_for: ClientFor, place: Place) -> None:
    client = client_for()
    state = re.findall(r"state=[^&]+", client.get(place.start).location)[0]
    assert client.get(f"{place.start}/svar?{state}").status_code == 422  # without a code
    state = re.findall(r"state=[^&]+", client.get(place.start).location)[0]
    assert "avbröts" in client.get(f"{place.start}/svar?error=access_denied&{state}").text


def test_it_is_sent_what_binds_the_answer_to_the_question(client_for: ClientFor, place: Place) -> None:
    asked = urlsplit(client_for().get(place.start).location).query
    for name in ("state=", "nonce=", "code_challenge=", "code_challenge_method=S256", "response_type=code"):
        assert name in asked
    assert SECRET not in asked


# Away, or other than it was.


def test_when_it_is_away_there_is_a_clear_page_and_it_is_left_alone(
    client_for: ClientFor, place: Place
) -> None:
    with acting_as(place.coordinator), transaction():
        row_of(place).issuer = "http://127.0.0.1:1"
    client = client_for()
    away = client.get(place.start)
    assert away.status_code == 503
    assert "svarar inte just nu" in away.text
    assert "Logga in med e-postadress och lösenord" in away.text
    assert client.get(place.start).status_code == 503


def test_what_it_publishes_is_kept_for_an_hour(client_for: ClientFor, place: Place) -> None:
    for _ in range(3):
        client_for().get(place.start)
    assert place.provider.asked.count(".well-known/openid-configuration") == 1
    assert place.provider.asked.count("jwks") == 1


def test_a_new_key_is_fetched_when_it_is_first_seen(client_for: ClientFor, place: Place) -> None:
    client_for().get(place.start)
    with openid_provider({"anna": {}}) as other:
        place.provider.lies, place.provider.signs_with = (lambda said: said), other.signs_with
        place.provider.answers_at["jwks"] = {"keys": [other.signs_with.serialize()]}
        assert away_and_back(client_for(), place, "anna").status_code == 302


@pytest.mark.parametrize(
    "published",
    [
        {"issuer": "https://annan.se"},
        {"token_endpoint": "http://intern.kommun.se/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
        {"id_token_signing_alg_values_supported": ["none"]},
    ],
)
def test_what_it_publishes_has_to_hold_together(
    client_for: ClientFor, place: Place, published: dict[str, object]
) -> None:
    page = ".well-known/openid-configuration"
    place.provider.answers_at[page] = place.provider.published | published
    client = client_for()
    going = client.get(place.start)
    if going.status_code == 302:  # only the token shows that no way of signing is left
        back = urlsplit(place.provider.sign_in(going.location))
        going = client.get(f"{back.path}?{back.query}")
    assert going.status_code == 422
    assert "gick inte att lita på" in going.text


@pytest.mark.parametrize(
    "issuer",
    [
        "https://10.0.0.1",
        "https://169.254.169.254",
        "https://[::1]",
        "https://127.0.0.1",
        "https://[fe80::1]",
    ],
)
def test_no_private_address_is_reached(
    app: Flask, place: Place, monkeypatch: pytest.MonkeyPatch, issuer: str
) -> None:
    monkeypatch.setitem(app.config, "DEMO", False)
    with pytest.raises(provider_client.ProviderAway) as refused:
        provider_client._metadata(issuer, is_fresh=True)
    assert type(refused.value.__cause__).__name__ == "InvalidIPAddress"


def test_no_name_that_leads_to_one_either(app: Flask, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: inside)
    with pytest.raises(provider_client.ProviderAway) as refused:
        provider_client._metadata("https://id.kommun.se", is_fresh=True)
    assert type(refused.value.__cause__).__name__ == "InvalidIPAddress"


def test_it_is_not_followed_elsewhere(client_for: ClientFor, place: Place) -> None:
    elsewhere = Response(status=302, headers={"Location": f"{place.provider.issuer}/jwks"})
    place.provider.answers_at[".well-known/openid-configuration"] = elsewhere
    assert client_for().get(place.start).status_code == 503
    assert place.provider.asked == [".well-known/openid-configuration"]


@pytest.mark.parametrize("issuer", ["https://a:99999", "https://ååå.invalid", f"https://{'a' * 300}.invalid"])
def test_an_address_that_is_none_is_as_one_that_does_not_answer(
    client_for: ClientFor, place: Place, issuer: str
) -> None:
    with acting_as(place.coordinator), transaction():
        row_of(place).issuer = issuer
    assert client_for().get(place.start).status_code == 503
