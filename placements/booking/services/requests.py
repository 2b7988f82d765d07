"""A request: what it needs, and the seat that it holds until it is answered."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import Integer, Select, bindparam, exists, select

from enterprises.places.models import Place, SeatUse
from enterprises.places.rules import PlaceState, SeatUseKind
from enterprises.places.services import move_seat_use, take_over_offer, take_seat
from marketplace.clock import now, today
from marketplace.db import db
from marketplace.errors import Conflict, NotFound
from placements.assignment.queries import Requestable, places_to_request
from placements.booking import queries
from placements.booking.change_rules import check_move, check_unmoved_yet
from placements.booking.contract_queries import BookableContract, contracts_over, contracts_with_room
from placements.booking.models import Placement
from placements.booking.request_rules import (
    answer_due,
    check_contract_lasts,
    check_days,
    check_hours,
    check_may_request,
    check_weekdays,
    held_until,
    missing_prices,
    no_price_sv,
)
from placements.booking.rules import LIVE_STATES, PlacementState
from placements.booking.services.moving import record, tell
from placements.choice.models import ChoiceRound
from placements.choice.queries import has_later_choice
from placements.participants.models import Consent, Grant, Participant
from placements.participants.rules import ConsentScope, GrantAction, GrantState, support_level_sv
from placements.participants.services import move_grant


@dataclass(frozen=True)
class _Asked:
    """What a request is made for, under the grant's lock."""

    choice_round: ChoiceRound
    grant: Grant
    participant: Participant
    lives: tuple[Placement, ...]
    """What is requested, accepted or running on the grant."""


def request_placement(
    choice_round_id: int,
    *,
    first_day: date,
    last_day: date | None = None,
    held_seat_use_id: int | None = None,
    place_id: int | None = None,
) -> Placement:
    """Asks the supplier for a place and holds a seat until the answer is due. Without `last_day`, to the grant's end.

    `place_id` is the chosen place or one in reserve; without it, the chosen one. With `held_seat_use_id`, the seat
    that has been held for the participant is taken over. Raises Invalid for days outside the grant or too soon,
    Conflict when there is no choice or a later one, no consent, no contract, no price for the support level, no free
    seat, the hours do not fit, or as many places wait already as may.
    """
    asked = _asked(choice_round_id)
    requested = _requested(asked.choice_round, place_id)
    place, grant = requested.place, asked.grant
    last_day = last_day or grant.last_day
    _check_lives(asked, place, first_day)
    _check(place, grant, first_day, last_day)
    contract = contract_for(grant, place.enterprise_id, first_day, last_day, requested.contract_id)
    use = _seat(place.id, first_day, last_day, held_seat_use_id)
    due_on = answer_due(today(), contract.answer_within, first_day)
    placement = Placement(
        authority_id=grant.authority_id,
        unit_id=asked.participant.unit_id,
        kommun_code=asked.participant.kommun_code,
        enterprise_id=place.enterprise_id,
        contract_id=contract.id,
        grant_id=grant.id,
        participant_id=asked.participant.id,
        choice_round_id=choice_round_id,
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
        answer_due_on=due_on,
        held_until=held_until(due_on, last_day),
        requested_at=now(),
        moved_from_id=asked.choice_round.moves_placement_id,
    )
    db.session.add(placement)
    if grant.state is GrantState.OPEN:
        move_grant(grant, GrantAction.PLACE)
    db.session.flush()
    record(placement, "request", None)
    tell(placement, "request")
    return placement


def _asked(choice_round_id: int) -> _Asked:
    """Takes the grant's lock. Raises NotFound, Conflict without consent or after a later choice."""
    row = db.session.execute(_asking(), {"choice_round": choice_round_id}).one_or_none()
    if row is None:
        raise NotFound()
    choice_round, grant, participant, has_consent, is_superseded = row
    if is_superseded:
        raise Conflict("Deltagaren har valt på nytt efter det här valet. Begär den plats som valdes senast.")
    if not has_consent:
        raise Conflict(
            "Deltagarens samtycke är återkallat. Leverantören får inte veta vem det gäller utan det."
        )
    is_alone = grant.state is GrantState.OPEN  # nothing lives on an open grant
    lives = () if is_alone else tuple(queries.lives_on(grant.id))
    return _Asked(choice_round, grant, participant, lives)


