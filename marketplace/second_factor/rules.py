"""Who has to have a second factor, how long a proof is fresh, and how recovery codes are made and read."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from marketplace.accounts.rules import Role, SignInMeans, may_see_persons


class RequiredOf(StrEnum):
    """Of whom an authority requires a second factor."""

    EVERYONE = "everyone"
    PERSONS = "persons"
    NOBODY = "nobody"


REQUIRED_OF_SV = {
    RequiredOf.EVERYONE: "Alla",
    RequiredOf.PERSONS: "De som ser uppgifter om deltagare: samordnare, handläggare och handledare",
    RequiredOf.NOBODY: "Ingen, var och en väljer själv",
}

MOST_PROOF_MINUTES = 720
"""As long as a session may last."""


@dataclass(frozen=True)
class Policy:
    """What an authority asks of those who work for it, its members and its suppliers; as here until it has decided."""

    required_of: RequiredOf = RequiredOf.EVERYONE
    proof_minutes: int = 15
    """How long a proof is fresh enough to sign or attest with."""

    def requires_of(self, role: Role) -> bool:
        match self.required_of:
            case RequiredOf.EVERYONE:
                return True
            case RequiredOf.PERSONS:
                return may_see_persons(role)
            case RequiredOf.NOBODY:
                return False


Held = Collection[tuple[Role, Policy]]
"""Each role that somebody has, with the policy of each authority that it is held to."""


def is_required(held: Held) -> bool:
    """Whether she has to have a second factor: the strictest authority decides."""
    return any(policy.requires_of(role) for role, policy in held)


def proof_is_fresh_for(held: Held) -> timedelta:
    """The strictest authority decides; somebody whom none is over has the default."""
    return timedelta(minutes=min((policy.proof_minutes for _, policy in held), default=Policy.proof_minutes))


ONE_THING = frozenset({SignInMeans.PASSWORD, SignInMeans.IDENTITY_PROVIDER})
"""Whoever has signed in by it has shown one thing only."""


_ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ0123456789"
"""Without I, L, O and U, as Crockford's base 32: five bits a character."""
_CODE_LENGTH, _GROUP = 24, 4
CODES = 10
ONE_TIME_LENGTH = 6


def new_recovery_codes() -> list[str]:
    """Of 120 bits each, so that a plain hash keeps them (ASVS 6.5.2 asks for 112)."""
    return ["".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH)) for _ in range(CODES)]


def written(code: str) -> str:
    """As it is shown: ABCD-EFGH-…"""
    return "-".join(code[at : at + _GROUP] for at in range(0, _CODE_LENGTH, _GROUP))


def bare(typed: str) -> str:
    """A code without what does not matter: spaces, hyphens, case, and letters that look like a figure."""
    plain = "".join(character for character in typed.upper() if character.isalnum())
    return plain.translate(str.maketrans("ILO", "110"))


def hashed(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def is_one_time(code: str) -> bool:
    """Whether it is written as an authenticator application's code, and not as a recovery code."""
    return len(code) == ONE_TIME_LENGTH and code.isascii() and code.isdigit()


@dataclass(frozen=True)
class Site:
    """What passkeys are bound to (WebAuthn: relying party)."""

    name: str
    origin: str


def site_of(public_url: str) -> Site | None:
    """None where passkeys cannot be used: they are bound to a name, not to an address of figures."""
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return Site(host, f"{parts.scheme}://{parts.netloc}")
    return None
