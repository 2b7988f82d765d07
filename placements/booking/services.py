"""Booking: a request holds a seat until it is answered, an accepted one books it, and an end gives the rest back.

A placement's days are its seat use's days. The two are changed together, and a deferred foreign key holds them so.
"""

from datetime import date, timedelta

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.places.models import Place
from enterprises.places.rules import PlaceState, SeatUseKind
from enterprises.places.services import move_seat_use, release_seat, take_seat
from marketplace import audit
from marketplace.clock import now, today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict
from marketplace.procurement.queries import price_drafts
from marketplace.rules import advance
from marketplace.tenancy import acting_as, current_actor, system_actor
from placements.assignment.queries import place_to_request
from placements.booking import queries
from placements.booking.models import Placement
from placements.booking.rules import (
    DECLINE_REASON_SV,
    PLACEMENT_TRANSITIONS,
    SEAT_HOLDING_STATES,
    WITHDRAWN_WHEN,
    DeclineReason,
    PlacementAction,
    PlacementState,
    answer_due,
    check_answered_in_time,
    check_completed,
    check_contract_lasts,
    check_days,
    check_early_end,
    check_hours,
    check_never_started,
    check_start,
    missing_prices,
    no_price_sv,
)
from placements.choice.models import ChoiceRound
from placements.choice.queries import has_later_choice
from placements.participants.models import Grant, Participant
from placements.participants.queries import has_live_consent
from placements.participants.rules import GrantAction, GrantState, support_level_sv
from placements.participants.services import move_grant


def request_placement(choice_round_id: int, *, first_day: date, last_day: date | None = None) -> Placement:
    """Asks the supplier for the chosen place and holds a seat until the answer is due. Without `last_day`, to the
    grant's end.

    Raises Invalid for days outside the grant or too soon, Conflict when there is no choice or a later one, no consent,
    no contract, no price for the support level, no free seat, or the hours do not fit.
    """
    choice_round = get_or_404(ChoiceRound, choice_round_id)
    requested = place_to_request(choice_round)
    if requested is None:
        raise Conflict("Registrera deltagarens val först.")
    if has_later_choice(choice_round):
        raise Conflict("Deltagaren har valt på nytt efter det här valet. Begär den plats som valdes senast.")
    grant = get_or_404(Grant, choice_round.grant_id, lock=True)
    if grant.state is not GrantState.OPEN:
        raise Conflict("Deltagaren har redan en plats på det här beviljandet, eller så har det avslutats.")
    participant = get_or_404(Participant, choice_round.participant_id)
    if not has_live_consent(participant.id):
        raise Conflict(
            "Deltagarens samtycke är återkallat. Leverantören får inte veta vem det gäller utan det."
        )
    place = get_or_404(Place, requested.place_id)
    last_day = last_day or grant.last_day
    _check(place, grant, first_day, last_day)
    contract = _contract(grant, place.enterprise_id, first_day, last_day, requested.contract_id)
    use = take_seat(place.id, first_day, last_day, SeatUseKind.REQUEST)
    placement = Placement(
        authority_id=grant.authority_id,
        unit_id=participant.unit_id,
        kommun_code=participant.kommun_code,
        enterprise_id=place.enterprise_id,
        contract_id=contract.id,
        grant_id=grant.id,
        participant_id=participant.id,
        choice_round_id=choice_round.id,
        place_id=place.id,
        seat_id=use.seat_id,
        seat_use_id=use.id,
        state=PlacementState.REQUESTED,
        first_day=first_day,
        last_day=last_day,
        hours_per_week=grant.hours_per_week,
        days_per_week=grant.days_per_week,
        support_level=grant.support_level,
        requested_on=today(),
        answer_due_on=answer_due(today(), contract.terms.answer_within, first_day),
        requested_at=now(),
    )
    db.session.add(placement)
    move_grant(grant, GrantAction.PLACE)
    db.session.flush()
    _record(placement, "request", None)
    return placement


