"""The clock goes forward and back in spring and autumn, and the year ends: nothing is left out, nothing done twice."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from rq.cron import CronJob

import worker
from invoicing.run.jobs import _month_of
from marketplace.clock import STOCKHOLM, today, travelling
from marketplace.reference.rules import add_working_days
from schedule import SCHEDULE
from tests.support.clients import ClientFor
from tests.support.placement_market import Market

SPRING, AUTUMN, NEW_YEAR = date(2026, 3, 29), date(2026, 10, 25), date(2027, 1, 1)
"""When the clock goes from two to three; when it goes from three to two; and a year that begins."""
DAYS = 3


@pytest.fixture
def swedish_time() -> Iterator[None]:
    """As in the worker's processes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "TZ", worker.SWEDISH_TIME)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize("around", [SPRING, AUTUMN, NEW_YEAR])
def test_what_is_done_each_night_is_done_once(swedish_time: None, around: date) -> None:
    begins = datetime.combine(around - timedelta(days=1), datetime.min.time(), STOCKHOLM)
    ends = datetime.combine(around + timedelta(days=2), datetime.min.time(), STOCKHOLM)
    for entry in SCHEDULE:
        minute, hour, day, month, weekday = entry.cron.split()
        if (day, month, weekday) != ("*", "*", "*") or not (minute + hour).isdecimal():
            continue
        job = CronJob("of the tests", func=worker.start_scheduled, cron=entry.cron)
        job.set_enqueue_time(begins.astimezone(UTC) - timedelta(seconds=1))
        done: Counter[date] = Counter()
        while (at := job.next_enqueue_time) is not None and at < ends:
            done[at.astimezone(STOCKHOLM).date()] += 1
            job.set_enqueue_time(at)
        assert list(done.values()) == [1] * DAYS, entry.name


def test_the_months_run_is_of_december_on_new_years_night(swedish_time: None) -> None:
    [entry] = [entry for entry in SCHEDULE if entry.name == "invoice_run"]
    job = CronJob("of the tests", func=worker.start_scheduled, cron=entry.cron)
    job.set_enqueue_time(datetime(2026, 12, 31, 22, 59, tzinfo=UTC))
    assert job.next_enqueue_time == datetime(2027, 1, 1, 3, tzinfo=UTC)
    for at in (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), job.next_enqueue_time):
        with travelling(at):
            month = _month_of({"day": today().isoformat()})
        assert month.first_day == date(2026, 12, 1)


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_a_session_lasts_as_long_when_the_clock_is_moved(
    client_for: ClientFor, ready_market: Market, day: date
) -> None:
    hour_before = datetime(day.year, day.month, day.day, 0, 59, tzinfo=UTC)
    with travelling(hour_before):
        client = client_for(ready_market.officer)
        assert client.get("/placeringar/").status_code == 200
    with travelling(hour_before + timedelta(minutes=50)):
        assert client.get("/placeringar/").status_code == 200
    with travelling(hour_before + timedelta(minutes=50 + 61)):
        assert client.get("/placeringar/").status_code == 302


def test_days_are_swedish_days_on_both_sides_of_midnight() -> None:
    for at, day in (
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), NEW_YEAR),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), SPRING),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), AUTUMN),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), AUTUMN),
    ):
        with travelling(at):
            assert today() == day
    assert add_working_days(date(2026, 12, 30), 2) == date(2027, 1, 5)  # past both holidays and the weekend
