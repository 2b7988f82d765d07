"""Sessions as rows: begun, in use, ended. What ends one is seen at the very next request that comes with it."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, delete, select, update

from marketplace.accounts.models import UserSession
from marketplace.accounts.rules import SESSIONS_KEPT, SignInMeans
from marketplace.clock import now
from marketplace.db import db


def session_limits() -> tuple[timedelta, timedelta]:
    """How long a session may be left alone, and how long it may last."""
    config = current_app.config
    return timedelta(minutes=config["SESSION_IDLE_MINUTES"]), timedelta(
        hours=config["SESSION_ABSOLUTE_HOURS"]
    )


def begin(user_id: int, means: SignInMeans, browser_sv: str) -> str:
    """A session of the user's; gives the token that opens it, which is kept nowhere here."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        UserSession(
            user_id=user_id,
            token_hash=hashed(token),
            means=means,
            browser_sv=browser_sv,
            begun_at=now(),
            seen_at=now(),
        )
    )
    return token


def hashed(token: str) -> str:
    """Without salt or stretching: nobody guesses 32 random bytes."""
    return hashlib.sha256(token.encode()).hexdigest()


def note_use(session_id: int) -> None:
    db.session.execute(update(UserSession).where(UserSession.id == session_id).values(seen_at=now()))


def signed_in_by(means: Collection[SignInMeans], *, seen_after: datetime) -> list[int]:
    """Those with an open session that was begun so. For the system."""
    open_so = (
        UserSession.means.in_(means),
        UserSession.ended_at.is_(None),
        UserSession.seen_at >= seen_after,
    )
    return list(db.session.scalars(select(UserSession.user_id).where(*open_so).distinct()))


def end_session(user_id: int, session_id: int) -> bool:
    """Whether the user had such a session that had not ended."""
    return _end(UserSession.user_id == user_id, UserSession.id == session_id)


def end_sessions_of(user_id: int, *, but: int | None = None) -> bool:
    """Signs the user out everywhere, or everywhere `but` in one session. Whether she was signed in anywhere."""
    return _end(UserSession.user_id == user_id, UserSession.id.is_distinct_from(but))


def forget_old_sessions() -> None:
    """For the system."""
    db.session.execute(delete(UserSession).where(UserSession.seen_at < now() - SESSIONS_KEPT))


def _end(*which: ColumnElement[bool]) -> bool:
    ending = update(UserSession).where(*which, UserSession.ended_at.is_(None)).values(ended_at=now())
    return bool(db.session.scalars(ending.returning(UserSession.id)).all())
