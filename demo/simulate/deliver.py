"""Does at once what the worker would do: hands the outbox's messages to their jobs."""

from collections.abc import Callable
from pkgutil import resolve_name

from sqlalchemy import func, select, update

from app import JOBS
from enterprises.places.services.capacity import SEAT_FREED
from marketplace.clock import now
from marketplace.db import db, transaction
from marketplace.letters.services import DELIVER_TOPIC, SEND_TOPIC
from marketplace.outbox import FOR_ONE_JOB, Outbox, divide
from marketplace.tenancy import acting_as, system_actor

_LATER = "invoicing.delivery.jobs.keep_paper"
"""The history's papers are set when somebody opens them: two years of them at once take too long."""


def deliver(authority_id: int) -> None:
    """Runs every job that waits for the authority, and those that they ask for in turn."""
    while messages := _waiting(authority_id):
        for outbox_id, whole_topic in messages:
            topic, _, only = whole_topic.partition(FOR_ONE_JOB)
            jobs = [only] if only else [job for job in JOBS[topic] if job != _LATER]
            if len(jobs) > 1:
                with acting_as(system_actor()), transaction():
                    divide(outbox_id, jobs)
                continue
            job: Callable[[int], None] = resolve_name(jobs[0])
            job(outbox_id)


def forget_letters() -> None:
    """The history's letters are not sent, and nobody waited for the seats that were freed in it."""
    with acting_as(system_actor()), transaction():
        db.session.execute(
            update(Outbox)
            .where(Outbox.topic.in_([SEND_TOPIC, DELIVER_TOPIC, SEAT_FREED]), Outbox.processed_at.is_(None))
            .values(processed_at=now())
            .execution_options(synchronize_session=False)
        )


def _waiting(authority_id: int) -> list[tuple[int, str]]:
    """Messages with jobs; those that nobody listens to are marked done."""
    heard = [topic for topic, jobs in JOBS.items() if jobs]
    unprocessed = (Outbox.authority_id == authority_id, Outbox.processed_at.is_(None))
    with acting_as(system_actor()), transaction():
        db.session.execute(
            update(Outbox)
            .where(*unprocessed, func.split_part(Outbox.topic, FOR_ONE_JOB, 1).not_in(heard))
            .values(processed_at=now())
            .execution_options(synchronize_session=False)
        )
        rows = db.session.execute(select(Outbox.id, Outbox.topic).where(*unprocessed).order_by(Outbox.id))
        return [(row.id, row.topic) for row in rows]
