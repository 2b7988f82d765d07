"""What a link of the chain seals, and what can be wrong with a chain. See docs/adr/0045."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from itertools import pairwise
from typing import Any, Final

FACTS: Final = (
    "id",
    "object_type",
    "object_id",
    "about_person",
    "action",
    "from_state",
    "to_state",
    "at",
    "user_id",
    "user_name",
    "organisation_name",
    "authority_id",
    "enterprise_id",
)
"""What is sealed of an event, beside the hash of its note: a note can be taken away when a person's data is disposed
of, and the rest still be proven."""

Facts = Mapping[Any, Any]
"""An event's columns by their names, as they are read."""

SETTLED_AFTER: Final = timedelta(hours=1)
"""As long as any transaction may last: what is not committed by then never will be."""

START: Final = "0" * 64
"""What stands before a chain's first link."""


class Fault(StrEnum):
    CHANGED = "changed"
    MISSING = "missing"
    LOST_LINK = "lost_link"
    LATE = "late"
    UNSEALED = "unsealed"
    SHORTENED = "shortened"


FAULT_SV: Final = {
    Fault.CHANGED: "innehållet stämmer inte med fingeravtrycket",
    Fault.MISSING: "händelser är borttagna",
    Fault.LOST_LINK: "länkar är borttagna",
    Fault.LATE: "händelser är tillagda i efterhand",
    Fault.UNSEALED: "händelser står utanför kedjan",
    Fault.SHORTENED: "länkar som har kontrollerats förut är borta eller utbytta",
}


@dataclass(frozen=True)
class Problem:
    """`number` is the link's, or none when it is not about one."""

    fault: Fault
    number: int | None = None

    @property
    def text_sv(self) -> str:
        where = "Kedjan" if self.number is None else f"Länk {self.number}"
        return f"{where}: {FAULT_SV[self.fault]}."


@dataclass(frozen=True)
class Link:
    """A link as it stands in the table."""

    number: int
    sealed_at: datetime
    event_ids: Sequence[int]
    hash: str


def note_hash(note_sv: str) -> str:
    return sha256(note_sv.encode()).hexdigest()


def digest(event: Facts, note_sha256: str) -> str:
    """Of an event with all of FACTS."""
    return _hash_of({**{fact: event[fact] for fact in FACTS}, "note_sha256": note_sha256})


def link_hash(
    previous: str, authority_id: int | None, number: int, sealed_at: datetime, digests: Iterable[str]
) -> str:
    """SHA-256, hex, over all that the link says and the link before it."""
    return _hash_of(
        {
            "previous": previous,
            "authority_id": authority_id,
            "number": number,
            "sealed_at": sealed_at,
            "events": list(digests),
        }
    )


def problems_of(
    authority_id: int | None,
    previous: Link | None,
    links: Sequence[Link],
    events: Mapping[int, tuple[Facts, str]],
) -> list[Problem]:
    """What is wrong with links that follow `previous`, given the events that are left with the hashes of their notes.

    Each link is held to the one before as it is written, so that one fault is told once.
    """
    found = []
    for before, link in pairwise([previous, *links]):
        assert link is not None
        if link.number != (before.number if before else 0) + 1:
            found.append(Problem(Fault.LOST_LINK, link.number))
            continue
        there = [events[one] for one in link.event_ids if one in events]
        if len(there) < len(link.event_ids):
            found.append(Problem(Fault.MISSING, link.number))
            continue
        hashed = link_hash(
            before.hash if before else START,
            authority_id,
            link.number,
            link.sealed_at,
            [digest(event, note) for event, note in there],
        )
        if hashed != link.hash:
            found.append(Problem(Fault.CHANGED, link.number))
        elif before and any(_at(event) < before.sealed_at - SETTLED_AFTER for event, _ in there):
            found.append(Problem(Fault.LATE, link.number))
    return found


def _at(event: Facts) -> datetime:
    at = event["at"]
    assert isinstance(at, datetime)
    return at


def _hash_of(told: Mapping[str, object]) -> str:
    """Over canonical JSON: keys in order, no spaces, instants in UTC."""
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_instant)
    return sha256(text.encode()).hexdigest()


def _instant(value: object) -> str:
    assert isinstance(value, datetime)
    return value.astimezone(UTC).isoformat()
