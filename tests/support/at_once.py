"""Several at once: each in a thread and a session of its own, all starting together."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import date

from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import DomainError
from marketplace.tenancy import Actor, acting_as
from tests.support.application import Database

Act = Callable[[], object]


def by(actor: Actor, act: Act) -> Act:
    """The act done by the actor, in one transaction."""

    def done() -> object:
        with acting_as(actor), transaction():
            return act()

    return done


def all_at_once(database: Database, acts: Sequence[Act], on: date | None = None) -> list[object]:
    """What each gave, or the refusal that it met; any other error is raised. `on`: the day it is for all."""
    gate = threading.Barrier(len(acts))

    def run(act: Act) -> object:
        with database.app.app_context(), travelling(on) if on else nullcontext():
            gate.wait(timeout=30)
            try:
                return act()
            except DomainError as refusal:
                return refusal
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, act) for act in acts]]


def refusals(results: Sequence[object]) -> list[DomainError]:
    return [result for result in results if isinstance(result, DomainError)]
