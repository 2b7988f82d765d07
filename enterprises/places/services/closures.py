"""Seats out of use for a period: closed, changed, opened again, and every change told of."""

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import select

from enterprises.places.closure_queries import look
from enterprises.places.closure_rules import (
    ClosureAction,
    Extent,
    OutageReason,
    check_change,
    check_extent,
    check_reason,
    outage_sv,
)
from enterprises.places.models import ClosedPeriod, Closure, ClosureRevision, Place, Seat, SeatUse
from enterprises.places.queries import free_seats_of_place
from enterprises.places.rules import SeatUseKind, check_lasting
from enterprises.places.services.capacity import lock_capacity, seat_freed, use_seat
from enterprises.places.services.owning import own
from marketplace import audit
from marketplace.clock import now, today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict
from marketplace.tenancy import current_actor


def close_seats(
    place_id: int,
    *,
    seats: int,
    first_day: date,
    last_day: date,
    reason_sv: str = "",
    reason: OutageReason = OutageReason.OTHER,
) -> list[Closure]:
    """Takes seats that are free over the period out of use, the highest numbers first.

    Raises Conflict when fewer are free: a closure moves nobody.
    """
    place = own(Place, place_id)
    check_lasting(place.state)
    extent = Extent(seats, first_day, last_day)
    words = check_reason(reason, reason_sv)
    check_extent(extent, today())
    lock_capacity(place_id)
    seats_to_close = _free(place_id, extent)
    period = ClosedPeriod(
        enterprise_id=place.enterprise_id,
        place_id=place_id,
        first_day=first_day,
        last_day=last_day,
        reason=reason,
        reason_sv=words,
        created_at=now(),
    )
    db.session.add(period)
    db.session.flush()
    made = _close(period, seats_to_close)
    _tell(period, ClosureAction.CLOSE, extent)
    _record(period, "close_seats", f"{extent.text_sv}: {outage_sv(reason, words)}")
    return made


def change_closure(
    closed_period_id: int,
    *,
    seats: int,
    first_day: date,
    last_day: date,
    reason: OutageReason,
    reason_sv: str = "",
    why_sv: str = "",
) -> None:
    """Gives a closure other days, fewer seats or another reason. Raises Conflict when the seats are in use on the days
    that are added; what has been closed so far stays as it was."""
    period = _locked(closed_period_id)
    before, after = extent_of(period), Extent(seats, first_day, last_day)
    check_change(before, after, today())
    words = check_reason(reason, reason_sv)
    if before.first_day >= today():
        _move_coming(period, after)
    else:
        _move_running(period, after)
    period.first_day, period.last_day = first_day, last_day
    period.reason, period.reason_sv = reason, words
    _tell(period, ClosureAction.CHANGE, after, why_sv)
    why = f". {why_sv.strip()}" if why_sv.strip() else ""
    _record(period, "change_closure", f"Från {before.text_sv} till {after.text_sv}{why}")


def reopen_closure(closure_id: int) -> None:
    """Gives a closed seat back from today: a coming closure goes away, a running one ends yesterday."""
    closure = own(Closure, closure_id)
    period = _locked(closure.closed_period_id)
    closure = get_or_404(Closure, closure_id, lock=True)  # another tab may have opened it meanwhile
    use = closure.seat_use
    if use.last_day < today():
        raise Conflict("Stängningen är redan slut.")
    _open(closure)
    _tell_reopened(period, Extent(1, use.first_day, use.last_day))


def reopen_period(closed_period_id: int) -> None:
    """Gives every seat of a closure back from today."""
    period = _locked(closed_period_id)
    before = extent_of(period)
    if before.last_day < today() or not before.seats:
        raise Conflict("Stängningen är redan slut.")
    for closure in _standing(period):
        _open(closure)
    _tell_reopened(period, before)


def extent_of(period: ClosedPeriod) -> Extent:
    """The closure as it stands: seats that have been opened early are not counted."""
    return Extent(len(_standing(period)), period.first_day, period.last_day)


def _locked(closed_period_id: int) -> ClosedPeriod:
    period = own(ClosedPeriod, closed_period_id)
    lock_capacity(period.place_id)
    check_lasting(get_or_404(Place, period.place_id).state)
    return get_or_404(ClosedPeriod, closed_period_id, lock=True)


