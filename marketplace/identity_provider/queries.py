"""Which authorities have an identity provider, and what is decided about it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, any_, exists, literal, or_, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Membership, Organisation, User
from marketplace.accounts.queries import is_current
from marketplace.clock import today
from marketplace.db import db, swedish_order
from marketplace.errors import NotFound
from marketplace.identity_provider.models import BoundIdentity, GroupRule, IdentityProvider
from marketplace.identity_provider.rules import domain_of
from marketplace.tenancy import acting_as, system_actor


@dataclass(frozen=True)
class ProviderChoice:
    """A row of the page where a visitor finds her organisation."""

    authority_id: int
    name: str


def provider_of(authority_id: int) -> IdentityProvider | None:
    return db.session.get(IdentityProvider, authority_id)


def provider_with(orgnr: str) -> IdentityProvider:
    """The provider of the authority with the number. For the system. Raises NotFound."""
    found = db.session.scalar(
        select(IdentityProvider)
        .join(IdentityProvider.authority)
        .where(Organisation.orgnr == orgnr.replace("-", ""))
        .with_for_update(of=IdentityProvider)
    )
    if found is None:
        raise NotFound("Ingen myndighet med det organisationsnumret har kopplat sin inloggning hit.")
    return found


def providers_in_use() -> list[ProviderChoice]:
    """By the authority's name. For the system."""
    statement = (
        select(Organisation.id, Organisation.name)
        .join(IdentityProvider, IdentityProvider.authority_id == Organisation.id)
        .where(IdentityProvider.is_on)
        .order_by(swedish_order(Organisation.name), Organisation.id)
    )
    return [ProviderChoice(*row) for row in db.session.execute(statement)]


def group_rules(authority_id: int) -> list[GroupRule]:
    """By the group's name, then the organisation's."""
    statement = (
        select(GroupRule)
        .join(GroupRule.organisation)
        .where(GroupRule.authority_id == authority_id)
        .options(joinedload(GroupRule.organisation))
        .order_by(
            swedish_order(GroupRule.group_name),
            swedish_order(Organisation.name),
            GroupRule.role,
            GroupRule.id,
        )
    )
    return list(db.session.scalars(statement))


def bound_identities(authority_id: int) -> list[BoundIdentity]:
    """By the user's name."""
    statement = (
        select(BoundIdentity)
        .join(BoundIdentity.user)
        .where(BoundIdentity.authority_id == authority_id)
        .options(joinedload(BoundIdentity.user))
        .order_by(swedish_order(User.name), BoundIdentity.id)
    )
    return list(db.session.scalars(statement))


def memberships_under(user_id: int, authority_id: int) -> list[Membership]:
    """Also those that have ended. For the system."""
    statement = (
        select(Membership)
        .join(Membership.organisation)
        .where(Membership.user_id == user_id, _under(authority_id))
        .options(joinedload(Membership.organisation))
        .order_by(Membership.id)
    )
    return list(db.session.scalars(statement))


def acts_elsewhere(user_id: int, authority_id: int) -> bool:
    """Whether she acts for anybody but the authority and its members: its provider may then not speak for her. For
    the system."""
    statement = exists().where(
        Membership.user_id == user_id,
        is_current(today()),
        Membership.organisation_id == Organisation.id,
        Organisation.id != authority_id,
        Organisation.authority_id.is_distinct_from(authority_id),
    )
    return bool(db.session.scalar(select(statement)))


def identity_of(authority_id: int, subject: str) -> BoundIdentity | None:
    """For the system."""
    return db.session.scalar(
        select(BoundIdentity)
        .where(BoundIdentity.authority_id == authority_id, BoundIdentity.subject == subject)
        .options(joinedload(BoundIdentity.user))
    )


def is_bound(authority_id: int, user_id: int) -> bool:
    """For the system."""
    bound = exists().where(BoundIdentity.authority_id == authority_id, BoundIdentity.user_id == user_id)
    return bool(db.session.scalar(select(bound)))


def authority_that_knows(user_id: int) -> int | None:
    """The authority whose provider, which is in use, her account is bound to and may still speak for her."""
    statement = (
        select(IdentityProvider.authority_id)
        .join(BoundIdentity, BoundIdentity.authority_id == IdentityProvider.authority_id)
        .where(BoundIdentity.user_id == user_id, IdentityProvider.is_on)
        .order_by(IdentityProvider.authority_id)
    )
    with acting_as(system_actor()):
        found = db.session.scalars(statement).all()
        return next((one for one in found if not acts_elsewhere(user_id, one)), None)


def authority_to_sign_in_at(user: User) -> int | None:
    """The authority whose provider she has to use: it has turned passwords off for her domain, and she acts for it and
    for nobody else."""
    with acting_as(system_actor()):
        providers = db.session.scalars(
            select(IdentityProvider.authority_id)
            .where(
                IdentityProvider.is_on,
                ~IdentityProvider.allows_password,
                literal(domain_of(user.email)) == any_(IdentityProvider.domains),
            )
            .order_by(IdentityProvider.authority_id)
        ).all()
        return next((one for one in providers if _acts_only_for(user.id, one)), None)


def _acts_only_for(user_id: int, authority_id: int) -> bool:
    acts = any(one.is_current for one in memberships_under(user_id, authority_id))
    return acts and not acts_elsewhere(user_id, authority_id)


def _under(authority_id: int) -> ColumnElement[bool]:
    return or_(Organisation.id == authority_id, Organisation.authority_id == authority_id)
