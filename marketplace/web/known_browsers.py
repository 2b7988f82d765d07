"""Browsers that an account has been signed in to from. Guesses made anywhere else do not lock them out.

Guesses are counted by address, which a whole office may share, and at an account all over the world together, or a
thousand addresses could guess ten times each. Then whoever wants to lock somebody out needs only to guess; so a
browser that has shown the password before is counted by itself (OWASP: device cookies). What it keeps gives no right
but to guess.
"""

import secrets
from datetime import timedelta

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from marketplace.web.limiter import fingerprint

_KEPT = timedelta(days=180)
_MOST_ACCOUNTS = 8
"""On a shared computer. The one that was used longest ago is forgotten first."""


def guesser_at(email: str, *elsewhere: str) -> str:
    """The key that wrong guesses at the account are counted by: the browser if the account is known there, otherwise
    what is said of `elsewhere`."""
    browser, accounts = _known()
    account = fingerprint("account", email)
    return fingerprint(account, browser) if account in accounts else fingerprint(*elsewhere)


def remember_browser(email: str) -> None:
    """Call when the password has been right."""
    browser, accounts = _known()
    account = fingerprint("account", email)
    accounts = [account, *(one for one in accounts if one != account)][:_MOST_ACCOUNTS]
    kept = _signer().dumps([browser or secrets.token_urlsafe(16), accounts])

    @after_this_request
    def keep(answer: Response) -> Response:
        is_secure = current_app.config["SESSION_COOKIE_SECURE"]
        answer.set_cookie(_name(), kept, max_age=_KEPT, secure=is_secure, httponly=True, samesite="Strict")
        return answer


def _known() -> tuple[str, list[str]]:
    """What the browser is counted by, and the accounts that it knows."""
    try:
        browser, accounts = _signer().loads(
            request.cookies.get(_name(), ""), max_age=int(_KEPT.total_seconds())
        )
    except BadSignature:
        return "", []
    return browser, accounts


def _name() -> str:
    return "__Host-kand" if current_app.config["SESSION_COOKIE_SECURE"] else "kand"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known browser")
