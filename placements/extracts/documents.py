"""The extract on paper, in words, and as a file for machines."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from marketplace.audit import Event
from marketplace.clock import now, today
from marketplace.documents import Paper, Section
from marketplace.swedish import kronor, plain_hours
from marketplace.web.filters import instant
from placements.access_log.rules import room_sv
from placements.extracts.queries import Held, Holding
from placements.extracts.rules import ABOUT_SV, NAMED_BY, SECRETS, UNSAID
from placements.extracts.word_rules import CODES_SV, COLUMN_SV, EVENTS_SV, LABELS, SUBJECT_SV
from placements.participants.event_rules import EVENT_SV

TITLE_SV = "Registerutdrag"
_ON_ONE_LINE = 60  # characters of a value


def extract_paper(holding: Holding, authority_name: str) -> Paper:
    kept = [held for held in holding.parts if held.rows]
    empty = [held.part.title_sv for held in holding.parts if not held.rows]
    return Paper(
        title_sv=TITLE_SV,
        sender=authority_name,
        diary_number="",
        dated=today(),
        sections=[
            Section("Om utdraget", tuple(ABOUT_SV)),
            Section("Hur länge uppgifterna sparas", tuple(holding.kept_sv)),
            *(Section(held.part.title_sv, tuple(_paragraphs(held, holding.names))) for held in kept),
            Section("Vad som har gjorts", tuple(event_sv(event) for event in holding.events)),
            Section("Det finns inget om", (", ".join(empty),)),
        ],
    )


def extract_json(holding: Holding, authority_name: str) -> bytes:
    """Every column but SECRETS; keys with what they are called beside them."""
    said = {
        "registerutdrag": {"myndighet": authority_name, "skapat": now(), "om": [*ABOUT_SV, *holding.kept_sv]},
        "delar": [
            {
                "rubrik": held.part.title_sv,
                "tabell": held.part.table,
                "rader": [
                    {name: value for name, value in row.items() if name not in SECRETS} for row in held.rows
                ],
            }
            for held in holding.parts
        ],
        "händelser": [
            {"när": event.at, "vem": event.user_name, "organisation": event.organisation_name}
            | {"vad": what_sv(event), "anteckning": event.note_sv}
            for event in holding.events
        ],
        "namn": [
            {"tabell": table, "nyckel": key, "namn": name} for (table, key), name in holding.names.items()
        ],
    }
    return json.dumps(said, ensure_ascii=False, indent=1, default=_plain).encode()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def what_sv(event: Event) -> str:
    what = EVENTS_SV.get(event.object_type, EVENT_SV).get(event.action, event.action)
    subject = SUBJECT_SV.get(event.object_type)
    return f"{subject}: {what[:1].lower()}{what[1:]}" if subject else what


def event_sv(event: Event) -> str:
    who = ", ".join(filter(None, (event.user_name, event.organisation_name)))
    return f"{instant(event.at)}: {what_sv(event)}{f' ({event.note_sv})' if event.note_sv else ''}. {who}"


def _paragraphs(held: Held, names: Mapping[tuple[str, Any], str]) -> Iterator[str]:
    for row in held.rows:
        said = [
            (COLUMN_SV[column], _value_sv(column, value, names))
            for column, value in row.items()
            if column in COLUMN_SV and column not in UNSAID and value not in (None, "", [], {})
        ]
        between = "; " if all(len(value) <= _ON_ONE_LINE for _, value in said) else "\n"
        yield between.join(f"{label}: {value}" for label, value in said) or "–"


def _value_sv(column: str, value: Any, names: Mapping[tuple[str, Any], str]) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_value_sv(column, one, names) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_value_sv(key, one, names)}" for key, one in value.items() if one)
    if column in NAMED_BY:
        return names.get((NAMED_BY[column][0], value), str(value))
    if column == "page":
        return room_sv(value)
    labels = CODES_SV.get(column) or LABELS.get(type(value))
    return labels.get(value, str(value)) if labels else _plain_sv(column, value)


def _plain_sv(column: str, value: object) -> str:
    match value:
        case bool():
            return "ja" if value else "nej"
        case int() if column.endswith("_ore"):
            return kronor(value)
        case datetime():
            return instant(value)
        case Decimal():
            return plain_hours(value)
    return str(value)
