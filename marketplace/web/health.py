"""Is the process alive, and can it serve? For supervisors and load balancers; says nothing that needs protection."""

from collections.abc import Callable, Container

import redis
import structlog
from alembic.runtime.migration import MigrationContext
from flask import Blueprint, Flask, current_app
from flask.typing import ResponseReturnValue
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import text

from marketplace.db import db
from marketplace.web.guards import public

bp = Blueprint("health", __name__)
_EXTENSION = "platstorget.health"
_PATIENCE = 2  # seconds
_log = structlog.stdlib.get_logger(__name__)


@bp.get("/healthz")
@public("a supervisor asks whether the process answers")
def alive() -> ResponseReturnValue:
    return {"status": "ok"}


@bp.get("/readyz")
@public("a load balancer asks whether the process can serve")
def ready() -> ResponseReturnValue:
    checks: dict[str, Callable[[], bool]] = current_app.extensions[_EXTENSION]
    answers = {name: "ok" if _holds(name, check) else "failed" for name, check in checks.items()}
    is_ready = all(answer == "ok" for answer in answers.values())
    return {"status": "ok" if is_ready else "failed", **answers}, 200 if is_ready else 503


def add_health(app: Flask, redis_url: str, too_old: Container[str | None]) -> None:
    """Registers the two addresses. `too_old`: the revisions that the database must have left. One that this program
    does not know is newer: while a new version is brought in, the one before serves on."""
    client = redis.Redis.from_url(
        redis_url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE, retry=Retry(NoBackoff(), 0)
    )
    app.extensions[_EXTENSION] = {
        "database": _database_answers,
        "redis": lambda: bool(client.ping()),
        "migrations": lambda: _revision() not in too_old,
    }
    app.register_blueprint(bp)


def _holds(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception:  # whatever it is, it is not ready; the log tells what
        _log.warning("not ready", check=name, exc_info=True)
        return False


def _database_answers() -> bool:
    with db.engine.connect() as connection:
        return bool(connection.scalar(text("SELECT true")))


def _revision() -> str | None:
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
