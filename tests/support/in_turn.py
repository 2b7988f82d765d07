"""Two who meet: the first has done its part and not committed when the second comes, and is seen to wait."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from sqlalchemy import text

from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import DomainError
from marketplace.tenancy import Actor, acting_as
from tests.support.application import Database
from tests.support.at_once import Act, by

_PATIENCE = 20.0
_WAITS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def in_turn(
    database: Database,
    first: tuple[Actor, Act],
    second: tuple[Actor, Act],
    on: date,
    *,
    then: Act | None = None,
) -> object:
    """What the second gave, or the refusal that it met. Fails when it did not have to wait for the first.

    `then`: what the first goes on with meanwhile. It meets a Conflict when the second already holds what it needs.
    """
    has_begun = threading.Event()

    def come_second() -> object:
        with database.app.app_context(), travelling(on):
            has_begun.wait(_PATIENCE)
            try:
                return by(*second)()
            except DomainError as refusal:
                return refusal
            finally:
                db.session.remove()

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(come_second)
        with travelling(on), acting_as(first[0]), transaction():
            first[1]()
            db.session.flush()
            has_begun.set()
            _wait_until_someone_waits()
            assert not answer.done()
            if then is not None:
                then()
        given = answer.result(_PATIENCE)
    db.session.remove()
    return given


def _wait_until_someone_waits() -> None:
    give_up = time.monotonic() + _PATIENCE
    while not _someone_waits():
        assert time.monotonic() < give_up, "nobody waited: the first holds nothing"
        time.sleep(0.02)


def _someone_waits() -> bool:
    """Asked in a transaction of its own: pg_stat_activity stands still within one."""
    with db.engine.connect() as connection:
        return bool(connection.scalar(text(_WAITS)))
