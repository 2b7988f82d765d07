"""Organisations, people and numbers for tests, made directly: what an operator sets up. Call as the system."""

from collections.abc import Sequence
from datetime import date
from itertools import count

from stdnum import luhn

from demo.people import personal_number as number_of
from enterprises.suppliers.models import EnterpriseProfile
from marketplace.accounts.models import Membership, Organisation, User
from marketplace.accounts.queries import actor_in
from marketplace.accounts.rules import OrganisationKind, Role
from marketplace.clock import now
from marketplace.db import db
from marketplace.reference.rules import Sex
from marketplace.tenancy import Actor, acting_as

_numbers = count(1)
NO_PASSWORD = "nobody signs in with this"


def orgnr(number: int) -> str:
    """Ten digits that pass Luhn, in a range that nobody has."""
    nine = f"7999{number:05d}"
    return f"{nine}{luhn.calc_check_digit(nine)}"


def bankgiro(number: int) -> str:
    seven = f"59{number:05d}"
    return f"{seven}{luhn.calc_check_digit(seven)}"


def personal_number(number: int, sex: Sex = Sex.WOMAN) -> str:
    """A different number for each of the first ten thousand."""
    return number_of(date.fromordinal(date(1975, 1, 1).toordinal() + number), sex)


def make_authority(name: str, kommun_codes: Sequence[str]) -> Organisation:
    return _organisation(OrganisationKind.AUTHORITY, name, kommun_codes, None)


def make_member(name: str, authority_id: int, kommun_codes: Sequence[str]) -> Organisation:
    return _organisation(OrganisationKind.MEMBER, name, kommun_codes, authority_id)


def make_enterprise(name: str) -> Organisation:
    return _organisation(OrganisationKind.ENTERPRISE, name, (), None)


def make_actor(name: str, organisation: Organisation, role: Role) -> Actor:
    """Someone who can act in one role, with an account and a membership."""
    user = User(
        email=f"nr{next(_numbers)}@example.org",
        name=name,
        password_hash=NO_PASSWORD,
        is_active=True,
        created_at=now(),
    )
    db.session.add(user)
    db.session.flush()
    membership = Membership(user_id=user.id, organisation_id=organisation.id, role=role, kommun_codes=[])
    db.session.add(membership)
    db.session.flush()
    return actor_in(membership, user)


def make_profile(manager: Actor) -> None:
    """What an enterprise's invoices need."""
    assert manager.enterprise_id is not None
    with acting_as(manager):
        db.session.add(
            EnterpriseProfile(
                enterprise_id=manager.enterprise_id,
                about_sv="Vi finns bara i prov.",
                contact_email="info@example.org",
                phone="08-465 004 00",
                street="Provgatan 1",
                postcode="136 40",
                city="Handen",
                bankgiro=bankgiro(manager.enterprise_id),
                has_f_tax=True,
                is_vat_registered=True,
            )
        )


def _organisation(
    kind: OrganisationKind, name: str, kommun_codes: Sequence[str], authority_id: int | None
) -> Organisation:
    row = Organisation(
        kind=kind,
        name=name,
        orgnr=None if kind is OrganisationKind.MEMBER else orgnr(next(_numbers)),
        authority_id=authority_id,
        kommun_codes=list(kommun_codes),
        created_at=now(),
    )
    db.session.add(row)
    db.session.flush()
    return row
