"""Days held on a seat while somebody answers, and what becomes of them."""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import func, select, update

from enterprises.places.models import Seat, SeatUse
from enterprises.places.queries import free_seats_of_place
from enterprises.places.rules import FOREVER, SeatUseKind
from enterprises.places.services.capacity import lock_capacity, seat_freed, use_seat
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict

_NOBODYS = (SeatUseKind.REQUEST, SeatUseKind.PLACEMENT, SeatUseKind.CLOSURE, SeatUseKind.RETIRED)
"""Uses that somebody else points at."""


def book_held(seat_use_id: int) -> None:
    """What was held for an answer is booked: the same days of the same seat, so nothing needs to be counted."""
    db.session.execute(
        update(SeatUse).where(SeatUse.id == seat_use_id).values(kind=SeatUseKind.PLACEMENT),
        execution_options={"synchronize_session": "fetch"},
    )


def take_over_offer(seat_use_id: int, place_id: int) -> SeatUse:
    """A seat held for whoever was next in line, under the place's lock. Raises Conflict when it no longer is."""
    lock_capacity(place_id)
    use = db.session.get(SeatUse, seat_use_id, populate_existing=True)
    if use is None or use.place_id != place_id or use.kind in _NOBODYS:
        raise Conflict("Platsen hålls inte längre. Sök igen för att se om den är ledig.")
    return use


def free_until(seat_use_id: int) -> date:
    """The last day that whoever has the use could stay to: on the same seat, or on another one that is free from the
    use's first day."""
    use = get_or_404(SeatUse, seat_use_id)
    others = (
        select(func.min(SeatUse.first_day))
        .where(
            SeatUse.seat_id == Seat.id,
            SeatUse.id != seat_use_id,
            SeatUse.last_day >= use.first_day,
        )
        .correlate(Seat)
        .scalar_subquery()
    )
    taken_from: Iterable[date | None] = db.session.scalars(
        select(others).where(Seat.place_id == use.place_id)
    )
    return max((FOREVER if day is None else day - timedelta(days=1)) for day in taken_from)


def hold_longer(seat_use_id: int, last_day: date) -> tuple[SeatUse, SeatUse] | None:
    """Holds the days after a use, to `last_day`, as a use of their own beside it. Both get the same seat: the one that
    the use has, if it is free then, else the lowest that is free on all the days.

    Gives both, or None when no seat is free so long.
    """
    use = get_or_404(SeatUse, seat_use_id)
    lock_capacity(use.place_id)
    db.session.refresh(use)
    after = use.last_day + timedelta(days=1)
    seat = db.session.scalar(
        free_seats_of_place(use.place_id, after, last_day).where(Seat.id == use.seat_id).limit(1)
    )
    if seat is None:
        seat = db.session.scalar(free_seats_of_place(use.place_id, use.first_day, last_day).limit(1))
        if seat is None:
            return None
        use.seat_id = seat.id
        db.session.flush()
        seat_freed(use.place_id)
    return use, use_seat(seat, after, last_day, SeatUseKind.REQUEST)


def join_uses(seat_use_id: int, held_id: int) -> SeatUse:
    """The days that were held after a use become the use's own."""
    use, held = get_or_404(SeatUse, seat_use_id), get_or_404(SeatUse, held_id)
    lock_capacity(use.place_id)
    last_day = held.last_day
    assert (held.seat_id, held.first_day) == (use.seat_id, use.last_day + timedelta(days=1))
    db.session.delete(held)
    db.session.flush()
    use.last_day = last_day
    db.session.flush()
    return use
