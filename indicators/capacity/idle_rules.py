"""Days that seats stand empty between two placements: mean and median out of how often each length occurs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from marketplace.swedish import counted, plain_number

K = TypeVar("K", int, str)
Length = tuple[int, int]
"""Days, and how many times."""


@dataclass(frozen=True, slots=True)
class Idle:
    """So many times between two placements, with the days of all of them together."""

    gaps: int
    days: int
    median: float

    @property
    def mean(self) -> float:
        return self.days / self.gaps


def idle_of(lengths: Iterable[Length]) -> Idle | None:
    """None when it has not happened."""
    ordered = sorted(lengths)
    gaps = sum(times for _, times in ordered)
    if not gaps:
        return None
    median = (_at(ordered, (gaps - 1) // 2) + _at(ordered, gaps // 2)) / 2
    return Idle(gaps, sum(days * times for days, times in ordered), median)


def idle_by(names: Mapping[K, str], lengths: Mapping[K, Iterable[Length]]) -> dict[str, Idle]:
    """Of each key that it has happened to, by name in the order of the names."""
    return {name: idle for key, name in names.items() if (idle := idle_of(lengths.get(key, ())))}


def _at(ordered: Iterable[Length], position: int) -> int:
    """The length at the position, counted from zero, when each stands as many times as it occurs."""
    for days, times in ordered:
        if position < times:
            return days
        position -= times
    raise IndexError(position)


def idle_finding_sv(idle: Idle, year: int) -> str:
    days = counted_days_sv(idle.median)
    return f"Hälften av gångerna stod platsen tom {days} eller kortare mellan två placeringar {year}"


def counted_days_sv(days: float) -> str:
    """A median may be halfway between two days."""
    return counted(int(days), "dag", "dagar") if days == int(days) else f"{plain_number(days, 1)} dagar"
