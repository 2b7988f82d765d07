"""Passkeys: what the browser is asked, and whether its answer is the key's (WebAuthn, by py_webauthn)."""

from flask import current_app
from sqlalchemy import select
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import PublicKeyCredentialDescriptor

from marketplace.accounts.models import User
from marketplace.accounts.rules import SignInMeans
from marketplace.clock import now
from marketplace.db import db
from marketplace.errors import Invalid
from marketplace.second_factor.models import Passkey
from marketplace.second_factor.queries import factors_of
from marketplace.second_factor.rules import Site, site_of
from marketplace.second_factor.services import tell

_NOT_AN_ANSWER = (WebAuthnException, ValueError, RecursionError)
"""What py_webauthn raises, and lets through of what reads its JSON."""
_NO_KEY_SV = "Passnyckeln gick inte att lägga till. Försök igen, eller använd en annan."


def site() -> Site | None:
    """None where passkeys cannot be used."""
    return site_of(current_app.config["PUBLIC_URL"])


def options_to_add(user_id: int, here: Site, challenge: bytes) -> str:
    """What the browser is asked to make, as JSON; not on a key that she has added already."""
    user = db.session.get_one(User, user_id)
    options = generate_registration_options(
        rp_id=here.name,
        rp_name="Platstorget",
        user_id=str(user_id).encode(),
        user_name=user.email,
        user_display_name=user.name,
        challenge=challenge,
        exclude_credentials=_known_to(user_id),
    )
    return options_to_json(options)


def add_passkey(user_id: int, name: str, answer: str, challenge: bytes) -> Passkey:
    """Raises Invalid when the answer is not to what was asked."""
    here = site()
    try:
        if here is None or not challenge:
            raise Invalid(_NO_KEY_SV)
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=here.name,
            expected_origin=here.origin,
        )
    except _NOT_AN_ANSWER as error:
        raise Invalid(_NO_KEY_SV) from error
    passkey = Passkey(
        user_id=user_id,
        name=name,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        added_at=now(),
    )
    db.session.add(passkey)
    db.session.flush()
    tell(user_id, "En passnyckel är tillagd", "En passnyckel är tillagd på ditt konto.")
    return passkey


def options_to_prove(user_id: int, challenge: bytes) -> str:
    """What the browser is asked to sign, as JSON; empty when there is no key to sign with."""
    here, known = site(), _known_to(user_id)
    if here is None or not known:
        return ""
    return options_to_json(
        generate_authentication_options(rp_id=here.name, challenge=challenge, allow_credentials=known)
    )


def passkey_proves(user_id: int, answer: str, challenge: bytes) -> SignInMeans | None:
    """Whether one of her keys has signed what was asked. A counter that has not gone on is a copied key's."""
    here = site()
    if here is None or not challenge:
        return None
    try:
        credential_id = base64url_to_bytes(parse_authentication_credential_json(answer).id)
        passkey = db.session.scalar(
            select(Passkey)
            .where(Passkey.user_id == user_id, Passkey.credential_id == credential_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        if passkey is None:
            return None
        signed = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=here.name,
            expected_origin=here.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
        )
    except _NOT_AN_ANSWER:
        return None
    passkey.sign_count, passkey.used_at = signed.new_sign_count, now()
    return SignInMeans.PASSKEY


def _known_to(user_id: int) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=one.credential_id) for one in factors_of(user_id).passkeys]
