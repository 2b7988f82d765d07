"""Omval: the participant chooses again while she has a place, and keeps it until the new one begins."""

from marketplace import audit
from marketplace.clock import now
from marketplace.db import db
from marketplace.errors import Conflict
from placements.booking.change_rules import check_unmoved_yet
from placements.booking.rules import PlacementAction
from placements.booking.services.moving import held, target_of
from placements.choice.models import ChoiceRound
from placements.choice.queries import open_round_of
from placements.choice.rules import ChoiceState


def open_move(placement_id: int) -> ChoiceRound:
    """A choice round in which the participant chooses another place to move to (LOV 9:1: how to change supplier).

    Raises NotFound, Conflict when there is an open round or she already has a place to move to.
    """
    placement = held(placement_id)
    target_of(placement, PlacementAction.MOVE)
    check_unmoved_yet(placement.is_moved)
    if open_round_of(placement.grant_id) is not None:
        raise Conflict("Deltagaren har redan en öppen valomgång. Fortsätt med den.")
    choice_round = ChoiceRound(
        grant_id=placement.grant_id,
        participant_id=placement.participant_id,
        authority_id=placement.authority_id,
        opened_at=now(),
        moves_placement_id=placement.id,
    )
    db.session.add(choice_round)
    db.session.flush()
    audit.record(
        "choice_round",
        choice_round.id,
        "open",
        authority_id=placement.authority_id,
        to_state=ChoiceState.OPEN,
        note_sv=f"Byte från {placement.number}",
    )
    return choice_round
