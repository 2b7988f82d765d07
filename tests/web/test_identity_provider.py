"""Signing in at an authority's own identity provider, a real one, and every way in which its answer may be wrong."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace import audit
from marketplace.accounts.models import Membership, Organisation, User, UserSession
from marketplace.accounts.rules import Role, SignInMeans
from marketplace.accounts.services import create_account
from marketplace.db import db, transaction
from marketplace.identity_provider import client as provider_client
from marketplace.identity_provider import services
from marketplace.identity_provider.models import BoundIdentity, IdentityProvider
from marketplace.identity_provider.rules import Post
from marketplace.second_factor.rules import Policy, RequiredOf
from marketplace.second_factor.services import decide_policy
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.factories import (
    HANINGE,
    make_actor,
    make_authority,
    make_enterprise,
    make_member,
    make_reference,
)
from tests.support.clients import Client, ClientFor
from tests.support.openid_provider import CLIENT_ID, SECRET, Claims, OpenIdProvider, openid_provider

SETTINGS = "/installningar/organisationens-inloggning"
OFFICERS = "handlaggare"
PASSWORD = "tre ord som glöms"


class Place(NamedTuple):
    """An authority with a unit and a coordinator, whose provider is in use and gives the unit's officers their role."""

    coordinator: Actor
    authority_id: int
    unit_id: int
    provider: OpenIdProvider

    @property
    def start(self) -> str:
        return f"/logga-in/organisation/{self.authority_id}"


PEOPLE: dict[str, Claims] = {
    "anna": {"email": "anna@kommun.se", "email_verified": True, "name": "Anna Ek", "groups": [OFFICERS]},
    "bosse": {"email": "bo@kommun.se", "email_verified": True, "name": "Bo Al", "groups": ["andra"]},
    "cilla": {"email": "cia@annan.se", "email_verified": True, "name": "Cia By", "groups": [OFFICERS]},
    "danne": {"email": "dan@kommun.se", "email_verified": False, "name": "Dan Ok", "groups": [OFFICERS]},
    "eva-n": {"email": "anna@kommun.se", "email_verified": True, "name": "Eva Ny", "groups": [OFFICERS]},
}


@pytest.fixture(scope="module")
def _running() -> Iterator[OpenIdProvider]:
    with openid_provider(PEOPLE) as running:
        yield running


@pytest.fixture
def provider(_running: OpenIdProvider) -> OpenIdProvider:
    provider_client._published.clear()
    _running.begin_anew(PEOPLE)
    return _running


@pytest.fixture
def place(session: Session, provider: OpenIdProvider) -> Place:
    with acting_as(system_actor()), transaction():
        make_reference()
        authority = make_authority("Myndigheten A", [HANINGE])
        unit = make_member("Enheten A", authority.id, [HANINGE])
        coordinator = make_actor("Kim Samordnare", authority, Role.COORDINATOR)
        place = Place(coordinator, authority.id, unit.id, provider)
    with acting_as(coordinator), transaction():
        services.save_provider(_draft(provider.issuer), is_demo=True)
        services.add_group_rule(OFFICERS, Post(place.unit_id, Role.CASE_OFFICER), [])
        _row(place).tried_at = db.session.get_one(Organisation, place.authority_id).created_at
        services.turn_on()
        decide_policy(Policy(RequiredOf.NOBODY))
    provider.welcome(f"http://127.0.0.1:8000{place.start}/svar")
    return place


def _draft(issuer: str, **changed: Any) -> services.ProviderDraft:
    facts: dict[str, Any] = {
        "issuer": issuer,
        "client_id": CLIENT_ID,
        "client_secret_encrypted": provider_client.encrypted(SECRET),
        "domains": ["kommun.se"],
        "group_claim": "groups",
        "second_factor_values": ["mfa"],
        "allows_password": True,
    }
    return services.ProviderDraft(**{**facts, **changed})


def _row(place: Place) -> IdentityProvider:
    return db.session.get_one(IdentityProvider, place.authority_id)


def _away_and_back(client: Client, place: Place, user: str, start: str = "") -> Any:
    """What the browser is shown, or sent to, when `user` has signed in there."""
    place.provider.sit_down(user)
    going = client.get(start or place.start)
    assert going.status_code == 302, going.text
    back = urlsplit(place.provider.sign_in(going.location))
    return client.get(f"{back.path}?{back.query}")


