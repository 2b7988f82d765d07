"""Capacity counted slowly, seat by seat and day by day, in another way than the program does."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import select

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.places.models import Place, Seat, SeatUse
from enterprises.places.rules import PlaceState, SeatUseKind
from indicators.capacity.rules import FREE_WITHIN_DAYS
from marketplace.audit import Event
from marketplace.clock import STOCKHOLM, days_from
from marketplace.db import db

WITHIN = timedelta(days=FREE_WITHIN_DAYS)
Changes = list[tuple[date, str]]
Rows = dict[tuple[date, int, str, str], tuple[int, int, int, int, int]]
"""By day, enterprise, kommun and trade: seats, closed, held, booked, and free within two weeks."""


def count_capacity(authority_id: int, first: date, last: date) -> Rows:
    """Each day of each seat of the enterprises that the authority has had a contract with. Act as the system for it."""
    contracts = db.session.scalars(select(Contract).where(Contract.authority_id == authority_id)).all()
    uses: dict[int, dict[date, SeatUseKind]] = defaultdict(dict)
    for use in db.session.scalars(select(SeatUse)):
        for day in days_from(max(use.first_day, first), min(use.last_day, last + WITHIN)):
            assert day not in uses[use.seat_id], "a seat has one use a day"
            uses[use.seat_id][day] = use.kind
    found: dict[tuple[date, int, str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    changes = {contract.id: _changes("contract", contract.id) for contract in contracts}
    sellers = {contract.enterprise_id for contract in contracts}
    for place in db.session.scalars(select(Place).where(Place.enterprise_id.in_(sellers))):
        of_it = [contract for contract in contracts if contract.enterprise_id == place.enterprise_id]
        published = _changes("place", place.id)
        seats = db.session.scalars(select(Seat.id).where(Seat.place_id == place.id)).all()
        for day in days_from(first, last):
            is_open = _state(published, day) == PlaceState.PUBLISHED
            if not is_open or not any(_is_active(one, changes[one.id], day) for one in of_it):
                continue
            row = found[day, place.enterprise_id, place.kommun_code, place.ssyk]
            for seat_id in seats:
                kind = uses[seat_id].get(day)
                row[0] += kind is not SeatUseKind.RETIRED
                row[1] += kind is SeatUseKind.CLOSURE
                row[2] += kind in {SeatUseKind.REQUEST, SeatUseKind.OFFER}
                row[3] += kind is SeatUseKind.PLACEMENT
                row[4] += any(one not in uses[seat_id] for one in days_from(day, day + WITHIN))
    return {key: (a, b, c, d, e) for key, (a, b, c, d, e) in found.items() if a}


def count_idle(authority_id: int, until: date) -> dict[tuple[int, int, str, str, int], int]:
    """How often a seat stood empty for so many days between two placements, by year, enterprise, kommun and trade. Days
    of a closure do not count, and a place that was not open all the while could not be used. Act as the system."""
    found: Counter[tuple[int, int, str, str, int]] = Counter()
    contracts = db.session.scalars(select(Contract).where(Contract.authority_id == authority_id)).all()
    changes = {contract.id: _changes("contract", contract.id) for contract in contracts}
    sellers = {contract.enterprise_id for contract in contracts}
    for place in db.session.scalars(select(Place).where(Place.enterprise_id.in_(sellers))):
        published = _changes("place", place.id)

        def is_open(day: date, place: Place = place, published: Changes = published) -> bool:
            return _state(published, day) == PlaceState.PUBLISHED and any(
                one.enterprise_id == place.enterprise_id and _is_active(one, changes[one.id], day)
                for one in contracts
            )

        by_seat: dict[int, list[SeatUse]] = defaultdict(list)
        for use in db.session.scalars(
            select(SeatUse).filter_by(place_id=place.id).order_by(SeatUse.first_day)
        ):
            by_seat[use.seat_id].append(use)
        for uses in by_seat.values():
            closed = {
                day
                for use in uses
                if use.kind is SeatUseKind.CLOSURE
                for day in days_from(use.first_day, min(use.last_day, until))
            }
            for before, after in pairwise(use for use in uses if use.kind is SeatUseKind.PLACEMENT):
                if after.first_day >= until:
                    continue
                left, back = before.last_day + timedelta(days=1), after.first_day - timedelta(days=1)
                gap = list(days_from(left, back))
                if all(map(is_open, gap)) if gap else is_open(left) or is_open(back):
                    days = sum(day not in closed for day in gap)
                    found[after.first_day.year, place.enterprise_id, place.kommun_code, place.ssyk, days] += 1
    return dict(found)


def _changes(object_type: str, object_id: int) -> Changes:
    """The days in Sweden on which its state became another, and which."""
    told = select(Event).filter_by(object_type=object_type, object_id=object_id).order_by(Event.id)
    return [
        (one.at.astimezone(STOCKHOLM).date(), one.to_state)
        for one in db.session.scalars(told)
        if one.to_state
    ]


def _state(changes: Changes, day: date) -> str:
    """At the end of the day."""
    return next((state for changed_on, state in reversed(changes) if changed_on <= day), "")


def _is_active(contract: Contract, changes: Changes, day: date) -> bool:
    if day < contract.starts_on or (contract.ends_on and day > contract.ends_on):
        return False
    return (_state(changes, day) if changes else contract.state) == ContractState.ACTIVE
