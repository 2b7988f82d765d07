"""The one way to take, move and release a seat.

Every change of capacity first takes the place's lock. It is an advisory lock and not a row lock, because whoever
books may read the place but not change it, and PostgreSQL asks for the right to change a row before it locks it.
The last word is the database's: see ex_seat_use_one_a_day.
"""

from datetime import date

from sqlalchemy import Integer, bindparam, func, select

from enterprises.places.models import Seat, SeatUse
from enterprises.places.queries import room_at, taken_within
from enterprises.places.rules import PlaceState, SeatUseKind, no_seat_sv
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid
from marketplace.outbox import emit

_CAPACITY_LOCK = 0x5EA7

SEAT_FREED = "seat_freed"
"""The place may have a seat that it did not have. Whose it was, and who hears of it, is not told."""


def seat_freed(place_id: int) -> None:
    """To be called in the transaction that frees a seat, or lets a place be offered."""
    emit(SEAT_FREED, place_id=place_id)


def lock_capacity(place_id: int) -> None:
    """Queues everyone who changes this place's capacity, until the transaction ends."""
    db.session.execute(_LOCK, {"place": place_id})


_LOCK = select(func.pg_advisory_xact_lock(_CAPACITY_LOCK, bindparam("place", type_=Integer)))


def take_seat(place_id: int, first_day: date, last_day: date, kind: SeatUseKind) -> SeatUse:
    """Takes the lowest seat that is free on every day from first to last.

    Raises Invalid for days in the wrong order, Conflict when no seat is free or the place takes nobody.
    """
    in_order(first_day, last_day)
    lock_capacity(place_id)
    state, seat_id = room_at(place_id, first_day, last_day)
    if state is not PlaceState.PUBLISHED:
        raise Conflict("Platsen tar inte emot någon just nu. Välj en annan plats.")
    if seat_id is None:
        raise _full(place_id, first_day, last_day)
    return _use(seat_id, place_id, first_day, last_day, kind)


def release_seat(seat_use_id: int) -> None:
    """Frees the days of a use. Whoever points at it lets go in the same transaction."""
    use = get_or_404(SeatUse, seat_use_id)
    place_id = use.place_id
    lock_capacity(place_id)
    db.session.delete(use)
    db.session.flush()
    seat_freed(place_id)


def move_seat_use(
    seat_use_id: int, first_day: date, last_day: date, kind: SeatUseKind | None = None
) -> SeatUse:
    """Gives a use other days, on the same seat if it is free then, else on the lowest seat that is.

    The caller copies seat and days from what is returned. Raises Conflict when no seat is free.
    """
    in_order(first_day, last_day)
    use = get_or_404(SeatUse, seat_use_id)
    lock_capacity(use.place_id)
    before = (use.seat_id, use.first_day, use.last_day)
    in_the_way = select(SeatUse.id).where(
        SeatUse.seat_id == use.seat_id,
        SeatUse.id != use.id,
        SeatUse.first_day <= last_day,
        SeatUse.last_day >= first_day,
    )
    if db.session.scalar(in_the_way.limit(1)) is not None:
        _, seat_id = room_at(use.place_id, first_day, last_day)
        if seat_id is None:
            raise _full(use.place_id, first_day, last_day)
        use.seat_id = seat_id
    use.first_day, use.last_day = first_day, last_day
    use.kind = kind or use.kind
    db.session.flush()
    if use.seat_id != before[0] or first_day > before[1] or last_day < before[2]:
        seat_freed(use.place_id)
    return use


def _full(place_id: int, first_day: date, last_day: date) -> Conflict:
    """No seat is free on all the days: says which days could be had."""
    return Conflict(no_seat_sv(taken_within(place_id, first_day, last_day), first_day, last_day))


def use_seat(seat: Seat, first_day: date, last_day: date, kind: SeatUseKind) -> SeatUse:
    return _use(seat.id, seat.place_id, first_day, last_day, kind)


def _use(seat_id: int, place_id: int, first_day: date, last_day: date, kind: SeatUseKind) -> SeatUse:
    use = SeatUse(seat_id=seat_id, place_id=place_id, first_day=first_day, last_day=last_day, kind=kind)
    db.session.add(use)
    db.session.flush()
    return use


def in_order(first_day: date, last_day: date) -> None:
    """Raises Invalid when the period ends before it begins."""
    if last_day < first_day:
        raise Invalid("Sista dagen kan inte vara före första dagen.", field="last_day")