def _user(email: str) -> User | None:
    with acting_as(system_actor()):
        return db.session.scalar(select(User).where(User.email == email))


def _memberships(email: str) -> list[tuple[int, Role, bool]]:
    with acting_as(system_actor()):
        rows = db.session.scalars(
            select(Membership).join(Membership.user).where(User.email == email).order_by(Membership.id)
        )
        return [(one.organisation_id, one.role, one.ended_on is None) for one in rows]


# The way that it should go.


def test_somebody_new_gets_an_account_and_the_role_of_her_group(client_for: ClientFor, place: Place) -> None:
    client = client_for()
    assert f'href="{place.start}"' in client.get("/logga-in/organisation").text
    answer = _away_and_back(client, place, "anna", f"{place.start}?next=/deltagare")
    assert (answer.status_code, answer.location) == (302, "/deltagare")
    assert "Anna Ek" in client.get("/").text
    assert _memberships("anna@kommun.se") == [(place.unit_id, Role.CASE_OFFICER, True)]
    with acting_as(place.coordinator):
        assert {one.action for one in audit.timeline("identity_provider", place.authority_id)} >= {
            "bound",
            "membership_given",
        }


def test_the_second_time_it_is_the_subject_that_counts_and_not_the_address(
    client_for: ClientFor, place: Place
) -> None:
    _away_and_back(client_for(), place, "anna")
    place.provider.people["anna"] |= {"email": "anna.gift@kommun.se", "email_verified": False}
    assert _away_and_back(client_for(), place, "anna").status_code == 302
    assert _user("anna.gift@kommun.se") is None
    refused = _away_and_back(client_for(), place, "eva-n")
    assert refused.status_code == 403
    assert "knutet till en annan inloggning" in refused.text


def test_a_colleague_keeps_what_somebody_has_given_her(client_for: ClientFor, place: Place) -> None:
    _make_colleague("bo@kommun.se", place.authority_id, Role.STRATEGIST)
    assert _away_and_back(client_for(), place, "bosse").status_code == 302
    place.provider.people["bosse"]["groups"] = [OFFICERS]
    _away_and_back(client_for(), place, "bosse")
    both = [(place.authority_id, Role.STRATEGIST, True), (place.unit_id, Role.CASE_OFFICER, True)]
    assert _memberships("bo@kommun.se") == both
    place.provider.people["bosse"]["groups"] = []
    _away_and_back(client_for(), place, "bosse")
    assert _memberships("bo@kommun.se") == [both[0], (place.unit_id, Role.CASE_OFFICER, False)]


def test_who_has_left_her_only_group_is_out_at_once(client_for: ClientFor, place: Place) -> None:
    at_work = client_for()
    _away_and_back(at_work, place, "anna")
    place.provider.people["anna"]["groups"] = []
    refused = _away_and_back(client_for(), place, "anna")
    assert refused.status_code == 403
    assert "Ingen av dina grupper ger en roll" in refused.text
    assert _memberships("anna@kommun.se") == [(place.unit_id, Role.CASE_OFFICER, False)]
    assert "/valj-roll" in at_work.get("/").location
    place.provider.people["anna"]["groups"] = [OFFICERS]
    assert _away_and_back(client_for(), place, "anna").status_code == 302
    assert _memberships("anna@kommun.se") == [(place.unit_id, Role.CASE_OFFICER, True)]


@pytest.mark.parametrize(
    ("methods", "means", "led_to"),
    [
        (["pwd", "mfa"], SignInMeans.IDENTITY_PROVIDER_FACTOR, "/"),
        (["pwd"], SignInMeans.IDENTITY_PROVIDER, "/tvasteg"),
        ([], SignInMeans.IDENTITY_PROVIDER, "/tvasteg"),
    ],
)
def test_its_second_factor_counts_where_the_authority_says_so(
    client_for: ClientFor, place: Place, methods: list[str], means: SignInMeans, led_to: str
) -> None:
    with acting_as(place.coordinator), transaction():
        decide_policy(Policy(RequiredOf.EVERYONE))
    place.provider.lies = lambda claims: claims | {"amr": methods}
    assert _away_and_back(client_for(), place, "anna").location == led_to
    with acting_as(system_actor()):
        assert db.session.scalar(select(UserSession.means).order_by(UserSession.id.desc())) == means


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
    refused = _away_and_back(client, place, user)
    assert refused.status_code == status, refused.text
    assert "/logga-in" in client.get("/").location
    assert _user(PEOPLE[user]["email"]) is None
    return str(refused.text)


