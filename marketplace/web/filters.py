"""Numbers, money, days and instants the way people read them. All are template filters."""

import re
from datetime import date, datetime
from decimal import Decimal

from flask import Flask
from markupsafe import Markup, escape

from marketplace import swedish
from marketplace.clock import STOCKHOLM, today
from marketplace.reference.rules import working_days_between
from marketplace.swedish import NBSP, counted, counted_of, full_stop, plain_hours, plain_number

_NOTHING = "–"
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_NEAR = 20  # working days; further away a date says more than a count


def number(value: Decimal | int | float | None, decimals: int = 0) -> str:
    """2500 → "2 500"."""
    return _NOTHING if value is None else plain_number(value, decimals)


def kronor(ore: int | None) -> str:
    """Öre → "1 234,50 kr"."""
    return _NOTHING if ore is None else swedish.kronor(ore)


def hours(value: Decimal | int | None) -> str:
    """Decimal hours → "7,5 tim"."""
    return _NOTHING if value is None else f"{plain_hours(value)}{NBSP}tim"


def percent(share: Decimal | float | None, decimals: int = 1) -> str:
    """A share, 0 to 1 → "29,4 %"."""
    return _NOTHING if share is None else swedish.percent(share, decimals)


def day(value: date | datetime | None) -> str:
    """A day in ISO form; of an instant, the day it was in Sweden."""
    if value is None:
        return _NOTHING
    return _local(value).date().isoformat() if isinstance(value, datetime) else value.isoformat()


def relative_day(value: date | datetime | None) -> str:
    """A day as people say it, counted in working days: "i dag", "om 3 arbetsdagar", "för 2 arbetsdagar sedan"."""
    if value is None:
        return _NOTHING
    that = _local(value).date() if isinstance(value, datetime) else value
    distance = (that - today()).days
    if distance in (-1, 0, 1):
        return ("i går", "i dag", "i morgon")[distance + 1]
    working = abs(working_days_between(today(), that))
    if working > _NEAR:
        return that.isoformat()
    if working == 0:
        return f"{'om' if distance > 0 else 'för'} {abs(distance)} dagar{'' if distance > 0 else ' sedan'}"
    length = counted(working, "arbetsdag", "arbetsdagar")
    return f"om {length}" if distance > 0 else f"för {length} sedan"


def dated(value: date | datetime | None) -> str:
    """A day in ISO form, and how far off it is while that says more: "2026-11-24 (om 2 arbetsdagar)"."""
    near = relative_day(value)
    return near if near == day(value) else f"{day(value)} ({near})"


def instant(value: datetime | None) -> str:
    """An instant on the clock in Sweden: "2026-03-09 kl. 14.05"."""
    return _NOTHING if value is None else f"{_local(value):%Y-%m-%d} kl.{NBSP}{_local(value):%H.%M}"


def machine_time(value: date | datetime) -> str:
    """For the datetime attribute of a time element."""
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


def week(value: date | None, *, is_year_shown: bool = True) -> str:
    """A day's ISO week: "v. 7", with the year when that is another."""
    if value is None:
        return _NOTHING
    year, number_, _ = value.isocalendar()
    text = f"v.{NBSP}{number_}"
    return f"{text} {year}" if is_year_shown and year != today().isocalendar().year else text


def whole_days(text: object) -> object:
    """A text with days in it, for a page: none of them is broken at its hyphens. What is markup already is left."""
    if not isinstance(text, str) or isinstance(text, Markup):
        return text
    return Markup(_DAY.sub(r'<span class="nowrap">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped the line above


def _local(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant without time zone cannot be shown")
    return value.astimezone(STOCKHOLM)


def add_filters(app: Flask) -> None:
    for filter_ in (
        number,
        kronor,
        hours,
        percent,
        day,
        relative_day,
        dated,
        instant,
        machine_time,
        week,
        counted,
        counted_of,
        full_stop,
        whole_days,
    ):
        app.jinja_env.filters[filter_.__name__] = filter_
