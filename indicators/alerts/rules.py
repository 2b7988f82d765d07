"""What a strategist may ask to be told of, and when it is so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from indicators.capacity.rules import Capacity
from marketplace.errors import Invalid
from marketplace.swedish import counted

MOST_SEATS: Final = 1000
MOST_DAYS: Final = 365


class AlertKind(StrEnum):
    FREE = "free"
    FREE_WITHIN = "free_within"
    UNCONFIRMED = "unconfirmed"


ALERT_KIND_SV: Final[dict[AlertKind, str]] = {
    AlertKind.FREE: "Lediga platser under ett antal",
    AlertKind.FREE_WITHIN: "Lediga inom 14 dagar under ett antal",
    AlertKind.UNCONFIRMED: "Uppgifter som inte har bekräftats på ett antal dagar",
}


@dataclass(frozen=True, slots=True)
class Supply:
    """What there is today by kommun and trade: seats, and when what is told of each published place was confirmed."""

    cells: Mapping[tuple[str, str], Capacity]
    """By trade and kommun, as the heat table has them."""
    confirmed: Mapping[tuple[str, str, date], int]
    """Places by trade, kommun and day."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What an alert is about; None means all."""

    kind: AlertKind
    threshold: int
    kommun_code: str | None = None
    ssyk: str | None = None

    def __post_init__(self) -> None:
        most = MOST_DAYS if self.kind is AlertKind.UNCONFIRMED else MOST_SEATS
        if not 1 <= self.threshold <= most:
            raise Invalid(f"Skriv ett heltal från 1 till {most}.", field="threshold")

    def value(self, supply: Supply, today: date) -> int:
        """Free seats, or places that nobody has confirmed for so long."""
        if self.kind is AlertKind.UNCONFIRMED:
            limit = today - timedelta(days=self.threshold)
            return sum(
                places
                for (ssyk, kommun_code, day), places in supply.confirmed.items()
                if day <= limit and self._is_of(ssyk, kommun_code)
            )
        total = sum((cell for key, cell in supply.cells.items() if self._is_of(*key)), Capacity())
        return total.free if self.kind is AlertKind.FREE else total.free_within

    def is_raised(self, value: int) -> bool:
        return value > 0 if self.kind is AlertKind.UNCONFIRMED else value < self.threshold

    def value_sv(self, value: int) -> str:
        """What there is, in words."""
        if self.kind is AlertKind.UNCONFIRMED:
            return counted(value, "obekräftad arbetsträningsplats", "obekräftade arbetsträningsplatser")
        within = " inom 14 dagar" if self.kind is AlertKind.FREE_WITHIN else ""
        return counted(value, "ledig plats", "lediga platser") + within

    def limit_sv(self) -> str:
        """When it is told of, in words."""
        if self.kind is AlertKind.UNCONFIRMED:
            return f"Uppgifter som inte har bekräftats på {counted(self.threshold, 'dag', 'dagar')}"
        within = " inom 14 dagar" if self.kind is AlertKind.FREE_WITHIN else ""
        if self.threshold == 1:
            return f"Ingen ledig plats{within}"
        return f"Färre än {self.threshold} lediga platser{within}"

    def where_sv(self, kommuner: Mapping[str, str], trades: Mapping[str, str]) -> str:
        """”Sömnad i Haninge”; names by code."""
        trade = trades[self.ssyk] if self.ssyk else "Alla yrken"
        return f"{trade} i {kommuner[self.kommun_code] if self.kommun_code else 'alla kommuner'}"

    def _is_of(self, ssyk: str, kommun_code: str) -> bool:
        return self.ssyk in {None, ssyk} and self.kommun_code in {None, kommun_code}
