"""Working days in SQL: the deadlines that several counts go by, each said once.

A statement is read with `working_days_around()`: `:numbers` has, for each day since `:begins`, how many working days
there have been up to it, and `:working_days` the n:th of them.
"""

from datetime import date, timedelta
from itertools import accumulate
from typing import Any, Final

from marketplace import clock
from marketplace.reference.rules import is_working_day

_NUMBER: Final = "(CAST(:numbers AS integer[]))[{day} - CAST(:begins AS date) + 1]"
_DUE: Final = f"(CAST(:working_days AS date[]))[{_NUMBER} + {{within}}]"
WORKING_DAYS_TO_ANSWER: Final = f"{_NUMBER.format(day='answered_on')} - {_NUMBER.format(day='requested_on')}"
PLAN_DUE: Final = _DUE.format(day="started_on", within="plan_within")
REPORT_DUE: Final = _DUE.format(day="ended_on", within="report_within")
_DAYS_AFTER: Final = 240
"""The days go this far past the last: no deadline is more than 120 working days away."""


def working_days_around(begins: date, until: date) -> dict[str, Any]:
    """Of the days from one to the other, and as far ahead as any deadline is."""
    days = list(clock.days_from(begins, until + timedelta(days=_DAYS_AFTER)))
    working = [is_working_day(day) for day in days]
    return {
        "begins": begins,
        "numbers": list(accumulate(map(int, working))),
        "working_days": [day for day, is_working in zip(days, working, strict=True) if is_working],
    }
