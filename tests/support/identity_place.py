"""An authority whose people sign in at an identity provider of its own, and the way there and back."""

from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import select

from marketplace.accounts.models import Membership, Organisation, User
from marketplace.accounts.rules import Role
from marketplace.accounts.services import create_account
from marketplace.db import db, transaction
from marketplace.identity_provider import services
from marketplace.identity_provider.client import answer_address, encrypted
from marketplace.identity_provider.models import IdentityProvider
from marketplace.second_factor.rules import Policy, RequiredOf
from marketplace.second_factor.services import decide_policy
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.factories import HANINGE, make_actor, make_authority, make_member, make_reference
from tests.support.clients import Client
from tests.support.openid_provider import CLIENT_ID, SECRET, Claims, OpenIdProvider

SETTINGS = "/installningar/organisationens-inloggning"
OFFICERS = "handlaggare"
PASSWORD = "tre ord som glöms"


class Place(NamedTuple):
    """An authority with a unit and a coordinator, whose provider is in use and gives the unit's officers their role."""

    coordinator: Actor
    authority_id: int
    unit_id: int
    provider: OpenIdProvider

    @property
    def start(self) -> str:
        return f"/logga-in/organisation/{self.authority_id}"


PEOPLE: dict[str, Claims] = {
    "anna": {"email": "anna@kommun.se", "email_verified": True, "name": "Anna Ek", "groups": [OFFICERS]},
    "bosse": {"email": "bo@kommun.se", "email_verified": True, "name": "Bo Al", "groups": ["andra"]},
    "cilla": {"email": "cia@annan.se", "email_verified": True, "name": "Cia By", "groups": [OFFICERS]},
    "danne": {"email": "dan@kommun.se", "email_verified": False, "name": "Dan Ok", "groups": [OFFICERS]},
    "eva-n": {"email": "anna@kommun.se", "email_verified": True, "name": "Eva Ny", "groups": [OFFICERS]},
}


def build_place(provider: OpenIdProvider) -> Place:
    with acting_as(system_actor()), transaction():
        make_reference()
        authority = make_authority("Myndigheten A", [HANINGE])
        unit = make_member("Enheten A", authority.id, [HANINGE])
        coordinator = make_actor("Kim Samordnare", authority, Role.COORDINATOR)
        place = Place(coordinator, authority.id, unit.id, provider)
    with acting_as(coordinator), transaction():
        services.save_provider(draft(provider.issuer), is_demo=True)
        services.add_group_rule(OFFICERS, f"{place.unit_id}-case_officer")
        row_of(place).tried_at = db.session.get_one(Organisation, place.authority_id).created_at
        services.turn_on()
        decide_policy(Policy(RequiredOf.NOBODY))
    provider.welcome(answer_address(place.authority_id))
    return place


def draft(issuer: str, **changed: Any) -> services.ProviderDraft:
    facts: dict[str, Any] = {
        "issuer": issuer,
        "client_id": CLIENT_ID,
        "client_secret_encrypted": encrypted(SECRET),
        "domains": ["kommun.se"],
        "group_claim": "groups",
        "second_factor_values": ["mfa"],
        "allows_password": True,
    }
    return services.ProviderDraft(**{**facts, **changed})


def row_of(place: Place) -> IdentityProvider:
    return db.session.get_one(IdentityProvider, place.authority_id)


def away_and_back(client: Client, place: Place, user: str, start: str = "") -> Any:
    """What the browser is shown, or sent to, when `user` has signed in there."""
    place.provider.sit_down(user)
    going = client.get(start or place.start)
    assert going.status_code == 302, going.text
    back = urlsplit(place.provider.sign_in(going.location))
    return client.get(f"{back.path}?{back.query}")


def user_with(email: str) -> User | None:
    with acting_as(system_actor()):
        return db.session.scalar(select(User).where(User.email == email))


def memberships_with(email: str) -> list[tuple[int, Role, bool]]:
    with acting_as(system_actor()):
        rows = db.session.scalars(
            select(Membership).join(Membership.user).where(User.email == email).order_by(Membership.id)
        )
        return [(one.organisation_id, one.role, one.ended_on is None) for one in rows]


def make_colleague(email: str, organisation_id: int, role: Role) -> None:
    with acting_as(system_actor()), transaction():
        user = user_with(email) or create_account(email, "Bo Al", PASSWORD)
        db.session.add(
            Membership(user_id=user.id, organisation_id=organisation_id, role=role, kommun_codes=[])
        )