def _check(place: Place, grant: Grant, first_day: date, last_day: date) -> None:
    if place.state is not PlaceState.PUBLISHED:
        raise Conflict("Platsen är inte publicerad längre. Låt deltagaren välja en annan plats.")
    check_days(
        first_day,
        last_day,
        today=today(),
        grant_first=grant.first_day,
        grant_last=grant.last_day,
        lead_time_days=place.lead_time_days,
    )
    check_hours(grant.hours_per_week, place.hours_per_week_min, place.hours_per_week_max)


def _contract(
    grant: Grant, enterprise_id: int, first_day: date, last_day: date, contract_id: int | None
) -> Contract:
    """The oldest contract over the days whose price list has a price for the grant's support level, and whose cap
    leaves a seat, in the grant's system. Only `contract_id` where there is one."""
    contracts = [
        contract
        for contract in queries.contracts_over(
            grant.authority_id, enterprise_id, first_day, last_day, grant.system_id
        )
        if contract_id in {None, contract.id}
    ]
    if not contracts:
        ending = queries.contracts_over(
            grant.authority_id, enterprise_id, first_day, first_day, grant.system_id
        )
        check_contract_lasts(contract.ends_on for contract in ending)
        raise Conflict("Leverantören har inget avtal som gäller då. Välj andra dagar eller en annan plats.")
    missing = [
        missing_prices(price_drafts(contract.terms.prices), grant.support_level) for contract in contracts
    ]
    priced = [contract for contract, lacking in zip(contracts, missing, strict=True) if not lacking]
    with_room = queries.contracts_with_room([one.id for one in priced], first_day, last_day)
    for contract in priced:
        if contract.id in with_room:
            return contract
    if priced:
        raise Conflict(
            "Leverantören har så många platser i bruk som avtalet tillåter under de dagarna. "
            "Välj andra dagar eller en annan leverantör."
        )
    raise Conflict(no_price_sv(missing[0], support_level_sv(grant.support_level)))


def accept_placement(placement_id: int) -> Placement:
    """The supplier books the held seat. Raises NotFound, Conflict when it is answered, the answer is late or the
    contract does not hold now.
    """
    placement = _locked(placement_id)
    target = _target(placement, PlacementAction.ACCEPT)
    check_answered_in_time(placement.answer_due_on, today())
    if placement.contract.state is not ContractState.ACTIVE:
        raise Conflict(
            "Avtalet med myndigheten gäller inte just nu, så placeringen kan inte accepteras. "
            "Verksamhetsledaren ser varför på avtalets sida."
        )
    _reseat(placement, placement.last_day, SeatUseKind.PLACEMENT)
    placement.answered_on = today()
    return _move(placement, PlacementAction.ACCEPT, target)


def decline_placement(placement_id: int, reason: DeclineReason) -> Placement:
    """The supplier says no, with a coded reason; the seat is freed and the grant is open again."""
    placement = _locked(placement_id)
    target = _target(placement, PlacementAction.DECLINE)
    placement.decline_reason = reason
    placement.answered_on = today()
    return _let_go(placement, PlacementAction.DECLINE, target, DECLINE_REASON_SV[reason])


def cancel_placement(placement_id: int) -> Placement:
    """The case officer takes a placement back before its start; the seat is freed and the grant is open again."""
    placement = _locked(placement_id)
    target = _target(placement, PlacementAction.CANCEL)
    return _let_go(placement, PlacementAction.CANCEL, target)


def expire_placement(placement_id: int) -> Placement:
    """Nobody answered in time; the seat is freed and the grant is open again. Raises Conflict before that."""
    placement = _locked(placement_id)
    target = _target(placement, PlacementAction.EXPIRE)
    if today() <= placement.answer_due_on:
        raise Conflict("Svarstiden har inte gått ut.")
    return _let_go(placement, PlacementAction.EXPIRE, target)


