"""Follow-ups of a placement, those that come and are late, and what waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from textwrap import shorten
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import Page, db, get_or_404, paginate, swedish_order
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem
from placements.booking.models import Placement
from placements.followup.models import AgreedAction, FollowUp
from placements.followup.rules import (
    FOLLOW_UP_KIND_SV,
    FollowUpKind,
    FollowUpState,
    Party,
    first_waiting_day,
    late_reminder_day,
)
from placements.participants.models import Participant
from placements.participants.queries import by_name

_DONE_IS_SHOWN = timedelta(days=7)
"""How long the participant sees what she has done, and can take it back."""
_PARTY_OF = {
    Role.SUPERVISOR: Party.SUPERVISOR,
    Role.CASE_OFFICER: Party.CASE_OFFICER,
    Role.COORDINATOR: Party.COORDINATOR,
}


def follow_ups_of(placement_id: int) -> list[FollowUp]:
    """Every follow-up of the placement with what was agreed, by day; read anew."""
    return list(
        db.session.scalars(
            select(FollowUp)
            .where(FollowUp.placement_id == placement_id)
            .options(selectinload(FollowUp.actions))
            .order_by(FollowUp.due_on, FollowUp.id)
            .execution_options(populate_existing=True)
        )
    )


def follow_up(follow_up_id: int) -> FollowUp:
    """Raises NotFound."""
    return get_or_404(FollowUp, follow_up_id)


def action(follow_up_action_id: int) -> AgreedAction:
    """Raises NotFound."""
    return get_or_404(AgreedAction, follow_up_action_id)


def is_shared(placement: Placement) -> bool:
    """Whether the workplace may see the participant. For the system."""
    return bool(
        db.session.scalar(select(func.is_shared_with(placement.participant_id, placement.enterprise_id)))
    )


# Lists.


@dataclass(frozen=True)
class FollowUpRow:
    follow_up: FollowUp
    placement: Placement
    who: str
    is_protected: bool
    enterprise_name: str
    left_to_do: int
    """How many of the things agreed are not done."""


@dataclass(frozen=True)
class FollowUpsWanted:
    """What a list of follow-ups is narrowed to. No state means those that are to be held."""

    states: tuple[FollowUpState, ...] = (FollowUpState.PLANNED,)
    is_late: bool = False
    case_officer_id: int | None = None


_ENTERPRISE = aliased(Organisation)

FOLLOW_UP_SORTS: Mapping[str, list[Any]] = {
    "dag": [FollowUp.due_on],
    "deltagare": [by_name, FollowUp.due_on],
    "arbetsplats": [swedish_order(_ENTERPRISE.name), FollowUp.due_on],
}


def follow_ups(wanted: FollowUpsWanted, sort: tuple[str, bool], page: int) -> Page[FollowUpRow]:
    """Those that the actor may read."""
    found = paginate(_rows(wanted, sort), page)
    return Page([_row(*row) for row in found.items], found.total, found.page, found.per_page)


def all_follow_ups(wanted: FollowUpsWanted, sort: tuple[str, bool]) -> list[FollowUpRow]:
    """The same rows without pages, for a download."""
    return [_row(*row) for row in db.session.execute(_rows(wanted, sort))]


def _rows(
    wanted: FollowUpsWanted, sort: tuple[str, bool]
) -> Select[FollowUp, Placement, Participant, str, int]:
    key, is_descending = sort
    order = [column.desc() if is_descending else column for column in FOLLOW_UP_SORTS[key]]
    left_to_do = (
        select(func.count())
        .where(AgreedAction.follow_up_id == FollowUp.id, AgreedAction.done_on.is_(None))
        .scalar_subquery()
    )
    chosen = (
        select(FollowUp, Placement, Participant, _ENTERPRISE.name, left_to_do)
        .join(Placement, Placement.id == FollowUp.placement_id)
        .join(Participant, Participant.id == Placement.participant_id)
        .join(_ENTERPRISE, _ENTERPRISE.id == Placement.enterprise_id)
        .where(FollowUp.state.in_(wanted.states))
        .order_by(*order, FollowUp.id)
    )
    if wanted.is_late:
        chosen = chosen.where(FollowUp.due_on < today())
    if wanted.case_officer_id is not None:
        chosen = chosen.where(Participant.case_officer_id == wanted.case_officer_id)
    return chosen


def _row(
    follow_up_: FollowUp, placement: Placement, person: Participant, enterprise_name: str, left_to_do: int
) -> FollowUpRow:
    return FollowUpRow(
        follow_up_, placement, person.shown_name, person.is_protected, enterprise_name, left_to_do
    )


# The participant's own page.


@dataclass(frozen=True)
class OwnFollowUps:
    """When she is next met, and what she is to do or has just done."""

    next_on: date | None
    actions: list[AgreedAction]


def own_follow_ups() -> OwnFollowUps:
    is_to_come = and_(FollowUp.state == FollowUpState.PLANNED, FollowUp.due_on >= today())
    is_shown = or_(AgreedAction.done_on.is_(None), AgreedAction.done_on >= today() - _DONE_IS_SHOWN)
    actions = db.session.scalars(
        select(AgreedAction).where(is_shown).order_by(AgreedAction.due_on, AgreedAction.id)
    )
    return OwnFollowUps(db.session.scalar(select(func.min(FollowUp.due_on)).where(is_to_come)), list(actions))


# Reminders, and what waits.


def to_remind(follow_up_id: int | None = None) -> list[FollowUp]:
    """Open follow-ups of the tenant that a letter is due about; or that one, if so. Read anew."""
    is_near = and_(
        FollowUp.due_on.between(today(), first_waiting_day(today())), FollowUp.reminded_on.is_(None)
    )
    is_late = and_(FollowUp.due_on <= late_reminder_day(today()), FollowUp.reminded_late_on.is_(None))
    statement = (
        select(FollowUp)
        .where(FollowUp.state == FollowUpState.PLANNED, or_(is_near, is_late))
        .options(joinedload(FollowUp.placement))
        .order_by(FollowUp.id)
        .execution_options(populate_existing=True)
    )
    if follow_up_id is not None:
        statement = statement.where(FollowUp.id == follow_up_id)
    return list(db.session.scalars(statement))


def waiting(actor: Actor) -> list[WaitingItem]:
    """Follow-ups to hold and to write up, and what was agreed that is soon due or late: each role's own, and for
    supervisor and case officer also what the participant was to do."""
    if actor.role not in _PARTY_OF:
        return []
    mine = [Participant.case_officer_id == actor.user_id] if actor.role is Role.CASE_OFFICER else []
    follow_ups_ = [] if actor.role is Role.COORDINATOR else _to_hold(*mine)
    return [*follow_ups_, *_to_do(_PARTY_OF[actor.role], *mine)]


def _to_hold(*conditions: ColumnElement[bool]) -> list[WaitingItem]:
    rows = db.session.execute(
        select(FollowUp, Participant)
        .join(Placement, Placement.id == FollowUp.placement_id)
        .join(Participant, Participant.id == Placement.participant_id)
        .where(
            FollowUp.state == FollowUpState.PLANNED,
            or_(FollowUp.due_on <= first_waiting_day(today()), FollowUp.kind == FollowUpKind.MEETING),
            *conditions,
        )
        .order_by(FollowUp.due_on, FollowUp.id)
    )
    return [
        WaitingItem(
            one.due_on,
            f"{FOLLOW_UP_KIND_SV[one.kind]} med {person.shown_name}{': skriv upp den' if one.is_late else ''}",
            "followup.show",
            {"follow_up_id": one.id},
            "Uppföljningar",
        )
        for one, person in rows
    ]


def _to_do(party: Party, *conditions: ColumnElement[bool]) -> list[WaitingItem]:
    parties = {party} if party is Party.COORDINATOR else {party, Party.PARTICIPANT}
    rows = db.session.execute(
        select(AgreedAction, Participant)
        .join(FollowUp, FollowUp.id == AgreedAction.follow_up_id)
        .join(Placement, Placement.id == FollowUp.placement_id)
        .join(Participant, Participant.id == Placement.participant_id)
        .where(
            AgreedAction.done_on.is_(None),
            AgreedAction.due_on <= first_waiting_day(today()),
            AgreedAction.who.in_(parties),
            *conditions,
        )
        .order_by(AgreedAction.due_on, AgreedAction.id)
    )
    return [
        WaitingItem(
            one.due_on,
            f"{shorten(one.text_sv, 80, placeholder=' …')} ({person.shown_name}"
            f"{' gör det' if one.who is Party.PARTICIPANT else ''})",
            "followup.show",
            {"follow_up_id": one.follow_up_id},
            "Bestämt vid uppföljning",
        )
        for one, person in rows
    ]
