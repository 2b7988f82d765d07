"""A new password: by whoever knows the old one, or by a link in a letter. It signs the user out everywhere else."""

import secrets
from datetime import timedelta

from flask import current_app
from sqlalchemy import delete, func, select

from marketplace.accounts.models import PasswordLink, User, UserSecret
from marketplace.accounts.password_rules import check_new_password
from marketplace.accounts.queries import user_by_email
from marketplace.accounts.services import hash_of, is_password_of
from marketplace.accounts.session_services import end_sessions_of, hashed
from marketplace.clock import now
from marketplace.db import db
from marketplace.errors import Invalid, NotFound
from marketplace.letters.messages import addressed
from marketplace.letters.transport import hand_over
from marketplace.outbox import emit
from marketplace.tenancy import acting_as, system_actor
from marketplace.web.addresses import public_address

SEND_TOPIC = "password.send"
LINK_HOLDS = timedelta(hours=1)
MOST_LINKS = 5
"""That hold at once, so that nobody's mailbox is filled. No letter stops the one before: none can be kept from her."""


def ask_for_link(email: str) -> None:
    """The same is written whether or not the address has an account; a job finds out."""
    with acting_as(system_actor()):
        user = user_by_email(email)
        link = PasswordLink(user_id=user.id if user and user.is_active else None, asked_at=now())
        db.session.add(link)
        db.session.flush()
        emit(SEND_TOPIC, link_id=link.id)


def send_link(link_id: int) -> None:
    """Makes the link and hands the letter over: the token is nowhere but in it. Raises what the mail server raised;
    then nothing has been kept, and the message is delivered again later."""
    link = db.session.get(PasswordLink, link_id)
    mail_url = current_app.config["MAIL_URL"]
    if link is None or link.user_id is None or not mail_url or _links_of(link.user_id) >= MOST_LINKS:
        return
    token = secrets.token_urlsafe(32)
    link.token_hash, link.expires_at = hashed(token), now() + LINK_HOLDS
    db.session.flush()
    body = current_app.jinja_env.get_template("email/password_link.txt").render(
        address=public_address("account.choose_password", token=token)
    )
    message = addressed(
        db.session.get_one(User, link.user_id).email,
        subject_sv="Välj ett nytt lösenord i Platstorget",
        body=body,
        written_at=now(),
        key=f"password.{link.id}.{now():%Y%m%d%H%M%S}",
    )
    hand_over(message, mail_url)


def _links_of(user_id: int) -> int:
    of_hers = PasswordLink.user_id == user_id, PasswordLink.expires_at > now()
    return db.session.scalar(select(func.count()).select_from(PasswordLink).where(*of_hers)) or 0


def user_of_link(token: str) -> User:
    """Whose password a link that holds is for. Raises NotFound."""
    with acting_as(system_actor()):
        user = db.session.scalar(
            select(User)
            .join(PasswordLink, PasswordLink.user_id == User.id)
            .where(PasswordLink.token_hash == hashed(token), PasswordLink.expires_at > now(), User.is_active)
            .with_for_update()  # of two who have opened it, one is late
        )
    if user is None:
        raise NotFound(
            "Länken gäller inte längre. Den håller en timme och går att använda en gång. Be om en ny."
        )
    return user


def choose_password(token: str, password: str) -> int:
    """By a link, which is used up with all others of hers; signs her out everywhere. Gives her id."""
    user = user_of_link(token)
    with acting_as(system_actor()):
        _set_password(user, password)
        return user.id


def change_password(user_id: int, current: str, new: str, *, session_id: int | None) -> None:
    """By whoever knows the old one; she stays signed in in this session. Raises Invalid beside the field."""
    if not is_password_of(user_id, current):
        raise Invalid("Lösenordet stämmer inte.", field="current_password")
    with acting_as(system_actor()):
        _set_password(db.session.get_one(User, user_id), new, but=session_id)


def _set_password(user: User, password: str, *, but: int | None = None) -> None:
    check_new_password(password, user.name, user.email)
    db.session.merge(UserSecret(user_id=user.id, password_hash=hash_of(password)))
    db.session.execute(delete(PasswordLink).where(PasswordLink.user_id == user.id))
    end_sessions_of(user.id, but=but)
    db.session.flush()


def forget_old_links() -> None:
    """For the system."""
    db.session.execute(delete(PasswordLink).where(PasswordLink.asked_at < now() - timedelta(days=1)))
