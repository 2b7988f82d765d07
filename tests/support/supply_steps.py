"""What suppliers do with seats, and seats held for the next in line, as steps of a walk."""

from datetime import date, timedelta
from typing import Any

from enterprises.places import services as places
from enterprises.places.closure_rules import OutageReason
from enterprises.places.rules import SeatUseKind
from marketplace.tenancy import system_actor
from tests.support.seat_ledger import CLOSURE, OFFER, RETIRED
from tests.support.seat_walker import Walker


class SupplySteps(Walker):
    def hold_offer(self, which: int, soon: int, length: int) -> None:
        place_id = self.ids[which]
        first, last = self.after(soon), self.after(soon + length)
        can = self.ledger.places[place_id].is_open and bool(self.ledger.free(place_id, first, last))
        act = lambda: places.take_seat(place_id, first, last, SeatUseKind.OFFER).id  # noqa: E731
        use_id = self.attempt("offer", system_actor(self.market.north_id), act, can=can)
        if use_id is not None:
            self.offers.append(use_id)
            seat = self.uses()[use_id][1]
            self.ledger.take(place_id, seat, self.ledger.days(first, last), OFFER, ("offer", use_id))

    def let_offer_go(self, which: int) -> None:
        if self.offers:
            use_id = self.offers.pop(which % len(self.offers))
            act = lambda: places.release_seat(use_id)  # noqa: E731
            self.attempt("offer let go", system_actor(self.market.north_id), act, can=True)
            self.ledger.give_back(("offer", use_id))

    # The supplier.

    def close(self, which: int, seats: int, soon: int, length: int) -> None:
        place_id = self.ids[which]
        first, last = self.after(soon), self.after(soon + length)
        facts: dict[str, Any] = {"seats": seats, "first_day": first, "last_day": last, "reason_sv": "Prov"}

        def act() -> bool:
            return bool(places.close_seats(place_id, **facts))

        can = len(self.ledger.free(place_id, first, last)) >= seats
        if self.attempt("close", self.market.manager, act, can=can):
            [(period_id,)] = self.ask("SELECT max(id) FROM closed_period")
            seats_closed = self._closed_seats(period_id)
            assert len(seats_closed) == seats
            for seat in seats_closed:
                days = self.ledger.days(first, last)
                self.ledger.take(place_id, seat, days, CLOSURE, ("closure", self._key(period_id, seat)))

    @staticmethod
    def _key(period_id: int, seat: int) -> int:
        return period_id * 1000 + seat

    def _closed_seats(self, period_id: int) -> list[int]:
        """Seats that stand closed to the period's end."""
        rows = self.ask(
            "SELECT u.seat_id FROM closure c JOIN seat_use u ON u.id = c.seat_use_id"
            " JOIN closed_period p ON p.id = c.closed_period_id AND p.last_day = u.last_day"
            " WHERE p.id = :period ORDER BY u.seat_id",
            period=period_id,
        )
        return [seat for (seat,) in rows]

    def _a_period(self, which: int) -> Any:
        """A closure that is not over: its id, place, days, and the seats that stand."""
        found = self.ask(
            "SELECT id, place_id, first_day, last_day FROM closed_period WHERE last_day >= :today ORDER BY id",
            today=self.day,
        )
        standing = [(*row, seats) for row in found if (seats := self._closed_seats(row[0]))]
        return standing[which % len(standing)] if standing else None

    def reopen(self, which: int, whole: bool) -> None:
        """One seat of a closure, or all that are still closed."""
        if (period := self._a_period(which)) is None:
            return
        period_id, _, _, _, seats = period
        [(closure_id, seat), *_] = self.ask(
            "SELECT c.id, u.seat_id FROM closure c JOIN seat_use u ON u.id = c.seat_use_id"
            " WHERE c.closed_period_id = :period AND u.seat_id = :seat",
            period=period_id,
            seat=seats[0],
        )
        if whole:
            self.attempt("reopen all", self.market.manager, lambda: places.reopen_period(period_id), can=True)
        else:
            act = lambda: places.reopen_closure(closure_id)  # noqa: E731
            self.attempt("reopen", self.market.manager, act, can=True)
        for one in seats if whole else [seat]:
            self.ledger.give_back(("closure", self._key(period_id, one)), since=self.day)

    def change_closure(self, which: int, soon: int, length: int, fewer: int) -> None:
        """One that has begun keeps its seats; a coming one takes the best there are for its new days."""
        if (period := self._a_period(which)) is None:
            return
        period_id, place_id, first, last, seats = period
        has_begun = first < self.day
        wanted = max(1, len(seats) - fewer)
        new_first = first if has_begun else self.after(soon)
        new_last = max(new_first, self.day) + timedelta(days=length)
        owners = [("closure", self._key(period_id, seat)) for seat in seats]
        if has_begun:
            added = last + timedelta(days=1)
            free = self.ledger.free(place_id, added, new_last) if new_last >= added else set(seats)
            can = len(free & set(seats)) >= wanted
        else:
            free = self.ledger.free_but_for(place_id, new_first, new_last, owners)
            can = len(free) >= wanted
        facts: dict[str, Any] = {"seats": wanted, "first_day": new_first, "last_day": new_last}
        facts |= {"reason": OutageReason.VACATION, "why_sv": "Ändrade planer"}
        act = lambda: places.change_closure(period_id, **facts)  # noqa: E731
        self.attempt("change closure", self.market.manager, act, can=can)
        if not can:
            return
        kept = self._closed_seats(period_id)
        assert len(kept) == wanted
        for owner in owners:
            self.ledger.give_back(owner, since=self.day if has_begun else date.min)
        since = self.day if has_begun else new_first
        for seat in kept:
            days = self.ledger.days(since, new_last)
            self.ledger.take(place_id, seat, days, CLOSURE, ("closure", self._key(period_id, seat)))

    def set_seats(self, which: int, seats: int, soon: int) -> None:
        place_id, since = self.ids[which], self.after(soon)
        can = seats >= len(self.ledger.in_use_from(place_id, since))
        act = lambda: places.set_seats(place_id, seats, since)  # noqa: E731
        self.attempt("set seats", self.market.manager, act, can=can)
        if can:
            self._learn_retirements(place_id, since, seats)

    def _learn_retirements(self, place_id: int, since: date, seats: int) -> None:
        """Which seats came and went is the product's to choose; how many, and that nothing else changed, is not."""
        before = {day: self.ledger.in_service(place_id, day) for day in self.ledger.days(date.min, since)}
        place = self.ledger.places[place_id]
        self.ledger.give_back(("retired", place_id))
        rows = self.ask("SELECT id FROM seat WHERE place_id = :place", place=place_id)
        for (seat,) in rows:
            place.seats.setdefault(seat, {})
        for where, seat, days, kind in self.uses().values():
            if (where, kind) == (place_id, RETIRED):
                self.ledger.take(place_id, seat, days, RETIRED, ("retired", place_id))
        for day in self.ledger.all_days:
            now = self.ledger.in_service(place_id, day)
            assert (len(now) == seats) if day >= since else (now == before[day]), day

    def pause_or_resume(self, which: int) -> None:
        place_id = self.ids[which]
        is_open = self.ledger.places[place_id].is_open
        act = (lambda: places.pause_place(place_id)) if is_open else (lambda: places.resume_place(place_id))
        self.attempt("pause" if is_open else "resume", self.market.manager, act, can=True)
        self.ledger.set_open(place_id, self.day, is_open=not is_open)
