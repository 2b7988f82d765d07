"""When each enterprise last said that what is told of its places is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from marketplace.swedish import counted


@dataclass(frozen=True, slots=True)
class EnterpriseFreshness:
    name: str
    places: int
    unconfirmed: int
    oldest: date


def freshness_finding_sv(found: Sequence[EnterpriseFreshness], days: int) -> str:
    unconfirmed, places = sum(one.unconfirmed for one in found), sum(one.places for one in found)
    if not unconfirmed:
        return f"Alla uppgifter är bekräftade de senaste {days} dagarna"
    return (
        f"{unconfirmed} av {counted(places, 'arbetsträningsplats', 'arbetsträningsplatser')} är obekräftade"
    )
