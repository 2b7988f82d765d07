"""Who there is: kinds of organisation, roles, and which role may see persons."""

import re
from datetime import timedelta
from enum import StrEnum


class OrganisationKind(StrEnum):
    AUTHORITY = "authority"  # upphandlande myndighet
    MEMBER = "member"  # medlem, remittent: employs case officers
    ENTERPRISE = "enterprise"  # ASF, leverantör


class MemberKind(StrEnum):
    """What a member organisation is, which decides what participants' consents give it to read."""

    EMPLOYMENT_SERVICE = "employment_service"
    SOCIAL_INSURANCE = "social_insurance"
    REGION = "region"
    MUNICIPALITY = "municipality"


MEMBER_KIND_SV = {
    MemberKind.EMPLOYMENT_SERVICE: "Arbetsförmedlingen",
    MemberKind.SOCIAL_INSURANCE: "Försäkringskassan",
    MemberKind.REGION: "regionen",
    MemberKind.MUNICIPALITY: "kommunen",
}


class Role(StrEnum):
    PROCUREMENT_OFFICER = "procurement_officer"
    COORDINATOR = "coordinator"
    STRATEGIST = "strategist"
    CONTROLLER = "controller"
    CASE_OFFICER = "case_officer"
    SUPPLIER_MANAGER = "supplier_manager"
    SUPERVISOR = "supervisor"
    PARTICIPANT = "participant"  # by a code and without an account; holds no membership
    SYSTEM = "system"  # background jobs; never a person


ROLE_SV = {
    Role.PROCUREMENT_OFFICER: "Upphandlare",
    Role.COORDINATOR: "Samordnare",
    Role.STRATEGIST: "ASF-strateg",
    Role.CONTROLLER: "Ekonom",
    Role.CASE_OFFICER: "Handläggare",
    Role.SUPPLIER_MANAGER: "Verksamhetsledare",
    Role.SUPERVISOR: "Handledare",
    Role.PARTICIPANT: "Deltagare",
    Role.SYSTEM: "Systemet",
}

ROLE_BELONGS_TO = {
    Role.PROCUREMENT_OFFICER: OrganisationKind.AUTHORITY,
    Role.COORDINATOR: OrganisationKind.AUTHORITY,
    Role.STRATEGIST: OrganisationKind.AUTHORITY,
    Role.CONTROLLER: OrganisationKind.AUTHORITY,
    Role.CASE_OFFICER: OrganisationKind.MEMBER,
    Role.SUPPLIER_MANAGER: OrganisationKind.ENTERPRISE,
    Role.SUPERVISOR: OrganisationKind.ENTERPRISE,
}

PERSON_ROLES = frozenset({Role.COORDINATOR, Role.CASE_OFFICER, Role.SUPERVISOR, Role.PARTICIPANT})
"""Roles that work with persons, and the person herself. The rest see counts, or lines by placement number."""


def may_see_persons(role: Role | None) -> bool:
    return role in PERSON_ROLES


def may_hold(role: Role, kind: OrganisationKind) -> bool:
    """Whether a membership in an organisation of this kind may carry the role."""
    return ROLE_BELONGS_TO.get(role) == kind


class ProvidedState(StrEnum):
    """What the groups at the authority's identity provider have last done to a membership."""

    GIVEN = "given"
    TAKEN = "taken"


class SignInMeans(StrEnum):
    """What somebody signed in with."""

    PASSWORD = "password"  # noqa: S105 - a name, not a password
    CODE = "code"
    RECOVERY_CODE = "recovery_code"
    PASSKEY = "passkey"
    IDENTITY_PROVIDER = "identity_provider"
    IDENTITY_PROVIDER_FACTOR = "identity_provider_factor"
    """There with a second factor, which her authority lets count here."""
    DEMO = "demo"


MEANS_SV = {
    SignInMeans.PASSWORD: "lösenord",
    SignInMeans.CODE: "lösenord och engångskod",
    SignInMeans.RECOVERY_CODE: "lösenord och reservkod",
    SignInMeans.PASSKEY: "passnyckel",
    SignInMeans.IDENTITY_PROVIDER: "arbetsgivarens inloggning",
    SignInMeans.IDENTITY_PROVIDER_FACTOR: "arbetsgivarens inloggning i två steg",
    SignInMeans.DEMO: "demons knapp",
}

SESSIONS_KEPT = timedelta(days=30)
"""How long a session that is over can be read of, by whose it was. Longer than any lasts."""

_BROWSERS = (  # most say that they are several: the first that fits is the one
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "Iphone"),
    ("iPad", "Ipad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "Chrome OS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def browser_sv(user_agent: str) -> str:
    """The browser's family and the kind of machine, in words that its owner knows it by; no more of it is kept."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "Okänd webbläsare")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return f"{browser} på {system}" if system else browser


_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_LONGEST_EMAIL = 254  # RFC 5321 4.5.3.1.3


def is_email(text: str) -> bool:
    """Whether the text has the form of an address; only a letter to it tells whether it exists."""
    return len(text) <= _LONGEST_EMAIL and _EMAIL.fullmatch(text) is not None
