"""How many seats a place has from a day."""

from datetime import date, timedelta

from sqlalchemy import func, select

from enterprises.places.models import Place, Seat, SeatUse
from enterprises.places.rules import BEGINNING, FOREVER, MAX_SEATS, SeatUseKind, check_lasting
from enterprises.places.services.capacity import lock_capacity, seat_freed, use_seat
from enterprises.places.services.owning import own
from marketplace import audit
from marketplace.clock import today
from marketplace.db import db
from marketplace.errors import Conflict, Invalid
from marketplace.swedish import counted


def set_seats(place_id: int, seats: int, from_day: date) -> None:
    """From `from_day` on the place has this many seats, whatever was planned for later. Lowering gives up seats that
    are free from then on, the highest numbers first.

    Raises Conflict, with the earliest possible day, when too many are in use.
    """
    place = own(Place, place_id)
    check_lasting(place.state)
    if not 1 <= seats <= MAX_SEATS:
        raise Invalid(f"Antalet ska vara 1 till {MAX_SEATS}.", field="seats")
    if from_day < today():
        raise Invalid("Välj i dag eller en senare dag.", field="from_day")
    lock_capacity(place_id)
    retired = _retirements(place_id, from_day)
    everything = list(db.session.scalars(select(Seat).where(Seat.place_id == place_id).order_by(Seat.number)))
    busy_until = _busy_until(place_id, from_day)
    if len(busy_until) > seats:
        free = sum(seat.id not in busy_until and seat.id not in retired for seat in everything)
        earliest = sorted(busy_until.values())[len(busy_until) - seats - 1] + timedelta(days=1)
        raise Conflict(
            f"Bara {free} av platserna är lediga från {from_day.isoformat()}. "
            f"Tidigast går det från {earliest.isoformat()}.",
            field="from_day",
        )
    # Seats in use stay; then those in service, the lowest numbers first; then those that are out of service come back.
    by_need = sorted(everything, key=lambda seat: (seat.id not in busy_until, seat.id in retired))
    for seat in by_need[:seats]:
        if seat.id in retired:
            retired[seat.id].last_day = from_day - timedelta(days=1)
    for seat in by_need[seats:]:
        if seat.id in retired:
            retired[seat.id].last_day = FOREVER  # also one that was to come later
        else:
            use_seat(seat, from_day, FOREVER, SeatUseKind.RETIRED)
    for number in range(len(everything) + 1, seats + 1):
        _add_seat(place_id, number, from_day)
    note = f"{counted(seats, 'plats', 'platser')} från {from_day.isoformat()}"
    audit.record("place", place_id, "set_seats", enterprise_id=place.enterprise_id, note_sv=note)
    db.session.flush()
    seat_freed(place_id)  # lowering may also take back an earlier lowering


def _retirements(place_id: int, from_day: date) -> dict[int, SeatUse]:
    """Retirements that hold on `from_day`, by seat. Those planned for later are taken back first."""
    uses = db.session.scalars(
        select(SeatUse).where(
            SeatUse.place_id == place_id,
            SeatUse.kind == SeatUseKind.RETIRED,
            SeatUse.last_day >= from_day,
        )
    )
    held = {}
    for use in uses:
        if use.first_day >= from_day:
            db.session.delete(use)
        else:
            held[use.seat_id] = use
    db.session.flush()
    return held


def _busy_until(place_id: int, from_day: date) -> dict[int, date]:
    """The seats that are used on `from_day` or later, and the last day of that."""
    statement = (
        select(SeatUse.seat_id, func.max(SeatUse.last_day))
        .where(
            SeatUse.place_id == place_id,
            SeatUse.last_day >= from_day,
            SeatUse.kind != SeatUseKind.RETIRED,
        )
        .group_by(SeatUse.seat_id)
    )
    return dict(db.session.execute(statement).all())


def _add_seat(place_id: int, number: int, from_day: date) -> None:
    """A new seat, which on the days before `from_day` was not in service: what was counted then still holds."""
    seat = Seat(place_id=place_id, number=number)
    db.session.add(seat)
    db.session.flush()
    use_seat(seat, BEGINNING, from_day - timedelta(days=1), SeatUseKind.RETIRED)
