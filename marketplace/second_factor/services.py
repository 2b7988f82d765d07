"""Proving who one is, and having something to prove it with.

Everything is done as the user whom it is about (`Actor(user_id=…)` before she has signed in), except a reset.
"""

import pyotp
from sqlalchemy import delete, update

from marketplace import audit
from marketplace.accounts.models import Membership
from marketplace.accounts.queries import memberships_of, tenant_of
from marketplace.accounts.rules import ROLE_SV, SignInMeans
from marketplace.accounts.services import is_password_of
from marketplace.accounts.session_services import end_sessions_of, session_limits, signed_in_by
from marketplace.clock import now
from marketplace.colleagues.queries import own_organisations
from marketplace.crypto import key_ring
from marketplace.db import db
from marketplace.errors import Conflict, Invalid
from marketplace.key_rotation import secret
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.second_factor.models import AuthenticatorApp, Passkey, RecoveryCode, SignInPolicy
from marketplace.second_factor.queries import factors_of, policies_over_actor
from marketplace.second_factor.rules import (
    ONE_THING,
    REQUIRED_OF_SV,
    Policy,
    bare,
    hashed,
    is_one_time,
    is_required,
    new_recovery_codes,
)
from marketplace.tenancy import Actor, acting_as, current_actor, own_authority, system_actor

SEALED_SECRETS = secret(AuthenticatorApp, "secret_encrypted")

_DRIFT = 1
"""Half minutes that a telephone's clock may be wrong by, either way."""


# Proving.


def code_proves(user_id: int, typed: str) -> SignInMeans | None:
    """What she has proved by what she typed: a code of her application, or a recovery code, each of which is taken
    once."""
    code = bare(typed)
    if is_one_time(code):
        return SignInMeans.CODE if _is_of_app(user_id, code) else None
    return SignInMeans.RECOVERY_CODE if _is_recovery_code(user_id, code) else None


def password_proves(user_id: int, typed: str) -> SignInMeans | None:
    return SignInMeans.PASSWORD if is_password_of(user_id, typed) else None


def _is_of_app(user_id: int, code: str) -> bool:
    """Takes the row: of two who send the same code at once, one is late."""
    app = db.session.get(AuthenticatorApp, user_id, with_for_update=True, populate_existing=True)
    if app is None:
        return False
    step = _step_of(key_ring().decrypt(app.secret_encrypted), code)
    if step is None or step <= app.last_step:
        return False
    app.last_step = step
    return True


def _step_of(shared: str, code: str) -> int | None:
    """The half minute that the code is of, among those near enough."""
    totp = pyotp.TOTP(shared)
    present = totp.timecode(now())
    near = range(present - _DRIFT, present + _DRIFT + 1)
    return next((step for step in near if pyotp.utils.strings_equal(totp.generate_otp(step), code)), None)


def _is_recovery_code(user_id: int, code: str) -> bool:
    taken = db.session.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == hashed(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now())
        .returning(RecoveryCode.user_id)
    )
    if taken is None:
        return False
    tell(user_id, "En reservkod är använd", "Någon har loggat in på ditt konto med en av dina reservkoder.")
    return True


# Having something to prove it with.


def new_secret() -> bytes:
    """A secret for an application, encrypted, until a code shows that the application has it."""
    return key_ring().encrypt(pyotp.random_base32())


def add_app(user_id: int, secret_encrypted: bytes, typed: str) -> None:
    """Her only one: an application that she had gives no codes for us any more. Raises Invalid for a wrong one."""
    step = _step_of(key_ring().decrypt(secret_encrypted), bare(typed))
    if step is None:
        raise Invalid(
            "Koden stämmer inte. Vänta på nästa kod i appen och skriv den. Se också att telefonens klocka går rätt.",
            field="code",
        )
    db.session.merge(
        AuthenticatorApp(user_id=user_id, secret_encrypted=secret_encrypted, last_step=step, added_at=now())
    )
    tell(user_id, "Engångskoder är på", "En app som ger engångskoder är tillagd på ditt konto.")


def remove_app(user_id: int) -> None:
    """Raises Conflict for the last factor of somebody who has to have one."""
    _refuse_to_remove_last(user_id)
    db.session.execute(delete(AuthenticatorApp).where(AuthenticatorApp.user_id == user_id))
    _after_removing(user_id, "Appen som ger engångskoder är borttagen från ditt konto.")


def remove_passkey(passkey: Passkey) -> None:
    """Raises Conflict for the last factor of somebody who has to have one."""
    _refuse_to_remove_last(passkey.user_id)
    db.session.delete(passkey)
    _after_removing(passkey.user_id, "En passnyckel är borttagen från ditt konto.")


