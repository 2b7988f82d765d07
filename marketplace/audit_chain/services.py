"""Sealing what has happened, and checking that it still says the same. As the system, in jobs and commands."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import structlog
from sqlalchemy import RowMapping, func, insert, select

from marketplace.accounts.rules import Role
from marketplace.audit_chain import queries
from marketplace.audit_chain.models import AuditCheck, AuditLink
from marketplace.audit_chain.rules import (
    START,
    Fault,
    Link,
    Problem,
    digest,
    link_hash,
    note_hash,
    problems_of,
)
from marketplace.clock import now
from marketplace.db import db
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter

_LOCK = 7_209_160_513  # any number that nothing else locks
_EVENTS_AT_ONCE = 5000
_PAGE = "audit_chain.index"
_log = structlog.stdlib.get_logger(__name__)

Heads = dict[int | None, tuple[int, str]]
"""Number and hash of each chain's last link."""


def seal_events() -> int:
    """Adds links for all events that are committed and not sealed; gives how many events.

    One at a time: the second waits, and finds nothing to do.
    """
    db.session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    sealed_at, count = now(), 0
    heads: Heads = {}
    for after in range(queries.settled_event(), queries.last_event(), _EVENTS_AT_ONCE):
        rows = db.session.execute(queries.unsealed(after, after + _EVENTS_AT_ONCE)).mappings().all()
        by_chain = sorted(rows, key=lambda row: (row["authority_id"] or 0, row["id"]))
        for authority_id, events in groupby(by_chain, key=lambda row: row["authority_id"]):
            _add_link(authority_id, sealed_at, list(events), heads)
        count += len(rows)
    return count


def _add_link(
    authority_id: int | None, sealed_at: datetime, events: Sequence[RowMapping], heads: Heads
) -> None:
    if authority_id not in heads:
        last = queries.last_link(authority_id)
        heads[authority_id] = (last.number, last.hash) if last else (0, START)
    number, previous = heads[authority_id]
    number += 1
    digests = [digest(event, note_hash(event["note_sv"])) for event in events]
    hashed = link_hash(previous, authority_id, number, sealed_at, digests)
    db.session.execute(
        insert(AuditLink),
        {
            "authority_id": authority_id,
            "number": number,
            "sealed_at": sealed_at,
            "event_ids": [event["id"] for event in events],
            "last_event_id": events[-1]["id"],
            "hash": hashed,
        },
    )
    heads[authority_id] = number, hashed
    # For whoever collects logs elsewhere: it shows an end that was cut between two checks.
    _log.info("audit chain sealed", authority_id=authority_id, number=number, head=hashed)


def check_chains() -> list[AuditCheck]:
    """Seals what is left, reads every chain from its beginning, and writes down, logs and tells the controllers what is
    wrong."""
    checked_at = now()
    seal_events()
    outside = queries.chains_with_unsealed(queries.settled_event())
    return [_check(one, checked_at, is_sealed=one not in outside) for one in {*queries.chains(), *outside}]


def _check(authority_id: int | None, checked_at: datetime, *, is_sealed: bool) -> AuditCheck:
    problems, last, count = _read(authority_id)
    if not is_sealed:
        problems.append(Problem(Fault.UNSEALED))
    problems += [Problem(Fault.SHORTENED, number) for number in queries.lost_heads(authority_id)]
    check = AuditCheck(
        authority_id=authority_id,
        checked_at=checked_at,
        number=last.number if last else 0,
        head=last.hash if last else START,
        events=count,
        problem_sv=" ".join(problem.text_sv for problem in problems[:_MOST_TOLD]),
    )
    db.session.add(check)
    told = {"authority_id": authority_id, "number": check.number, "head": check.head, "events": count}
    if problems:
        _log.error("audit chain broken", **told, problems=[f"{one.fault} {one.number}" for one in problems])
        _tell_of_fault(authority_id, check.problem_sv)
    else:
        _log.info("audit chain holds", **told)
    return check


_MOST_TOLD = 20


def _read(authority_id: int | None) -> tuple[list[Problem], Link | None, int]:
    """What is wrong with the links, the last of them, and how many events they have."""
    problems, previous, count = list[Problem](), None, 0
    for links in queries.links(authority_id):
        events = queries.events_with_notes([one for link in links for one in link.event_ids])
        problems += problems_of(authority_id, previous, links, events)
        previous = links[-1]
        count += sum(len(link.event_ids) for link in links)
    return problems, previous, count


def _tell_of_fault(authority_id: int | None, problem_sv: str) -> None:
    if authority_id is not None:
        write_letter(
            authority_id,
            Role.CONTROLLER,
            kind=LetterKind.AUDIT,
            subject_sv="Händelseloggen stämmer inte",
            text_sv=f"Nattens kontroll av händelseloggen fann fel. {problem_sv}"
            " Kontakta den som driver systemet. Spara de brev med fingeravtryck som ni har fått.",
            endpoint=_PAGE,
        )


def send_heads() -> None:
    """The controllers of each authority get the hash of its chain by letter, which nobody can change afterwards."""
    for authority_id in queries.chains():
        last = queries.last_link(authority_id)
        if authority_id is not None and last is not None:
            write_letter(
                authority_id,
                Role.CONTROLLER,
                kind=LetterKind.AUDIT,
                subject_sv="Händelseloggens fingeravtryck",
                text_sv=f"Länk {last.number} i er händelselogg har fingeravtrycket {last.hash}."
                " Spara brevet. Länken jämför fingeravtrycket i brevet med loggen som den är då.",
                endpoint=_PAGE,
                lank=last.number,
                avtryck=last.hash,
            )


def take_notes(event_ids: Sequence[int]) -> int:
    """Empties the notes of events of the acting system's authority, when a person's data is disposed of; gives how
    many. The chain keeps their hashes, and still proves the rest."""
    return db.session.scalar(select(func.take_notes(list(event_ids)))) or 0
