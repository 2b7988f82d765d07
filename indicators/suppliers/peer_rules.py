"""An enterprise's numbers beside those of others: where it is behind by more than chance, and what would help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from indicators.definitions.keys import Indicator, Measure
from indicators.suppliers.rules import Value
from marketplace.swedish import percent, plain_number

_LEAST_GAP: Final = {Measure.SHARE: 0.05, Measure.MEAN: 0.5}
"""How far behind is worth saying where there is no interval to tell: five percentage points, or half a working day."""
_MOST_ADVICE: Final = 3

ADVICE_SV: Final[Mapping[Indicator, str]] = {
    Indicator.ATTENDANCE: "Ta upp frånvaron redan vid tredje oplanerade dagen, och se om dagar, tider eller uppgifter i"
    " planen behöver ändras. Börja med placeringarna med flest dagar borta.",
    Indicator.PLAN_IN_TIME: "Skriv ett första utkast till plan redan dagen då placeringen börjar, och boka mötet där"
    " alla tre säger ja. Det är den sista underskriften som räknas.",
    Indicator.REPORT_IN_TIME: "Börja på slutdokumentationen två veckor före sista dagen, så hinner deltagaren läsa den"
    " medan hen är kvar.",
    Indicator.ANSWERED_IN_TIME: "Svara samma dag som förfrågan kommer. Låt två personer ha rollen, så att frånvaro inte"
    " stoppar svaret.",
    Indicator.ANSWER_TIME: "Svara samma dag som förfrågan kommer. Ett nej som kommer fort hjälper också: deltagaren kan"
    " söka vidare.",
    Indicator.OCCUPANCY: "Bekräfta att platserna stämmer och beskriv dem på lätt svenska, med bild. Stäng platser som"
    " inte används: stängda platser räknas inte.",
}
"""What to do about each."""


@dataclass(frozen=True, slots=True)
class Median:
    """What the enterprise in the middle has, and of how many."""

    value: float
    enterprises: int


@dataclass(frozen=True, slots=True)
class Mirrored:
    """One of the enterprise's own numbers, and the median where there are enough others to tell it."""

    own: Value
    median: Median | None

    @property
    def median_sv(self) -> str:
        if self.median is None:
            return "–"
        is_share = self.own.definition.measure is Measure.SHARE
        return percent(self.median.value, 0) if is_share else plain_number(self.median.value, 1)

    @property
    def gap(self) -> float:
        """How far behind the median, 0–1 of the better one; zero where it is ahead, or where chance can explain it."""
        value, definition = self.own.value, self.own.definition
        if value is None or self.median is None or definition.is_more_better is None:
            return 0.0
        behind = self.median.value - value if definition.is_more_better else value - self.median.value
        if behind <= 0:
            return 0.0
        interval = self.own.interval
        if interval is not None:
            is_sure = not interval[0] <= self.median.value <= interval[1]
        else:
            is_sure = behind >= _LEAST_GAP[definition.measure]
        return behind / max(value, self.median.value) if is_sure else 0.0


def to_improve(mirrored: Iterable[Mirrored]) -> list[Mirrored]:
    """Those farthest behind, the worst first."""
    behind = sorted((one for one in mirrored if one.gap), key=lambda one: -one.gap)
    return behind[:_MOST_ADVICE]
