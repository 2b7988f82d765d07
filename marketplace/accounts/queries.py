"""Who has signed in, and in which roles they may act."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Membership, Organisation, User, UserSecret
from marketplace.accounts.rules import OrganisationKind, Role
from marketplace.clock import today
from marketplace.db import db, swedish_order
from marketplace.tenancy import Actor


@dataclass(frozen=True)
class DemoPerson:
    """A row on the demo's login page."""

    membership_id: int
    name: str
    role: Role
    organisation_name: str


def user_by_email(email: str) -> User | None:
    return db.session.scalar(select(User).where(User.email == email.strip().lower()))


def account_with_secret(email: str) -> tuple[User, UserSecret] | None:
    """For signing in. Only the system finds one."""
    statement = (
        select(User, UserSecret)
        .join(UserSecret, UserSecret.user_id == User.id)
        .where(User.email == email.strip().lower())
    )
    row = db.session.execute(statement).one_or_none()
    return None if row is None else (row[0], row[1])


def active_user(user_id: int) -> User | None:
    return db.session.scalar(select(User).where(User.id == user_id, User.is_active))


def acting_users(organisation_id: int, role: Role) -> list[int]:
    """Users who act for the organisation in the role now, as those to write to. For the system, and for colleagues."""
    statement = (
        select(User.id)
        .join(User.memberships)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role == role,
            User.is_active,
            _is_current(),
        )
        .order_by(User.id)
    )
    return list(db.session.scalars(statement))


def memberships_of(user_id: int) -> list[Membership]:
    """Memberships that have not ended, by organisation and then role."""
    statement = (
        select(Membership)
        .join(Membership.organisation)
        .where(Membership.user_id == user_id, _is_current())
        .options(joinedload(Membership.organisation))
        .order_by(swedish_order(Organisation.name), Membership.role, Membership.id)
    )
    return list(db.session.scalars(statement))


def actor_of(user: User, memberships: list[Membership], chosen_id: int | None) -> Actor:
    """The actor in the chosen membership, or in the only one; without a role when it is still to be chosen."""
    if len(memberships) == 1:
        return actor_in(memberships[0], user)
    chosen = [membership for membership in memberships if membership.id == chosen_id]
    return actor_in(chosen[0], user) if chosen else Actor(user_id=user.id, user_name=user.name)


def actor_in(membership: Membership, user: User) -> Actor:
    """The actor that the membership makes of its user."""
    organisation = membership.organisation
    authority_id = (
        organisation.id if organisation.kind is OrganisationKind.AUTHORITY else organisation.authority_id
    )
    return Actor(
        user_id=user.id,
        user_name=user.name,
        membership_id=membership.id,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        role=membership.role,
        authority_id=authority_id,
        enterprise_id=organisation.id if organisation.kind is OrganisationKind.ENTERPRISE else None,
        kommun_codes=tuple(membership.kommun_codes or organisation.kommun_codes),
    )


def demo_people() -> list[DemoPerson]:
    """Everyone who can act, by role, organisation and name. For the demo's login page only."""
    rows = db.session.execute(
        select(Membership.id, User.name, Membership.role, Organisation.name.label("organisation_name"))
        .join(Membership.user)
        .join(Membership.organisation)
        .where(User.is_active, _is_current())
        .order_by(swedish_order(Organisation.name), swedish_order(User.name), Membership.id)
    )
    people = [DemoPerson(row.id, row.name, row.role, row.organisation_name) for row in rows]
    return sorted(people, key=lambda person: list(Role).index(person.role))


def _is_current() -> ColumnElement[bool]:
    return (Membership.ended_on.is_(None)) | (Membership.ended_on > today())
