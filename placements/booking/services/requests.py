"""A request: what it needs, and the seat that it holds until it is answered."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from sqlalchemy import Date, Integer, bindparam, func, select, text

from enterprises.places.rules import PlaceState, SeatUseKind
from enterprises.places.services import TakenSeat, move_seat_use, take_over_offer, take_seat
from marketplace.clock import now, today
from marketplace.db import db
from marketplace.errors import Conflict, NotFound
from marketplace.statements import Prepared, add_row
from placements.booking import queries
from placements.booking.change_rules import check_move, check_unmoved_yet
from placements.booking.contract_queries import (
    BookableContract,
    bookable,
    contracts_over,
    contracts_with_room,
)
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
from placements.participants.rules import GrantState, support_level_sv
from placements.participants.services import place_grant


class _Granted(Protocol):
    """What decides which contract a placement is booked under: a grant, or a request for one."""

    @property
    def authority_id(self) -> int: ...
    @property
    def system_id(self) -> int | None: ...
    @property
    def support_level(self) -> str: ...


class _Asked(NamedTuple):
    """What a request for one of the places that a round has led to is made for: a row of `request_facts`."""

    choice_round_id: int
    moves_placement_id: int | None
    grant_id: int
    grant_state: str
    authority_id: int
    system_id: int | None
    first_day: date
    last_day: date
    hours_per_week: Decimal
    days_per_week: int
    support_level: str
    participant_id: int
    unit_id: int
    kommun_code: str
    has_consent: bool
    is_superseded: bool
    place_id: int
    enterprise_id: int
    place_state: str
    lead_time_days: int
    hours_per_week_min: int
    hours_per_week_max: int
    weekdays: list[int]
    only_contract: int | None
    """That of the turn, which is taken in one system; None where the participant chose."""


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
    asked, contracts = _asked(choice_round_id, place_id, first_day, last_day)
    last_day = last_day or asked.last_day
    _check_lives(asked, first_day)
    _check(asked, first_day, last_day)
    contract = _first_of(contracts, asked, asked.enterprise_id, first_day, last_day)
    use = _seat(asked.place_id, first_day, last_day, held_seat_use_id)
    due_on = answer_due(today(), contract.answer_within, first_day)
    placement = add_row(
        Placement,
        authority_id=asked.authority_id,
        unit_id=asked.unit_id,
        kommun_code=asked.kommun_code,
        enterprise_id=asked.enterprise_id,
        contract_id=contract.id,
        grant_id=asked.grant_id,
        participant_id=asked.participant_id,
        choice_round_id=choice_round_id,
        place_id=asked.place_id,
        seat_id=use.seat_id,
        seat_use_id=use.id,
        state=PlacementState.REQUESTED,
        first_day=first_day,
        last_day=last_day,
        hours_per_week=asked.hours_per_week,
        days_per_week=asked.days_per_week,
        support_level=asked.support_level,
        requested_on=today(),
        answer_due_on=due_on,
        held_until=held_until(due_on, last_day),
        requested_at=now(),
        moved_from_id=asked.moves_placement_id,
        is_moved=False,
    )
    if asked.grant_state == GrantState.OPEN:
        place_grant(asked.grant_id, asked.authority_id)
    record(placement, "request", None)
    tell(placement, "request")
    return placement


def _asked(
    choice_round_id: int, place_id: int | None, first_day: date, last_day: date | None
) -> tuple[_Asked, list[BookableContract]]:
    """With the contracts that it can be made under. Takes the grant's lock. Raises NotFound, and Conflict without a
    choice of the place, without consent or after a later choice."""
    rows = _FACTS.rows(choice_round=choice_round_id, first=first_day, last=last_day)
    if not rows:
        raise NotFound()
    if rows[0].is_superseded:
        raise Conflict("Deltagaren har valt på nytt efter det här valet. Begär den plats som valdes senast.")
    if not rows[0].has_consent:
        raise Conflict(
            "Deltagarens samtycke är återkallat. Leverantören får inte veta vem det gäller utan det."
        )
    places = [row for row in rows if row.place_id is not None]
    if not places:
        raise Conflict("Registrera deltagarens val först.")
    found = [row for row in places if row.place_id == (place_id or places[0].place_id)]
    if not found:
        raise Conflict("Välj den plats som deltagaren har valt, eller en av reserverna.", field="place_id")
    asked = _Asked(*found[0][:_FIELDS])
    carrying = bookable(row[_FIELDS:] for row in found if row.contract_id is not None)
    return asked, [one for one in carrying if asked.only_contract in {None, one.id}]


_FIELDS = len(_Asked._fields)
_FACTS = Prepared(
    select(text("*")).select_from(
        func.request_facts(
            bindparam("choice_round", type_=Integer),
            bindparam("first", type_=Date),
            bindparam("last", type_=Date),
        )
    ),
    is_planned_once=True,
)


def _check_lives(asked: _Asked, first_day: date) -> None:
    """What lives on the grant already leaves room for the request."""
    state, moves_id = GrantState(asked.grant_state), asked.moves_placement_id
    lives = (
        queries.lives_on(asked.grant_id) if state is not GrantState.OPEN else []
    )  # nothing lives on an open one
    requested = [one for one in lives if one.state is PlacementState.REQUESTED]
    taken = [one for one in lives if one.state is not PlacementState.REQUESTED]
    check_may_request(
        state,
        requested=len(requested),
        has_place=any(one.id != moves_id and not one.is_moved for one in taken),
        is_requested=any(one.place_id == asked.place_id for one in requested),
        is_move=any(one.id == moves_id for one in taken),
    )
    if moves_id is not None:
        check_leaves(moves_id, first_day, asked.place_id)


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


def _check(asked: _Asked, first_day: date, last_day: date) -> None:
    if asked.place_state != PlaceState.PUBLISHED:
        raise Conflict("Platsen är inte publicerad längre. Låt deltagaren välja en annan plats.")
    check_days(
        first_day,
        last_day,
        today=today(),
        grant_first=asked.first_day,
        grant_last=asked.last_day,
        lead_time_days=asked.lead_time_days,
    )
    check_hours(asked.hours_per_week, asked.hours_per_week_min, asked.hours_per_week_max)
    check_weekdays(asked.days_per_week, asked.weekdays)


def _seat(place_id: int, first_day: date, last_day: date, held_seat_use_id: int | None) -> TakenSeat:
    if held_seat_use_id is None:
        return take_seat(place_id, first_day, last_day, SeatUseKind.REQUEST)
    held = take_over_offer(held_seat_use_id, place_id)
    use = move_seat_use(held.id, first_day, last_day, SeatUseKind.REQUEST)
    return TakenSeat(use.id, use.seat_id)


def contract_for(grant: _Granted, enterprise_id: int, first_day: date, last_day: date) -> BookableContract:
    """The oldest contract over the days whose price list has a price for the grant's support level, and whose cap
    leaves a seat, in the grant's system. Raises Conflict or Invalid."""
    contracts = contracts_over(grant.authority_id, enterprise_id, first_day, last_day, grant.system_id)
    return _first_of(contracts, grant, enterprise_id, first_day, last_day)


def _first_of(
    contracts: list[BookableContract], grant: _Granted, enterprise_id: int, first_day: date, last_day: date
) -> BookableContract:
    if not contracts:
        ending = contracts_over(grant.authority_id, enterprise_id, first_day, first_day, grant.system_id)
        check_contract_lasts(contract.ends_on for contract in ending)
        raise Conflict("Leverantören har inget avtal som gäller då. Välj andra dagar eller en annan plats.")
    missing = [missing_prices(contract.rates, grant.support_level) for contract in contracts]
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
