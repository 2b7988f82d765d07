"""Seats closed for a period: for which reasons, what may change, and whom it touches."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from enterprises.places.rules import FOREVER, SeatUseKind
from marketplace.errors import Conflict, Invalid
from marketplace.swedish import counted


class OutageReason(StrEnum):
    """Why seats are closed or a place is paused."""

    VACATION = "vacation"
    NO_SUPERVISOR = "no_supervisor"
    PREMISES = "premises"
    EQUIPMENT = "equipment"
    FEW_ORDERS = "few_orders"
    SAFETY = "safety"
    OTHER = "other"


OUTAGE_REASON_SV = {
    OutageReason.VACATION: "Semester",
    OutageReason.NO_SUPERVISOR: "Handledare saknas",
    OutageReason.PREMISES: "Lokalen kan inte användas",
    OutageReason.EQUIPMENT: "Maskin eller utrustning saknas",
    OutageReason.FEW_ORDERS: "För lite att göra",
    OutageReason.SAFETY: "Arbetsmiljön är inte säker",
    OutageReason.OTHER: "Annat",
}


class ClosureAction(StrEnum):
    CLOSE = "close"
    CHANGE = "change"
    REOPEN = "reopen"


USE_SV = {
    SeatUseKind.REQUEST: "Förfrågan som väntar på svar",
    SeatUseKind.PLACEMENT: "Placering",
    SeatUseKind.CLOSURE: "Redan stängd",
    SeatUseKind.RETIRED: "Inte i bruk",
    SeatUseKind.OFFER: "Erbjuden den som står först i kön",
}
"""What a seat is used for, as its owner reads it."""


def outage_sv(reason: OutageReason, reason_sv: str) -> str:
    """ "Semester: vecka 28–31", or the words alone where the code says nothing."""
    if reason is OutageReason.OTHER and reason_sv:
        return reason_sv
    return f"{OUTAGE_REASON_SV[reason]}: {reason_sv}" if reason_sv else OUTAGE_REASON_SV[reason]


def check_reason(reason: OutageReason, reason_sv: str, field: str = "reason_sv") -> str:
    """The words, trimmed. Raises Invalid where the code alone says nothing."""
    if reason is OutageReason.OTHER and not reason_sv.strip():
        raise Invalid("Skriv varför.", field=field)
    return reason_sv.strip()


@dataclass(frozen=True)
class Extent:
    """How many seats are closed, and when."""

    seats: int
    first_day: date
    last_day: date

    @property
    def text_sv(self) -> str:
        what = counted(self.seats, "plats", "platser")
        return f"{what} {self.first_day.isoformat()}–{self.last_day.isoformat()}"


def check_extent(extent: Extent, today: date) -> None:
    """Raises Invalid for a period that cannot be closed from today on."""
    if extent.seats < 1:
        raise Invalid("Stäng minst en plats.", field="seats")
    if extent.last_day < extent.first_day:
        raise Invalid("Sista dagen kan inte vara före första dagen.", field="last_day")
    if extent.first_day < today:
        raise Invalid("Välj i dag eller en senare dag.", field="first_day")


def check_change(before: Extent, after: Extent, today: date) -> None:
    """Raises Invalid or Conflict where a closure cannot become what is asked: days that have passed stand."""
    if before.last_day < today:
        raise Conflict("Stängningen är redan slut.")
    if after.seats > before.seats:
        raise Invalid(
            f"Stängningen gäller {counted(before.seats, 'plats', 'platser')}. "
            "Stäng fler med en ny stängning.",
            field="seats",
        )
    if before.first_day < today:
        if after.first_day != before.first_day:
            raise Invalid(
                f"Stängningen har börjat. Första dagen är {before.first_day.isoformat()} och kan inte ändras.",
                field="first_day",
            )
        if after.last_day < today:
            raise Invalid(
                "Sista dagen kan tidigast vara i dag. Öppna platserna om de kan användas nu.",
                field="last_day",
            )
        if after.seats < 1:
            raise Invalid("Minst en plats. Öppna platserna om ingen ska vara stängd.", field="seats")
        return
    check_extent(after, today)


@dataclass(frozen=True)
class InTheWay:
    """A use of a seat on some of the days that are asked for."""

    seat_number: int
    kind: SeatUseKind
    first_day: date
    last_day: date
    seat_use_id: int

    @property
    def kind_sv(self) -> str:
        return USE_SV[self.kind]


@dataclass(frozen=True)
class SeatLook:
    """A seat over the days asked for: free, or with what is in the way."""

    number: int
    in_the_way: tuple[InTheWay, ...] = ()

    @property
    def is_free(self) -> bool:
        return not self.in_the_way

    def free_from(self) -> date | None:
        """The day after the last use, when the seat can be closed at the earliest; None when it is given up."""
        last = max(use.last_day for use in self.in_the_way)
        return None if last >= FOREVER else last + timedelta(days=1)


@dataclass(frozen=True)
class ClosureLook:
    """What closing would mean, before it is done."""

    asked: Extent
    seats: tuple[SeatLook, ...]
    """Those in service on some of the days."""

    @property
    def free(self) -> list[int]:
        return [seat.number for seat in self.seats if seat.is_free]

    @property
    def in_use(self) -> list[SeatLook]:
        return [seat for seat in self.seats if not seat.is_free]

    @property
    def touches(self) -> list[InTheWay]:
        return [use for seat in self.seats for use in seat.in_the_way]

    @property
    def can_be_done(self) -> bool:
        return len(self.free) >= self.asked.seats

    @property
    def chosen(self) -> list[int]:
        """The seats that would be closed: the highest numbers of those that are free."""
        return self.free[-self.asked.seats :] if self.can_be_done else []

    def among(self, numbers: Collection[int]) -> "ClosureLook":
        """The same for some of the seats: a closure that has begun stays with its own."""
        return ClosureLook(self.asked, tuple(seat for seat in self.seats if seat.number in numbers))

    def possible_from(self) -> date | None:
        """From which day as many seats as asked for are free from then on; None when never."""
        days = sorted(
            day
            for seat in self.seats
            if (day := self.asked.first_day if seat.is_free else seat.free_from()) is not None
        )
        return days[self.asked.seats - 1] if len(days) >= self.asked.seats else None


def look_at(asked: Extent, seats: Sequence[int], uses: Iterable[InTheWay]) -> ClosureLook:
    """`seats`: numbers of the place's seats; `uses`: those that overlap the days. Seats that are given up on all of the
    days are left out."""
    by_seat: dict[int, list[InTheWay]] = {number: [] for number in seats}
    for use in uses:
        by_seat[use.seat_number].append(use)
    return ClosureLook(
        asked,
        tuple(
            SeatLook(number, tuple(in_the_way))
            for number, in_the_way in sorted(by_seat.items())
            if not any(
                use.kind is SeatUseKind.RETIRED
                and use.first_day <= asked.first_day
                and use.last_day >= asked.last_day
                for use in in_the_way
            )
        ),
    )


@dataclass(frozen=True)
class RevisionRow:
    """A revision as the place's page tells it."""

    action: ClosureAction
    who: str
    at: object
    before: Extent | None
    after: Extent
    why_sv: str
    reason_sv: str

    @property
    def text_sv(self) -> str:
        match self.action:
            case ClosureAction.CLOSE:
                return f"Stängde {self.after.text_sv}"
            case ClosureAction.REOPEN if not self.after.seats:
                return "Öppnade alla platser"
            case ClosureAction.REOPEN:
                left = counted(self.after.seats, "plats", "platser")
                return (
                    f"Öppnade en plats, {left} är fortfarande stängda"
                    if self.after.seats > 1
                    else (f"Öppnade en plats, {left} är fortfarande stängd")
                )
        return f"Ändrade från {self.before.text_sv if self.before else ''} till {self.after.text_sv}"
