"""What each of an enterprise's indicators is counted from, placement by placement.

The months' sums and the rows behind a number come of the same statements.
"""

from datetime import date
from typing import Any, Final

from indicators.definitions.keys import Indicator
from indicators.working_days import PLAN_DUE, REPORT_DUE, WORKING_DAYS_TO_ANSWER, working_days_around
from marketplace import clock

_MINE = """
    SELECT placement.*, terms_version.plan_within, terms_version.report_within
    FROM placement
    JOIN contract ON contract.id = placement.contract_id
    JOIN terms_version ON terms_version.id = contract.terms_id
    WHERE placement.enterprise_id = :enterprise_id AND coalesce(placement.ended_on, :begins) >= :begins
"""

_ATTENDANCE = """
    SELECT attendance_day.day, mine.id, CAST(kind = 'present' AS integer), 1
    FROM attendance_day JOIN mine ON mine.id = attendance_day.placement_id
    WHERE attendance_day.day >= :begins AND planned_hours > 0 AND kind <> 'leave'
"""

_PLAN_IN_TIME = f"""
    SELECT started_on, id, CAST(coalesce(agreed_on <= due_on, false) AS integer), 1
    FROM (
        SELECT id, started_on, {PLAN_DUE} AS due_on,
               (SELECT min(agreed_on) FROM activity_plan WHERE placement_id = mine.id) AS agreed_on
        FROM mine WHERE started_on >= :begins
    ) AS one
    WHERE agreed_on IS NOT NULL OR due_on < :today
"""  # noqa: S608 - our own words only

_REPORT_IN_TIME = f"""
    SELECT ended_on, id, CAST(coalesce(filed_on <= due_on, false) AS integer), 1
    FROM (
        SELECT mine.*, {REPORT_DUE} AS due_on,
               (SELECT min(filed_on) FROM final_report WHERE placement_id = mine.id) AS filed_on
        FROM mine WHERE ended_on >= :begins AND state IN ('completed', 'ended_early') AND started_on IS NOT NULL
    ) AS one
    WHERE (filed_on IS NOT NULL OR due_on < :today)
      -- Whoever moves to another place at the enterprise has one report, at the end.
      AND NOT (is_moved AND EXISTS (
          SELECT FROM mine AS later WHERE later.moved_from_id = one.id
          AND later.state IN ('accepted', 'running', 'completed', 'ended_early')))
"""  # noqa: S608 - our own words only

_ANSWERED_IN_TIME = """
    SELECT requested_on, id, CAST(coalesce(answered_on <= answer_due_on, false) AS integer), 1
    FROM mine
    WHERE requested_on >= :begins AND NOT (state = 'cancelled' AND answered_on IS NULL)
      AND (answered_on IS NOT NULL OR answer_due_on < :today)
"""

_ANSWER_TIME = f"""
    SELECT requested_on, id, {WORKING_DAYS_TO_ANSWER}, 1
    FROM mine WHERE requested_on >= :begins AND answered_on IS NOT NULL
"""  # noqa: S608 - our own words only

# Seats are the same whoever they are offered to, so a day that several authorities count is counted once.
_OCCUPANCY = """
    SELECT day, NULL, booked, seats - closed FROM (
        SELECT DISTINCT ON (day, kommun_code, ssyk) day, seats, closed, booked
        FROM capacity_day
        WHERE enterprise_id = :enterprise_id AND day >= :begins AND day < :today
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


def statement(indicator: Indicator, selected: str) -> str:
    """SQL that selects from `one`: each case's day, placement_id, numerator and denominator."""
    cases = f"one (day, placement_id, numerator, denominator) AS ({_CASES[indicator]})"
    return f"WITH mine AS ({_MINE}), {cases} {selected}"


def parameters(enterprise_id: int, begins: date) -> dict[str, Any]:
    """What the statements ask for: the enterprise's cases from a day on."""
    today = clock.today()
    return working_days_around(begins, today) | {"enterprise_id": enterprise_id, "today": today}
