"""Placements as each party may see them, and what waits for an answer, a start or an end.

A participant is joined from outside: whoever may not see the person finds the placement by its number.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased, joinedload

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.places.models import Place, Site
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import Page, db, paginate, swedish_order
from marketplace.errors import NotFound
from marketplace.reference.models import Trade
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import current_actor
from placements.attendance.models import AttendanceDay
from placements.booking.change_rules import ChangeState, Extent
from placements.booking.models import Placement, PlacementChange, PlacementExtent
from placements.booking.request_rules import Step, Unanswered, next_step
from placements.booking.rules import LIVE_STATES, PLACED_STATES, PlacementState
from placements.participants.models import Participant


@dataclass(frozen=True)
class PlacementRow:
    """A placement with the person, where the actor may see her."""

    placement: Placement
    participant: Participant | None

    @property
    def who_sv(self) -> str:
        """The person's name as it may be shown, else the placement's number."""
        return self.participant.shown_name if self.participant is not None else self.placement.number


@dataclass(frozen=True)
class PlacementFilter:
    """What a list of placements is narrowed to; empty means all."""

    states: tuple[PlacementState, ...] = ()
    place_id: int | None = None
    is_mine: bool = False
    user_id: int | None = None


def placement(placement_id: int) -> PlacementRow:
    """Raises NotFound."""
    row = db.session.execute(rows().where(Placement.id == placement_id)).one_or_none()
    if row is None:
        raise NotFound()
    return PlacementRow(*row)


def placements(
    wanted: PlacementFilter, *, sort: str = "start", is_descending: bool = True, page: int = 1
) -> Page[PlacementRow]:
    """The actor's placements."""
    columns: dict[str, list[Any]] = {
        "start": [Placement.first_day],
        "slut": [Placement.last_day],
        "svar": [Placement.answer_due_on],
        "yrke": [swedish_order(Trade.name)],
    }
    order = [column.desc() if is_descending else column for column in columns.get(sort, columns["start"])]
    statement = (
        rows()
        .outerjoin(Place, Place.id == Placement.place_id)  # left out where nothing is ordered by them
        .outerjoin(Trade, Trade.ssyk == Place.ssyk)
        .where(*_narrowed(wanted))
        .order_by(*order, Placement.id.desc())
    )
    found = paginate(statement, page, key=Placement.id)
    return Page([PlacementRow(*row) for row in found.items], found.total, found.page, found.per_page)


def requests_to_answer() -> list[PlacementRow]:
    """The enterprise's requests that wait for an answer, the one due first on top."""
    found = db.session.execute(
        rows()
        .where(Placement.state == PlacementState.REQUESTED)
        .order_by(Placement.answer_due_on, Placement.id)
    )
    return [PlacementRow(*row) for row in found]


def placements_of(participant_id: int) -> list[PlacementRow]:
    """The participant's placements, newest first."""
    found = db.session.execute(
        rows().where(Placement.participant_id == participant_id).order_by(Placement.id.desc())
    )
    return [PlacementRow(*row) for row in found]


def beside(placement_: Placement) -> list[PlacementRow]:
    """Other placements that the same choice has led to, oldest first."""
    found = db.session.execute(
        rows()
        .where(Placement.choice_round_id == placement_.choice_round_id, Placement.id != placement_.id)
        .order_by(Placement.id)
    )
    return [PlacementRow(*row) for row in found]


@dataclass(frozen=True)
class Moves:
    """What the participant moved from, and to. None where there is nothing, or it is not the actor's to see."""

    before: PlacementRow | None
    after: PlacementRow | None


def moves_of(placement_: Placement) -> Moves:
    came_to_be = Placement.state.in_(PLACED_STATES)
    found = db.session.execute(
        rows()
        .where(
            or_(
                Placement.id == placement_.moved_from_id,
                and_(Placement.moved_from_id == placement_.id, came_to_be),
            )
        )
        .order_by(Placement.id)
    )
    moves = [PlacementRow(*row) for row in found]
    return Moves(
        next((row for row in moves if row.placement.id == placement_.moved_from_id), None),
        next((row for row in moves if row.placement.moved_from_id == placement_.id), None),
    )


def goes_on_at_supplier() -> ColumnElement[bool]:
    """Whether the participant has moved to another place at the same enterprise, so that nothing is over there;
    correlated to Placement."""
    later = aliased(Placement)
    return and_(
        Placement.is_moved,
        exists().where(
            later.moved_from_id == Placement.id,
            later.enterprise_id == Placement.enterprise_id,
            later.state.in_(PLACED_STATES),
        ),
    )


def placements_of_round(choice_round_id: int) -> list[Placement]:
    """What a choice has led to, newest first."""
    return list(
        db.session.scalars(
            select(Placement)
            .where(Placement.choice_round_id == choice_round_id)
            .order_by(Placement.id.desc())
        )
    )


def rows() -> Select[Placement, Participant]:
    """Placements with the person, and what every list of them shows."""
    return (
        select(Placement, Participant)
        .outerjoin(Participant, Participant.id == Placement.participant_id)
        .options(
            joinedload(Placement.place).options(
                joinedload(Place.trade), joinedload(Place.site).joinedload(Site.kommun)
            ),
            joinedload(Placement.enterprise),
            joinedload(Placement.unit),
        )
    )


def _narrowed(wanted: PlacementFilter) -> list[ColumnElement[bool]]:
    conditions = reached()
    if wanted.states:
        conditions.append(Placement.state.in_(wanted.states))
    if wanted.place_id is not None:
        conditions.append(Placement.place_id == wanted.place_id)
    if wanted.is_mine:
        conditions.append(Participant.case_officer_id == wanted.user_id)
    return conditions


