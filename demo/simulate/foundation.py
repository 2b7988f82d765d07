"""What an operator sets up before anything happens: organisations, staff, and who is who."""

import unicodedata
from random import Random

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from demo.people import full_name
from demo.story import Story
from marketplace.accounts.models import Membership, Organisation, User, UserSecret
from marketplace.accounts.queries import actor_in
from marketplace.accounts.rules import OrganisationKind, Role
from marketplace.accounts.services import add_membership
from marketplace.clock import now
from marketplace.db import db
from marketplace.reference.rules import Sex
from marketplace.second_factor.models import SignInPolicy
from marketplace.second_factor.rules import MOST_PROOF_MINUTES, RequiredOf
from marketplace.tenancy import Actor, acting_as, system_actor

PASSWORD = "grankotte lykta segel"  # noqa: S105 - printed on the demo's sign-in page; the demo accepts loopback only
DEMO_AUTHORITY, DEMO_MEMBER, DEMO_ENTERPRISE = "os", "Haninge kommun", "aterbruket"
"""Where the demo's own people work."""

_DEMO_PEOPLE = {
    Role.PROCUREMENT_OFFICER: ("upphandlare", "Petra Upplid"),
    Role.COORDINATOR: ("samordnare", "Samir Solbro"),
    Role.STRATEGIST: ("strateg", "Stella Ståtkvist"),
    Role.CONTROLLER: ("ekonom", "Erik Öregård"),
    Role.CASE_OFFICER: ("handlaggare", "Hanna Hägglid"),
    Role.SUPPLIER_MANAGER: ("verksamhetsledare", "Viktor Verkgren"),
    Role.SUPERVISOR: ("handledare", "Lena Ledstig"),
}
_SECOND_STRATEGIST_AT = "varna"
"""The demo's strategist works for two authorities and chooses which to act for."""
TWO_DECIDERS_AT = "varna"
"""Where one officer proposes the decision on an application and another takes it."""

_AUTHORITY_ROLES = (Role.PROCUREMENT_OFFICER, Role.COORDINATOR, Role.STRATEGIST, Role.CONTROLLER)
_ASCII = str.maketrans("åäöÅÄÖé", "aaoAAOe")


def demo_email(role: Role) -> str:
    return f"{_DEMO_PEOPLE[role][0]}@example.se"


def demo_name(role: Role) -> str:
    return _DEMO_PEOPLE[role][1]


class Staff:
    """Makes accounts. The demo's people share a password, so its hash is computed once: only here, only in the demo."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._hash = PasswordHasher().hash(PASSWORD)

    def add(
        self, organisation: Organisation, role: Role, number: int = 1, *, is_demo_person: bool = False
    ) -> User:
        if is_demo_person:
            email, name = demo_email(role), demo_name(role)
        else:
            email = self.email(organisation.name, role, number)
            name = self.a_name()
        user = User(email=email, name=name, is_active=True, created_at=now())
        db.session.add(user)
        db.session.flush()
        db.session.add(UserSecret(user_id=user.id, password_hash=self._hash))
        add_membership(user.id, organisation.id, role)
        return user

    def a_name(self) -> str:
        return full_name(self._rng, self._rng.choice((Sex.WOMAN, Sex.WOMAN, Sex.MAN)))

    @staticmethod
    def email(organisation: str, role: Role, number: int = 1) -> str:
        """handlaggare2.tyreso-kommun@example.se"""
        return _address(_DEMO_PEOPLE[role][0] + (str(number) if number > 1 else ""), organisation)

    @staticmethod
    def contact_email(organisation: str) -> str:
        return _address("info", organisation)


def _address(word: str, organisation: str) -> str:
    plain = unicodedata.normalize("NFC", organisation).translate(_ASCII).lower()
    slug = "-".join("".join(c if c.isalnum() else " " for c in plain).split())
    return f"{word}.{slug.removeprefix('samordningsforbundet-')}@example.se"


def _ask_little(authority_id: int) -> None:
    """Whoever tries the demo has no telephone that the demo knows, and a click is proof for as long as she stays."""
    with acting_as(system_actor(authority_id)):
        db.session.add(
            SignInPolicy(
                authority_id=authority_id,
                required_of=RequiredOf.NOBODY,
                proof_minutes=MOST_PROOF_MINUTES,
            )
        )


def lay(story: Story, staff: Staff) -> dict[str, int]:
    """Authorities, members and their staff; gives the authorities' ids by key. Call as the system, in a transaction."""
    authorities = {}
    for authority in story.authorities:
        row = Organisation(
            kind=OrganisationKind.AUTHORITY,
            name=authority.name,
            orgnr=authority.orgnr,
            kommun_codes=list(authority.kommuner),
            created_at=now(),
        )
        db.session.add(row)
        db.session.flush()
        authorities[authority.key] = row.id
        _ask_little(row.id)
        for role in _AUTHORITY_ROLES:
            if not (role is Role.STRATEGIST and authority.key == _SECOND_STRATEGIST_AT):
                staff.add(row, role, is_demo_person=authority.key == DEMO_AUTHORITY)
    strategist = db.session.scalars(select(User).where(User.email == demo_email(Role.STRATEGIST))).one()
    add_membership(strategist.id, authorities[_SECOND_STRATEGIST_AT], Role.STRATEGIST)
    for member in story.members:
        row = Organisation(
            kind=OrganisationKind.MEMBER,
            name=member.name,
            orgnr=member.orgnr,
            authority_id=authorities[member.authority],
            member_kind=member.kind,
            kommun_codes=list(member.kommuner),
            created_at=now(),
        )
        db.session.add(row)
        db.session.flush()
        for number in range(1, member.case_officers + 1):
            is_demo_person = number == 1 and member.name == DEMO_MEMBER
            staff.add(row, Role.CASE_OFFICER, number, is_demo_person=is_demo_person)
    two_deciders = db.session.get_one(Organisation, authorities[TWO_DECIDERS_AT])
    staff.add(two_deciders, Role.PROCUREMENT_OFFICER, 2)
    for authority_id in authorities.values():  # one examines an invoice and the other attests it
        staff.add(db.session.get_one(Organisation, authority_id), Role.CONTROLLER, 2)
    return authorities


class Directory:
    """Everyone who can act, found by organisation and role. Load it as the system, inside a transaction."""

    def __init__(self) -> None:
        rows = db.session.scalars(
            select(Membership)
            .options(joinedload(Membership.user), joinedload(Membership.organisation))
            .order_by(Membership.id)
        )
        self._by_place: dict[tuple[str, Role], list[Actor]] = {}
        for row in rows:
            found = self._by_place.setdefault((row.organisation.name, row.role), [])
            found.append(actor_in(row, row.user))

    def one(self, organisation: str, role: Role, number: int = 0) -> Actor:
        """The organisation's people in the role, taken round in order."""
        people = self._by_place[organisation, role]
        return people[number % len(people)]
