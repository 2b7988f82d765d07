"""Throttling, counted in Redis so that every web process shares the count."""

import hashlib
import hmac

from flask import current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response

from marketplace.errors import Invalid


class _WhereAsked(Limiter):
    """Looks at a request only where a view has a limit: there is none that holds everywhere, and looking costs each."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


limiter = _WhereAsked(key_func=get_remote_address, in_memory_fallback_enabled=True)
"""Without Redis each process counts for itself: signing in must not stop because Redis does."""


def is_refused(response: Response) -> bool:
    """Whether what was typed was wrong: what guesses are counted by."""
    return response.status_code == Invalid.status


def fingerprint(*parts: str) -> str:
    """A key to count by that tells nothing about the person whom it counts."""
    secret = str(current_app.secret_key).encode()
    return hmac.new(secret, "\n".join(parts).encode(), hashlib.sha256).hexdigest()
