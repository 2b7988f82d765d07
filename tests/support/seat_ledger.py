"""What every seat is used for on every day, kept by hand: slow, and shares no code with what it is held against.

Days are kept one by one between two ends, so that there are no periods to overlap and nothing to add up wrong.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

Owner = tuple[str, int]
"""What uses a seat: its kind of thing and its number."""

REQUEST, OFFER, PLACEMENT, CLOSURE, RETIRED = "request", "offer", "placement", "closure", "retired"
_EASTER_2026 = {date(2026, 4, 3), date(2026, 4, 6)}
_FREE_WITHIN = 14

Row = tuple[int, int, int, int, int]
"""Seats, closed, held, booked, and free on some day of the next two weeks."""


@dataclass
class SeatedPlace:
    trade: str
    lead_days: int
    seats: dict[int, dict[date, tuple[str, Owner]]] = field(default_factory=dict)
    """Seat → day → what for. A day that is missing is free."""
    open_days: set[date] = field(default_factory=set)
    """Days at whose end it took people."""
    is_open: bool = True


class Ledger:
    def __init__(self, first: date, days: int) -> None:
        self.all_days = [first + timedelta(days=n) for n in range(days)]
        self.places: dict[int, SeatedPlace] = {}

    def days(self, first: date, last: date) -> list[date]:
        return [day for day in self.all_days if first <= day <= last]

    def add_place(self, place_id: int, seats: list[int], since: date, trade: str, lead_days: int = 0) -> None:
        self.places[place_id] = SeatedPlace(trade, lead_days, {seat: {} for seat in seats})
        self.set_open(place_id, since, is_open=True)

    def set_open(self, place_id: int, since: date, *, is_open: bool) -> None:
        place = self.places[place_id]
        place.is_open = is_open
        later = {day for day in self.all_days if day >= since}
        place.open_days = place.open_days | later if is_open else place.open_days - later

    # What is done.

    def take(self, place_id: int, seat: int, days: list[date], kind: str, owner: Owner) -> None:
        taken = self.places[place_id].seats[seat]
        for day in days:
            assert day not in taken, f"two have seat {seat} on {day}: {taken[day]} and {owner}"
            taken[day] = (kind, owner)

    def give_back(self, owner: Owner, since: date = date.min) -> None:
        for place in self.places.values():
            for taken in place.seats.values():
                for day in [day for day, (_, who) in taken.items() if who == owner and day >= since]:
                    del taken[day]

    def turn_into(self, owner: Owner, kind: str, new: Owner | None = None) -> None:
        for place in self.places.values():
            for taken in place.seats.values():
                for day, (_, who) in taken.items():
                    if who == owner:
                        taken[day] = (kind, new or owner)

    def reseat(self, place_id: int, owner: Owner, seat: int) -> None:
        """All that the owner has moves to the seat."""
        moved = {}
        for taken in self.places[place_id].seats.values():
            for day in [day for day, (_, who) in taken.items() if who == owner]:
                moved[day] = taken.pop(day)
        taken = self.places[place_id].seats[seat]
        assert not moved.keys() & taken.keys()
        taken.update(moved)

    def days_of(self, owner: Owner) -> list[date]:
        return sorted(
            day
            for place in self.places.values()
            for taken in place.seats.values()
            for day, (_, who) in taken.items()
            if who == owner
        )

    # What can be read off.

    def free(self, place_id: int, first: date, last: date) -> set[int]:
        """Seats that nobody has on any of the days."""
        days = self.days(first, last)
        return {
            seat
            for seat, taken in self.places[place_id].seats.items()
            if not any(day in taken for day in days)
        }

    def free_but_for(self, place_id: int, first: date, last: date, owners: list[Owner]) -> set[int]:
        """Seats that nobody else than these has on any of the days."""
        days = self.days(first, last)
        return {
            seat
            for seat, taken in self.places[place_id].seats.items()
            if not any(day in taken and taken[day][1] not in owners for day in days)
        }

    def in_service(self, place_id: int, day: date) -> set[int]:
        return {
            seat
            for seat, taken in self.places[place_id].seats.items()
            if day not in taken or taken[day][0] != RETIRED
        }

    def in_use_from(self, place_id: int, day: date) -> set[int]:
        """Seats that somebody has on that day or later, other than that they are given up."""
        return {
            seat
            for seat, taken in self.places[place_id].seats.items()
            if any(that >= day and kind != RETIRED for that, (kind, _) in taken.items())
        }

    def earliest_start(self, place_id: int, today: date, start_by: date, until: date) -> date | None:
        """The first day, on a working day if there is one in time, from which some seat is free to the end."""
        place = self.places[place_id]
        days = self.days(today + timedelta(days=place.lead_days), start_by)
        possible = [day for day in days if self.free(place_id, day, until)]
        if not possible:
            return None
        working = [
            day for day in self.days(possible[0], start_by) if day.weekday() < 5 and day not in _EASTER_2026
        ]
        return working[0] if working else possible[0]

    def found(self, today: date, start_by: date, until: date) -> set[int]:
        """Places that a search without wishes gives."""
        return {
            place_id
            for place_id, place in self.places.items()
            if place.is_open
            and today + timedelta(days=place.lead_days) <= start_by
            and self.free(place_id, start_by, until)
        }

    def capacity(self, first: date, last: date) -> dict[tuple[date, str], Row]:
        """Per day and trade, of the places that took people at the end of the day."""
        rows: dict[tuple[date, str], Row] = {}
        for day in self.days(first, last):
            for place in self.places.values():
                if day not in place.open_days:
                    continue
                uses = [taken.get(day, ("free", None))[0] for taken in place.seats.values()]
                soon = self.days(day, day + timedelta(days=_FREE_WITHIN))
                counted = (
                    sum(kind != RETIRED for kind in uses),
                    uses.count(CLOSURE),
                    uses.count(REQUEST) + uses.count(OFFER),
                    uses.count(PLACEMENT),
                    sum(any(that not in taken for that in soon) for taken in place.seats.values()),
                )
                before = rows.get((day, place.trade), (0, 0, 0, 0, 0))
                a, b, c, d, e = (one + other for one, other in zip(before, counted, strict=True))
                rows[day, place.trade] = (a, b, c, d, e)
        return {key: row for key, row in rows.items() if row[0]}
