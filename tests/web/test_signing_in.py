"""Signing in and out, sessions, throttling, and choosing which organisation to act for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from marketplace.accounts import services as accounts
from marketplace.accounts.models import Membership, Organisation, User, UserSecret
from marketplace.accounts.rules import OrganisationKind, Role
from marketplace.accounts.services import add_membership, create_account
from marketplace.clock import now, travelling
from marketplace.second_factor.rules import RequiredOf
from marketplace.tenancy import acting_as, system_actor
from marketplace.web.limiter import limiter
from tests.support.clients import ClientFor
from tests.support.second_factor import require_second_factor

PASSWORD = "tre ord som glöms"
pytestmark = pytest.mark.usefixtures("session", "redis")


@dataclass(frozen=True)
class People:
    """Maria has one role, Leila two in different organisations; ids only, since requests expire objects."""

    maria: int
    maria_in: int
    leila: int
    leila_at_authority: int
    leila_at_enterprise: int


@pytest.fixture
def people(session: Session) -> People:
    with acting_as(system_actor()):
        authority = Organisation(
            kind=OrganisationKind.AUTHORITY,
            name="Samordningsförbundet Öst",
            kommun_codes=["0180"],
            created_at=now(),
        )
        enterprise = Organisation(
            kind=OrganisationKind.ENTERPRISE, name="Tråd & Trä", kommun_codes=[], created_at=now()
        )
        session.add_all([authority, enterprise])
        session.flush()
        require_second_factor(authority.id, RequiredOf.NOBODY)
        maria = create_account("Maria@Exempel.se", "Maria Lind", PASSWORD)
        leila = create_account("leila@exempel.se", "Leila Ekström", PASSWORD)
        made = People(
            maria.id,
            add_membership(maria.id, authority.id, Role.CONTROLLER).id,
            leila.id,
            add_membership(leila.id, authority.id, Role.COORDINATOR, ["0180"]).id,
            add_membership(leila.id, enterprise.id, Role.SUPERVISOR).id,
        )
        session.commit()
    return made


def sign_in(
    client: FlaskClient, email: str = "maria@exempel.se", password: str = PASSWORD, **kwargs: Any
) -> TestResponse:
    return client.post("/logga-in", data={"email": email, "password": password}, **kwargs)


def test_the_right_password_opens_ones_own_work(client_for: ClientFor, people: People) -> None:
    client = client_for()
    answer = sign_in(client)
    assert answer.status_code == 302
    assert answer.location == "/"
    page = client.get("/").text
    assert "Mitt arbete" in page
    assert "Ekonom, Samordningsförbundet Öst" in page


def test_the_address_is_read_without_regard_to_case(client_for: ClientFor, people: People) -> None:
    assert sign_in(client_for(), " MARIA@exempel.SE ").status_code == 302


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("maria@exempel.se", "fel lösenord!"),
        ("ingen@exempel.se", PASSWORD),
        ("maria@exempel.se", PASSWORD + " "),
    ],
)
def test_a_refusal_tells_nothing_of_who_has_an_account(
    client_for: ClientFor, people: People, email: str, password: str
) -> None:
    client = client_for()
    answer = sign_in(client, email, password)
    assert answer.status_code == 422
    assert "hör inte ihop" in answer.text
    assert f'value="{email}"' in answer.text
    assert password not in answer.text
    assert client.get("/").status_code == 302


def test_the_work_is_the_same_for_an_unknown_address(
    client_for: ClientFor, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    verify = PasswordHasher.verify

    def spy(hasher: PasswordHasher, stored: str, typed: str) -> bool:
        checked.append(stored)
        return verify(hasher, stored, typed)

    monkeypatch.setattr(PasswordHasher, "verify", spy)
    sign_in(client_for(), "ingen@exempel.se")
    sign_in(client_for(), "maria@exempel.se", "fel lösenord!")
    assert len(checked) == 2
    assert checked[0].split("$")[:4] == checked[1].split("$")[:4]


def test_an_account_that_is_closed_cannot_sign_in(
    client_for: ClientFor, people: People, session: Session
) -> None:
    client = client_for()
    sign_in(client)
    with acting_as(system_actor()):
        session.get_one(User, people.maria).is_active = False
        session.commit()
    assert client.get("/").status_code == 302
    assert sign_in(client_for()).status_code == 422


def test_an_old_hash_is_renewed_at_sign_in(
    client_for: ClientFor, people: People, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher())
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with acting_as(system_actor()):
        session.get_one(UserSecret, people.maria).password_hash = weak
        session.commit()
    assert sign_in(client_for()).status_code == 302
    with acting_as(system_actor()):
        renewed = session.get_one(UserSecret, people.maria).password_hash
    assert renewed != weak
    assert not PasswordHasher().check_needs_rehash(renewed)


@pytest.mark.parametrize(
    ("target", "expected"),
    [("/tillganglighet", "/tillganglighet"), ("https://evil.example/", "/"), ("//evil.example", "/")],
)
def test_the_way_back_leads_nowhere_else(
    client_for: ClientFor, people: People, target: str, expected: str
) -> None:
    answer = sign_in(client_for(), query_string={"next": target})
    assert answer.location == expected


def test_nothing_of_the_session_before_is_kept(client_for: ClientFor, people: People) -> None:
    client = client_for()
    with client.session_transaction() as before:
        before["planted"] = "by someone else"
        before["csrf_token"] = "known to someone else"
        before["membership_id"] = people.leila_at_enterprise
    sign_in(client)
    with client.session_transaction() as after:
        assert "planted" not in after
        assert after.get("csrf_token") != "known to someone else"
        assert "membership_id" not in after


def test_signing_out_ends_the_session(client_for: ClientFor, people: People) -> None:
    client = client_for()
    sign_in(client)
    assert client.get("/logga-ut").status_code == 405
    assert urlsplit(client.post("/logga-ut").location).path == "/logga-in"
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(("minutes", "status"), [(59, 200), (61, 302)])
def test_a_session_left_alone_ends_after_an_hour(
    client_for: ClientFor, people: People, minutes: int, status: int
) -> None:
    start = datetime(2026, 3, 9, 8, tzinfo=UTC)
    client = client_for()
    with travelling(start):
        sign_in(client)
    with travelling(start + timedelta(minutes=minutes)):
        assert client.get("/").status_code == status


def test_a_session_in_use_ends_after_twelve_hours(client_for: ClientFor, people: People) -> None:
    start = datetime(2026, 3, 9, 8, tzinfo=UTC)
    client = client_for()
    with travelling(start):
        sign_in(client)
    for half_hours in range(1, 25):
        with travelling(start + timedelta(minutes=30 * half_hours)):
            assert client.get("/").status_code == 200
    with travelling(start + timedelta(hours=12, minutes=1)):
        assert client.get("/").status_code == 302


def test_failures_are_throttled_for_this_account_and_address_alone(
    client_for: ClientFor, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    client = client_for()
    here = {"REMOTE_ADDR": "192.0.2.7"}
    answers = [sign_in(client, password="fel lösenord!", environ_base=here).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
    blocked = sign_in(client, environ_base=here)
    assert blocked.status_code == 429
    assert "Vänta en kvart" in blocked.text
    assert sign_in(client_for(), "leila@exempel.se", environ_base=here).status_code == 302
    assert sign_in(client_for(), environ_base={"REMOTE_ADDR": "192.0.2.8"}).status_code == 302


def test_one_address_cannot_try_account_after_account(
    client_for: ClientFor, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    client = client_for()
    here = {"REMOTE_ADDR": "192.0.2.9"}
    answers = [
        sign_in(client, f"person{number}@exempel.se", password="", environ_base=here).status_code
        for number in range(101)
    ]
    assert answers == [422] * 100 + [429]
    assert sign_in(client_for(), environ_base={"REMOTE_ADDR": "192.0.2.10"}).status_code == 302


def test_signing_in_rightly_is_never_throttled(
    client_for: ClientFor, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    assert {sign_in(client_for()).status_code for _ in range(12)} == {302}


def test_no_address_is_written_in_redis(
    people: People, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an application made last: all share one limiter, and some tests' small ones count in memory."""
    app = create_app()
    app.config.update(WTF_CSRF_ENABLED=False)
    monkeypatch.setattr(limiter, "enabled", True)
    monkeypatch.setattr(limiter, "_storage_dead", False)  # where a test without Redis came before
    sign_in(app.test_client(), password="fel lösenord!")
    keys = [str(key) for key in redis.keys("*")]
    assert keys
    assert not [key for key in keys if "maria" in key]


