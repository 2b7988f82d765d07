"""How many seats a place has from a day, and seats out of use for a period."""

from datetime import date, timedelta

from sqlalchemy import func, select

from enterprises.places.models import Closure, Place, Seat, SeatUse
from enterprises.places.queries import free_seats_of_place
from enterprises.places.rules import BEGINNING, FOREVER, MAX_SEATS, SeatUseKind, check_lasting
from enterprises.places.services.capacity import in_order, lock_capacity, use_seat
from enterprises.places.services.supply import own
from marketplace import audit
from marketplace.clock import now, today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid
from marketplace.swedish import counted


def set_seats(place_id: int, seats: int, from_day: date) -> None:
    """From `from_day` on the place has this many seats. Lowering gives up seats that are free from then on, the
    highest numbers first. Raises Conflict, with the earliest possible day, when too many are in use."""
    place = own(Place, place_id)
    check_lasting(place.state)
    if not 1 <= seats <= MAX_SEATS:
        raise Invalid(f"Antalet ska vara 1 till {MAX_SEATS}.", field="seats")
    if from_day < today():
        raise Invalid("Välj i dag eller en senare dag.", field="from_day")
    lock_capacity(place_id)
    retired = _retirements(place_id, from_day)
    everything = list(db.session.scalars(select(Seat).where(Seat.place_id == place_id).order_by(Seat.number)))
    in_service = [seat for seat in everything if seat.id not in retired]
    missing = seats - len(in_service)
    if missing < 0:
        _retire(place_id, in_service, -missing, from_day)
    else:
        back = [retired[seat.id] for seat in everything if seat.id in retired][:missing]
        for use in back:
            use.last_day = from_day - timedelta(days=1)
        for number in range(len(everything) + 1, len(everything) + 1 + missing - len(back)):
            _add_seat(place_id, number, from_day)
    note = f"{counted(seats, 'plats', 'platser')} från {from_day.isoformat()}"
    audit.record("place", place_id, "set_seats", enterprise_id=place.enterprise_id, note_sv=note)
    db.session.flush()


def close_seats(
    place_id: int, *, seats: int, first_day: date, last_day: date, reason_sv: str
) -> list[Closure]:
    """Takes seats that are free over the period out of use, the highest numbers first.

    Raises Conflict when fewer are free: a closure moves nobody.
    """
    place = own(Place, place_id)
    check_lasting(place.state)
    in_order(first_day, last_day)
    if not reason_sv.strip():
        raise Invalid("Skriv varför platserna stängs.", field="reason_sv")
    if first_day < today():
        raise Invalid("Välj i dag eller en senare dag.", field="first_day")
    if seats < 1:
        raise Invalid("Stäng minst en plats.", field="seats")
    lock_capacity(place_id)
    free = list(db.session.scalars(free_seats_of_place(place_id, first_day, last_day)))
    if len(free) < seats:
        raise Conflict(
            f"Bara {len(free)} av platserna är lediga hela perioden. Stäng färre eller välj andra dagar.",
            field="seats",
        )
    made = []
    for seat in free[-seats:]:
        use = use_seat(seat, first_day, last_day, SeatUseKind.CLOSURE)
        closure = Closure(
            enterprise_id=place.enterprise_id,
            place_id=place_id,
            seat_use_id=use.id,
            reason_sv=reason_sv.strip(),
            created_at=now(),
        )
        db.session.add(closure)
        made.append(closure)
    what = counted(seats, "plats", "platser")
    note = f"{what} från {first_day.isoformat()} till {last_day.isoformat()}: {reason_sv.strip()}"
    audit.record("place", place_id, "close_seats", enterprise_id=place.enterprise_id, note_sv=note)
    db.session.flush()
    return made


def reopen_closure(closure_id: int) -> None:
    """Gives a closed seat back from today: a coming closure goes away, a running one ends yesterday."""
    closure = own(Closure, closure_id)
    lock_capacity(closure.place_id)
    closure = get_or_404(Closure, closure_id, lock=True)  # another tab may have opened it meanwhile
    use = closure.seat_use
    if use.last_day < today():
        raise Conflict("Stängningen är redan slut.")
    note = f"Stängd från {use.first_day.isoformat()} till {use.last_day.isoformat()}: {closure.reason_sv}"
    if use.first_day >= today():
        db.session.delete(closure)
        db.session.flush()
        db.session.delete(use)
    else:
        use.last_day = today() - timedelta(days=1)
    audit.record("place", closure.place_id, "reopen_seats", enterprise_id=closure.enterprise_id, note_sv=note)
    db.session.flush()


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


def _retire(place_id: int, in_service: list[Seat], how_many: int, from_day: date) -> None:
    until = (
        select(SeatUse.seat_id, func.max(SeatUse.last_day).label("last_day"))
        .where(SeatUse.place_id == place_id, SeatUse.last_day >= from_day)
        .group_by(SeatUse.seat_id)
    )
    last_used = {row.seat_id: row.last_day for row in db.session.execute(until)}
    free = [seat for seat in in_service if seat.id not in last_used]
    if len(free) < how_many:
        busy_until = sorted(last_used[seat.id] for seat in in_service if seat.id in last_used)
        earliest = busy_until[how_many - len(free) - 1] + timedelta(days=1)
        raise Conflict(
            f"Bara {len(free)} av platserna är lediga från {from_day.isoformat()}. "
            f"Tidigast går det från {earliest.isoformat()}.",
            field="from_day",
        )
    for seat in free[-how_many:]:
        use_seat(seat, from_day, FOREVER, SeatUseKind.RETIRED)


def _add_seat(place_id: int, number: int, from_day: date) -> None:
    """A new seat, which on the days before `from_day` was not in service: what was counted then still holds."""
    seat = Seat(place_id=place_id, number=number)
    db.session.add(seat)
    db.session.flush()
    use_seat(seat, BEGINNING, from_day - timedelta(days=1), SeatUseKind.RETIRED)
