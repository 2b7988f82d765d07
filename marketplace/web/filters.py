"""Numbers, money, days and instants the way people read them. All are template filters."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from flask import Flask

from marketplace.clock import STOCKHOLM, today
from marketplace.reference.rules import working_days_between

_SPACE = "\u00a0"  # keeps a number and its unit on one line
_NOTHING = "–"
_NEAR = 20  # working days; further away a date says more than a count


def plain_number(value: Decimal | int | float, decimals: int = 0, *, is_trimmed: bool = False) -> str:
    """1234.5 → "1 234,50": spaces between thousands, decimal comma. Trimmed leaves out zeros at the end."""
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    whole, _, fraction = f"{abs(rounded):,f}".partition(".")
    if is_trimmed:
        fraction = fraction.rstrip("0")
    text = whole.replace(",", _SPACE) + (f",{fraction}" if fraction else "")
    return f"−{text}" if rounded < 0 else text


def number(value: Decimal | int | float | None, decimals: int = 0) -> str:
    """2500 → "2 500"."""
    return _NOTHING if value is None else plain_number(value, decimals)


def kronor(ore: int | None) -> str:
    """Öre → "1 234,50 kr"."""
    return _NOTHING if ore is None else f"{plain_number(Decimal(ore) / 100, 2)}{_SPACE}kr"


def hours(value: Decimal | int | None) -> str:
    """Decimal hours → "7,5 tim"."""
    return _NOTHING if value is None else f"{plain_number(value, 2, is_trimmed=True)}{_SPACE}tim"


def percent(share: Decimal | float | None, decimals: int = 1) -> str:
    """A share, 0 to 1 → "29,4 %"."""
    return _NOTHING if share is None else f"{plain_number(Decimal(str(share)) * 100, decimals)}{_SPACE}%"


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
    unit = "arbetsdag" if working == 1 else "arbetsdagar"
    return f"om {working} {unit}" if distance > 0 else f"för {working} {unit} sedan"


def instant(value: datetime | None) -> str:
    """An instant on the clock in Sweden: "2026-03-09 kl. 14.05"."""
    return _NOTHING if value is None else f"{_local(value):%Y-%m-%d} kl.{_SPACE}{_local(value):%H.%M}"


def machine_time(value: date | datetime) -> str:
    """For the datetime attribute of a time element."""
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


def week(value: date | None, *, is_year_shown: bool = True) -> str:
    """A day's ISO week: "v. 7", with the year when that is another."""
    if value is None:
        return _NOTHING
    year, number_, _ = value.isocalendar()
    text = f"v.{_SPACE}{number_}"
    return f"{text} {year}" if is_year_shown and year != today().isocalendar().year else text


def _local(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant without time zone cannot be shown")
    return value.astimezone(STOCKHOLM)


def add_filters(app: Flask) -> None:
    for filter_ in (number, kronor, hours, percent, day, relative_day, instant, machine_time, week):
        app.jinja_env.filters[filter_.__name__] = filter_