def test_who_has_two_roles_chooses_one_and_can_switch(client_for: ClientFor, people: People) -> None:
    client = client_for()
    sign_in(client, "leila@exempel.se")
    assert urlsplit(client.get("/").location).path == "/valj-roll"
    choice = client.get("/valj-roll").text
    assert "Samordningsförbundet Öst" in choice
    assert "Handledare" in choice
    client.post("/valj-roll", data={"membership_id": people.leila_at_enterprise})
    page = client.get("/").text
    assert "Handledare, Tråd &amp; Trä" in page
    assert "Byt roll" in page
    client.post("/valj-roll", data={"membership_id": people.leila_at_authority})
    assert "Samordnare, Samordningsförbundet Öst" in client.get("/").text


def test_who_has_one_role_is_not_asked(client_for: ClientFor, people: People) -> None:
    client = client_for()
    sign_in(client)
    assert "Byt roll" not in client.get("/").text


def test_someone_elses_role_cannot_be_chosen(client_for: ClientFor, people: People) -> None:
    client = client_for()
    sign_in(client, "leila@exempel.se")
    assert client.post("/valj-roll", data={"membership_id": people.maria_in}).status_code == 404
    assert client.post("/valj-roll", data={"membership_id": "x"}).status_code == 404
    with client.session_transaction() as session:
        session["membership_id"] = people.maria_in  # even if it were in the cookie
    assert urlsplit(client.get("/").location).path == "/valj-roll"


