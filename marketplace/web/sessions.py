"""The session: who it belongs to, how long it lasts, and the actor of each request.

It is a signed-in user's, or a guest's: somebody whom another room lets in without an account, by a code.

The cookie is signed and without expiry of its own, so closing the browser ends it on a shared laptop. It ends also
after an idle time and after an absolute time (SESSION_IDLE_MINUTES, SESSION_ABSOLUTE_HOURS). A user's is a row, which
the cookie holds the token of: what ends the row ends the session at the next click, wherever the cookie is.
"""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import structlog
from flask import Flask, Response, after_this_request, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.exc import SQLAlchemyError

from marketplace.accounts import queries, session_services
from marketplace.accounts.rules import SignInMeans, browser_sv
from marketplace.accounts.session_services import session_limits
from marketplace.clock import now
from marketplace.db import db, transaction
from marketplace.tenancy import Actor, acting_as

_TOKEN, _MEMBERSHIP, _PROVED = "token", "membership_id", "proved"
_SINCE, _SEEN, _GUEST = "since", "seen", "guest"
_log = structlog.stdlib.get_logger(__name__)
_SEEN_STEP = timedelta(minutes=1)
"""Between times that a session is noted to be in use."""


class _Cookies(SecureCookieSessionInterface):
    """Makes what signs the cookie once, and not twice in every request."""

    _signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        self._signer = self._signer or super().get_signing_serializer(app)
        return self._signer


class SignedInUser(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """What Flask-Login knows of a user."""

    def __init__(
        self, user_id: int, actor: Actor, may_switch: bool = False, session_id: int | None = None
    ) -> None:
        self.id = user_id
        self.actor = actor
        self.may_switch = may_switch
        self.session_id = session_id


def begin_session(user_id: int, *, by: SignInMeans, proved_at: int | None = None) -> None:
    """Sign in, after `by` has shown who she is, just now or at `proved_at`. Nothing of the session before is kept, so
    nobody can have prepared it. Commits: what else is to be written has been."""
    drop_session()
    with acting_as(Actor(user_id=user_id)), transaction():
        token = session_services.begin(user_id, by, browser_sv(request.user_agent.string))
    login_user(SignedInUser(user_id, Actor(user_id=user_id)))
    session[_TOKEN] = token
    _log.info("signed in", user_id=user_id, means=by)
    note_proof(proved_at)


def note_proof(at: int | None = None) -> None:
    """Whoever is signed in has shown who she is, just now or `at` a moment before (seconds since 1970)."""
    moment = int(now().timestamp())
    session[_PROVED] = moment if at is None else min(at, moment)


def proved_at() -> datetime:
    """When she last did."""
    return datetime.fromtimestamp(session.get(_PROVED, 0), UTC)


def begin_guest_session(*key: int) -> None:
    """Let a guest in. `key` is what the room that knows guests finds the actor by, at every request."""
    drop_session()
    session[_GUEST] = list(key)
    session[_SINCE] = session[_SEEN] = int(now().timestamp())


def admit_guests(app: Flask, actor_of: Callable[..., Actor | None]) -> None:
    """`actor_of(*key)` gives the actor of a guest's session, or None when it no longer holds."""
    app.extensions[_GUEST] = actor_of


def act_in(membership_id: int) -> None:
    """Act in this membership from the next request on. The caller has checked that it is the user's."""
    session[_MEMBERSHIP] = membership_id


def end_session() -> None:
    """Sign out, or close a guest's page. What the browser keeps half-typed is not for whoever has it next."""
    drop_session()
    logout_user()

    @after_this_request
    def forget_what_is_kept(answer: Response) -> Response:
        answer.headers["Clear-Site-Data"] = '"storage"'
        return answer


def drop_session() -> None:
    """Ends the row too, so that a copy of the cookie opens nothing."""
    if (session_id := current_session_id()) is not None:
        with acting_as(Actor(user_id=current_user.id)), transaction():
            session_services.end_session(current_user.id, session_id)
    session.clear()


def current_session_id() -> int | None:
    """The row of the session that the request came with, if it was a user's."""
    return getattr(current_user, "session_id", None)


def may_switch_membership() -> bool:
    """Whether the signed-in user has more than one role to act in."""
    return bool(getattr(current_user, "may_switch", False))


def _load_user(user_id: str) -> SignedInUser | None:
    moment, (idle, absolute) = now(), session_limits()
    with acting_as(Actor(user_id=int(user_id))):
        found = queries.signed_in(
            session_services.hashed(session.get(_TOKEN, "")),
            session.get(_MEMBERSHIP),
            seen_after=moment - idle,
            begun_after=moment - absolute,
        )
        if found is None:
            session.clear()
            return None
        if moment - found.seen_at >= _SEEN_STEP:
            with transaction():
                session_services.note_use(found.session_id)
    return SignedInUser(int(user_id), found.actor, found.may_switch, found.session_id)


def _guest_has_expired() -> bool:
    """Whether the session has lasted too long or been left alone too long; notes that it is in use."""
    moment, (idle, absolute) = now(), session_limits()
    since, seen = (datetime.fromtimestamp(session[one], moment.tzinfo) for one in (_SINCE, _SEEN))
    if moment - seen > idle or moment - since > absolute:
        return True
    if moment - seen >= _SEEN_STEP:
        session[_SEEN] = int(moment.timestamp())
    return False


def _enter() -> None:
    """The signed-in user acts for as long as the request lasts."""
    if (request.endpoint or "static").endswith("static"):
        return
    actor: Actor | None = getattr(current_user, "actor", None) or _guest()
    if actor is not None:
        stack = ExitStack()
        stack.enter_context(acting_as(actor))
        g.acting = stack


def _guest() -> Actor | None:
    """The guest whom the session is for; a session that no longer holds is emptied."""
    if _GUEST not in session:
        return None
    actor_of = current_app.extensions[_GUEST]
    actor: Actor | None = None if _guest_has_expired() else actor_of(*session[_GUEST])
    if actor is None:
        session.clear()
    return actor


def _leave(error: BaseException | None) -> None:
    stack: ExitStack | None = g.pop("acting", None)
    if stack is not None:
        try:
            stack.close()
        except SQLAlchemyError:
            db.session.rollback()  # the request failed in the database, and has shown its error page already


def add_sessions(app: Flask) -> None:
    app.config.setdefault("SESSION_IDLE_MINUTES", 60)
    app.config.setdefault("SESSION_ABSOLUTE_HOURS", 12)
    is_demo = bool(app.config.get("DEMO"))  # plain http on loopback, where a Secure cookie would not be sent
    app.config.update(
        SESSION_COOKIE_NAME="platstorget" if is_demo else "__Host-platstorget",
        SESSION_COOKIE_SECURE=not is_demo,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
    )
    app.session_interface = _Cookies()
    manager = LoginManager(app)
    manager.user_loader(_load_user)
    app.before_request(_enter)
    app.teardown_request(_leave)
