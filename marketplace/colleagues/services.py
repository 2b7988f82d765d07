"""Inviting colleagues, and ending memberships with somebody to take over.

Row security lets only the system write accounts and memberships: what is written is, after the check that whoever acts
answers for the organisation.
"""

import secrets
from collections.abc import Collection

from flask import current_app
from sqlalchemy import delete, or_, select

from marketplace import audit
from marketplace.accounts.models import Membership, Organisation, User
from marketplace.accounts.queries import memberships_of, tenant_of, user_by_email
from marketplace.accounts.rules import ROLE_SV, Role, is_email
from marketplace.accounts.services import add_membership, create_account
from marketplace.accounts.session_services import end_sessions_of, hashed
from marketplace.clock import now, today
from marketplace.colleagues import queries
from marketplace.colleagues.duties import duty_of
from marketplace.colleagues.models import Invitation
from marketplace.colleagues.rules import (
    INVITERS,
    KEPT,
    LINK_DAYS,
    OPEN_STATES,
    InvitationState,
    check_may_leave,
)
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.letters.messages import addressed
from marketplace.letters.transport import hand_over
from marketplace.outbox import emit
from marketplace.tenancy import Actor, acting_as, current_actor, system_actor
from marketplace.web.addresses import public_address

SEND_TOPIC = "invitation.send"
_HELD = {"key_share": True}
"""What points at a row can still be written: whoever registers a participant holds one, and points at the other."""
LINK_OVER_SV = "Länken gäller inte längre. Be den som bjöd in dig att skicka en ny."


def _acting() -> Actor:
    actor = current_actor()
    if actor.role not in INVITERS:
        raise NotAllowed("Din roll får inte göra detta.")
    return actor


def invite(email: str, post_key: str, kommun_codes: Collection[str]) -> Invitation:
    """Invites to a post; a job sends the letter. Raises Invalid beside the field, Conflict."""
    actor = _acting()
    if not current_app.config["MAIL_URL"]:
        raise Conflict("Platstorget kan inte skicka e-post. Be den som driver det att ställa in MAIL_URL.")
    post = queries.posts(actor).get(post_key)
    if post is None:
        raise Invalid("Välj en av rollerna i listan.", field="post")
    email = email.strip().lower()
    if not is_email(email):
        raise Invalid("Skriv e-postadressen som namn@exempel.se.", field="email")
    if email == db.session.get_one(User, actor.user_id).email:
        raise Invalid(
            "Du kan inte bjuda in dig själv. Be en kollega om du behöver en annan roll.", field="email"
        )
    if _works_as(email, post):
        raise Conflict("Hen har redan rollen hos er.", field="email")
    invitation = Invitation(
        organisation_id=post.organisation.id,
        email=email,
        role=post.role,
        kommun_codes=_kommuner_of(post, kommun_codes),
        invited_by=actor.user_name,
        invited_at=now(),
    )
    db.session.add(invitation)
    db.session.flush()
    _record(post.organisation, "invite", post.role)
    emit(SEND_TOPIC, invitation_id=invitation.id)
    return invitation


def _works_as(email: str, post: queries.Post) -> bool:
    with acting_as(system_actor()):
        user = user_by_email(email)
        held = memberships_of(user.id) if user else []
        return any(one.organisation_id == post.organisation.id and one.role is post.role for one in held)


def _kommuner_of(post: queries.Post, codes: Collection[str]) -> list[str]:
    """Those of a coordinator's Resursråd; nobody else has kommuner of her own."""
    own = post.organisation.kommun_codes if post.role is Role.COORDINATOR else []
    return [code for code in own if code in codes]


def _record(organisation: Organisation, action: str, role: Role) -> None:
    """In the events of the enterprise, or of the authority also for its members. Of the role, not of whom."""
    tenant = tenant_of(organisation)
    audit.record(
        "organisation",
        tenant["authority_id"] or organisation.id,
        action,
        authority_id=tenant["authority_id"],
        enterprise_id=tenant["enterprise_id"],
        note_sv=f"{ROLE_SV[role]}, {organisation.name}",
    )


def _open_invitation(invitation_id: int) -> Invitation:
    _acting()
    invitation = get_or_404(Invitation, invitation_id, lock=True)
    if invitation.state not in OPEN_STATES:
        raise Conflict("Inbjudan är redan besvarad eller återkallad.")
    return invitation


def resend(invitation_id: int) -> None:
    """A new letter with a new link; the one before stops working when it leaves."""
    invitation = _open_invitation(invitation_id)
    emit(SEND_TOPIC, invitation_id=invitation.id)


def withdraw(invitation_id: int) -> None:
    """The link stops working."""
    invitation = _open_invitation(invitation_id)
    invitation.withdrawn_at = now()
    _record(invitation.organisation, "withdraw_invitation", invitation.role)
    db.session.flush()