def test_a_role_that_has_ended_is_gone_at_once(
    client_for: ClientFor, people: People, session: Session
) -> None:
    client = client_for()
    sign_in(client)
    with acting_as(system_actor()):
        session.get_one(Membership, people.maria_in).ended_on = now().date()
        session.commit()
    page = client.get("/valj-roll")
    assert "Du har ingen roll än" in page.text


def test_the_demo_lists_its_people_and_signs_in_with_one_click(client_for: ClientFor, people: People) -> None:
    page = client_for().get("/logga-in").text
    assert "Prova som någon i demon" in page
    assert "Maria Lind" in page
    client = client_for()
    client.post("/demo/logga-in", data={"membership_id": people.leila_at_authority})
    assert "Samordnare, Samordningsförbundet Öst" in client.get("/").text
    assert client_for().post("/demo/logga-in", data={"membership_id": 999_999}).status_code == 404


def test_the_actor_carries_what_the_membership_gives(people: People, session: Session) -> None:
    from marketplace.accounts.queries import actor_in

    with acting_as(system_actor()):
        membership = session.get_one(Membership, people.leila_at_authority)
        actor = actor_in(membership, membership.user)
        supervisor = session.get_one(Membership, people.leila_at_enterprise)
        other = actor_in(supervisor, supervisor.user)
    assert (actor.authority_id, actor.enterprise_id, actor.kommun_codes) == (
        actor.organisation_id,
        None,
        ("0180",),
    )
    assert (other.authority_id, other.enterprise_id) == (None, other.organisation_id)
