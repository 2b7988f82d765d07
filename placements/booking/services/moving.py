"""How a placement is held, moved from state to state, and let go: what the other services are made of."""

from datetime import date

from sqlalchemy import func, select

from enterprises.places.rules import SeatUseKind
from enterprises.places.services import move_seat_use, release_seat
from marketplace import audit
from marketplace.db import db, get_or_404
from marketplace.outbox import emit
from marketplace.rules import advance
from marketplace.tenancy import acting_as, current_actor, system_actor
from placements.booking.models import Placement
from placements.booking.rules import (
    LIVE_STATES,
    PLACEMENT_TRANSITIONS,
    SEAT_HOLDING_STATES,
    PlacementAction,
    PlacementState,
)
from placements.participants.models import Grant
from placements.participants.rules import GrantAction, GrantState
from placements.participants.services import move_grant

TELL_TOPIC = "placements.tell"
"""Somebody is to get a letter about a placement; `what` says about what."""


def held(placement_id: int) -> Placement:
    """The placement, nobody else changing it or another on its grant until the transaction ends. Raises NotFound.

    The grant's lock comes before the placements', and those before a place's: so two who act on one grant take turns.
    """
    hold_grant(placement_id)
    return get_or_404(Placement, placement_id, lock=True)


def hold_grant(placement_id: int) -> bool:
    """Takes the lock of the placement's grant; says whether anything else on it is requested, accepted or running."""
    return bool(db.session.scalar(select(func.hold_grant_of(placement_id))))


def target_of(placement: Placement, action: PlacementAction) -> PlacementState:
    """Raises Conflict or NotAllowed."""
    transition = advance(PLACEMENT_TRANSITIONS, placement.state, action, current_actor().role)
    return PlacementState(transition.target)


def move(
    placement: Placement, action: PlacementAction, target: PlacementState, note_sv: str = ""
) -> Placement:
    before, placement.state = placement.state, target
    db.session.flush()
    record(placement, action, before, note_sv)
    if before is not PlacementState.REQUESTED and (before in LIVE_STATES) != (target in LIVE_STATES):
        emit(
            "placement.over" if before in LIVE_STATES else "placement.resumed",
            authority_id=placement.authority_id,
            enterprise_id=placement.enterprise_id,
            placement_id=placement.id,
        )
    return placement


def record(placement: Placement, action: str, before: PlacementState | None, note_sv: str = "") -> None:
    audit.record(
        "placement",
        placement.id,
        action,
        authority_id=placement.authority_id,
        enterprise_id=placement.enterprise_id,
        from_state=before,
        to_state=placement.state,
        note_sv=note_sv,
    )


def tell(placement: Placement, what: str) -> None:
    """Somebody gets a letter, after the commit: see jobs."""
    emit(
        TELL_TOPIC,
        authority_id=placement.authority_id,
        enterprise_id=placement.enterprise_id,
        placement_id=placement.id,
        what=what,
    )


def reseat(placement: Placement, last_day: date) -> None:
    """Gives a booked seat use and its placement the same last day, in one transaction."""
    assert placement.seat_use_id is not None  # held by ck_placement_seat_while_holding
    use = move_seat_use(placement.seat_use_id, placement.first_day, last_day, SeatUseKind.PLACEMENT)
    placement.last_day, placement.seat_id = use.last_day, use.seat_id


def let_go(
    placement: Placement, action: PlacementAction, target: PlacementState, note_sv: str = ""
) -> Placement:
    """Ends a placement that never came to be: frees the seat, and opens the grant when nothing else lives on it."""
    assert target not in SEAT_HOLDING_STATES
    before, seat_use_id = placement.state, placement.seat_use_id
    placement.seat_use_id = placement.seat_id = None
    move(placement, action, target, note_sv)
    if seat_use_id is not None:
        release_seat(seat_use_id)
    # The grant is the authority's alone: a supplier who declines neither reads nor writes it.
    with acting_as(system_actor(placement.authority_id)):
        if before is PlacementState.ACCEPTED and placement.moved_from_id is not None:
            _stay(placement.moved_from_id)
        _reopen(placement.grant_id)
    return placement


def _stay(placement_id: int) -> None:
    """The participant does not move after all: the place that she was to leave is hers to the day that it has now."""
    left = get_or_404(Placement, placement_id)
    if left.state in LIVE_STATES:
        left.is_moved = False


def _reopen(grant_id: int) -> None:
    goes_on = (
        select(Placement.id)
        .where(Placement.grant_id == Grant.id, Placement.state.in_(LIVE_STATES))
        .exists()
        .label("goes_on")
    )
    grant, is_taken = db.session.execute(
        select(Grant, goes_on).where(Grant.id == grant_id).execution_options(populate_existing=True)
    ).one()
    if grant.state is GrantState.PLACED and not is_taken:
        move_grant(grant, GrantAction.REOPEN)
