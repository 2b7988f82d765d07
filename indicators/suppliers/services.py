"""Counts an enterprise's own indicators, month by month."""

from datetime import date, timedelta
from itertools import accumulate

from sqlalchemy import delete, func, insert, select, text

from indicators.definitions.keys import Indicator
from indicators.suppliers.models import SupplierIndicator
from marketplace import clock
from marketplace.db import db
from marketplace.reference.rules import is_working_day
from placements.booking.models import Placement

# `calendar` numbers the working days: two days' numbers differ by the working days between them, and the n:th working
# day after a day is the working day whose number is n higher.
_CALENDAR = """
    calendar AS (
        SELECT * FROM unnest(CAST(:days AS date[]), CAST(:numbers AS integer[]), CAST(:working AS boolean[]))
            AS c (day, number, is_working)
    ), mine AS (
        SELECT placement.*, terms_version.plan_within, terms_version.report_within
        FROM placement
        JOIN contract ON contract.id = placement.contract_id
        JOIN terms_version ON terms_version.id = contract.terms_id
        WHERE placement.enterprise_id = :enterprise_id
    )
"""

_ATTENDANCE = """
    SELECT date_trunc('month', attendance_day.day), count(*) FILTER (WHERE kind = 'present'), count(*)
    FROM attendance_day JOIN mine ON mine.id = attendance_day.placement_id
    WHERE planned_hours > 0 AND kind <> 'leave'
    GROUP BY 1
"""

_PLAN_IN_TIME = """
    SELECT date_trunc('month', mine.started_on),
           count(*) FILTER (WHERE plan.agreed_on <= due.day),
           count(*) FILTER (WHERE plan.agreed_on IS NOT NULL OR due.day < :today)
    FROM mine
    JOIN calendar AS started ON started.day = mine.started_on
    JOIN calendar AS due ON due.is_working AND due.number = started.number + mine.plan_within
    LEFT JOIN LATERAL (
        SELECT min(agreed_on) AS agreed_on FROM activity_plan WHERE placement_id = mine.id
    ) AS plan ON true
    GROUP BY 1
"""

_REPORT_IN_TIME = """
    SELECT date_trunc('month', mine.ended_on),
           count(*) FILTER (WHERE report.filed_on <= due.day),
           count(*) FILTER (WHERE report.filed_on IS NOT NULL OR due.day < :today)
    FROM mine
    JOIN calendar AS ended ON ended.day = mine.ended_on
    JOIN calendar AS due ON due.is_working AND due.number = ended.number + mine.report_within
    LEFT JOIN LATERAL (
        SELECT min(filed_on) AS filed_on FROM final_report WHERE placement_id = mine.id
    ) AS report ON true
    WHERE mine.state IN ('completed', 'ended_early') AND mine.started_on IS NOT NULL
      -- Whoever moves to another place at the enterprise has one report, at the end.
      AND NOT (mine.is_moved AND EXISTS (
          SELECT FROM mine AS later WHERE later.moved_from_id = mine.id
          AND later.state IN ('accepted', 'running', 'completed', 'ended_early')))
    GROUP BY 1
"""

_ANSWERED_IN_TIME = """
    SELECT date_trunc('month', requested_on),
           count(*) FILTER (WHERE answered_on <= answer_due_on),
           count(*) FILTER (WHERE answered_on IS NOT NULL OR answer_due_on < :today)
    FROM mine
    WHERE NOT (state = 'cancelled' AND answered_on IS NULL)
    GROUP BY 1
"""

_ANSWER_TIME = """
    SELECT date_trunc('month', mine.requested_on), sum(answered.number - asked.number), count(*)
    FROM mine
    JOIN calendar AS asked ON asked.day = mine.requested_on
    JOIN calendar AS answered ON answered.day = mine.answered_on
    GROUP BY 1
"""

# Seats are the same whoever they are offered to, so a day that several authorities count is counted once.
_OCCUPANCY = """
    , once AS (
        SELECT DISTINCT ON (day, kommun_code, ssyk) day, seats, closed, booked
        FROM capacity_day
        WHERE enterprise_id = :enterprise_id AND day < :today
        ORDER BY day, kommun_code, ssyk, authority_id
    )
    SELECT date_trunc('month', day), sum(booked), sum(seats - closed) FROM once GROUP BY 1
"""

_QUERIES = {
    Indicator.ATTENDANCE: _ATTENDANCE,
    Indicator.PLAN_IN_TIME: _PLAN_IN_TIME,
    Indicator.REPORT_IN_TIME: _REPORT_IN_TIME,
    Indicator.ANSWERED_IN_TIME: _ANSWERED_IN_TIME,
    Indicator.ANSWER_TIME: _ANSWER_TIME,
    Indicator.OCCUPANCY: _OCCUPANCY,
}

_DAYS_AFTER = 240
"""The calendar goes this far ahead: no deadline is more than 120 working days away."""


def compute_supplier(enterprise_id: int) -> None:
    """Counts all months of the enterprise anew. The rows are replaced, so that a second run gives the same.

    Occupancy builds on the capacity that the authorities' run has counted.
    """
    db.session.execute(delete(SupplierIndicator).where(SupplierIndicator.enterprise_id == enterprise_id))
    today = clock.today()
    earliest = db.session.scalar(
        select(func.min(func.least(Placement.requested_on, Placement.first_day))).where(
            Placement.enterprise_id == enterprise_id
        )
    )
    parameters = {"enterprise_id": enterprise_id, "today": today, **_calendar(earliest or today, today)}
    rows = [
        {
            "enterprise_id": enterprise_id,
            "month": month.date(),
            "indicator": indicator,
            "numerator": numerator,
            "denominator": denominator,
        }
        for indicator, query in _QUERIES.items()
        for month, numerator, denominator in db.session.execute(text(f"WITH {_CALENDAR}{query}"), parameters)
        if denominator
    ]
    if rows:
        db.session.execute(insert(SupplierIndicator), rows)


def _calendar(first: date, today: date) -> dict[str, list[date] | list[int] | list[bool]]:
    """Every day from the first to well past today, with the running number of working days up to it."""
    last = today + timedelta(days=_DAYS_AFTER)
    days = list(clock.days_from(first, last))
    working = [is_working_day(day) for day in days]
    return {"days": days, "numbers": list(accumulate(map(int, working))), "working": working}
