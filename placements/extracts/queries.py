"""Everything that is held of a participant, read table by table."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, select

from marketplace.audit import Event
from marketplace.db import Base, db
from placements.extracts.rules import NAMED_BY, PARTS, Part
from placements.participants.queries import events_of

Row = dict[str, Any]

_BY_TABLE = {part.table: part for part in PARTS}
_ALL_EVENTS = 10_000


@dataclass(frozen=True)
class Held:
    """A part and her rows in it, by column."""

    part: Part
    rows: Sequence[Row]


@dataclass(frozen=True)
class Holding:
    """What is held of one participant. Call as the system for her authority."""

    parts: Sequence[Held]
    events: Sequence[Event]
    names: Mapping[tuple[str, Any], str]
    """What something is called, by its table and key."""
    kept_sv: Sequence[str] = ()
    """How long what is kept."""


def held_of(participant_id: int, read_number: Callable[[bytes], str]) -> Holding:
    """Rows in the order that they were written, as far as it is known; the personal number as `read_number` says it."""
    parts = [Held(part, _rows(part, participant_id)) for part in PARTS]
    for held in parts:
        for row in held.rows:
            if "number_encrypted" in row:
                row["number_encrypted"] = read_number(row["number_encrypted"])
    ids = {
        kind: [row["id"] for held in parts if held.part.table == table for row in held.rows]
        for kind, table in EVENTS_OF.items()
    }
    return Holding(parts, events_of(ids, limit=_ALL_EVENTS), _names(parts))


EVENTS_OF = {
    "participant": "participant",
    "grant": "training_grant",
    "choice_round": "choice_round",
    "study_visit": "study_visit",
    "waiting_entry": "waiting_entry",
    "placement": "placement",
    "attendance": "placement",
    "plan": "activity_plan",
    "checkpoint": "checkpoint",
    "follow_up": "follow_up",
    "report": "final_report",
}
"""What an event is about → the table that it is in."""


def table_of(part: Part) -> Table:
    return Base.metadata.tables[part.table]


def is_of(part: Part, participant_ids: Sequence[int]) -> ColumnElement[bool]:
    """That a row of the part is about one of the participants."""
    column = table_of(part).c[part.of]
    above = _BY_TABLE.get(part.parent)
    if above is None or part.of == "participant_id":
        return column.in_(participant_ids)
    return column.in_(select(table_of(above).c.id).where(is_of(above, participant_ids)))


def _rows(part: Part, participant_id: int) -> Sequence[Row]:
    table = table_of(part)
    statement = select(table).where(is_of(part, [participant_id])).order_by(*table.primary_key.columns)
    return [dict(row) for row in db.session.execute(statement).mappings()]


def _names(parts: Sequence[Held]) -> dict[tuple[str, Any], str]:
    wanted: dict[tuple[str, str, str], set[Any]] = defaultdict(set)
    for held in parts:
        for row in held.rows:
            for column in row.keys() & NAMED_BY.keys():
                keys = row[column] if isinstance(row[column], list) else [row[column]]
                wanted[NAMED_BY[column]].update(keys)
    return {
        (of[0], key): name for of, keys in wanted.items() for key, name in _named(*of, keys - {None}).items()
    }


def _named(table: str, key: str, name: str, keys: Set[Any]) -> dict[Any, str]:
    columns = Base.metadata.tables[table].c
    statement = select(columns[key], columns[name]).where(columns[key].in_(keys))
    if "language" in columns:
        statement = statement.where(columns.language == "sv")
    return {row[0]: row[1] for row in db.session.execute(statement)}