def test_whoever_acts_for_somebody_else_too_is_not_its_to_speak_for(
    client_for: ClientFor, place: Place
) -> None:
    """Whatever domains an authority writes, its provider opens nobody's account with another."""
    with acting_as(system_actor()), transaction():
        enterprise_id = make_enterprise("Åsö Väv").id
    _make_colleague("anna@kommun.se", enterprise_id, Role.SUPPLIER_MANAGER)
    refused = _away_and_back(client_for(), place, "anna")
    assert refused.status_code == 403
    assert "används också för en annan organisation" in refused.text
    assert _memberships("anna@kommun.se") == [(enterprise_id, Role.SUPPLIER_MANAGER, True)]


def test_a_closed_account_stays_closed(client_for: ClientFor, place: Place) -> None:
    _away_and_back(client_for(), place, "anna")
    with acting_as(system_actor()), transaction():
        db.session.scalars(select(User).where(User.email == "anna@kommun.se")).one().is_active = False
    assert "Kontot är stängt" in _away_and_back(client_for(), place, "anna").text


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
    place.provider.answers_at["authorization"] = None
    with acting_as(place.coordinator), transaction():
        _row(place).issuer = "http://127.0.0.1:1"
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


def test_no_name_that_leads_to_one_either_and_no_redirect(app: Flask, place: Place) -> None:
    with provider_client._Session() as http:
        assert set(http.adapters) == {"https://", "http://"}
        assert http.max_redirects == 0
        assert not http.trust_env


# Passwords.


def test_the_authority_turns_passwords_off_for_those_who_act_for_it_alone(
    client_for: ClientFor, place: Place
) -> None:
    _make_colleague("bo@kommun.se", place.unit_id, Role.CASE_OFFICER)
    typed = {"email": "bo@kommun.se", "password": PASSWORD}
    assert client_for().post("/logga-in", data=typed).status_code == 302
    with acting_as(place.coordinator), transaction():
        services.save_provider(
            _draft(place.provider.issuer, allows_password=False, client_secret_encrypted=None), is_demo=True
        )
    refused = client_for().post("/logga-in", data=typed)
    assert refused.status_code == 422
    assert "ni loggar in hos den" in refused.text
    unknown = client_for().post("/logga-in", data=typed | {"password": "fel"})
    assert "hör inte ihop" in unknown.text  # nobody learns whose account it is by asking
    with acting_as(system_actor()), transaction():
        enterprise_id = make_enterprise("Åsö Väv").id
    _make_colleague("bo@kommun.se", enterprise_id, Role.SUPERVISOR)
    assert client_for().post("/logga-in", data=typed).status_code == 302
    with acting_as(system_actor(place.authority_id)), transaction():
        db.session.scalars(
            select(Membership).where(Membership.organisation_id == enterprise_id)
        ).one().ended_on = db.session.get_one(Organisation, enterprise_id).created_at.date()
    assert client_for().post("/logga-in", data=typed).status_code == 422
    with acting_as(system_actor(place.authority_id)), transaction():
        services.allow_passwords(place.authority_id)
    assert client_for().post("/logga-in", data=typed).status_code == 302


def _make_colleague(email: str, organisation_id: int, role: Role) -> None:
    with acting_as(system_actor()), transaction():
        user = _user(email) or create_account(email, "Bo Al", PASSWORD)
        db.session.add(
            Membership(user_id=user.id, organisation_id=organisation_id, role=role, kommun_codes=[])
        )


# Showing anew who one is.


def test_she_shows_there_anew_who_she_is(client_for: ClientFor, place: Place) -> None:
    client = client_for()
    _away_and_back(client, place, "anna")
    confirm = "/logga-in/organisation/bekrafta?next=/deltagare"
    asked = client.get(confirm).location
    assert "prompt=login" in asked
    assert "max_age=0" in asked
    assert _away_and_back(client, place, "anna", confirm).location == "/deltagare"
    place.provider.people["bosse"]["groups"] = [OFFICERS]
    _away_and_back(client_for(), place, "bosse")
    assert (
        _away_and_back(client, place, "bosse", confirm).status_code == 403
    )  # a colleague on the same machine
    place.provider.lies = lambda said: said | {"auth_time": int(time.time()) - 600}
    assert _away_and_back(client, place, "anna", confirm).status_code == 403  # nobody typed anything