def send_invitation(invitation_id: int) -> None:
    """Makes the link and hands the letter over: the token is nowhere but in it. Raises what the mail server raised;
    then nothing has been kept, and the message is delivered again later."""
    invitation = db.session.get(Invitation, invitation_id, with_for_update=True)
    mail_url = current_app.config["MAIL_URL"]
    if invitation is None or invitation.state not in OPEN_STATES or not mail_url:
        return
    token = secrets.token_urlsafe(32)
    invitation.token_hash = hashed(token)
    invitation.sent_at, invitation.expires_at = now(), now() + LINK_DAYS
    db.session.flush()
    body = current_app.jinja_env.get_template("email/invitation.txt").render(
        invitation=invitation,
        role_sv=ROLE_SV[invitation.role],
        address=public_address("colleagues.accept", token=token),
        days=LINK_DAYS.days,
    )
    message = addressed(
        invitation.email,
        subject_sv=f"Du är inbjuden till Platstorget av {invitation.organisation.name}",
        body=body,
        written_at=now(),
        key=f"invitation.{invitation.id}.{now():%Y%m%d%H%M%S}",
    )
    hand_over(message, mail_url)


def invitation_for(token: str) -> tuple[Invitation, User | None]:
    """The invitation of a link that holds, and the account with its address. Raises NotFound."""
    with acting_as(system_actor()):
        return _held_by(token)


def _held_by(token: str, *, lock: bool = False) -> tuple[Invitation, User | None]:
    invitation = queries.invitation_by(hashed(token), lock=lock)
    if invitation is None or invitation.state is not InvitationState.SENT:
        raise NotFound(LINK_OVER_SV)
    user = user_by_email(invitation.email)
    if user is not None and not user.is_active:
        raise NotFound(
            "Kontot är stängt. Be den som bjöd in dig att höra av sig till den som driver Platstorget."
        )
    return invitation, user


def accept_with_new_account(token: str, name: str, password: str) -> tuple[int, int]:
    """The new user and her membership. Raises Invalid beside the field, NotFound, Conflict for who has an account."""
    with acting_as(system_actor()):
        invitation, user = _held_by(token, lock=True)
        if user is not None:
            raise Conflict("Du har redan ett konto. Logga in och öppna länken igen.")
        made = create_account(invitation.email, name, password)
        return made.id, _accept(invitation, made.id)


def accept_as_oneself(token: str) -> int:
    """The membership of whoever is signed in with the invited address. Raises NotFound, NotAllowed."""
    user_id = current_actor().user_id
    with acting_as(system_actor()):
        invitation, user = _held_by(token, lock=True)
        if user is None or user.id != user_id:
            raise NotAllowed("Inbjudan gäller en annan e-postadress. Logga in med den och öppna länken igen.")
        return _accept(invitation, user.id)


def _accept(invitation: Invitation, user_id: int) -> int:
    organisation = invitation.organisation
    membership = add_membership(user_id, organisation.id, invitation.role, invitation.kommun_codes)
    invitation.accepted_at = now()
    with acting_as(system_actor(**tenant_of(organisation))):
        _record(organisation, "accept_invitation", invitation.role)
    return membership.id


def end_membership(membership_id: int, successor_id: int | None) -> None:
    """She is out at once, and whoever takes over has what she had. Of one that has ended already, what was left behind
    is taken over. Raises NotFound, Conflict, Invalid beside `successor`."""
    actor = _acting()
    organisation_id = queries.membership_of_ours(membership_id).organisation_id
    with acting_as(system_actor()):  # one at a time, or the last two end each other
        organisation = db.session.get_one(
            Organisation, organisation_id, with_for_update=_HELD, populate_existing=True
        )
        membership = db.session.get_one(
            Membership, membership_id, with_for_update=_HELD, populate_existing=True
        )
        others = queries.others_in(membership)
    with acting_as(actor):
        duty = duty_of(membership.role)
        duty_sv = duty.held_by([membership]).get(membership.id, "") if duty else ""
    successors = {one.user_id for one in others if one.role is membership.role}
    check_may_leave(
        membership.role,
        [one.role for one in others],
        kind=organisation.kind,
        duty_sv=duty_sv,
        is_shared=duty is not None and duty.hand_over is None,
        has_successor=successor_id in successors,
    )
    if duty and duty.hand_over and duty_sv and successor_id is not None:
        duty.hand_over(membership, successor_id)
    if not membership.is_current:
        return
    with acting_as(system_actor()):
        membership.ended_on = today()
        db.session.flush()
        if not memberships_of(membership.user_id):
            end_sessions_of(membership.user_id)
    _record(organisation, "end_membership", membership.role)


def forget_old_invitations() -> None:
    """For the system."""
    over = or_(
        Invitation.accepted_at.is_not(None),
        Invitation.withdrawn_at.is_not(None),
        Invitation.expires_at < now(),
    )
    long_ago = now() - KEPT
    old = select(Invitation.id).where(
        over, or_(Invitation.sent_at < long_ago, Invitation.invited_at < long_ago)
    )
    db.session.execute(delete(Invitation).where(Invitation.id.in_(old)))
