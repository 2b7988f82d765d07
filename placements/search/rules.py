"""The search for a place: what is asked, the neutral order, and the earliest day somebody can start."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from marketplace.reference.rules import add_working_days
from placements.search.text_rules import LONGEST_TEXT

START_WITHIN_DAYS = 14
"""Calendar days, and on to a working day, within which a place should start where the search does not say."""

PERIOD_DAYS = 90
"""Calendar days that a seat should be free from the start, where the search does not say."""

MOST_COUNTED = 120
"""Hits that a search counts and lets somebody page through. Whoever gets more needs a narrower question."""

ORDER_RULE_SV = (
    "Platserna visas i en blandad ordning som är lika för alla och börjar på ett nytt ställe varje dag. "
    "Ingen leverantör kan betala för eller på annat sätt påverka sin placering i listan (9 kap. 1 § LOV)."
)


@dataclass(frozen=True)
class SearchCriteria:
    """What a place must meet. Empty means that it does not matter."""

    start_by: date
    """The latest day to start."""
    until: date
    """The last day that the seat must be free."""
    from_day: date | None = None
    """The earliest day to start; none means today."""
    kommun_codes: tuple[str, ...] = ()
    field_ids: tuple[str, ...] = ()
    ssyks: tuple[str, ...] = ()
    hours_per_week: Decimal | None = None
    adaptations: tuple[str, ...] = ()
    language: str = ""
    support_level: str | None = None
    """The grant's level, which the contract must have a price for; none when nobody is searched for yet."""
    system_id: int | None = None
    """The grant's system of choice, which the contract must be in; none when it does not matter."""
    weekdays: tuple[int, ...] = ()
    """ISO weekdays on which the participant can train; see `days_needed`."""
    days_per_week: int | None = None
    """Days a week that the grant says; a place must be open on at least as many."""
    demands_avoided: tuple[str, ...] = ()
    """What the work must not ask for."""
    near_kommun: str = ""
    within_km: int | None = None
    """Kilometres between the central towns, as the crow flies; nothing without `near_kommun`, and 0 is itself."""
    text: str = ""
    """Words that are said of the place, each as the beginning of a word."""

    @property
    def days_needed(self) -> int:
        """On how many of `weekdays` a place must be open: as many as the grant's days a week, else on all of them.

        Somebody who can come on Monday, Wednesday and Friday and is to train two days a week can be at a place that
        is open on Mondays and Fridays.
        """
        return min(self.days_per_week or len(self.weekdays), len(self.weekdays))


def without_wishes(criteria: SearchCriteria) -> SearchCriteria:
    """Only what decides whether a place can be booked: the days, and what the grant says of the contract."""
    return SearchCriteria(
        criteria.start_by,
        criteria.until,
        criteria.from_day,
        support_level=criteria.support_level,
        system_id=criteria.system_id,
        days_per_week=criteria.days_per_week,
    )


def criteria_as_json(criteria: SearchCriteria) -> dict[str, Any]:
    """The criteria as JSON holds them; `criteria_from_json` gives them back."""
    return {part.name: _as_json(getattr(criteria, part.name)) for part in fields(criteria)}


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def criteria_from_json(data: Mapping[str, Any]) -> SearchCriteria:
    """What `criteria_as_json` gave, in this version or another: unknown keys are left aside, and a missing one does not
    matter unless it is one of the days.

    It has been in a browser: raises KeyError without the days, ValueError or TypeError for what no search has. Kept,
    that would stop the job for everyone who stands behind it in a line.
    """
    facts = {name: read(data[name]) for name, read in _READERS.items() if name in data}
    return SearchCriteria(start_by=facts.pop("start_by"), until=facts.pop("until"), **facts)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or "\x00" in value:
        raise ValueError(value)
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < 2**31:
        raise ValueError(value)
    return value


def _weekday(value: Any) -> int:
    if _whole(value) not in range(1, 8):
        raise ValueError(value)
    return int(value)


def _hours(value: Any) -> Decimal:
    try:
        hours = Decimal(_text(value))
    except InvalidOperation:
        raise ValueError(value) from None
    if not (hours.is_finite() and 0 < hours <= 24 * 7):
        raise ValueError(value)
    return hours


def _or_none(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _all_of(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def listed(values: Any) -> tuple[Any, ...]:
        if not isinstance(values, list):
            raise TypeError(values)
        return tuple(map(read, values))

    return listed


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "start_by": date.fromisoformat,
    "until": date.fromisoformat,
    "from_day": _or_none(date.fromisoformat),
    "kommun_codes": _all_of(_text),
    "field_ids": _all_of(_text),
    "ssyks": _all_of(_text),
    "hours_per_week": _or_none(_hours),
    "adaptations": _all_of(_text),
    "language": _text,
    "support_level": _or_none(_text),
    "system_id": _or_none(_whole),
    "weekdays": _all_of(_weekday),
    "days_per_week": _or_none(_whole),
    "demands_avoided": _all_of(_text),
    "near_kommun": _text,
    "within_km": _or_none(_whole),
    "text": _text,
}
"""Each part of the criteria, out of JSON."""


def default_period(today: date) -> tuple[date, date]:
    """The latest start and the last day of a search that names none."""
    start_by = add_working_days(today + timedelta(days=START_WITHIN_DAYS), 0)
    return start_by, start_by + timedelta(days=PERIOD_DAYS)


def period_for_grant(first_day: date, last_day: date, today: date) -> tuple[date, date, date]:
    """Earliest start, latest start and last day of a search for a granted participant.

    The start is looked for within two weeks from when it can be at the earliest, inside the grant.
    """
    from_day = max(first_day, today)
    start_by = add_working_days(from_day + timedelta(days=START_WITHIN_DAYS), 0)
    return from_day, min(start_by, last_day), last_day


def earliest_start(
    last_taken: Iterable[date | None], *, lead_time_days: int, from_day: date, start_by: date, today: date
) -> date | None:
    """The first day that somebody can begin, on a working day where there is one in time; None when none is in time.

    `last_taken` has one entry for each seat that is free from `start_by` on: the last day before that on which it is
    taken, if any.
    """
    possible = max(from_day, today + timedelta(days=lead_time_days))
    days = [possible if taken is None else max(possible, taken + timedelta(days=1)) for taken in last_taken]
    first = min((day for day in days if day <= start_by), default=None)
    if first is None:
        return None
    working = add_working_days(first, 0)
    return working if working <= start_by else first
