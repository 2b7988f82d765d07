"""What each of an enterprise's indicators is counted from, placement by placement.

The months' sums and the rows behind a number come of the same statements.
"""

from datetime import date, timedelta
from itertools import accumulate
from typing import Any, Final

from sqlalchemy import func, select

from indicators.definitions.keys import Indicator
from marketplace import clock
from marketplace.db import db
from marketplace.reference.rules import is_working_day
from placements.booking.models import Placement

# `calendar` numbers the working days: two days' numbers differ by the working days between them, and the n:th working
# day after a day is the working day whose number is n higher.
_SOURCES: Final = {
    "calendar": """
        calendar AS (
            SELECT * FROM unnest(CAST(:days AS date[]), CAST(:numbers AS integer[]), CAST(:working AS boolean[]))
                AS c (day, number, is_working)
        )
    """,
    "mine": """
        mine AS (
            SELECT placement.*, terms_version.plan_within, terms_version.report_within
            FROM placement
            JOIN contract ON contract.id = placement.contract_id
            JOIN terms_version ON terms_version.id = contract.terms_id
            WHERE placement.enterprise_id = :enterprise_id
        )
    """,
}

_ATTENDANCE = """
    SELECT attendance_day.day, mine.id, CAST(kind = 'present' AS integer), 1
    FROM attendance_day JOIN mine ON mine.id = attendance_day.placement_id
    WHERE planned_hours > 0 AND kind <> 'leave'
"""

_PLAN_IN_TIME = """
    SELECT mine.started_on, mine.id, CAST(coalesce(plan.agreed_on <= due.day, false) AS integer), 1
    FROM mine
    JOIN calendar AS started ON started.day = mine.started_on
    JOIN calendar AS due ON due.is_working AND due.number = started.number + mine.plan_within
    LEFT JOIN LATERAL (
        SELECT min(agreed_on) AS agreed_on FROM activity_plan WHERE placement_id = mine.id
    ) AS plan ON true
    WHERE plan.agreed_on IS NOT NULL OR due.day < :today
"""

_REPORT_IN_TIME = """
    SELECT mine.ended_on, mine.id, CAST(coalesce(report.filed_on <= due.day, false) AS integer), 1
    FROM mine
    JOIN calendar AS ended ON ended.day = mine.ended_on
    JOIN calendar AS due ON due.is_working AND due.number = ended.number + mine.report_within
    LEFT JOIN LATERAL (
        SELECT min(filed_on) AS filed_on FROM final_report WHERE placement_id = mine.id
    ) AS report ON true
    WHERE mine.state IN ('completed', 'ended_early') AND mine.started_on IS NOT NULL
      AND (report.filed_on IS NOT NULL OR due.day < :today)
      -- Whoever moves to another place at the enterprise has one report, at the end.
      AND NOT (mine.is_moved AND EXISTS (
          SELECT FROM mine AS later WHERE later.moved_from_id = mine.id
          AND later.state IN ('accepted', 'running', 'completed', 'ended_early')))
"""

_ANSWERED_IN_TIME = """
    SELECT requested_on, id, CAST(coalesce(answered_on <= answer_due_on, false) AS integer), 1
    FROM mine
    WHERE NOT (state = 'cancelled' AND answered_on IS NULL)
      AND (answered_on IS NOT NULL OR answer_due_on < :today)
"""

_ANSWER_TIME = """
    SELECT mine.requested_on, mine.id, answered.number - asked.number, 1
    FROM mine
    JOIN calendar AS asked ON asked.day = mine.requested_on
    JOIN calendar AS answered ON answered.day = mine.answered_on
"""

# Seats are the same whoever they are offered to, so a day that several authorities count is counted once.
_OCCUPANCY = """
    SELECT day, NULL, booked, seats - closed FROM (
        SELECT DISTINCT ON (day, kommun_code, ssyk) day, seats, closed, booked
        FROM capacity_day
        WHERE enterprise_id = :enterprise_id AND day < :today
        ORDER BY day, kommun_code, ssyk, authority_id
    ) AS once
"""

_CASES: Final = {
    Indicator.ATTENDANCE: _ATTENDANCE,
    Indicator.PLAN_IN_TIME: _PLAN_IN_TIME,
    Indicator.REPORT_IN_TIME: _REPORT_IN_TIME,
    Indicator.ANSWERED_IN_TIME: _ANSWERED_IN_TIME,
    Indicator.ANSWER_TIME: _ANSWER_TIME,
    Indicator.OCCUPANCY: _OCCUPANCY,
}
COUNTED: Final = tuple(_CASES)

_DAYS_AFTER = 240
"""The calendar goes this far ahead: no deadline is more than 120 working days away."""


def statement(indicator: Indicator, selected: str) -> str:
    """SQL that selects from `one`: each case's day, placement_id, numerator and denominator."""
    cases = _CASES[indicator]
    sources = [source for name, source in _SOURCES.items() if name in cases]
    one = f"one (day, placement_id, numerator, denominator) AS ({cases})"
    return f"WITH {', '.join([*sources, one])} {selected}"


def parameters(enterprise_id: int) -> dict[str, Any]:
    """What the statements ask for."""
    today = clock.today()
    earliest = db.session.scalar(
        select(func.min(func.least(Placement.requested_on, Placement.first_day))).where(
            Placement.enterprise_id == enterprise_id
        )
    )
    return {"enterprise_id": enterprise_id, "today": today, **_calendar(earliest or today, today)}


def _calendar(first: date, today: date) -> dict[str, list[date] | list[int] | list[bool]]:
    """Every day from the first to well past today, with the running number of working days up to it."""
    last = today + timedelta(days=_DAYS_AFTER)
    days = list(clock.days_from(first, last))
    working = [is_working_day(day) for day in days]
    return {"days": days, "numbers": list(accumulate(map(int, working))), "working": working}
