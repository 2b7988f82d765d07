"""Kommuner by what they have, and where they lie on a map."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians, sqrt
from typing import Final

from indicators.capacity.rules import Capacity
from marketplace.reference.rules import Position
from marketplace.swedish import counted

_KM_A_DEGREE: Final = 111.2
_SMALLEST, _LARGEST = 7, 34
"""Radius of a kommun without seats, and of the one with most. The area grows with the seats."""

Bubble = tuple[float, float, float, str]
"""Kilometres east and north, radius, and what stands there."""


@dataclass(frozen=True, slots=True)
class KommunSeats:
    code: str
    name: str
    capacity: Capacity


def by_kommun(
    cells: Mapping[tuple[str, str], Capacity], names: Mapping[str, str], own: Collection[str]
) -> list[KommunSeats]:
    """Each kommun with seats, and each of the authority's own; cells by trade and kommun."""
    found = dict.fromkeys(own, Capacity())
    for (_, code), capacity in cells.items():
        found[code] = found.get(code, Capacity()) + capacity
    return [KommunSeats(code, name, found[code]) for code, name in names.items() if code in found]


def map_series(kommuner: Sequence[KommunSeats], positions: Mapping[str, Position]) -> dict[str, list[Bubble]]:
    """Bubbles of those whose position is known, by what there is. Distances are right near each other; north is up."""
    series: dict[str, list[Bubble]] = {
        "Har lediga platser": [],
        "Alla platser upptagna": [],
        "Inga platser": [],
    }
    most = max((one.capacity.seats for one in kommuner), default=0)
    known = [(one, positions[one.code]) for one in kommuner if one.code in positions]
    if not known:
        return series
    narrowing = cos(radians(sum(position.latitude for _, position in known) / len(known)))
    for one, position in known:
        seats, free = one.capacity.seats, one.capacity.free
        radius = _SMALLEST + (_LARGEST - _SMALLEST) * sqrt(seats / most) if seats else _SMALLEST
        kind = "Har lediga platser" if free else "Alla platser upptagna" if seats else "Inga platser"
        series[kind].append(
            (
                position.longitude * _KM_A_DEGREE * narrowing,
                position.latitude * _KM_A_DEGREE,
                radius,
                f"{one.name}: {f'{free} av {seats}' if seats else 'inga'}",
            )
        )
    return series


def map_finding_sv(kommuner: Sequence[KommunSeats]) -> str:
    """The heading above the map."""
    with_free = [one for one in kommuner if one.capacity.free]
    if not with_free:
        return "Ingen kommun har lediga platser"
    if len(kommuner) == 1:
        return f"{counted(with_free[0].capacity.free, 'ledig plats', 'lediga platser')} i {kommuner[0].name}"
    most = max(with_free, key=lambda one: one.capacity.free)
    lacking = len(kommuner) - len(with_free)
    said = f"Flest lediga platser i {most.name}: {most.capacity.free}"
    return f"{said}. {counted(lacking, 'kommun', 'kommuner')} utan lediga platser" if lacking else said
