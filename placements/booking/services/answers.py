"""What a request is answered with: a yes, which ends whatever competed with it, a no, or a request taken back."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.places.services import book_held, lock_capacity
from marketplace.clock import today
from marketplace.db import db
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.outbox import emit
from marketplace.tenancy import acting_as, system_actor
from placements.booking import queries
from placements.booking.models import Placement
from placements.booking.request_rules import check_answered_in_time
from placements.booking.rules import (
    CANCEL_REASON_SV,
    DECLINE_REASON_SV,
    LIVE_STATES,
    WITHDRAWN_WHEN,
    CancelReason,
    DeclineReason,
    PlacementAction,
    PlacementState,
)
from placements.booking.services.changes import drop_change
from placements.booking.services.moving import held, hold_grant, let_go, move, record, reseat, target_of, tell
from placements.booking.services.requests import check_leaves

ACCEPTED_TOPIC = "placement_accepted"
"""The participant has a place: what was going on to find one has come to its end."""


CANCELLABLE_STATES = (PlacementState.REQUESTED, PlacementState.ACCEPTED)


def accept_placement(placement_id: int) -> Placement:
    """The supplier books the held seat. Other requests on the grant are taken back, and the placement that it is a
    move from is shortened.

    Raises NotFound, Conflict when it is answered, the seat is no longer held, the contract does not hold now, or the
    participant has got another place meanwhile.
    """
    has_company = hold_grant(placement_id)
    placement, contract_state = _with_contract(placement_id)
    target = target_of(placement, PlacementAction.ACCEPT)
    check_answered_in_time(placement.answer_due_on, placement.held_until, today())
    if contract_state is not ContractState.ACTIVE:
        raise Conflict(
            "Avtalet med myndigheten gäller inte just nu, så placeringen kan inte accepteras. "
            "Verksamhetsledaren ser varför på avtalets sida."
        )
    if has_company or placement.moved_from_id is not None:
        _clear_the_way(placement)
    assert placement.seat_use_id is not None  # held by ck_placement_seat_while_holding
    book_held(placement.seat_use_id)
    placement.answered_on = today()
    move(placement, PlacementAction.ACCEPT, target)
    emit(
        ACCEPTED_TOPIC,
        authority_id=placement.authority_id,
        enterprise_id=placement.enterprise_id,
        placement_id=placement.id,
        grant_id=placement.grant_id,
        choice_round_id=placement.choice_round_id,
        participant_id=placement.participant_id,
        what="accept",
    )
    return placement


def _with_contract(placement_id: int) -> tuple[Placement, ContractState]:
    row = db.session.execute(
        select(Placement, Contract.state)
        .join(Contract, Contract.id == Placement.contract_id)
        .where(Placement.id == placement_id)
        .with_for_update(of=Placement)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound()
    return row[0], row[1]


def _clear_the_way(accepted: Placement) -> None:
    """Ends what competes with a request that is being accepted. As the system: the others are other suppliers'."""
    with acting_as(system_actor(accepted.authority_id)):
        others = [one for one in queries.lives_on(accepted.grant_id) if one.id != accepted.id]
        taken = [one for one in others if one.state is not PlacementState.REQUESTED and not one.is_moved]
        if any(one.id != accepted.moved_from_id for one in taken):
            raise Conflict("Deltagaren har redan fått en annan plats. Begäran tas tillbaka av handläggaren.")
        for place_id in sorted({one.place_id for one in others}):
            lock_capacity(place_id)
        if accepted.moved_from_id is not None:
            _leave(accepted)
    waiting = [one for one in others if one.state is PlacementState.REQUESTED]
    for other in sorted(waiting, key=lambda one: (one.place_id, one.id)):
        _take_back(other, CancelReason.OTHER_ACCEPTED)


def _leave(accepted: Placement) -> None:
    """The placement that the participant moves from ends the day before, and says so."""
    assert accepted.moved_from_id is not None
    try:
        left = check_leaves(accepted.moved_from_id, accepted.first_day, accepted.place_id)
    except Invalid as too_early:
        raise Conflict(
            "Deltagaren är kvar på sin nuvarande plats den dagen, så bytet kan inte ske då. "
            "Be handläggaren begära en senare startdag."
        ) from too_early
    if left.state not in LIVE_STATES:
        return
    last_day = accepted.first_day - timedelta(days=1)
    number = f"Byter till {accepted.number} från {accepted.first_day.isoformat()}"
    with acting_as(system_actor(left.authority_id, left.enterprise_id)):
        drop_change(left)
        if last_day < left.last_day:
            left.is_moved = True
            reseat(left, last_day)
            db.session.flush()
        record(left, PlacementAction.MOVE, left.state, number)
        tell(left, "move")


def _take_back(placement: Placement, reason: CancelReason, note_sv: str = "") -> None:
    """As the system, whoever acts; the supplier is told."""
    with acting_as(system_actor(placement.authority_id, placement.enterprise_id)):
        target = target_of(placement, PlacementAction.CANCEL)
        placement.cancel_reason = reason
        let_go(placement, PlacementAction.CANCEL, target, note_sv or CANCEL_REASON_SV[reason])
        tell(placement, "cancel")


def decline_placement(placement_id: int, reason: DeclineReason) -> Placement:
    """The supplier says no, with a coded reason; the seat is freed, and the grant open again if nothing lives on it."""
    placement = held(placement_id)
    target = target_of(placement, PlacementAction.DECLINE)
    placement.decline_reason = reason
    placement.answered_on = today()
    let_go(placement, PlacementAction.DECLINE, target, DECLINE_REASON_SV[reason])
    tell(placement, "decline")
    return placement


def cancel_placement(placement_id: int, reason: CancelReason = CancelReason.PLANS) -> Placement:
    """The case officer takes a placement back before its start; the seat is freed, and the grant open again unless
    more lives on it."""
    placement = held(placement_id)
    target = target_of(placement, PlacementAction.CANCEL)
    placement.cancel_reason = reason
    drop_change(placement)
    let_go(placement, PlacementAction.CANCEL, target, CANCEL_REASON_SV[reason])
    tell(placement, "cancel")
    return placement


def take_back_all(
    grant_id: int, reason: CancelReason, states: Collection[PlacementState] = CANCELLABLE_STATES
) -> list[Placement]:
    """Takes back what is in the states on a grant whose lock is held; for the system. Gives what was."""
    taken = [one for one in queries.lives_on(grant_id) if one.state in states]
    for placement in sorted(taken, key=lambda one: (one.place_id, one.id)):
        drop_change(placement)
        _take_back(placement, reason)
    return taken


def withdraw_requests(contract_id: int) -> int:
    """Takes back what waits for an answer under a contract that rests or has ended; for the system. Gives how many.

    None when the contract has been resumed: what waits then may have been requested since.
    """
    # Grants, then places, then placements and the contract: in this order everybody else takes them too.
    for placement_id in queries.request_ids_under(contract_id):
        hold_grant(placement_id)
    requests = queries.requests_under(contract_id)
    for place_id in sorted({placement.place_id for placement in requests}):
        lock_capacity(place_id)
    state = queries.held_contract_state(contract_id)
    if state not in WITHDRAWN_WHEN:
        return 0
    for placement in requests:
        _take_back(placement, CancelReason.CONTRACT, WITHDRAWN_WHEN[state])
    return len(requests)
