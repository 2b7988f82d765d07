"""The neutral order and the earliest start."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.reference.rules import is_working_day
from placements.search.rules import default_period, earliest_start, period_for_grant

TODAY = date(2026, 3, 2)
DAYS = st.dates(TODAY - timedelta(days=30), TODAY + timedelta(days=60))


@settings(deadline=None)  # the calendar is read the first time
@given(
    st.lists(st.none() | DAYS, max_size=5),
    st.integers(0, 40),
    st.dates(TODAY, TODAY + timedelta(days=30)),
    st.dates(TODAY, TODAY + timedelta(days=40)),
)
def test_the_earliest_start_against_a_slow_oracle(
    taken: list[date | None], lead: int, from_day: date, start_by: date
) -> None:
    found = earliest_start(taken, lead_time_days=lead, from_day=from_day, start_by=start_by, today=TODAY)
    possible = [
        day
        for n in range(80)
        if (day := TODAY + timedelta(days=n)) <= start_by
        and day >= from_day
        and (day - TODAY).days >= lead
        and any(last is None or day > last for last in taken)
    ]
    if not possible:
        assert found is None
        return
    assert found is not None
    assert found in possible
    working = [day for day in possible if is_working_day(day)]
    assert found == (working[0] if working else possible[0])


def test_periods() -> None:
    start_by, until = default_period(TODAY)
    assert TODAY < start_by < until
    later = TODAY + timedelta(days=30)
    assert period_for_grant(later, later + timedelta(days=5), TODAY) == (
        later,
        later + timedelta(days=5),
        later + timedelta(days=5),
    )
    assert period_for_grant(TODAY - timedelta(days=9), later, TODAY) == (TODAY, start_by, later)