def test_whoever_is_bound_to_none_cannot(client_for: ClientFor, place: Place) -> None:
    client = client_for(place.coordinator)
    assert client.get("/logga-in/organisation/bekrafta").location == "/"
    assert "inte knutet till någon organisations inloggning" in client.get("/").text


# The coordinator's pages.


def test_the_coordinator_sets_it_up_tries_it_and_turns_it_on(
    client_for: ClientFor, place: Place, provider: OpenIdProvider
) -> None:
    client = client_for(place.coordinator)
    client.post(f"{SETTINGS}/stang-av")
    assert client_for().get(place.start).status_code == 404
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
    page = _away_and_back(client, place, "cilla", f"{SETTINGS}/prova").text
    assert "Den kan inte användas än" in page
    assert "domän är inte en av dem" in page
    assert client.post(f"{SETTINGS}/anvand").status_code == 409
    page = _away_and_back(client, place, "anna", f"{SETTINGS}/prova").text
    assert "Provet gick bra" in page
    assert "Handläggare, Enheten A" in page
    assert _user("anna@kommun.se") is None
    assert client.post(f"{SETTINGS}/anvand").status_code == 302
    assert client_for().get(place.start).status_code == 302
    shown = client.get(SETTINGS).text
    assert "kommun.se" in shown
    assert SECRET not in shown
    assert SECRET not in client.get(f"{SETTINGS}/uppgifter").text


def test_another_client_has_to_be_tried_and_another_issuer_knows_nobody(
    client_for: ClientFor, place: Place
) -> None:
    _away_and_back(client_for(), place, "anna")
    keeps = _draft(place.provider.issuer, client_secret_encrypted=None)
    with acting_as(place.coordinator), transaction():
        services.save_provider(keeps, is_demo=True)
        assert _row(place).is_on
        assert db.session.scalar(select(BoundIdentity.subject))
        services.save_provider(_draft("https://ny.kommun.se", client_secret_encrypted=None), is_demo=True)
        assert not _row(place).is_on
        assert db.session.scalar(select(BoundIdentity.subject)) is None


def test_groups_are_added_and_removed(client_for: ClientFor, place: Place) -> None:
    client = client_for(place.coordinator)
    typed = {"group_name": "sam", "post": f"{place.authority_id}.coordinator", "kommuner": [HANINGE]}
    assert client.post(f"{SETTINGS}/grupper/ny", data=typed).status_code == 302
    again = client.post(f"{SETTINGS}/grupper/ny", data=typed)
    assert "Gruppen ger redan den rollen" in again.text
    assert client.post(f"{SETTINGS}/grupper/ny", data=typed | {"post": "999.controller"}).status_code == 422
    page = client.get(SETTINGS).text
    assert "Haninge" in page
    remove = re.findall(r'action="([^"]*/grupper/\d+/ta-bort)"', page)
    assert len(remove) == 2
    for address in remove:
        assert client.post(address).status_code == 302
    assert "Inga grupper ger roller" in client.get(SETTINGS).text


def test_a_binding_is_undone(client_for: ClientFor, place: Place) -> None:
    _away_and_back(client_for(), place, "anna")
    client = client_for(place.coordinator)
    page = client.get(SETTINGS).text
    assert "anna@kommun.se" in page
    unbind = re.findall(r'action="([^"]*/konton/\d+/los)"', page)[0]
    assert client.post(unbind).status_code == 302
    assert _away_and_back(client_for(), place, "eva-n").status_code == 302  # her new account at work


def test_only_the_authoritys_coordinator_reads_a_try(client_for: ClientFor, place: Place) -> None:
    client = client_for(place.coordinator)
    going = client.get(f"{SETTINGS}/prova").location
    client.post("/logga-ut")
    back = urlsplit(place.provider.sign_in(going))
    assert client.get(f"{back.path}?{back.query}").status_code in {403, 422}
