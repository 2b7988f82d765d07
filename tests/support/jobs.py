"""Jobs of the tests' own, by import path: what a room's jobs.py looks like to the worker."""

import os
import signal
import time
from pathlib import Path

from sqlalchemy import select

from marketplace.db import db, transaction
from marketplace.errors import Conflict
from marketplace.outbox import Outbox, claimed, emit
from marketplace.tenancy import acting_as, current_actor, system_actor


def note(outbox_id: int) -> None:
    """Leaves one message that tells who acted for which tenant."""
    with claimed(outbox_id) as message:
        if message is not None:
            actor = current_actor()
            emit("noted", of=message.topic, authority=actor.authority_id or 0, **message.payload)


note_too = note


def fail(outbox_id: int) -> None:
    with claimed(outbox_id) as message:
        if message is not None:
            emit("noted", of="never kept")
            raise RuntimeError("19701063-2391 must not be logged")


def lose_twice(outbox_id: int) -> None:
    """As when the database lets it give way to another; the file named in the message counts how often."""
    with claimed(outbox_id) as message:
        if message is not None:
            with Path(message.payload["file"]).open("a+") as tries:
                tries.write("x")
                if tries.tell() < 3:
                    raise Conflict("Någon annan ändrade samma sak i samma ögonblick.")
            emit("noted", of=message.topic)


def die(outbox_id: int) -> None:
    """As when the machine loses its power: nothing is cleaned up."""
    with claimed(outbox_id) as message:
        if message is not None:
            emit("noted", of="never kept")
            db.session.flush()
            os.kill(os.getpid(), signal.SIGKILL)


def note_slowly(outbox_id: int) -> None:
    """Takes its time the first time, by the file that the message names, and leaves the note all the same."""
    with claimed(outbox_id) as message:
        if message is not None:
            emit("noted", of=message.topic)
            db.session.flush()
            begun = Path(message.payload["file"])
            if not begun.exists():
                begun.touch()
                time.sleep(60)


def dispatch() -> None:
    """What the schedule starts without arguments."""
    with acting_as(system_actor()), transaction():
        emit("noted", of="dispatch")


def noted() -> list[dict[str, object]]:
    """What the jobs have left, in order."""
    with acting_as(system_actor()):
        rows = db.session.scalars(select(Outbox.payload).where(Outbox.topic == "noted").order_by(Outbox.id))
        return list(rows)