def _refuse_to_remove_last(user_id: int) -> None:
    if factors_of(user_id).count == 1 and is_required(policies_over_actor()):
        raise Conflict(
            "Du behöver ett andra steg för att få logga in. Lägg till ett annat först, och ta sedan bort det här."
        )


def _after_removing(user_id: int, told_sv: str) -> None:
    db.session.flush()
    if not factors_of(user_id):
        _forget_codes(user_id)
    tell(user_id, "Ett andra steg är borttaget", told_sv)


def make_recovery_codes(user_id: int) -> list[str]:
    """New ones, which are shown once; those before hold no longer. Raises Conflict while they would replace nothing."""
    if not factors_of(user_id):
        raise Conflict(
            "Lägg till en app eller en passnyckel först. Reservkoderna är till för när den är borta."
        )
    codes = new_recovery_codes()
    _forget_codes(user_id)
    db.session.add_all(RecoveryCode(user_id=user_id, code_hash=hashed(code)) for code in codes)
    tell(
        user_id, "Nya reservkoder", "Nya reservkoder är gjorda till ditt konto. De gamla gäller inte längre."
    )
    return codes


def _forget_codes(user_id: int) -> None:
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def obstacles_to_reset(membership: Membership) -> list[str]:
    if membership.user_id == current_actor().user_id:
        return ["Be någon annan som bjuder in medarbetare hos er att nollställa ditt eget."]
    own = {one.id for one in own_organisations(current_actor())}
    with acting_as(system_actor()):
        acts_elsewhere = any(one.organisation_id not in own for one in memberships_of(membership.user_id))
    if acts_elsewhere:  # whose sign-in it is too
        return [
            "Kontot används också för en annan organisation. Be den som driver Platstorget att nollställa det."
        ]
    return []


def reset_factors(membership: Membership) -> None:
    """For somebody who has lost everything: her password is enough again, until she is led to set up something new. She
    is signed out everywhere and told. The caller has found the membership among those that the actor answers for.
    Raises Conflict for the actor's own, and for somebody who acts for others too."""
    for obstacle in obstacles_to_reset(membership):
        raise Conflict(obstacle)
    user_id, organisation = membership.user_id, membership.organisation
    with acting_as(system_actor()):
        for table in (AuthenticatorApp, Passkey, RecoveryCode):
            db.session.execute(delete(table).where(table.user_id == user_id))
        end_sessions_of(user_id)
    tenant = tenant_of(organisation)
    for kind, number in (("organisation", tenant["authority_id"] or organisation.id), ("user", user_id)):
        audit.record(
            kind,
            number,
            "reset_factors",
            authority_id=tenant["authority_id"],
            enterprise_id=tenant["enterprise_id"],
            note_sv=f"{ROLE_SV[membership.role]}, {organisation.name}",
        )
    tell(
        user_id,
        "Ditt andra steg är nollställt",
        f"{organisation.name} har nollställt ditt andra steg. Logga in med lösenordet och lägg till ett nytt."
        " Har du inte bett om det: säg till den som är ansvarig hos er genast.",
    )


# What the authority asks.


def decide_policy(policy: Policy) -> None:
    """Holds at once for each who works for the authority, its members and its suppliers: whoever has shown one thing
    and now has to have two is signed out, and is led to set it up when she signs in."""
    authority_id = own_authority()
    db.session.merge(
        SignInPolicy(
            authority_id=authority_id, required_of=policy.required_of, proof_minutes=policy.proof_minutes
        )
    )
    audit.record(
        "sign_in_policy",
        authority_id,
        "decided",
        authority_id=authority_id,
        note_sv=f"{REQUIRED_OF_SV[policy.required_of]}. Nytt bevis efter {policy.proof_minutes} minuter.",
    )
    idle, _ = session_limits()
    with acting_as(system_actor()):
        have_shown_one = signed_in_by(ONE_THING, seen_after=now() - idle)
    for user_id in have_shown_one:
        with acting_as(Actor(user_id=user_id)):
            if is_required(policies_over_actor()) and not factors_of(user_id):
                end_sessions_of(user_id)


def tell(user_id: int, subject_sv: str, text_sv: str) -> None:
    """A letter by one of her roles; whoever has none yet is nobody's colleague."""
    with acting_as(system_actor()):
        roles = memberships_of(user_id)
    for one in roles[:1]:
        write_letter(
            one.organisation_id,
            one.role,
            kind=LetterKind.SIGN_IN,
            subject_sv=subject_sv,
            text_sv=f"{text_sv} Var det inte du? Byt lösenord och säg till den som är ansvarig hos er.",
            endpoint="second_factor.show",
            to=user_id,
        )
