"""What happened to each object, by whom: append-only events, shown as the object's timeline.

The names of user and organisation are written as they were then: an event points at nothing, and outlasts what it tells
of. The app role can neither change nor delete a row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import BigInteger, Identity, Index, Table, bindparam, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from marketplace import clock
from marketplace.db import Base, db
from marketplace.statements import Prepared
from marketplace.tenancy import current_actor

PERSONAL_OBJECTS = frozenset(
    {
        "checkpoint",
        "follow_up",
        "hours_month",
        "participant",
        "grant",
        "choice_round",
        "plan",
        "report",
        "study_visit",
        "waiting_entry",
    }
)
"""Their events are seen only by roles that may see persons. A placement is a number: its events are both parties'."""


class Event(Base):
    __tablename__ = "event"
    __table_args__ = (Index("ix_event_object", "object_type", "object_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    object_type: Mapped[str]
    object_id: Mapped[int] = mapped_column(BigInteger)
    about_person: Mapped[bool]
    action: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str | None]
    note_sv: Mapped[str]
    at: Mapped[datetime]
    user_id: Mapped[int | None]
    user_name: Mapped[str]
    organisation_name: Mapped[str]
    authority_id: Mapped[int | None]
    enterprise_id: Mapped[int | None]


def record(
    object_type: str,
    object_id: int,
    action: str,
    *,
    authority_id: int | None = None,
    enterprise_id: int | None = None,
    from_state: str | None = None,
    to_state: str | None = None,
    note_sv: str = "",
) -> None:
    """Adds an event by the current actor, now. `note_sv` is shown to both parties: no personal data in it."""
    event = NewEvent(
        object_type, object_id, action, authority_id, enterprise_id, from_state, to_state, note_sv
    )
    record_many([event])


@dataclass(frozen=True)
class NewEvent:
    """One of several events that are recorded together."""

    object_type: str
    object_id: int
    action: str
    authority_id: int | None = None
    enterprise_id: int | None = None
    from_state: str | None = None
    to_state: str | None = None
    note_sv: str = ""


def record_many(events: Sequence[NewEvent]) -> None:
    """As record(), for any number of objects in one statement."""
    actor = current_actor()
    rows = [
        {
            **vars(event),
            "about_person": event.object_type in PERSONAL_OBJECTS,
            "at": clock.now(),
            "user_id": actor.user_id,
            "user_name": actor.user_name,
            "organisation_name": actor.organisation_name,
        }
        for event in events
    ]
    if len(rows) == 1:
        _ADD.write(**rows[0])
    elif rows:
        db.session.execute(insert(_TABLE).inline(), rows)


_TABLE = cast(Table, Event.__table__)
"""The table and not the model: there is nothing for the ORM to keep."""
_ADD = Prepared(
    insert(_TABLE)
    .inline()
    .values({column.name: bindparam(column.name) for column in _TABLE.c if column.name != "id"}),
    is_planned_once=True,
)


def says_last(object_type: str, object_id: int, action: str) -> bool:
    """Whether the newest event says that the current actor did so today: a draft that saves itself tells it once."""
    newest = db.session.execute(
        select(Event.action, Event.user_id, Event.at)
        .where(Event.object_type == object_type, Event.object_id == object_id)
        .order_by(Event.id.desc())
        .limit(1)
    ).first()
    if newest is None:
        return False
    done, user_id, at = newest
    return done == action and user_id == current_actor().user_id and at.date() == clock.now().date()


def timeline(object_type: str, object_id: int) -> list[Event]:
    """The object's events that the actor may see, newest first."""
    return list(
        db.session.scalars(
            select(Event)
            .where(Event.object_type == object_type, Event.object_id == object_id)
            .order_by(Event.id.desc())
        )
    )
