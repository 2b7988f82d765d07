"""The one way to take, move and release a seat.

Every change of capacity first takes the place's lock. It is an advisory lock and not a row lock, because whoever
books may read the place but not change it, and PostgreSQL asks for the right to change a row before it locks it.
The last word is the database's: see ex_seat_use_one_a_day.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Date, Integer, Text, bindparam, func, insert, select, true

from enterprises.places.models import Seat, SeatUse
from enterprises.places.queries import room_at, taken_within
from enterprises.places.rules import PlaceState, SeatUseKind, no_seat_sv
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid
from marketplace.outbox import emit
from marketplace.statements import Prepared

_CAPACITY_LOCK = 0x5EA7

SEAT_FREED = "seat_freed"
"""The place may have a seat that it did not have. Whose it was, and who hears of it, is not told."""


def seat_freed(place_id: int) -> None:
    """To be called in the transaction that frees a seat, or lets a place be offered."""
    emit(SEAT_FREED, place_id=place_id)


def lock_capacity(place_id: int) -> None:
    """Queues everyone who changes this place's capacity, until the transaction ends."""
    _LOCK.rows(place=place_id)


_LOCK = Prepared(
    select(func.pg_advisory_xact_lock(_CAPACITY_LOCK, bindparam("place", type_=Integer))),
    is_planned_once=True,
)


class TakenSeat(NamedTuple):
    """The use of a seat that has just been taken."""

    id: int
    seat_id: int


def take_seat(place_id: int, first_day: date, last_day: date, kind: SeatUseKind) -> TakenSeat:
    """Takes the lowest seat that is free on every day from first to last.

    Raises Invalid for days in the wrong order, Conflict when no seat is free or the place takes nobody.
    """
    in_order(first_day, last_day)
    _LOCK.write(place=place_id)  # along with what looks for the seat
    asked = {"place": place_id, "first_day": first_day, "last_day": last_day, "kind": kind}
    state, seat_id, key = next(iter(_taking().rows(**asked)), _NOTHING)
    if state != PlaceState.PUBLISHED:
        raise Conflict("Platsen tar inte emot någon just nu. Välj en annan plats.")
    if seat_id is None:
        raise _full(place_id, first_day, last_day)
    return TakenSeat(key, seat_id)


_NOTHING: Sequence[Any] = (None, None, None)


@cache
def _taking() -> Prepared:
    """Looks for a seat and takes it in one statement: the place's state, the seat and its use, or None for either."""
    place, kind = bindparam("place", type_=Integer), bindparam("kind", type_=Text)
    days = (bindparam("first_day", type_=Date), bindparam("last_day", type_=Date))
    room = room_at(place, *days).cte("room")
    taken = select(room.c.seat_id, place, *days, kind).where(
        room.c.state == PlaceState.PUBLISHED, room.c.seat_id.is_not(None)
    )
    columns = ["seat_id", "place_id", "first_day", "last_day", "kind"]
    use = insert(SeatUse).from_select(columns, taken).returning(SeatUse.id).cte("taken")
    found = select(room.c.state, room.c.seat_id, use.c.id).join(use, true(), isouter=True)
    return Prepared(found, is_planned_once=True)


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
        seat_id = db.session.execute(room_at(use.place_id, first_day, last_day)).one().seat_id
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
    use = SeatUse(seat_id=seat.id, place_id=seat.place_id, first_day=first_day, last_day=last_day, kind=kind)
    db.session.add(use)
    db.session.flush()
    return use


def in_order(first_day: date, last_day: date) -> None:
    """Raises Invalid when the period ends before it begins."""
    if last_day < first_day:
        raise Invalid("Sista dagen kan inte vara före första dagen.", field="last_day")
