"""Which months of hours are to be sent, in which order, and what a line says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from placements.participants.rules import shown_number

HEADER: Final = ("Personnummer", "Startdatum", "Remitterande organisation", "Timmar", "Slutdatum")


class Standing(StrEnum):
    SENT = "sent"
    AGAIN = "again"
    TO_SEND = "to_send"


STANDING_SV: Final = {
    Standing.SENT: "Skickad",
    Standing.AGAIN: "Ska skickas på nytt",
    Standing.TO_SEND: "Inte skickad",
}
STANDING_TONE: Final = {Standing.SENT: "good", Standing.AGAIN: "waits", Standing.TO_SEND: "neutral"}


def event_number(month: date) -> int:
    """What a month is called among the events: 202603."""
    return month.year * 100 + month.month


@dataclass(frozen=True, slots=True)
class Sent:
    """A month's newest file, and for how many persons it says something else than is so now."""

    file_id: int
    changed: int


@dataclass(frozen=True, slots=True)
class MonthStanding:
    month: date
    standing: Standing
    changed: int
    may_send: bool
    """It is its turn. Before anything has been sent any month may be the first."""


def standings(months: Sequence[date], sent: Mapping[date, Sent]) -> list[MonthStanding]:
    """The months in order. One that is to be sent again takes the later ones with it: a month stands only while its
    file is newer than those of all months before."""
    found = []
    newest, is_unbroken = 0, True
    for month in months:
        file = sent.get(month)
        is_good = is_unbroken and file is not None and not file.changed and file.file_id > newest
        standing = Standing.SENT if is_good else Standing.AGAIN if file else Standing.TO_SEND
        may_send = not is_good and (is_unbroken or not sent)
        found.append(MonthStanding(month, standing, file.changed if file else 0, may_send))
        is_unbroken = is_good
        newest = max(newest, file.file_id) if file else newest
    return found


@dataclass(frozen=True, slots=True)
class Stay:
    """A participant's month: from when, to when if she has left, and the hours she was there.

    Whoever moves to another place goes on with the same stay. One who leaves and comes back another time begins anew.
    """

    placement_id: int
    """The first placement of the stay."""
    participant_id: int
    unit_id: int
    started_on: date
    ended_on: date | None
    hours: Decimal


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many persons are not in the file."""

    protected: int
    """Whose identity is protected."""
    elsewhere: int
    """Who live in kommuner that the authority no longer answers for, whose persons nobody there sees."""


Line = tuple[str, date, str, Decimal, date | None]


def lines_of(stays: Iterable[Stay], numbers: Mapping[int, str], units: Mapping[int, str]) -> list[Line]:
    """By personal number. `numbers` are twelve characters, by participant."""
    lines = [
        (
            shown_number(numbers[stay.participant_id]),
            stay.started_on,
            units[stay.unit_id],
            stay.hours,
            stay.ended_on,
        )
        for stay in stays
    ]
    return sorted(lines, key=lambda line: line[:2])


def as_text(lines: Iterable[Line]) -> str:
    """What the seal is of."""
    return "\n".join(";".join(str(value or "") for value in line) for line in lines)
