"""Whom the answer to this request shows. A name or a personal number notes it as it is read; see services.py."""

from dataclasses import dataclass

from flask import g, has_request_context


@dataclass(frozen=True)
class Seen:
    """A participant as she is when she is shown."""

    participant_id: int
    authority_id: int
    case_officer_id: int | None
    """Of whom somebody is told who may not read it, none."""
    is_protected: bool
    has_number: bool = False
    """The personal number is shown too."""


def note(seen: Seen) -> None:
    """Outside a request nobody looks."""
    if has_request_context():
        everyone: dict[int, Seen] = g.setdefault("seen", {})
        if seen.has_number or seen.participant_id not in everyone:
            everyone[seen.participant_id] = seen


def take_seen() -> list[Seen]:
    """Those noted since the last time, by number."""
    return [seen for _, seen in sorted(g.pop("seen", {}).items())]
