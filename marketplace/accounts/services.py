"""Accounts and memberships: made, checked, ended. Passwords are kept as argon2 hashes only, apart from the account.

Row security lets only the system write accounts and memberships: call what writes inside `acting_as(system_actor())`,
after having checked that whoever asks may do so.
"""

from collections.abc import Sequence
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from marketplace.accounts.models import Membership, Organisation, User, UserSecret
from marketplace.accounts.password_rules import check_new_password
from marketplace.accounts.queries import account_with_secret
from marketplace.accounts.rules import Role, is_email, may_hold
from marketplace.clock import now
from marketplace.db import db, get_or_404
from marketplace.errors import Invalid
from marketplace.tenancy import acting_as, system_actor

_hasher = PasswordHasher()


def create_account(email: str, name: str, password: str) -> User:
    """A user who can sign in but belongs nowhere yet. Raises Invalid for an address or a password that will not do."""
    email, name = email.strip().lower(), name.strip()
    if not is_email(email):
        raise Invalid("Skriv e-postadressen som namn@exempel.se.", field="email")
    if not name:
        raise Invalid("Skriv för- och efternamn.", field="name")
    check_new_password(password, name, email)
    user = User(email=email, name=name, is_active=True, created_at=now())
    db.session.add(user)
    db.session.flush()
    db.session.add(UserSecret(user_id=user.id, password_hash=hash_of(password)))
    db.session.flush()
    return user


def hash_of(password: str) -> str:
    return _hasher.hash(password)


def add_membership(
    user_id: int, organisation_id: int, role: Role, kommun_codes: Sequence[str] = ()
) -> Membership:
    """Lets the user act for the organisation. Raises Invalid when that kind of organisation has no such role."""
    organisation = get_or_404(Organisation, organisation_id)
    if not may_hold(role, organisation.kind):
        raise Invalid("Rollen finns inte i den sortens organisation.", field="role")
    membership = Membership(
        user_id=user_id, organisation_id=organisation_id, role=role, kommun_codes=list(kommun_codes)
    )
    db.session.add(membership)
    db.session.flush()
    return membership


def user_with_password(email: str, password: str) -> User | None:
    """The active user whose password this is. The work is the same whether or not the address has an account."""
    with acting_as(system_actor()):  # nobody is signed in yet, so row security would show no account
        found = account_with_secret(email)
        stored = found[1].password_hash if found else _nobodys_hash()
        try:
            _hasher.verify(stored, password)
        except (VerifyMismatchError, InvalidHashError):
            return None
        if found is None:
            return None
        user, secret = found
        if not user.is_active:
            return None
        if _hasher.check_needs_rehash(stored):
            secret.password_hash = _hasher.hash(password)
        return user


def is_password_of(user_id: int, password: str) -> bool:
    """Whether somebody who has signed in, or is about to, knows her password."""
    with acting_as(system_actor()):
        secret = db.session.get(UserSecret, user_id)
    try:
        return secret is not None and _hasher.verify(secret.password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _hasher.hash("the password of nobody")