@cache
def _asking() -> Select[ChoiceRound, Grant, Participant, bool, bool]:
    consents = exists().where(
        Consent.participant_id == Participant.id,
        Consent.scope == ConsentScope.SUPPLIER,
        Consent.withdrawn_at.is_(None),
    )
    return (
        select(ChoiceRound, Grant, Participant, consents, has_later_choice())
        .join(Grant, Grant.id == ChoiceRound.grant_id)
        .join(Participant, Participant.id == ChoiceRound.participant_id)
        .where(ChoiceRound.id == bindparam("choice_round", type_=Integer))
        .with_for_update(of=Grant)
        .execution_options(populate_existing=True)
    )


def _requested(choice_round: ChoiceRound, place_id: int | None) -> Requestable:
    """Raises Conflict when the round has not led to the place."""
    requestable = places_to_request(choice_round)
    if not requestable:
        raise Conflict("Registrera deltagarens val först.")
    if place_id is None:
        return requestable[0]
    found = next((one for one in requestable if one.place.id == place_id), None)
    if found is None:
        raise Conflict("Välj den plats som deltagaren har valt, eller en av reserverna.", field="place_id")
    return found


def _check_lives(asked: _Asked, place: Place, first_day: date) -> None:
    """What lives on the grant already leaves room for the request."""
    moves_id = asked.choice_round.moves_placement_id
    requested = [one for one in asked.lives if one.state is PlacementState.REQUESTED]
    taken = [one for one in asked.lives if one.state is not PlacementState.REQUESTED]
    check_may_request(
        asked.grant.state,
        requested=len(requested),
        has_place=any(one.id != moves_id and not one.is_moved for one in taken),
        is_requested=any(one.place_id == place.id for one in requested),
        is_move=any(one.id == moves_id for one in taken),
    )
    if moves_id is not None:
        check_leaves(moves_id, first_day, place.id)


def check_leaves(placement_id: int, first_day: date, place_id: int) -> Placement:
    """The placement that gives way to one that begins on `first_day`. Raises Invalid for a day that does not do,
    Conflict for the same place or when the participant has another one to move to."""
    left = db.session.get_one(Placement, placement_id)
    is_over = left.state not in LIVE_STATES
    if not is_over:
        check_unmoved_yet(left.is_moved)
        if left.place_id == place_id:
            raise Conflict("Deltagaren är redan på den platsen. Förläng placeringen i stället.")
    check_move(
        first_day,
        old_first=left.started_on or left.first_day,
        old_last=left.last_day,
        old_is_over=is_over,
        latest_attendance=queries.latest_attendance(placement_id),
    )
    return left


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
    check_weekdays(grant.days_per_week, place.weekdays)


def _seat(place_id: int, first_day: date, last_day: date, held_seat_use_id: int | None) -> SeatUse:
    if held_seat_use_id is None:
        return take_seat(place_id, first_day, last_day, SeatUseKind.REQUEST)
    use = take_over_offer(held_seat_use_id, place_id)
    return move_seat_use(use.id, first_day, last_day, SeatUseKind.REQUEST)


def contract_for(
    grant: Grant, enterprise_id: int, first_day: date, last_day: date, contract_id: int | None = None
) -> BookableContract:
    """The oldest contract over the days whose price list has a price for the grant's support level, and whose cap
    leaves a seat, in the grant's system. Only `contract_id` where there is one. Raises Conflict or Invalid."""
    contracts = [
        contract
        for contract in contracts_over(
            grant.authority_id, enterprise_id, first_day, last_day, grant.system_id
        )
        if contract_id in {None, contract.id}
    ]
    if not contracts:
        ending = contracts_over(grant.authority_id, enterprise_id, first_day, first_day, grant.system_id)
        check_contract_lasts(contract.ends_on for contract in ending)
        raise Conflict("Leverantören har inget avtal som gäller då. Välj andra dagar eller en annan plats.")
    missing = [missing_prices(contract.prices, grant.support_level) for contract in contracts]
    priced = [contract for contract, lacking in zip(contracts, missing, strict=True) if not lacking]
    capped = [one.id for one in priced if one.capacity_cap is not None]
    with_room = contracts_with_room(capped, first_day, last_day) if capped else set()
    for contract in priced:
        if contract.capacity_cap is None or contract.id in with_room:
            return contract
    if priced:
        raise Conflict(
            "Leverantören har så många platser i bruk som avtalet tillåter under de dagarna. "
            "Välj andra dagar eller en annan leverantör."
        )
    raise Conflict(no_price_sv(missing[0], support_level_sv(grant.support_level)))
