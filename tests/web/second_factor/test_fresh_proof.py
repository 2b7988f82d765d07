"""A fresh proof of who she is before something is signed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from marketplace.clock import travelling
from marketplace.crypto import key_ring
from marketplace.db import db
from marketplace.identity_provider.models import BoundIdentity, IdentityProvider
from marketplace.second_factor import proof
from marketplace.second_factor.queries import policy_of
from marketplace.second_factor.rules import Policy, RequiredOf
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.support.clients import ClientFor
from tests.support.placement_market import Market
from tests.support.routes import EVERY_ROUTE
from tests.support.second_factor import (
    NOON,
    PASSWORD,
    Person,
    code_now,
    with_app,
)

SIGNS = {
    "attest.attest",
    "attest.examine",
    "attest.limits",
    "contracts.sign",
    "contracts.sign_edition",
    "disposal.decide",
    "invoices.approve",
    "plan.agree",
    "plan.propose",
    "plan.witness",
    "report.file",
    "report.receive",
}
KEEPS_THE_ACCOUNT = {
    "account.end_sessions",
    "identity_provider.edit",
    "identity_provider.turn_off",
    "identity_provider.turn_on",
    "identity_provider.unbind",
    "second_factor.add_app",
    "second_factor.add_passkey",
    "second_factor.make_codes",
    "second_factor.policy",
    "second_factor.remove_app",
    "second_factor.remove_passkey",
    "second_factor.reset",
}


def test_what_signs_and_what_keeps_the_account_asks_for_a_fresh_proof(app: Flask) -> None:
    """By name, so that one more or less is a decision."""
    asked = {
        route.rule.endpoint
        for route in EVERY_ROUTE
        if proof.is_freshly_proved(app.view_functions[route.rule.endpoint])
    }
    assert asked == SIGNS | KEEPS_THE_ACCOUNT


@pytest.fixture
def decide(client_for: ClientFor, ready_market: Market) -> Callable[..., TestResponse]:
    """The coordinator decides; `later` than she signed in, with what more she sends."""
    client = client_for(ready_market.coordinator)

    def send(later: timedelta, **more: Any) -> TestResponse:
        with travelling(NOON + later):
            return client.post(
                "/installningar/inloggningskrav?a=1",
                data={"required_of": "nobody", "proof_minutes": "9"} | more,
            )

    return send


def decided(market: Market) -> Policy:
    with acting_as(market.coordinator):
        return policy_of(market.north_id)


def test_an_old_proof_is_asked_for_again_and_nothing_typed_is_lost(
    decide: Callable[..., TestResponse], person: Callable[[Actor], Person], ready_market: Market
) -> None:
    person(ready_market.coordinator)
    page = decide(timedelta(minutes=15), note='å "<b>')
    assert "Bekräfta att det är du" in page.text
    assert 'action="/installningar/inloggningskrav?a=1"' in page.text
    for name, value in (("required_of", "nobody"), ("proof_minutes", "9"), ("note", "å &#34;&lt;b&gt;")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page.text
    assert decided(ready_market) == Policy(), "nothing is done yet"

    wrong = decide(timedelta(minutes=15), proof_password="fel lösenord!")
    assert wrong.status_code == 422
    assert 'name="proof_minutes" value="9"' in wrong.text
    assert "fel lösenord!" not in wrong.text

    assert decide(timedelta(minutes=15), proof_password=PASSWORD).status_code == 302
    assert decided(ready_market) == Policy(RequiredOf.NOBODY, 9)
    assert decide(timedelta(minutes=23)).status_code == 302, "that proof is fresh"
    assert "Bekräfta" in decide(timedelta(minutes=24)).text, "for as long as was decided"


def test_a_code_is_proof_too(
    client_for: ClientFor, decide: Callable[..., TestResponse], ready_market: Market
) -> None:
    app = with_app(client_for(ready_market.coordinator))
    with travelling(NOON + timedelta(minutes=20)):
        code = code_now(app)
    assert decide(timedelta(minutes=20), proof_code=code).status_code == 302


def test_who_signs_in_elsewhere_proves_it_there(
    decide: Callable[..., TestResponse], person: Callable[[Actor], Person], ready_market: Market
) -> None:
    """Her authority has turned passwords off; she comes back with a fresh proof and sends the same form again."""
    who = person(ready_market.coordinator)
    with acting_as(system_actor(ready_market.north_id)):
        db.session.add(
            IdentityProvider(
                authority_id=ready_market.north_id,
                issuer="https://inloggning.example.org",
                client_id="platstorget",
                client_secret=key_ring().encrypt("hemlig"),
                domains=[who.email.partition("@")[2]],
                group_claim="groups",
                second_factor_values=[],
                allows_password=False,
                is_on=True,
                tried_at=NOON,
            )
        )
        db.session.flush()
        db.session.add(
            BoundIdentity(
                authority_id=ready_market.north_id, subject="x", user_id=who.actor.user_id, bound_at=NOON
            )
        )
        db.session.commit()
    page = decide(timedelta(minutes=15)).text
    assert 'href="/logga-in/organisation/bekrafta"' in page
    assert "proof_password" not in page
    wrong = decide(timedelta(minutes=15), proof_password=PASSWORD)
    assert "Bekräfta att det är du" in wrong.text, "the password that she once had proves nothing"
