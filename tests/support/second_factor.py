"""What an authority asks of those who sign in, an application that gives codes, and people with passwords."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_bytes

from pyotp import TOTP
from werkzeug.test import TestResponse

from marketplace.clock import now
from marketplace.db import db
from marketplace.second_factor.models import Passkey, SignInPolicy
from marketplace.second_factor.rules import Policy, RequiredOf
from marketplace.tenancy import Actor, acting_as, current_actor, system_actor
from tests.support.clients import Client

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PASSWORD = "tre ord som glöms"
HOME, POLICY = "/installningar/tvasteg", "/installningar/inloggningskrav"


def require_second_factor(
    authority_id: int, required_of: RequiredOf, proof_minutes: int = Policy.proof_minutes
) -> None:
    """Whatever the authority had decided before. Does not commit."""
    with acting_as(system_actor(authority_id)):
        db.session.merge(
            SignInPolicy(authority_id=authority_id, required_of=required_of, proof_minutes=proof_minutes)
        )


def app_of(page: str) -> TOTP:
    """The application that has read the page's key."""
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found
    return TOTP(found[1].replace(" ", ""))


def code_now(app: TOTP, *, steps: int = 0) -> str:
    """What the application shows, or showed or will show so many half minutes from now."""
    return app.generate_otp(app.timecode(now()) + steps)


def with_app(client: Client) -> TOTP:
    """Adds an application to whoever has signed in."""
    app = app_of(client.get(f"{HOME}/app").text)
    answer = client.post(f"{HOME}/app", data={"code": code_now(app, steps=-1)})
    assert answer.status_code == 302, answer.text
    return app


def make_passkey(name: str) -> int:
    """One of whoever acts, which no browser has the other half of."""
    user_id = current_actor().user_id
    assert user_id is not None
    passkey = Passkey(
        user_id=user_id,
        name=name,
        credential_id=token_bytes(16),
        public_key=b"",
        sign_count=0,
        added_at=now(),
    )
    db.session.add(passkey)
    db.session.flush()
    return passkey.id


@dataclass(frozen=True)
class Person:
    actor: Actor
    email: str


def sign_in(client: Client, who: Person, to: str = "") -> TestResponse:
    return client.post(f"/logga-in{to}", data={"email": who.email, "password": PASSWORD})


def second(client: Client, code: str, to: str = "") -> TestResponse:
    return client.post(f"/logga-in/andra-steget{to}", data={"proof_code": code})
