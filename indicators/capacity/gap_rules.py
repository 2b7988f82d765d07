"""How many wait for what, as far as it may be shown, and whether there is room for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from indicators.capacity.rules import Capacity
from indicators.disclosure.rules import suppressed
from marketplace.swedish import counted

Cell = tuple[str, str]
"""Kommun and trade; an empty one is all of them. Whoever has wished for several trades is in each."""


class Room(StrEnum):
    """What a kommun has for those who wait."""

    NONE = "none"
    FULL = "full"
    SHORT = "short"
    ENOUGH = "enough"


ROOM_SV: Final[dict[Room, str]] = {
    Room.NONE: "Finns inte",
    Room.FULL: "Fullt",
    Room.SHORT: "Räcker inte",
    Room.ENOUGH: "Räcker",
}
ROOM_TONE: Final[dict[Room, str]] = {
    Room.NONE: "bad",
    Room.FULL: "bad",
    Room.SHORT: "waits",
    Room.ENOUGH: "good",
}


def last_whole_month(today: date) -> date:
    """Its first day."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def published(
    waiting: Mapping[Cell, int], kommuner: Collection[str], trades: Collection[str]
) -> dict[Cell, int | None]:
    """What may be shown of those who wait, all at once: a person is in one kommun, and has wished for a trade or not.

    Every kommun and trade has a cell, also when nobody waits: that would tell nobody from somebody.
    """
    cells = {
        (kommun, ssyk): waiting.get((kommun, ssyk), 0) for kommun in ("", *kommuner) for ssyk in ("", *trades)
    }
    others = {
        (kommun, f"not {ssyk}"): cells[kommun, ""] - cells[kommun, ssyk]
        for kommun in ("", *kommuner)
        for ssyk in trades
    }
    relations = [(("", ssyk), tuple((kommun, ssyk) for kommun in kommuner)) for ssyk in ("", *trades)]
    relations += [
        ((kommun, ""), ((kommun, ssyk), (kommun, f"not {ssyk}")))
        for kommun in ("", *kommuner)
        for ssyk in trades
    ]
    hidden = suppressed(cells | others, relations, unpublished=others)
    return {cell: None if cell in hidden else number for cell, number in cells.items()}


def room_for(waiting: int, capacity: Capacity) -> Room:
    """Whether those who wait can begin within two weeks, if no other takes the seats."""
    if not capacity.seats:
        return Room.NONE
    if not capacity.free_within:
        return Room.FULL
    return Room.SHORT if waiting > capacity.free_within else Room.ENOUGH


@dataclass(frozen=True, slots=True)
class Gap:
    """Those who wait beside what there is."""

    kommun_code: str
    ssyk: str
    waiting: int
    capacity: Capacity

    @property
    def room(self) -> Room:
        return room_for(self.waiting, self.capacity)

    @property
    def lacking(self) -> int:
        """How many more wait than can begin."""
        return max(0, self.waiting - self.capacity.free_within)


def gaps(waiting: Mapping[Cell, int | None], seats: Mapping[tuple[str, str], Capacity]) -> list[Gap]:
    """Every kommun and trade whose number may be shown, those that lack most first; seats by trade and kommun."""
    found = []
    for (kommun_code, ssyk), number in waiting.items():
        if number is None:
            continue
        there = (
            capacity
            for (trade, kommun), capacity in seats.items()
            if ssyk in {"", trade} and kommun_code in {"", kommun}
        )
        found.append(Gap(kommun_code, ssyk, number, sum(there, Capacity())))
    return sorted(found, key=lambda gap: (-gap.lacking, -gap.waiting, gap.kommun_code, gap.ssyk))


def gaps_finding_sv(found: Iterable[Gap]) -> str:
    """The heading above the trades."""
    of_trades = [gap for gap in found if gap.ssyk]
    if not of_trades:
        return "Per yrke"
    short = {gap.ssyk for gap in of_trades if gap.lacking}
    if not short:
        return "Inget yrke som fem eller fler väntar på saknas"
    return f"Platserna i {counted(len(short), 'yrke', 'yrken')} räcker inte till dem som väntar"
