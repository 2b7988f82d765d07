"""What an identity provider says of somebody, whether it may be believed, and which memberships follow from it."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from marketplace.accounts.rules import ProvidedState, Role, is_email

_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_NAME_LENGTH = 200
_VERIFIED = ("email_verified", "xms_edov")
"""OpenID Connect Core 5.1, and what Entra ID says in its stead."""

SIGNING_ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"}
)
"""Signed by a key that the provider alone has: neither unsigned nor by a secret that we share."""


class Problem(StrEnum):
    """Why somebody whom the provider has signed in is not let in."""

    NO_EMAIL = "no_email"
    NOT_VERIFIED = "not_verified"
    OTHER_DOMAIN = "other_domain"
    OTHER_IDENTITY = "other_identity"
    ACTS_ELSEWHERE = "acts_elsewhere"
    CLOSED = "closed"
    NO_ROLE = "no_role"


PROBLEM_SV = {
    Problem.NO_EMAIL: "Inloggningen lämnar ingen e-postadress.",
    Problem.NOT_VERIFIED: "Inloggningen säger inte att e-postadressen är kontrollerad.",
    Problem.OTHER_DOMAIN: "E-postadressens domän är inte en av dem som myndigheten har angett.",
    Problem.OTHER_IDENTITY: "Kontot är knutet till en annan inloggning. Be samordnaren lösa knytningen.",
    Problem.ACTS_ELSEWHERE: "Kontot används också för en annan organisation. Logga in med lösenord.",
    Problem.CLOSED: "Kontot är stängt. Be samordnaren om hjälp.",
    Problem.NO_ROLE: "Ingen av dina grupper ger en roll här. Be samordnaren om hjälp.",
}


@dataclass(frozen=True)
class Said:
    """What the provider has said, once its signature has been checked."""

    subject: str
    email: str
    is_email_verified: bool
    name: str
    groups: frozenset[str]
    methods: frozenset[str]
    """How she proved who she is: `amr` and `acr`."""
    proved_at: int | None
    """`auth_time`, seconds since 1970."""


def read_claims(token: Mapping[str, Any], userinfo: Mapping[str, Any], group_claim: str) -> Said:
    """Out of the ID token, and what the userinfo endpoint adds to it. How and when she proved who she is stands in the
    token alone, which is signed. A claim of another type than the standard's counts as absent."""
    claims = {**userinfo, **token}
    email = _text(claims.get("email")).strip().lower()
    name = (
        _text(claims.get("name")) or f"{_text(claims.get('given_name'))} {_text(claims.get('family_name'))}"
    )
    proved_at = token.get("auth_time")
    return Said(
        subject=_text(token.get("sub")),
        email=email if is_email(email) else "",
        is_email_verified=any(claims.get(name) is True for name in _VERIFIED),
        name=name.strip()[:_NAME_LENGTH] or email,
        groups=_texts(claims.get(group_claim)),
        methods=_texts(token.get("amr")) | _texts(token.get("acr")),
        proved_at=int(proved_at) if isinstance(proved_at, int | float) else None,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> frozenset[str]:
    """A claim that may be one text or a list of them."""
    values = value if isinstance(value, list) else [value]
    return frozenset(one for one in values if isinstance(one, str) and one)


def problems_of(said: Said, domains: Collection[str]) -> list[Problem]:
    """What keeps the e-mail address from telling whose account it is."""
    if not said.email:
        return [Problem.NO_EMAIL]
    found = [] if said.is_email_verified else [Problem.NOT_VERIFIED]
    return found if domain_of(said.email) in domains else [*found, Problem.OTHER_DOMAIN]


def domain_of(email: str) -> str:
    return email.rpartition("@")[2]


def proves_second_factor(said: Said, counted: Collection[str]) -> bool:
    """Whether she proved who she is in a way that the authority counts as a second factor."""
    return not said.methods.isdisjoint(counted)


def read_list(text: str) -> list[str]:
    """What was typed one a line, or with commas between; each once, in order."""
    return list(dict.fromkeys(part for part in re.split(r"[\s,;]+", text) if part))


def wrong_domains(domains: Iterable[str]) -> list[str]:
    """Those that are no domain of an e-mail address."""
    return [one for one in domains if not _DOMAIN.fullmatch(one)]


def is_safe_address(address: object, *, is_demo: bool) -> bool:
    """Whether we may speak with what answers there, or send a browser: https, and http to this machine in the demo.
    Which addresses the name leads to is looked at when it is connected to."""
    if not isinstance(address, str) or any(ord(character) <= 32 for character in address):
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    if not host or parts.username is not None or parts.fragment:
        return False
    return parts.scheme == "https" or (is_demo and parts.scheme == "http" and host in _LOOPBACK)


# Memberships.


class Post(NamedTuple):
    """A role in an organisation."""

    organisation_id: int
    role: Role


class Rule(NamedTuple):
    """Who is in the group holds the post; a coordinator's for these kommuner, and for all where none is named."""

    group: str
    post: Post
    kommun_codes: frozenset[str] = frozenset()


class Held(NamedTuple):
    """A membership as it is, or was."""

    membership_id: int
    post: Post
    kommun_codes: frozenset[str]
    is_current: bool
    provided: ProvidedState | None
    """None for one that the groups had nothing to do with."""


class Changes(NamedTuple):
    """What the groups change."""

    give: dict[Post, frozenset[str]]
    restate: dict[int, frozenset[str]]
    """Memberships that are for other kommuner now."""
    end: frozenset[int]


def posts_of(groups: Collection[str], rules: Iterable[Rule]) -> dict[Post, frozenset[str]]:
    """The posts that the groups give, and for which kommuner: those of each group together, and all of them when one
    group names none."""
    given: dict[Post, list[frozenset[str]]] = {}
    for rule in rules:
        if rule.group in groups:
            given.setdefault(rule.post, []).append(rule.kommun_codes)
    return {
        post: frozenset().union(*kommuner) if all(kommuner) else frozenset()
        for post, kommuner in given.items()
    }


def changes(posts: Mapping[Post, frozenset[str]], held: Sequence[Held]) -> Changes:
    """What makes the memberships those of the groups. One that somebody has given is left as it is, and one that groups
    gave and somebody has ended does not come back by them."""
    current = {one.post for one in held if one.is_current}
    given = [one for one in held if one.provided is ProvidedState.GIVEN]
    kept_out = {one.post for one in given if not one.is_current}
    own = [one for one in given if one.is_current]
    return Changes(
        give={post: codes for post, codes in posts.items() if post not in current | kept_out},
        restate={
            one.membership_id: posts[one.post]
            for one in own
            if one.post in posts and posts[one.post] != one.kommun_codes
        },
        end=frozenset(one.membership_id for one in own if one.post not in posts),
    )
