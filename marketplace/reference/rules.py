"""Calendar, trades and sex: the small facts that every room counts with.

Working days. Swedish law makes every Sunday a public holiday (lag 1989:253) and the Annual Leave Act
(1977:480, section 7) puts midsommarafton, julafton and nyårsafton on the same footing as Sundays. A working day
is therefore Monday to Friday, not a public holiday and not one of those three eves. Half holidays such as
skärtorsdagen count as working days: nobody may lose a day of a deadline because an office closes at two.

Dominance. SCB calls a trade even when 40–60 per cent of the employed are women; both bounds count as even.
"""

from __future__ import annotations

import math
import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

import holidays

_FREE_CATEGORIES: Final = (holidays.PUBLIC, holidays.DE_FACTO)
_SATURDAY: Final = 5
_KOMMUN_CODE: Final = re.compile(r"[0-2][0-9]{3}", re.ASCII)
_POSTCODE: Final = re.compile(r"[0-9]{5}", re.ASCII)
_SSYK4: Final = re.compile(r"[0-9]{4}", re.ASCII)
# The twenty-one counties' codes: 02, 11, 15 and 16 were abolished, and none is above 25.
_COUNTY_CODES: Final = frozenset(
    {"01", "03", "04", "05", "06", "07", "08", "09", "10", "12", "13", "14"}
    | {"17", "18", "19", "20", "21", "22", "23", "24", "25"}
)


