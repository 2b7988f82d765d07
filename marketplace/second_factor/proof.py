"""The second step of signing in, and a fresh proof before something is signed.

Who has only shown her password has no session yet: the cookie says whom the second step is for, for a while.
"""

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import User
from marketplace.accounts.rules import SignInMeans
from marketplace.clock import now
from marketplace.db import db, transaction
from marketplace.errors import Invalid
from marketplace.identity_provider.queries import authority_that_knows, authority_to_sign_in_at
from marketplace.second_factor.forms import ProofForm
from marketplace.second_factor.passkey_services import options_to_prove, passkey_proves
from marketplace.second_factor.queries import factors_of, policies_over_actor
from marketplace.second_factor.rules import ONE_THING, is_required, proof_is_fresh_for
from marketplace.second_factor.services import code_proves, password_proves
from marketplace.tenancy import Actor, acting_as, current_actor
from marketplace.web.addresses import own_path, safe_next
from marketplace.web.guards import View
from marketplace.web.limiter import fingerprint, is_refused, limiter
from marketplace.web.navigation import MenuItem, menu_for
from marketplace.web.sessions import begin_session, drop_session, note_proof, proved_at

_HALF, _MUST_SET_UP, _CHALLENGE = "half", "must_set_up", "challenge"
_PATIENCE = 600
"""Seconds for the second step, and for a passkey's answer."""
_WRONG_SV = "Det stämmer inte. Kontrollera vad du skrev och försök igen. En kod går bara att använda en gång."
_NOTHING_SV = "Visa på något av sätten att det är du."


# Signing in.


def go_on(user_id: int, *, by: SignInMeans, to: str, proved_at: int | None = None) -> str:
    """Where somebody goes who has shown who she is, just now or at `proved_at`. By one thing only: to the second step
    if she has a factor, and to setting one up if she has to. Else on `to` where she was going."""
    with acting_as(Actor(user_id=user_id)):
        has_factor = bool(factors_of(user_id))
        must_have = is_required(policies_over_actor())
    if by in ONE_THING and has_factor:
        drop_session()
        session[_HALF] = [user_id, int(now().timestamp())]
        return url_for("second_factor.second_step", next=to)
    begin_session(user_id, by=by, proved_at=proved_at)
    if by in ONE_THING and must_have:
        session[_MUST_SET_UP] = True
        return url_for("second_factor.show")
    return to


def half_signed_in() -> int | None:
    """The user whose second step is waited for."""
    user_id, since = session.get(_HALF, (None, 0))
    return user_id if now().timestamp() - since < _PATIENCE else None


def must_set_up() -> bool:
    return bool(session.get(_MUST_SET_UP))


def menu(actor: Actor) -> list[MenuItem]:
    """The menu, once there is somewhere to go."""
    return [] if must_set_up() else menu_for(actor)


def has_set_up() -> None:
    session.pop(_MUST_SET_UP, None)


def lead_to_set_up(app: Flask) -> None:
    """Whoever has to have a factor and has none comes to nothing else first, but to where she proves who she is."""

    @app.before_request
    def lead() -> ResponseReturnValue | None:
        endpoint = request.endpoint or "static"
        if endpoint.endswith("static") or endpoint == "accounts.sign_out" or not must_set_up():
            return None
        is_there = request.blueprint in {"second_factor", "identity"}
        return None if is_there else redirect(url_for("second_factor.show"))


# Proving.


def new_challenge() -> bytes:
    """What a passkey is to sign, and nobody can have prepared."""
    challenge = secrets.token_bytes(32)
    session[_CHALLENGE] = [challenge.hex(), int(now().timestamp())]
    return challenge


def taken_challenge() -> bytes:
    """The one that this browser was given last, which is not taken twice; empty when there is none."""
    challenge, given = session.pop(_CHALLENGE, ("", 0))
    return bytes.fromhex(challenge) if now().timestamp() - given < _PATIENCE else b""


def proof_form(user_id: int, *, has_password: bool) -> ProofForm:
    """Asks for what she has."""
    factors = factors_of(user_id)
    form = ProofForm()
    asked = {
        "proof_password": has_password,
        "proof_code": factors.app is not None or factors.codes_left > 0,
        "proof_passkey": bool(factors.passkeys),
    }
    form.keep(*(name for name, is_asked in asked.items() if is_asked))
    return form


def proved_by(form: ProofForm, user_id: int) -> SignInMeans | None:
    """What the form that was sent in has proved; it says so when that is nothing. Commits what was used up."""
    ways: dict[str, Callable[[str], SignInMeans | None]] = {
        "proof_passkey": lambda answer: passkey_proves(user_id, answer, taken_challenge()),
        "proof_code": lambda typed: code_proves(user_id, typed),
        "proof_password": lambda typed: password_proves(user_id, typed),
    }
    given = [(way, form[name].data) for name, way in ways.items() if name in form and form[name].data]
    means = None
    if form.validate():
        with transaction():
            means = next((found for way, typed in given if (found := way(typed))), None)
    if means is None and not form.has_errors():
        form.add_error(Invalid(_WRONG_SV if given else _NOTHING_SV))
    return means


def passkey_options(form: ProofForm, user_id: int) -> str:
    """What the form's passkey is asked to sign, as JSON; empty when she has none."""
    return options_to_prove(user_id, new_challenge()) if "proof_passkey" in form else ""


def _whoever_proves() -> str:
    """Of whoever knows the password already: so nobody else can be locked out by it, from wherever it is guessed."""
    return fingerprint("proof", str(half_signed_in() or current_actor().user_id))


limit_of_proofs = limiter.shared_limit(
    "10 per 15 minutes;100 per day",
    scope="proof",
    key_func=_whoever_proves,
    methods=["POST"],
    deduct_when=is_refused,
)
"""Three of a million codes are right at any time: a hundred guesses a day find one in ten years."""


# A fresh proof.


def freshly_proved(view: View) -> View:
    """Below the guard of a view that signs or attests: who she is has been shown a short while ago, as short as the
    strictest of her authorities asks, or is asked for again before what she sent in is done. It is carried along."""

    @wraps(view)
    def proved(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if request.method == "POST" and not _is_fresh():
            asked = _tried() if ProofForm().is_tried else _ask_again()
            if asked is not None:
                return asked
        return view(*args, **kwargs)

    proved.__is_freshly_proved__ = True  # type: ignore[attr-defined]
    return proved


def is_freshly_proved(view: object) -> bool:
    return getattr(view, "__is_freshly_proved__", False)


def _is_fresh() -> bool:
    return now() - proved_at() < proof_is_fresh_for(policies_over_actor())


@limit_of_proofs
def _tried() -> ResponseReturnValue | None:
    return _ask_again()


def _ask_again() -> ResponseReturnValue | None:
    """None when she has shown it."""
    user_id = current_actor().user_id
    assert user_id is not None, "the guard lets in only those who have signed in"
    must_use_provider = authority_to_sign_in_at(db.session.get_one(User, user_id)) is not None
    form = proof_form(user_id, has_password=not must_use_provider)
    if form.is_tried and proved_by(form, user_id):
        note_proof()
        return None
    carried = [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if name != "csrf_token" and name not in ProofForm()
    ]
    page = render_template(
        "marketplace/second_factor/again.html",
        form=form,
        passkey_options=passkey_options(form, user_id),
        carried=carried,
        has_provider=authority_that_knows(user_id) is not None,
        address=own_path(),
        back=safe_next(request.referrer) or url_for("start.show"),
    )
    return page, form.status()
