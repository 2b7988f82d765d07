"""What there is to dispose of, what has been proposed, and what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, or_, select

from marketplace.accounts.rules import Role
from marketplace.audit import Event
from marketplace.clock import today
from marketplace.db import db, get_or_404
from marketplace.swedish import counted
from marketplace.tenancy import Actor, acting_as, own_authority, system_actor
from marketplace.web.work import WaitingItem
from placements.disposal.models import (
    ClosedYear,
    Disposal,
    DisposalCount,
    DisposalHold,
    DisposalItem,
    DisposalRule,
)
from placements.disposal.rules import (
    DISPOSAL_KIND_SV,
    OPEN_STATES,
    DisposalKind,
    DisposalState,
    Outcome,
    ended_before,
)
from placements.extracts.queries import EVENTS_OF, is_of, table_of
from placements.extracts.rules import PARTS


@dataclass(frozen=True)
class EndedCase:
    """By number: whoever decides sees no persons."""

    participant_id: int
    ended_on: date


@dataclass(frozen=True)
class Due:
    """What a rule says is to go now."""

    rule: DisposalRule
    cases: Sequence[EndedCase]
    held: int
    """How many more there would be, but for exceptions."""


def rules() -> dict[DisposalKind, DisposalRule]:
    found = db.session.scalars(select(DisposalRule).where(DisposalRule.authority_id == own_authority()))
    return {rule.kind: rule for rule in found}


def due(rule: DisposalRule) -> Due:
    """Oldest first."""
    found = func.due_cases(rule.kind.value, ended_before(today(), rule.years))
    cases = found.table_valued("participant_id", "ended_on", "is_held")
    rows = db.session.execute(select(cases).order_by(cases.c.ended_on, cases.c.participant_id)).all()
    free = [EndedCase(row.participant_id, row.ended_on) for row in rows if not row.is_held]
    return Due(rule, free, len(rows) - len(free))


def title_of(table: str) -> str:
    """What is said instead of a table's name."""
    return _TITLES.get(table, table)


_TITLES = {part.table: part.title_sv for part in PARTS} | {"look_check": "Kontroller av loggen"}


def held_rows(participant_ids: Sequence[int]) -> list[tuple[str, int]]:
    """How many rows there are of these participants, by what they are called in an extract; none left out.

    They are counted for whoever sees no persons too: the numbers are of all together.
    """
    with acting_as(system_actor(own_authority())):
        counted = [
            (
                part.title_sv,
                select(func.count()).select_from(table_of(part)).where(is_of(part, participant_ids)),
            )
            for part in PARTS
        ]
        found = [(title, db.session.scalar(statement) or 0) for title, statement in counted]
    return [(title, rows) for title, rows in found if rows]


def disposals() -> Select[Disposal]:
    """Newest first."""
    return select(Disposal).where(Disposal.authority_id == own_authority()).order_by(Disposal.id.desc())


def disposal(disposal_id: int, *, lock: bool = False) -> Disposal:
    """Raises NotFound."""
    return get_or_404(Disposal, disposal_id, lock=lock)


def items_of(disposal_id: int) -> Select[DisposalItem]:
    return (
        select(DisposalItem)
        .where(DisposalItem.disposal_id == disposal_id)
        .order_by(DisposalItem.ended_on, DisposalItem.participant_id)
    )


def events_with_notes(disposal_id: int) -> list[int]:
    """Of those whom it has disposed of: what happened, where somebody has written of it in words."""
    done = select(DisposalItem.participant_id).where(
        DisposalItem.disposal_id == disposal_id, DisposalItem.outcome == Outcome.DISPOSED
    )
    theirs, parts = db.session.scalars(done).all(), {part.table: part for part in PARTS}
    of_theirs = [
        (Event.object_type == kind)
        & Event.object_id.in_(select(table_of(parts[table]).c.id).where(is_of(parts[table], theirs)))
        for kind, table in EVENTS_OF.items()
    ]
    return list(db.session.scalars(select(Event.id).where(Event.note_sv != "", or_(*of_theirs))))


def counts_of(disposal_id: int) -> list[DisposalCount]:
    """Of each table that something was taken from, by its name."""
    statement = select(DisposalCount).where(DisposalCount.disposal_id == disposal_id, DisposalCount.rows > 0)
    return list(db.session.scalars(statement.order_by(DisposalCount.table_name)))


def hold_of(participant_id: int, *, lock: bool = False) -> DisposalHold | None:
    """The exception that holds now."""
    statement = select(DisposalHold).where(
        DisposalHold.participant_id == participant_id, DisposalHold.lifted_on.is_(None)
    )
    return db.session.scalar(statement.with_for_update() if lock else statement)


def closed_through(organisation_id: int) -> int:
    """The last year that cannot be counted again, since rows of it are gone; 0 when all can."""
    return db.session.scalar(select(ClosedYear.through).filter_by(organisation_id=organisation_id)) or 0


def waiting(actor: Actor) -> list[WaitingItem]:
    """What the coordinator has to propose, and proposals that wait for the controller."""
    if actor.role is Role.COORDINATOR:
        return _due_to_propose()
    if actor.role is not Role.CONTROLLER:
        return []
    open_now = disposals().where(
        Disposal.state == DisposalState.PROPOSED, Disposal.proposed_by_id != actor.user_id
    )
    return [
        WaitingItem(
            None,
            f"Förslag till gallring: {DISPOSAL_KIND_SV[one.kind].lower()}",
            "disposal.show",
            {"disposal_id": one.id},
            kind_sv="Gallring",
        )
        for one in db.session.scalars(open_now)
    ]


def _due_to_propose() -> list[WaitingItem]:
    is_open = disposals().where(Disposal.state.in_(OPEN_STATES)).with_only_columns(Disposal.kind)
    proposed = set(db.session.scalars(is_open))
    found = {kind: len(due(rule).cases) for kind, rule in rules().items() if kind not in proposed}
    return [
        WaitingItem(
            None,
            f"Att gallra: {DISPOSAL_KIND_SV[kind].lower()} för {counted(count, 'deltagare', 'deltagare')}",
            "disposal.propose",
            {"disposal_kind": kind},
            kind_sv="Gallring",
        )
        for kind, count in found.items()
        if count
    ]