def reached() -> list[ColumnElement[bool]]:
    """What the policy asks too, in the words that an index answers."""
    actor = current_actor()
    if actor.role is Role.CASE_OFFICER:
        return [Placement.unit_id == actor.organisation_id]
    if actor.enterprise_id:
        return [Placement.enterprise_id == actor.enterprise_id]
    return [Placement.authority_id == actor.authority_id] if actor.authority_id else []


def lives_on(grant_id: int) -> list[Placement]:
    """What is requested, accepted or running on the grant, oldest first; read anew."""
    return list(
        db.session.scalars(
            select(Placement)
            .where(Placement.grant_id == grant_id, Placement.state.in_(LIVE_STATES))
            .order_by(Placement.id)
            .execution_options(populate_existing=True)
        )
    )


def lives_with_people(grant_id: int) -> list[PlacementRow]:
    """The same, as the pages show them."""
    found = db.session.execute(
        rows().where(Placement.grant_id == grant_id, Placement.state.in_(LIVE_STATES)).order_by(Placement.id)
    )
    return [PlacementRow(*row) for row in found]


def latest_attendance(placement_id: int) -> date | None:
    """The last day with registered presence or absence."""
    return db.session.scalar(
        select(func.max(AttendanceDay.day)).where(AttendanceDay.placement_id == placement_id)
    )


def unanswered(placement_id: int | None = None) -> list[tuple[Placement, Step]]:
    """Requests of the tenant about which something is to be done today, and what; or of that one alone."""
    statement = (
        select(Placement)
        .where(
            Placement.state == PlacementState.REQUESTED,
            Placement.answer_due_on <= add_working_days(today(), 1),
        )
        .order_by(Placement.id)
        .execution_options(populate_existing=True)
    )
    if placement_id is not None:
        statement = statement.where(Placement.id == placement_id)
    steps = [(one, _next_step(one)) for one in db.session.scalars(statement)]
    return [(placement_, step) for placement_, step in steps if step is not None]


def _next_step(request: Placement) -> Step | None:
    days = Unanswered(
        request.requested_on,
        request.answer_due_on,
        request.held_until,
        request.reminded_on,
        request.escalated_on,
    )
    return next_step(days, today())


def moved_on(placement_id: int | None = None) -> list[Placement]:
    """Placements of the tenant whose participant has moved on, and whose last day has passed; or that one, if so."""
    statement = (
        select(Placement)
        .where(
            Placement.is_moved,
            Placement.state.in_((PlacementState.ACCEPTED, PlacementState.RUNNING)),
            Placement.last_day < today(),
        )
        .order_by(Placement.id)
        .execution_options(populate_existing=True)
    )
    if placement_id is not None:
        statement = statement.where(Placement.id == placement_id)
    return list(db.session.scalars(statement))


def asked_change(placement_id: int) -> PlacementChange | None:
    """The change that waits for an answer, read anew."""
    statement = select(PlacementChange).where(
        PlacementChange.placement_id == placement_id, PlacementChange.state == ChangeState.ASKED
    )
    return db.session.scalar(statement.execution_options(populate_existing=True))


def changes_of(placement_id: int) -> list[PlacementChange]:
    """Newest first."""
    return list(
        db.session.scalars(
            select(PlacementChange)
            .where(PlacementChange.placement_id == placement_id)
            .order_by(PlacementChange.id.desc())
        )
    )


def changed_extents(placement_ids: Collection[int]) -> dict[int, list[tuple[date, Extent]]]:
    """Changes of extent by placement, with the days from which they hold."""
    found: dict[int, list[tuple[date, Extent]]] = defaultdict(list)
    statement = (
        select(PlacementExtent)
        .where(PlacementExtent.placement_id.in_(placement_ids))
        .order_by(PlacementExtent.placement_id, PlacementExtent.from_day)
    )
    for row in db.session.scalars(statement):
        found[row.placement_id].append((row.from_day, Extent(row.hours_per_week, row.days_per_week)))
    return found


def late_changes(change_id: int | None = None) -> list[PlacementChange]:
    """Changes of the tenant that nobody has answered in time; or that one, if so."""
    statement = (
        select(PlacementChange)
        .where(PlacementChange.state == ChangeState.ASKED, PlacementChange.answer_due_on < today())
        .options(joinedload(PlacementChange.placement))
        .order_by(PlacementChange.id)
        .execution_options(populate_existing=True)
    )
    if change_id is not None:
        statement = statement.where(PlacementChange.id == change_id)
    return list(db.session.scalars(statement))


def request_ids_under(contract_id: int) -> list[int]:
    """Requests that wait for an answer under the contract, by grant: in the order in which grants are held."""
    statement = (
        select(Placement.id)
        .where(Placement.contract_id == contract_id, Placement.state == PlacementState.REQUESTED)
        .order_by(Placement.grant_id, Placement.id)
    )
    return list(db.session.scalars(statement))


def requests_under(contract_id: int) -> list[Placement]:
    """Requests that wait for an answer under the contract, place by place; read anew."""
    statement = (
        select(Placement)
        .where(Placement.contract_id == contract_id, Placement.state == PlacementState.REQUESTED)
        .order_by(Placement.place_id, Placement.id)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(statement))


def held_contract_state(contract_id: int) -> ContractState | None:
    """The contract's state, which nobody changes until the transaction ends. For who may change it."""
    return db.session.scalar(
        select(Contract.state).where(Contract.id == contract_id).with_for_update(read=True)
    )
