"""The one source of today and now. Tests and the demo's history set it; no room reads the system clock by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")

_set_to: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """This instant, aware, in UTC."""
    return _set_to.get() or datetime.now(UTC)


def today() -> date:
    """Today's date in Sweden."""
    return now().astimezone(STOCKHOLM).date()


@contextmanager
def travelling(to: date | datetime) -> Iterator[None]:
    """Within the block the clock stands at `to`; a bare date means nine in the morning, Swedish time."""
    instant = to if isinstance(to, datetime) else datetime.combine(to, time(9), STOCKHOLM)
    if instant.tzinfo is None:
        raise ValueError("travelling() needs an aware datetime")
    token = _set_to.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _set_to.reset(token)


def days_from(first: date, last: date) -> Iterator[date]:
    """Every day from first to last, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