def withdraw_requests(contract_id: int) -> int:
    """Takes back what waits for an answer under a contract that rests or has ended; for the system. Gives how many.

    None when the contract has been resumed: what waits then may have been requested since.
    """
    requests = queries.requests_under(contract_id)
    state = queries.held_contract_state(contract_id)
    if state not in WITHDRAWN_WHEN:
        return 0
    for placement in requests:
        target = _target(placement, PlacementAction.CANCEL)
        _let_go(placement, PlacementAction.CANCEL, target, WITHDRAWN_WHEN[state])
    return len(requests)


def start_placement(placement_id: int, started_on: date | None = None) -> Placement:
    """The participant has begun, today or on an earlier day from the start day. Raises Invalid for other days."""
    placement = _locked(placement_id)
    target = _target(placement, PlacementAction.START)
    started_on = started_on or today()
    check_start(started_on, first_day=placement.first_day, last_day=placement.last_day, today=today())
    placement.started_on = started_on
    return _move(placement, PlacementAction.START, target)


def never_start_placement(placement_id: int) -> Placement:
    """The start day has passed and nobody came; the seat is freed and the grant is open again."""
    placement = _locked(placement_id)
    target = _target(placement, PlacementAction.NEVER_START)
    check_never_started(placement.first_day, today())
    return _let_go(placement, PlacementAction.NEVER_START, target)


def complete_placement(placement_id: int) -> Placement:
    """The last day has come. The grant is concluded when the final report is received. Raises Conflict before it."""
    placement = _locked(placement_id)
    target = _target(placement, PlacementAction.COMPLETE)
    check_completed(placement.last_day, today())
    placement.ended_on = placement.last_day
    return _move(placement, PlacementAction.COMPLETE, target)


def end_placement_early(placement_id: int, last_day: date) -> Placement:
    """Shortens a running placement to `last_day` and frees its seat from the day after.

    Raises Invalid for a day outside the placement, in the future, or before registered attendance.
    """
    placement = _locked(placement_id)
    target = _target(placement, PlacementAction.END_EARLY)
    check_early_end(
        last_day,
        first_day=placement.started_on or placement.first_day,
        planned_last=placement.last_day,
        latest_attendance=queries.latest_attendance(placement_id),
        today=today(),
    )
    _reseat(placement, last_day, SeatUseKind.PLACEMENT)
    placement.ended_on = last_day
    free_from = (last_day + timedelta(days=1)).isoformat()
    return _move(placement, PlacementAction.END_EARLY, target, f"Platsen är fri från {free_from}")


def _locked(placement_id: int) -> Placement:
    return get_or_404(Placement, placement_id, lock=True)


def _target(placement: Placement, action: PlacementAction) -> PlacementState:
    transition = advance(PLACEMENT_TRANSITIONS, placement.state, action, current_actor().role)
    return PlacementState(transition.target)


def _reseat(placement: Placement, last_day: date, kind: SeatUseKind) -> None:
    """Gives seat use and placement the same last day, in one transaction."""
    assert placement.seat_use_id is not None  # held by ck_placement_seat_while_holding
    use = move_seat_use(placement.seat_use_id, placement.first_day, last_day, kind)
    placement.last_day, placement.seat_id = use.last_day, use.seat_id


def _let_go(
    placement: Placement, action: PlacementAction, target: PlacementState, note_sv: str = ""
) -> Placement:
    """Ends a placement that never came to be: frees the seat and opens the grant."""
    assert target not in SEAT_HOLDING_STATES
    seat_use_id = placement.seat_use_id
    placement.seat_use_id = placement.seat_id = None
    _move(placement, action, target, note_sv)
    if seat_use_id is not None:
        release_seat(seat_use_id)
    # The grant is the authority's alone: a supplier who declines neither reads nor writes it.
    with acting_as(system_actor(placement.authority_id)):
        move_grant(get_or_404(Grant, placement.grant_id, lock=True), GrantAction.REOPEN)
    return placement


def _move(
    placement: Placement, action: PlacementAction, target: PlacementState, note_sv: str = ""
) -> Placement:
    before, placement.state = placement.state, target
    db.session.flush()
    _record(placement, action, before, note_sv)
    return placement


def _record(placement: Placement, action: str, before: PlacementState | None, note_sv: str = "") -> None:
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