MONTH_SV: Final = (
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip
WEEKDAY_SV: Final = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")


def spoken_month(year: int, number: int) -> str:
    """A month as it is said: "mars 2026"."""
    return f"{MONTH_SV[number - 1]} {year}"


def spoken_day(day: date) -> str:
    """A day as it is said, for easy-to-read texts: "måndag 2 mars"."""
    return f"{WEEKDAY_SV[day.weekday()]} {day.day} {MONTH_SV[day.month - 1]}"


class Sex(StrEnum):
    """Sex as the person states it, never only derived from the personal number."""

    WOMAN = "woman"
    MAN = "man"
    OTHER = "other"


SEX_SV: Final[dict[Sex, str]] = {Sex.WOMAN: "kvinna", Sex.MAN: "man", Sex.OTHER: "annat eller ej angett"}
SEX_PLURAL_SV: Final[dict[Sex, str]] = {
    Sex.WOMAN: "kvinnor",
    Sex.MAN: "män",
    Sex.OTHER: "annat eller ej angett",
}


class Dominance(StrEnum):
    """Which sex dominates a trade among the employed in the whole country."""

    WOMEN = "women"
    EVEN = "even"
    MEN = "men"


DOMINANCE_SV: Final[dict[Dominance, str]] = {
    Dominance.WOMEN: "kvinnodominerat",
    Dominance.EVEN: "jämnt",
    Dominance.MEN: "mansdominerat",
}


class OwnSexDominance(StrEnum):
    """The same trade seen from one person's side."""

    OWN = "own"
    EVEN = "even"
    OTHER = "other"


OWN_SEX_DOMINANCE_SV: Final[dict[OwnSexDominance, str]] = {
    OwnSexDominance.OWN: "dominerat av eget kön",
    OwnSexDominance.EVEN: "jämnt",
    OwnSexDominance.OTHER: "dominerat av annat kön",
}


def dominance(women: int, men: int) -> Dominance | None:
    """Dominance from numbers of employed; None when nobody is employed, since there is then no share."""
    if women < 0 or men < 0:
        raise ValueError("numbers of employed cannot be negative")
    if women + men == 0:
        return None
    percent, everyone = 100 * women, women + men
    if percent > 60 * everyone:
        return Dominance.WOMEN
    if percent < 40 * everyone:
        return Dominance.MEN
    return Dominance.EVEN


def own_sex_dominance(sex: Sex, trade: Dominance) -> OwnSexDominance | None:
    """The trade as own, even or other sex's; None for a person whose sex is other or not stated."""
    if sex is Sex.OTHER:
        return None
    if trade is Dominance.EVEN:
        return OwnSexDominance.EVEN
    is_own = (sex is Sex.WOMAN) == (trade is Dominance.WOMEN)
    return OwnSexDominance.OWN if is_own else OwnSexDominance.OTHER


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@lru_cache(maxsize=256)
def _free_days(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("SE", years=year, categories=_FREE_CATEGORIES))


def free_weekdays(first: date, last: date) -> list[date]:
    """Mondays to Fridays from first to last, both included, that are not working days; in date order."""
    free = {day for year in range(first.year, last.year + 1) for day in _free_days(year)}
    return sorted(day for day in free if first <= day <= last and day.weekday() < _SATURDAY)


def is_working_day(day: date) -> bool:
    """True on Monday to Friday that is neither a public holiday nor midsommarafton, julafton or nyårsafton."""
    return day.weekday() < _SATURDAY and day not in _free_days(day.year)


def add_working_days(day: date, n: int) -> date:
    """The n:th working day after ``day`` (before it, for negative n).

    Zero gives ``day`` itself when it is a working day, else the next working day, so that a deadline never falls on
    a day when nobody is at work.
    """
    step = timedelta(days=1 if n >= 0 else -1)
    if n == 0:
        while not is_working_day(day):
            day += step
        return day
    left = abs(n)
    while left:
        day += step
        if is_working_day(day):
            left -= 1
    return day


def working_days_between(first: date, last: date) -> int:
    """Working days after ``first`` up to and including ``last``; negative when ``last`` is earlier.

    It is the inverse of add_working_days: ``working_days_between(d, add_working_days(d, n)) == n`` for n > 0.
    """
    if last < first:
        return -working_days_between(last, first)
    days = (last - first).days
    weekdays = days // 7 * 5
    start = first + timedelta(days=days // 7 * 7)
    while start < last:
        start += timedelta(days=1)
        weekdays += start.weekday() < _SATURDAY
    return weekdays - len(free_weekdays(first + timedelta(days=1), last))


def is_kommun_code(code: str) -> bool:
    """True for four digits whose first two are a county that exists; the table of kommuner says the rest."""
    return _KOMMUN_CODE.fullmatch(code) is not None and code[:2] in _COUNTY_CODES


def postcode_text(text: str) -> str | None:
    """Five digits, with or without a space, as "136 40"; None when it is something else."""
    digits = "".join(text.split())
    return f"{digits[:3]} {digits[3:]}" if _POSTCODE.fullmatch(digits) else None


_EARTH_KM: Final = 6371.0088
"""The Earth's mean radius (IUGG)."""


@dataclass(frozen=True, slots=True)
class Position:
    """WGS 84, in degrees."""

    latitude: float
    longitude: float

    @property
    def is_in_sweden(self) -> bool:
        """Roughly: enough to tell a degree that has been mistyped, or latitude from longitude."""
        return 55 <= self.latitude <= 70 and 10 <= self.longitude <= 25


def distance_km(one: Position, other: Position) -> float:
    """Kilometres between two positions along the Earth's surface, as the crow flies (the haversine formula)."""
    north, south = math.radians(one.latitude), math.radians(other.latitude)
    half_height = math.sin((south - north) / 2) ** 2
    half_width = math.sin(math.radians(other.longitude - one.longitude) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(half_height + math.cos(north) * math.cos(south) * half_width))


def kommuner_within(kommun_code: str, within_km: float, positions: Mapping[str, Position]) -> frozenset[str]:
    """Codes of kommuner whose central town lies within so many kilometres of that kommun's; always itself.

    One whose position is not known is never near another.
    """
    here = positions.get(kommun_code)
    near = {
        code
        for code, there in positions.items()
        if here is not None and distance_km(here, there) <= within_km
    }
    return frozenset(near | {kommun_code})


def is_ssyk4(code: str) -> bool:
    """True for a four-digit SSYK 2012 code (0xxx are the military occupations)."""
    return _SSYK4.fullmatch(code) is not None
