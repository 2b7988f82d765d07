"""Messages to background jobs, written in the same transaction as what they tell of.

`emit()` stores ids only. The relay (worker.py) hands each message to RQ; a job claims its message by locking the
row, does its work as the tenant the message names, and marks it processed in the same transaction. So lost,
repeated and reordered deliveries do no harm, and an empty Redis is refilled from the table.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from psycopg2.extras import Json
from sqlalchemy import (
    BigInteger,
    Identity,
    Index,
    Table,
    bindparam,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from marketplace import clock
from marketplace.db import Base, db, transaction
from marketplace.statements import Prepared
from marketplace.tenancy import Actor, acting_as, system_actor

RESEND_AFTER = timedelta(minutes=10)
"""A message handed to Redis and still not processed after this long is handed over again."""

FOR_ONE_JOB = ">"
"""Between topic and job in a message that `divide()` made."""


class Outbox(Base):
    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_unprocessed", "id", postgresql_where=text("processed_at IS NULL")),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    topic: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    authority_id: Mapped[int | None]
    enterprise_id: Mapped[int | None]
    created_at: Mapped[datetime]
    enqueued_at: Mapped[datetime | None]
    processed_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Message:
    """What a job is told: a topic and ids."""

    id: int
    topic: str
    payload: dict[str, Any] = field(default_factory=dict)


def emit(
    topic: str, *, authority_id: int | None = None, enterprise_id: int | None = None, **ids: int | str
) -> None:
    """Queues a message for the jobs of `topic`; it is sent if the transaction commits.

    The job acts as the system for `authority_id` and `enterprise_id`. Ids only: no personal data.
    """
    _ADD.write(
        topic=topic,
        payload=Json(ids),
        authority_id=authority_id,
        enterprise_id=enterprise_id,
        created_at=clock.now(),
    )


_GIVEN = ("topic", "payload", "authority_id", "enterprise_id", "created_at")
_ADD = Prepared(
    insert(cast(Table, Outbox.__table__)).inline().values({column: bindparam(column) for column in _GIVEN}),
    is_planned_once=True,
)


@contextmanager
def claimed(outbox_id: int) -> Iterator[Message | None]:
    """The job's transaction: yields the message, or None when it is already processed or gone.

    Locks the message's row, acts as the system for its tenant, marks it processed and commits; an exception
    rolls everything back and leaves the message to be delivered again.
    """
    with acting_as(system_actor()), transaction():
        row = db.session.get(Outbox, outbox_id, with_for_update=True, populate_existing=True)
        if row is None or row.processed_at is not None:
            yield None
            return
        message = Message(row.id, row.topic.partition(FOR_ONE_JOB)[0], row.payload)
        row.processed_at = clock.now()
        with acting_as(system_actor(row.authority_id, row.enterprise_id)):
            yield message


def unprocessed(outbox_id: int) -> tuple[Message, Actor] | None:
    """A message and the system for its tenant, for a job whose work is many transactions: it holds nothing meanwhile,
    may be delivered twice at once, and claims the message when all is done. None when it is processed or gone."""
    with acting_as(system_actor()), transaction():
        row = db.session.get(Outbox, outbox_id, populate_existing=True)
        if row is None or row.processed_at is not None:
            return None
        message = Message(row.id, row.topic.partition(FOR_ONE_JOB)[0], row.payload)
        return message, system_actor(row.authority_id, row.enterprise_id)


def claim_unsent(limit: int = 100) -> list[Message]:
    """Messages to hand to Redis now, marked as handed over. Call as the system, inside a transaction.

    Two relays at once take different rows (SKIP LOCKED).
    """
    due = or_(Outbox.enqueued_at.is_(None), Outbox.enqueued_at < clock.now() - RESEND_AFTER)
    rows = list(
        db.session.scalars(
            select(Outbox)
            .where(Outbox.processed_at.is_(None), due)
            .order_by(Outbox.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )
    db.session.execute(
        update(Outbox).where(Outbox.id.in_([row.id for row in rows])).values(enqueued_at=clock.now())
    )
    return [Message(row.id, row.topic, row.payload) for row in rows]


def divide(outbox_id: int, jobs: Sequence[str]) -> None:
    """One message for each of the jobs that listen to a topic, so that each is done once; none leaves it done.

    Call as the system, inside the transaction that claimed it.
    """
    row = db.session.get_one(Outbox, outbox_id)
    for job in jobs:
        db.session.add(
            Outbox(
                topic=f"{row.topic}{FOR_ONE_JOB}{job}",
                payload=row.payload,
                authority_id=row.authority_id,
                enterprise_id=row.enterprise_id,
                created_at=row.created_at,
            )
        )
    row.processed_at = clock.now()
