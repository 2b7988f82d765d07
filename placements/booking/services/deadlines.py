"""A request that nobody answers: the supplier is reminded, the coordinator told, and at last the seat freed."""

from marketplace.clock import today
from marketplace.errors import Conflict
from placements.booking.models import Placement
from placements.booking.rules import PlacementAction
from placements.booking.services.moving import held, let_go, move, target_of, tell


def remind_of_placement(placement_id: int) -> Placement:
    """The supplier gets a letter, once."""
    placement = held(placement_id)
    target = target_of(placement, PlacementAction.REMIND)
    placement.reminded_on = today()
    tell(placement, "remind")
    return move(placement, PlacementAction.REMIND, target)


def escalate_placement(placement_id: int) -> Placement:
    """The answer is late: the coordinator gets a letter and a row on her start page. The seat is held a while yet."""
    placement = held(placement_id)
    target = target_of(placement, PlacementAction.ESCALATE)
    placement.escalated_on = today()
    tell(placement, "escalate")
    note = f"Platsen hålls till och med {placement.held_until.isoformat()}"
    return move(placement, PlacementAction.ESCALATE, target, note)


def expire_placement(placement_id: int) -> Placement:
    """Nobody answered in time; the seat is freed, and the grant open again unless more lives on it. Raises Conflict
    while the seat is held."""
    placement = held(placement_id)
    target = target_of(placement, PlacementAction.EXPIRE)
    if today() <= placement.held_until:
        raise Conflict(f"Platsen hålls till och med {placement.held_until.isoformat()}.")
    let_go(placement, PlacementAction.EXPIRE, target)
    tell(placement, "expire")
    return placement
