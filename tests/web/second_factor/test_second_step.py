"""The second step of signing in, one's own factors, and what the authority asks."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.accounts.models import UserSession
from marketplace.accounts.rules import Role, SignInMeans
from marketplace.accounts.services import add_membership
from marketplace.clock import travelling
from marketplace.crypto import key_ring
from marketplace.db import db
from marketplace.letters.models import Letter
from marketplace.second_factor.models import AuthenticatorApp, RecoveryCode
from marketplace.second_factor.queries import policies_over_actor
from marketplace.second_factor.rules import RequiredOf, is_required
from marketplace.tenancy import Actor, acting_as, system_actor
from marketplace.web.limiter import limiter
from tests.support.clients import ClientFor
from tests.support.placement_market import Market
from tests.support.second_factor import (
    HOME,
    NOON,
    POLICY,
    Person,
    code_now,
    require_second_factor,
    second,
    sign_in,
    with_app,
)


def means_of(who: Actor) -> SignInMeans | None:
    with acting_as(system_actor()):
        newest = select(UserSession.means).where(UserSession.user_id == who.user_id)
        return db.session.scalar(newest.order_by(UserSession.id.desc()).limit(1))


def test_who_must_but_has_none_comes_to_nothing_else_first(
    client_for: ClientFor, person: Callable[[Actor], Person], ready_market: Market
) -> None:
    """As long as nobody has decided otherwise that is everyone."""
    client, who = client_for(), person(ready_market.officer)
    assert sign_in(client, who).location == HOME
    page = client.get(HOME).text
    assert "Lägg till ett andra steg först" in page
    for path in ("/", "/deltagare/", "/installningar"):
        assert client.get(path).location == HOME
    assert client.post("/deltagare/hitta", data={"number": "1"}).location == HOME
    with_app(client)
    assert client.get("/").status_code == 200
    client.post("/logga-ut")
    assert client.get(HOME).location.startswith("/logga-in")


def test_the_second_step_opens_where_she_was_going(
    client_for: ClientFor, person: Callable[[Actor], Person], ready_market: Market
) -> None:
    who = person(ready_market.officer)
    app = with_app(client_for(ready_market.officer))
    client = client_for()
    step = sign_in(client, who, "?next=/deltagare/")
    assert step.location == "/logga-in/andra-steget?next=/deltagare/"
    assert client.get("/deltagare/").location.startswith("/logga-in?"), "half of it opens nothing"
    assert second(client, "000000").status_code == 422
    assert "stämmer inte" in second(client, code_now(app, steps=-2)).text, "too old"
    assert second(client, code_now(app), "?next=/deltagare/").location == "/deltagare/"
    assert client.get("/deltagare/").status_code == 200
    assert means_of(ready_market.officer) is SignInMeans.CODE
    assert code_now(app) not in client.get(HOME).text


def test_whoever_had_the_browser_is_signed_out_by_the_first_step(
    client_for: ClientFor, person: Callable[[Actor], Person], ready_market: Market
) -> None:
    who = person(ready_market.officer)
    with_app(client_for(ready_market.officer))
    client = client_for(ready_market.colleague)
    name = client.application.config["SESSION_COOKIE_NAME"]
    copy = client.get_cookie(name)
    assert copy is not None
    sign_in(client, who)
    client.set_cookie(name, copy.value)
    assert client.get("/").location.startswith("/logga-in")


def test_a_code_is_taken_once_and_the_half_waits_ten_minutes(
    client_for: ClientFor, person: Callable[[Actor], Person], ready_market: Market
) -> None:
    who = person(ready_market.officer)
    app = with_app(client_for(ready_market.officer))
    first, thief = client_for(), client_for()
    for client in (first, thief):
        sign_in(client, who)
    code = code_now(app, steps=1)
    assert second(first, code).status_code == 302
    assert second(thief, code).status_code == 422
    assert second(thief, code_now(app)).status_code == 422, "an older one neither"
    with travelling(NOON + timedelta(minutes=11)):
        assert second(thief, code_now(app)).location == "/logga-in"
        assert second(client_for(), code_now(app)).location == "/logga-in", "no password, no step"


def test_a_recovery_code_opens_once_and_she_is_told(
    client_for: ClientFor, person: Callable[[Actor], Person], ready_market: Market
) -> None:
    who, at_home = person(ready_market.officer), client_for(ready_market.officer)
    assert at_home.post(f"{HOME}/reservkoder").status_code == 409, "in reserve for what?"
    with_app(at_home)
    codes = re.findall(r"<li>([0-9A-Z-]{29})</li>", at_home.post(f"{HOME}/reservkoder").text)
    assert len(codes) == 10
    with acting_as(system_actor()):
        kept = "".join(db.session.scalars(select(RecoveryCode.code_hash)))
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)
    for code, status in ((codes[0].lower(), 302), (codes[0], 422), (codes[1], 302)):
        client = client_for()
        sign_in(client, who)
        assert second(client, code).status_code == status
    assert means_of(ready_market.officer) is SignInMeans.RECOVERY_CODE
    assert "Du har 8 kvar" in at_home.get(HOME).text
    newer = at_home.post(f"{HOME}/reservkoder").text
    assert codes[2] not in newer
    client = client_for()
    sign_in(client, who)
    assert second(client, codes[2]).status_code == 422, "the old ones hold no longer"
    with acting_as(system_actor()):
        subjects = db.session.scalars(select(Letter.subject_sv).order_by(Letter.id)).all()
    assert subjects.count("En reservkod är använd") == 2
    assert {"Engångskoder är på", "Nya reservkoder"} <= set(subjects)


def test_guesses_are_counted_by_account_and_the_colleague_is_let_in(
    app: Flask,
    client_for: ClientFor,
    person: Callable[[Actor], Person],
    ready_market: Market,
    redis: Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    who, other = person(ready_market.officer), person(ready_market.colleague)
    codes = with_app(client_for(ready_market.officer)), with_app(client_for(ready_market.colleague))
    client, colleague = client_for(), client_for()
    sign_in(client, who)
    sign_in(colleague, other)
    for number in range(10):
        address = {"REMOTE_ADDR": f"192.0.2.{number}"}
        wrong = client.post(
            "/logga-in/andra-steget", data={"proof_code": "000000"}, environ_overrides=address
        )
        assert wrong.status_code == 422
    assert second(client, code_now(codes[0])).status_code == 429
    assert second(colleague, code_now(codes[1])).status_code == 302


def test_the_last_factor_stays_with_who_has_to_have_one(
    client_for: ClientFor, ready_market: Market, session: Session
) -> None:
    client = client_for(ready_market.officer)
    with_app(client)
    assert "behöver ett andra steg" in client.post(f"{HOME}/app/ta-bort").text
    require_second_factor(ready_market.north_id, RequiredOf.NOBODY)
    session.commit()
    client.post(f"{HOME}/reservkoder")
    assert client.get(f"{HOME}/app/ta-bort").status_code == 200
    assert client.post(f"{HOME}/app/ta-bort").location == HOME
    with acting_as(system_actor()):
        assert not session.scalar(select(func.count()).select_from(AuthenticatorApp))
        assert not session.scalar(select(func.count()).select_from(RecoveryCode))


def test_the_secret_is_encrypted_where_it_is_kept(client_for: ClientFor, ready_market: Market) -> None:
    client = client_for(ready_market.officer)
    app = with_app(client)
    with acting_as(ready_market.officer):
        kept = db.session.get_one(AuthenticatorApp, ready_market.officer.user_id).secret_encrypted
    assert app.secret.encode() not in kept
    assert key_ring().decrypt(kept) == app.secret


# What the authority asks.


def test_the_coordinator_decides_for_members_and_suppliers_too(
    client_for: ClientFor, person: Callable[[Actor], Person], ready_market: Market, session: Session
) -> None:
    client = client_for(ready_market.coordinator)
    require_second_factor(ready_market.north_id, RequiredOf.NOBODY)
    session.commit()
    officer, colleague, controller = (client_for() for _ in range(3))
    people = (ready_market.officer, ready_market.colleague, ready_market.controller)
    for one, actor in zip((officer, colleague, controller), people, strict=True):
        sign_in(one, person(actor))
        assert one.get("/").status_code == 200
    with_app(colleague)
    answer = client.post(POLICY, data={"required_of": "persons", "proof_minutes": "30"})
    assert answer.status_code == 302
    stays = [one.get("/").status_code == 200 for one in (officer, colleague, controller)]
    assert stays == [False, True, True], "of whom it is asked now and who has none"
    assert "Nytt bevis efter 30 minuter." in client.get(POLICY).text
    assert client.post(POLICY, data={"proof_minutes": "721"}).status_code == 422
    required = {}
    for who in (ready_market.officer, ready_market.controller, ready_market.supervisor, ready_market.manager):
        with acting_as(who):
            required[who.role] = is_required(policies_over_actor())
    assert required == {
        Role.CASE_OFFICER: True,
        Role.CONTROLLER: False,
        Role.SUPERVISOR: True,
        Role.SUPPLIER_MANAGER: True,  # by the other authority, which has decided nothing
    }
    require_second_factor(ready_market.south_id, RequiredOf.NOBODY, 5)
    session.commit()
    with acting_as(ready_market.manager):
        held = policies_over_actor()
    assert not is_required(held)
    assert {policy.proof_minutes for _, policy in held} == {30, 5}


def test_who_has_lost_everything_is_reset_signed_out_and_told(
    client_for: ClientFor, person: Callable[[Actor], Person], ready_market: Market
) -> None:
    who, client = person(ready_market.officer), client_for(ready_market.officer)
    with_app(client)
    inviter = client_for(ready_market.coordinator)
    resets = f"/medarbetare/{who.actor.membership_id}/nollstall-andra-steget"
    assert client_for(ready_market.south_coordinator).post(resets).status_code == 404
    assert client_for(ready_market.colleague).post(resets).status_code == 403
    own = resets.replace(str(who.actor.membership_id), str(ready_market.coordinator.membership_id))
    assert "Be någon annan" in inviter.get(own).text
    assert "Be någon annan" in inviter.post(own).text
    assert "loggas ut överallt" in inviter.get(resets).text
    assert inviter.post(resets).status_code == 302
    assert client.get("/").location.startswith("/logga-in")
    with acting_as(system_actor()):
        assert "Ditt andra steg är nollställt" in db.session.scalars(select(Letter.subject_sv)).all()
    assert "Andra steget nollställdes" in inviter.get("/medarbetare/").text
    assert sign_in(client_for(), who).location == HOME, "her password, and then a new one"
    with acting_as(system_actor()):
        add_membership(who.actor.user_id or 0, ready_market.farm_id, Role.SUPERVISOR)
        db.session.commit()
    assert "används också för en annan organisation" in inviter.post(resets).text


def test_an_answer_that_is_none_is_refused_in_words(
    app: Flask, client_for: ClientFor, ready_market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PUBLIC_URL", "http://localhost")
    client = client_for(ready_market.officer)
    for answer in ("", "{}", "[" * 9000):
        client.get(f"{HOME}/passnyckel")
        typed = {"name": "Min dator", "passkey": answer}
        assert "gick inte att lägga till" in client.post(f"{HOME}/passnyckel", data=typed).text