def _standing(period: ClosedPeriod) -> list[Closure]:
    """By seat number."""
    statement = (
        select(Closure)
        .join(Closure.seat_use)
        .join(Seat, Seat.id == SeatUse.seat_id)
        .where(Closure.closed_period_id == period.id, SeatUse.last_day == period.last_day)
        .order_by(Seat.number)
    )
    return list(db.session.scalars(statement))


def _free(place_id: int, extent: Extent, without: Collection[int] = ()) -> list[Seat]:
    """The seats to close: of those that are free but for the seat uses `without`, the highest numbers."""
    found = look(place_id, extent, without=without)
    if not found.can_be_done:
        raise Conflict(
            f"Bara {len(found.free)} av platserna är lediga hela perioden. Stäng färre eller välj andra dagar.",
            field="seats",
        )
    chosen = Seat.place_id == place_id, Seat.number.in_(found.chosen)
    return list(db.session.scalars(select(Seat).where(*chosen).order_by(Seat.number)))


def _close(period: ClosedPeriod, seats: list[Seat]) -> list[Closure]:
    made = []
    for seat in seats:
        use = use_seat(seat, period.first_day, period.last_day, SeatUseKind.CLOSURE)
        closure = Closure(
            enterprise_id=period.enterprise_id,
            place_id=period.place_id,
            closed_period_id=period.id,
            seat_use_id=use.id,
        )
        db.session.add(closure)
        made.append(closure)
    db.session.flush()
    return made


def _move_coming(period: ClosedPeriod, after: Extent) -> None:
    """Nothing of it has happened: its seats are let go, and the best ones are closed anew."""
    standing = _standing(period)
    seats = _free(period.place_id, after, {closure.seat_use_id for closure in standing})
    for closure in standing:
        _let_go(closure)
    period.first_day, period.last_day = after.first_day, after.last_day
    _close(period, seats)
    seat_freed(period.place_id)


def _move_running(period: ClosedPeriod, after: Extent) -> None:
    """The same seats go on, so that what is closed today is closed the day through."""
    standing = _standing(period)
    added_from = period.last_day + timedelta(days=1)
    if after.last_day >= added_from:
        free_later = set(
            db.session.scalars(
                free_seats_of_place(period.place_id, added_from, after.last_day).with_only_columns(Seat.id)
            )
        )
        kept = [closure for closure in standing if closure.seat_use.seat_id in free_later][-after.seats :]
    else:
        kept = standing[-after.seats :]
    if len(kept) < after.seats:
        raise Conflict(
            f"Bara {len(kept)} av de stängda platserna är lediga till den dagen. Välj en tidigare dag eller färre.",
            field="last_day",
        )
    for closure in standing:
        if closure in kept:
            closure.seat_use.last_day = after.last_day
        else:
            _open(closure)
    db.session.flush()
    seat_freed(period.place_id)


def _open(closure: Closure) -> None:
    use = closure.seat_use
    if use.first_day >= today():
        _let_go(closure)
    else:
        use.last_day = today() - timedelta(days=1)
        db.session.flush()


def _let_go(closure: Closure) -> None:
    use = closure.seat_use
    db.session.delete(closure)
    db.session.flush()
    db.session.delete(use)
    db.session.flush()


def _tell_reopened(period: ClosedPeriod, opened: Extent) -> None:
    left = extent_of(period)
    seat_freed(period.place_id)
    _tell(period, ClosureAction.REOPEN, left)
    _record(period, "reopen_seats", f"Stängd: {opened.text_sv}, {outage_sv(period.reason, period.reason_sv)}")


def _tell(period: ClosedPeriod, action: ClosureAction, extent: Extent, why_sv: str = "") -> None:
    db.session.add(
        ClosureRevision(
            closed_period_id=period.id,
            place_id=period.place_id,
            enterprise_id=period.enterprise_id,
            action=action,
            seats=extent.seats,
            first_day=extent.first_day,
            last_day=extent.last_day,
            reason=period.reason,
            reason_sv=period.reason_sv,
            why_sv=why_sv.strip(),
            revised_at=now(),
            revised_by=current_actor().user_name,
        )
    )
    db.session.flush()


def _record(period: ClosedPeriod, action: str, note_sv: str) -> None:
    audit.record("place", period.place_id, action, enterprise_id=period.enterprise_id, note_sv=note_sv)
