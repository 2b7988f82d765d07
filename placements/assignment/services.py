"""Applying the default: by rule, in turn, recorded with why."""

from sqlalchemy import func, select

from marketplace import audit
from marketplace.clock import now
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, NotFound
from marketplace.procurement.rules import DefaultRule
from marketplace.rules import advance
from marketplace.tenancy import current_actor
from placements.assignment import queries
from placements.assignment.models import DefaultAssignment
from placements.choice.models import ChoiceRound
from placements.choice.queries import choice_round as round_with_rows
from placements.choice.rules import (
    CHOICE_TRANSITIONS,
    ChoiceAction,
    ChoiceState,
    check_not_all_declined,
)
from placements.choice.services import check_grant_open
from placements.participants.models import Grant
from placements.participants.rules import GrantAction
from placements.participants.services import move_grant

_TURN_LOCK = 0x70A9


def assign_default(choice_round_id: int, system_id: int) -> DefaultAssignment:
    """Decides for a participant who does not choose, as the system's published terms say.

    Turns of one system queue. The own provision is a place, so the grant has led to one; at a supplier it is requested
    first. Raises NotFound, Conflict when the round or the grant is not open, the system decides
    nothing for the participant, she has said no to all that was shown, or no supplier has a place that fits.
    """
    # The grant before the round, as when it is withdrawn and when a place in line is accepted.
    grant = get_or_404(Grant, get_or_404(ChoiceRound, choice_round_id).grant_id, lock=True)
    get_or_404(ChoiceRound, choice_round_id, lock=True)
    choice_round = round_with_rows(choice_round_id, is_fresh=True)
    transition = advance(CHOICE_TRANSITIONS, choice_round.state, ChoiceAction.ASSIGN, current_actor().role)
    check_grant_open(grant)
    check_not_all_declined(
        shown=len(choice_round.shown), declined=sum(shown.is_declined for shown in choice_round.shown)
    )
    terms = next((one for one in queries.default_terms(choice_round) if one.system_id == system_id), None)
    if terms is None:
        raise NotFound()
    db.session.execute(select(func.pg_advisory_xact_lock(_TURN_LOCK, system_id)))
    proposal = queries.proposal(choice_round, terms)
    if not proposal.is_possible:
        raise Conflict(
            "Ingen leverantör i turordningen har en ledig plats som passar i tid. Ingen tur är använd. Försök igen "
            "när en plats har blivit ledig."
        )
    outcome = proposal.outcome
    last = db.session.scalar(
        select(func.max(DefaultAssignment.turn)).where(DefaultAssignment.system_id == system_id)
    )
    assigned = DefaultAssignment(
        authority_id=choice_round.authority_id,
        system_id=system_id,
        turn=(last or 0) + 1,
        contract_id=outcome.supplier.turn.contract_id if outcome and outcome.supplier else None,
        place_id=outcome.place_id if outcome else None,
        passed_over=[
            {"contract_id": supplier.turn.contract_id, "reason": reason.value}
            for supplier, reason in (outcome.passed_over if outcome else ())
        ],
        why_sv=proposal.why_sv,
        assigned_at=now(),
        assigned_by=current_actor().user_name,
    )
    db.session.add(assigned)
    db.session.flush()
    before, choice_round.state = choice_round.state, ChoiceState(transition.target)
    choice_round.default_assignment_id = assigned.id
    if assigned.place_id is None:
        move_grant(grant, GrantAction.PLACE)
    db.session.flush()
    note = "Egen verksamhet" if terms.rule is DefaultRule.OWN_PROVISION else f"Tur {assigned.turn}"
    audit.record(
        "choice_round",
        choice_round.id,
        ChoiceAction.ASSIGN,
        authority_id=choice_round.authority_id,
        from_state=before,
        to_state=choice_round.state,
        note_sv=note,
    )
    return assigned
