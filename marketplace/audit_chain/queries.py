"""Chains, their links and the events in them; what waits for whoever controls an authority's log."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from marketplace.accounts.rules import Role
from marketplace.audit import Event
from marketplace.audit_chain.models import AuditCheck, AuditLink, EventWithoutNote
from marketplace.audit_chain.rules import FACTS, SETTLED_AFTER, Facts, Link, note_hash
from marketplace.db import Page, db, paginate
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem

_LINKS_AT_ONCE = 200
_FACTS = [getattr(Event, fact) for fact in FACTS]


def settled_event() -> int:
    """Up to this event all that were ever committed are sealed: a link tells of it that is older, by as long as any
    transaction may last, than the latest link or check, before which everything was looked through."""
    latest = func.greatest(
        select(func.max(AuditLink.sealed_at)).scalar_subquery(),
        select(func.max(AuditCheck.checked_at)).scalar_subquery(),
    )
    return (
        db.session.scalar(
            select(AuditLink.last_event_id)
            .where(AuditLink.sealed_at < latest - SETTLED_AFTER)
            .order_by(AuditLink.id.desc())
            .limit(1)
        )
        or 0
    )


def last_event() -> int:
    return db.session.scalar(select(func.max(Event.id))) or 0


def unsealed(after: int, up_to: int) -> Select[*tuple[Any, ...]]:
    """Events after one and up to another that no link has, in their order."""
    taken = select(func.unnest(AuditLink.event_ids).label("id")).where(AuditLink.last_event_id > after)
    return (
        select(*_FACTS, Event.note_sv)
        .where(Event.id > after, Event.id <= up_to, ~_is_in(taken))
        .order_by(Event.id)
    )


def chains_with_unsealed(up_to: int) -> set[int | None]:
    """Whose events stand outside the chain though they should have been sealed long ago."""
    sealed = select(func.unnest(AuditLink.event_ids).label("id"))
    return set(
        db.session.scalars(select(Event.authority_id).distinct().where(Event.id <= up_to, ~_is_in(sealed)))
    )


def _is_in(ids: Select[*tuple[Any, ...]]) -> Any:
    found = ids.subquery()
    return exists().where(found.c.id == Event.id)


def chains() -> list[int | None]:
    """Each authority that has or has had links; None is for events without authority."""
    every = select(AuditLink.authority_id).union(select(AuditCheck.authority_id)).subquery()
    return list(db.session.scalars(select(every.c.authority_id).order_by(every.c.authority_id)))


def last_link(authority_id: int | None) -> AuditLink | None:
    return db.session.scalar(
        select(AuditLink)
        .where(AuditLink.authority_id.is_not_distinct_from(authority_id))
        .order_by(AuditLink.number.desc())
        .limit(1)
    )


def links(authority_id: int | None) -> Iterator[list[Link]]:
    """The chain, some links at a time."""
    after = 0
    while True:
        rows = db.session.execute(
            select(AuditLink.number, AuditLink.sealed_at, AuditLink.event_ids, AuditLink.hash)
            .where(AuditLink.authority_id.is_not_distinct_from(authority_id), AuditLink.number > after)
            .order_by(AuditLink.number)
            .limit(_LINKS_AT_ONCE)
        ).all()
        if not rows:
            return
        yield [Link(*row) for row in rows]
        after = rows[-1].number


def events_with_notes(event_ids: Sequence[int]) -> dict[int, tuple[Facts, str]]:
    """What is left of the events, with the hash of each one's note. One that was taken away is as it was."""
    rows = db.session.execute(
        select(*_FACTS, Event.note_sv, EventWithoutNote.note_sha256)
        .outerjoin(EventWithoutNote, EventWithoutNote.event_id == Event.id)
        .where(Event.id == func.any(event_ids))
    )
    return {
        row.id: (
            row._mapping,
            row.note_sha256 if row.note_sha256 and not row.note_sv else note_hash(row.note_sv),
        )
        for row in rows
    }


def has_link(authority_id: int | None, number: int, hash_: str) -> bool:
    """Whether the chain still has a link as somebody has kept it."""
    found = select(AuditLink.hash).where(
        AuditLink.authority_id.is_not_distinct_from(authority_id), AuditLink.number == number
    )
    return db.session.scalar(found) == hash_


def lost_heads(authority_id: int | None) -> list[int]:
    """The numbers of links that an earlier check saw, and that are gone or are others now."""
    known = select(AuditLink.id).where(
        AuditLink.authority_id.is_not_distinct_from(AuditCheck.authority_id),
        AuditLink.number == AuditCheck.number,
        AuditLink.hash == AuditCheck.head,
    )
    return list(
        db.session.scalars(
            select(AuditCheck.number)
            .distinct()
            .where(
                AuditCheck.authority_id.is_not_distinct_from(authority_id),
                AuditCheck.number > 0,
                ~known.exists(),
            )
            .order_by(AuditCheck.number)
        )
    )


def latest_checks() -> list[AuditCheck]:
    """Of each chain. For the system."""
    return list(
        db.session.scalars(
            select(AuditCheck)
            .ext(distinct_on(AuditCheck.authority_id))
            .order_by(AuditCheck.authority_id, AuditCheck.id.desc())
        )
    )


def checks(authority_id: int, page: int) -> Page[AuditCheck]:
    """Newest first."""
    return paginate(
        select(AuditCheck).where(AuditCheck.authority_id == authority_id).order_by(AuditCheck.id.desc()), page
    )


def waiting(actor: Actor) -> list[WaitingItem]:
    """A chain that the latest check found broken."""
    if actor.role is not Role.CONTROLLER:
        return []
    latest = db.session.scalar(
        select(AuditCheck)
        .where(AuditCheck.authority_id == actor.authority_id)
        .order_by(AuditCheck.id.desc())
        .limit(1)
    )
    if latest is None or not latest.problem_sv:
        return []
    return [WaitingItem(None, "Händelseloggen stämmer inte", "audit_chain.index", kind_sv="Händelselogg")]
