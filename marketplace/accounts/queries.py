"""Who has signed in, and in which roles they may act."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BindParameter, ColumnElement, Date, DateTime, Text, bindparam, func, select, text
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Membership, Organisation, User, UserSecret, UserSession
from marketplace.accounts.rules import OrganisationKind, Role
from marketplace.clock import today
from marketplace.db import db, swedish_order
from marketplace.statements import Prepared
from marketplace.swedish import swedish_key
from marketplace.tenancy import Actor, current_actor


@dataclass(frozen=True)
class DemoPerson:
    """A row on the demo's login page."""

    membership_id: int
    name: str
    role: Role
    organisation_name: str


def is_current(day: date | BindParameter[date]) -> ColumnElement[bool]:
    return (Membership.ended_on.is_(None)) | (Membership.ended_on > day)


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


_NAMES = Prepared(
    select(Organisation.id, Organisation.name).where(Organisation.id == func.any(bindparam("ids"))),
    is_planned_once=True,
)


def organisation_names(ids: Iterable[int]) -> dict[int, str]:
    """By id, in Swedish order of the names."""
    rows = _NAMES.rows(ids=list(ids))
    return {row.id: row.name for row in sorted(rows, key=lambda row: (swedish_key(row.name), row.id))}


def acting_users(organisation_id: int, role: Role) -> list[int]:
    """Users who act for the organisation in the role now, as those to write to. For the system, and for colleagues."""
    statement = (
        select(User.id)
        .join(User.memberships)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role == role,
            User.is_active,
            is_current(today()),
        )
        .order_by(User.id)
    )
    return list(db.session.scalars(statement))


def acting_everywhere() -> list[int]:
    """Users who act for anybody now. For the system."""
    statement = (
        select(User.id).where(User.is_active, User.memberships.any(is_current(today()))).order_by(User.id)
    )
    return list(db.session.scalars(statement))


def memberships_of(user_id: int) -> list[Membership]:
    """Memberships that have not ended, by organisation and then role."""
    statement = (
        select(Membership)
        .join(Membership.organisation)
        .where(Membership.user_id == user_id, is_current(today()))
        .options(joinedload(Membership.organisation))
        .order_by(swedish_order(Organisation.name), Membership.role, Membership.id)
    )
    return list(db.session.scalars(statement))


@dataclass(frozen=True)
class SignedIn:
    """An active user whose session holds, and whom she acts for."""

    actor: Actor
    may_switch: bool
    """Whether there is more than one role to act in."""
    session_id: int
    seen_at: datetime
    """When the session was last noted to be in use."""


def signed_in(
    token_hash: str, chosen_id: int | None, *, seen_after: datetime, begun_after: datetime
) -> SignedIn | None:
    """Whoever acts, in the chosen membership or in the only one; without a role when it is still to be chosen. None
    when the session has ended or is too old, or the account is closed. Asked in every request."""
    rows = _SIGNED_IN.rows(day=today(), token=token_hash, seen_after=seen_after, begun_after=begun_after)
    if not rows:
        return None
    memberships = [row for row in rows if row.membership_id is not None]
    chosen = next((row for row in memberships if row.membership_id == chosen_id), None)
    acting = memberships[0] if len(memberships) == 1 else chosen
    user_id, user_name = current_actor().user_id, rows[0].user_name
    if acting is None:
        actor = Actor(user_id=user_id, user_name=user_name)
    else:
        actor = Actor(
            user_id=user_id,
            user_name=user_name,
            membership_id=acting.membership_id,
            organisation_id=acting.organisation_id,
            organisation_name=acting.organisation_name,
            role=Role(acting.role),
            kommun_codes=tuple(acting.own_kommuner or acting.kommun_codes),
            **_tenant(OrganisationKind(acting.kind), acting.organisation_id, acting.authority_id),
        )
    return SignedIn(actor, len(memberships) > 1, rows[0].session_id, rows[0].session_seen_at)


_MOMENT = DateTime(timezone=True)
_SIGNED_IN = Prepared(
    select(text("*")).select_from(
        func.signed_in(
            bindparam("day", type_=Date),
            bindparam("token", type_=Text),
            bindparam("seen_after", type_=_MOMENT),
            bindparam("begun_after", type_=_MOMENT),
        )
    ),
    is_planned_once=True,
)
"""By a function: the policies of four tables take longer."""


def sessions_of(user_id: int) -> list[UserSession]:
    """The user's sessions that are kept, last used first."""
    statement = (
        select(UserSession)
        .where(UserSession.user_id == user_id)
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
        .limit(100)
    )
    return list(db.session.scalars(statement))


def actor_in(membership: Membership, user: User) -> Actor:
    """The actor that the membership makes of its user."""
    organisation = membership.organisation
    return Actor(
        user_id=user.id,
        user_name=user.name,
        membership_id=membership.id,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        role=membership.role,
        kommun_codes=tuple(membership.kommun_codes or organisation.kommun_codes),
        **tenant_of(organisation),
    )


def tenant_of(organisation: Organisation) -> dict[str, int | None]:
    return _tenant(organisation.kind, organisation.id, organisation.authority_id)


def _tenant(kind: OrganisationKind, organisation_id: int, authority_id: int | None) -> dict[str, int | None]:
    """Which authority's and which enterprise's rows whoever acts for the organisation sees."""
    return {
        "authority_id": organisation_id if kind is OrganisationKind.AUTHORITY else authority_id,
        "enterprise_id": organisation_id if kind is OrganisationKind.ENTERPRISE else None,
    }


def demo_people() -> list[DemoPerson]:
    """Everyone who can act, by role, organisation and name. For the demo's login page only."""
    rows = db.session.execute(
        select(Membership.id, User.name, Membership.role, Organisation.name.label("organisation_name"))
        .join(Membership.user)
        .join(Membership.organisation)
        .where(User.is_active, is_current(today()))
        .order_by(swedish_order(Organisation.name), swedish_order(User.name), Membership.id)
    )
    people = [DemoPerson(row.id, row.name, row.role, row.organisation_name) for row in rows]
    return sorted(people, key=lambda person: list(Role).index(person.role))
