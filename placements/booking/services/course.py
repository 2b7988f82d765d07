"""The course of a placement: it starts or never does, and ends as planned, before its time, or by a move."""

from datetime import date, timedelta

from marketplace.clock import today
from marketplace.db import get_or_404
from marketplace.errors import Conflict
from marketplace.tenancy import acting_as, system_actor
from placements.booking import queries
from placements.booking.course_rules import (
    check_completed,
    check_early_end,
    check_never_started,
    check_resumed,
    check_start,
)
from placements.booking.models import Placement
from placements.booking.rules import RESUME_REASON_SV, PlacementAction, PlacementState, ResumeReason
from placements.booking.services.changes import drop_change
from placements.booking.services.moving import held, let_go, move, reseat, target_of, tell
from placements.participants.models import Grant
from placements.participants.queries import standing_of
from placements.participants.rules import GrantState


def start_placement(placement_id: int, started_on: date | None = None) -> Placement:
    """The participant has begun, today or on an earlier day from the start day. Whatever she moved from is over.

    Raises Invalid for other days.
    """
    placement = held(placement_id)
    target = target_of(placement, PlacementAction.START)
    started_on = started_on or today()
    check_start(started_on, first_day=placement.first_day, last_day=placement.last_day, today=today())
    placement.started_on = started_on
    move(placement, PlacementAction.START, target)
    if placement.moved_from_id is not None:
        with acting_as(system_actor(placement.authority_id)):
            left = get_or_404(Placement, placement.moved_from_id, lock=True)
            with acting_as(system_actor(left.authority_id, left.enterprise_id)):
                _end_by_move(left)
    return placement


def never_start_placement(placement_id: int) -> Placement:
    """The start day has passed and nobody came; the seat is freed and the grant is open again."""
    placement = held(placement_id)
    target = target_of(placement, PlacementAction.NEVER_START)
    check_never_started(placement.first_day, today())
    drop_change(placement)
    let_go(placement, PlacementAction.NEVER_START, target)
    tell(placement, "never_start")
    return placement


def complete_placement(placement_id: int) -> Placement:
    """The last day has come. The grant is concluded when the final report is received. Raises Conflict before it."""
    placement = held(placement_id)
    target = target_of(placement, PlacementAction.COMPLETE)
    if placement.is_moved:
        raise Conflict("Deltagaren byter plats. Placeringen avslutas av sig själv dagen efter den sista.")
    check_completed(placement.last_day, today())
    drop_change(placement)
    placement.ended_on = placement.last_day
    return move(placement, PlacementAction.COMPLETE, target)


def end_placement_early(placement_id: int, last_day: date) -> Placement:
    """Shortens a running placement to `last_day` and frees its seat from the day after.

    Raises Invalid for a day outside the placement, in the future, or before registered attendance.
    """
    placement = held(placement_id)
    target = target_of(placement, PlacementAction.END_EARLY)
    check_early_end(
        last_day,
        first_day=placement.started_on or placement.first_day,
        planned_last=placement.last_day,
        latest_attendance=queries.latest_attendance(placement_id),
        today=today(),
    )
    drop_change(placement)
    reseat(placement, last_day)
    placement.ended_on = last_day
    free_from = (last_day + timedelta(days=1)).isoformat()
    return move(placement, PlacementAction.END_EARLY, target, f"Platsen är fri från {free_from}")


def resume_placement(placement_id: int, last_day: date, reason: ResumeReason) -> Placement:
    """It had ended by mistake, and goes on to `last_day`: the seat is booked again, and the supplier is told.

    Raises Conflict when the participant has moved on, the grant or a filed report is further, it is too late, or the
    seat is taken; Invalid for the day.
    """
    placement = held(placement_id)
    target = target_of(placement, PlacementAction.RESUME)
    grant = get_or_404(Grant, placement.grant_id)
    standing = standing_of(grant)
    if placement.is_moved or grant.state is not GrantState.PLACED or standing.has_live_placement:
        raise Conflict(
            "Deltagaren har gått vidare sedan placeringen avslutades, så den kan inte öppnas igen."
        )
    if standing.has_filed_report:
        raise Conflict("Slutdokumentationen är inlämnad, så placeringen kan inte öppnas igen.")
    check_resumed(
        last_day,
        ended_on=placement.ended_on or placement.last_day,
        planned_last=placement.last_day,
        granted_until=grant.last_day,
        today=today(),
    )
    placement.ended_on = None
    note = f"{RESUME_REASON_SV[reason]}. Sista dag {last_day.isoformat()}"
    move(placement, PlacementAction.RESUME, target, note)
    reseat(placement, last_day)
    tell(placement, "resume")
    return placement


def move_on(placement_id: int) -> Placement:
    """Ends a placement whose participant has moved to another place, when its last day has passed; for the system."""
    placement = held(placement_id)
    if not _end_by_move(placement):
        raise Conflict("Deltagaren byter inte plats, eller så har den sista dagen här inte passerat.")
    return placement


def _end_by_move(placement: Placement) -> bool:
    """Whether there was a placement to end. One that had not begun never will."""
    if not placement.is_moved or placement.last_day >= today():
        return False
    if placement.state is PlacementState.RUNNING:
        target = target_of(placement, PlacementAction.MOVE_ON)
        placement.ended_on = placement.last_day
        move(placement, PlacementAction.MOVE_ON, target)
        return True
    if placement.state is PlacementState.ACCEPTED:
        target = target_of(placement, PlacementAction.NEVER_START)
        let_go(placement, PlacementAction.NEVER_START, target, "Deltagaren bytte plats")
        return True
    return False
