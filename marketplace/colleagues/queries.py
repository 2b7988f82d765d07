"""Who works for the organisations that the actor answers for, and who is invited."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import Membership, Organisation, User
from marketplace.accounts.queries import is_current
from marketplace.accounts.rules import ROLE_SV, Role
from marketplace.clock import today
from marketplace.colleagues.models import Invitation
from marketplace.colleagues.rules import roles_in
from marketplace.db import Page, db, paginate, swedish_order
from marketplace.errors import NotFound
from marketplace.tenancy import Actor, current_actor


@dataclass(frozen=True)
class Post:
    """A role in an organisation."""

    organisation: Organisation
    role: Role

    @property
    def key(self) -> str:
        return f"{self.organisation.id}-{self.role.value}"

    @property
    def label_sv(self) -> str:
        return f"{ROLE_SV[self.role]}, {self.organisation.name}"


def own_organisations(actor: Actor) -> list[Organisation]:
    """Those that whoever invites answers for, her own first: the enterprise, or the authority and its members."""
    own = Organisation.id == actor.organisation_id
    mine: ColumnElement[bool] = own
    if actor.authority_id is not None:
        mine = or_(own, Organisation.authority_id == actor.authority_id)
    return list(
        db.session.scalars(
            select(Organisation).where(mine).order_by(own.desc(), swedish_order(Organisation.name))
        )
    )


def posts(actor: Actor) -> dict[str, Post]:
    """What somebody can be invited to, by key."""
    found = (Post(one, role) for one in own_organisations(actor) for role in roles_in(one.kind))
    return {post.key: post for post in found}


def colleagues(organisation_ids: Sequence[int], text: str, page: int) -> Page[Membership]:
    """Those who work there now, by organisation and name; of those whose name or address has the text in it."""
    statement = (
        _with_names()
        .where(Membership.organisation_id.in_(organisation_ids), is_current(today()))
        .order_by(swedish_order(Organisation.name), swedish_order(User.name), Membership.id)
    )
    if text:
        statement = statement.where(
            or_(User.name.icontains(text, autoescape=True), User.email.icontains(text, autoescape=True))
        )
    return paginate(statement, page)


def left(organisation_ids: Sequence[int]) -> list[Membership]:
    """Those who have left."""
    statement = _with_names().where(
        Membership.organisation_id.in_(organisation_ids), Membership.ended_on <= today()
    )
    return list(db.session.scalars(statement.order_by(swedish_order(User.name), Membership.id)))


def _with_names() -> Select[Membership]:
    return (
        select(Membership)
        .join(Membership.user)
        .join(Membership.organisation)
        .options(joinedload(Membership.user), joinedload(Membership.organisation))
    )


def membership_of_ours(membership_id: int) -> Membership:
    """A membership in an organisation that the actor answers for. Raises NotFound."""
    found = db.session.scalar(_with_names().where(Membership.id == membership_id))
    if found is None or found.organisation_id not in {one.id for one in own_organisations(current_actor())}:
        raise NotFound("Medarbetaren finns inte hos er.")
    return found


def others_in(membership: Membership) -> list[Membership]:
    """Who else works in the organisation now."""
    statement = _with_names().where(
        Membership.organisation_id == membership.organisation_id,
        Membership.user_id != membership.user_id,
        User.is_active,
        is_current(today()),
    )
    return list(db.session.scalars(statement.order_by(swedish_order(User.name), Membership.id)))


def invitations() -> list[Invitation]:
    """Of the organisations that the actor answers for, as row security has it; latest first."""
    statement = (
        select(Invitation)
        .options(joinedload(Invitation.organisation))
        .where(Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
        .order_by(Invitation.invited_at.desc(), Invitation.id.desc())
        .limit(200)
    )
    return list(db.session.scalars(statement))


def invitation_by(token_hash: str, *, lock: bool = False) -> Invitation | None:
    """For the system. With `lock` as it is now, also where the page has read it before."""
    statement = (
        select(Invitation)
        .options(joinedload(Invitation.organisation))
        .where(Invitation.token_hash == token_hash)
        .execution_options(populate_existing=lock)
    )
    return db.session.scalar(statement.with_for_update(of=Invitation) if lock else statement)
