"""Counts how long seats stood empty between two placements."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import text

from indicators.capacity.models import CapacityIdle
from indicators.capacity.services import contracted_periods, opened_periods
from indicators.changes.services import publish
from marketplace import clock
from marketplace.db import db

_COUNT = text("""
    WITH opened AS (
        SELECT * FROM unnest(CAST(:places AS integer[]), CAST(:firsts AS date[]), CAST(:lasts AS date[]))
            AS o (place_id, first_day, last_day)
    ), placements AS (
        SELECT place_id, seat_id, first_day, lag(last_day) OVER (PARTITION BY seat_id ORDER BY first_day) AS before
        FROM seat_use WHERE kind = 'placement' AND place_id = ANY (:places)
    ), gaps AS (
        SELECT place_id, seat_id, before, first_day FROM placements g
        WHERE first_day >= :first AND first_day < :until
          -- A seat that was paused or without a contract meanwhile could not be used.
          AND EXISTS (SELECT FROM opened o WHERE o.place_id = g.place_id
                      AND o.first_day <= g.before + 1 AND o.last_day >= g.first_day - 1)
    ), closed AS (
        SELECT gaps.seat_id, gaps.first_day, sum(u.last_day - u.first_day + 1) AS days
        FROM gaps JOIN seat_use u ON u.place_id = gaps.place_id AND u.seat_id = gaps.seat_id AND u.kind = 'closure'
                                 AND u.first_day > gaps.before AND u.last_day < gaps.first_day
        GROUP BY gaps.seat_id, gaps.first_day
    )
    SELECT place.enterprise_id, place.kommun_code, place.ssyk,
           gaps.first_day - gaps.before - 1 - coalesce(closed.days, 0) AS days, count(*) AS gaps
    FROM gaps JOIN place ON place.id = gaps.place_id LEFT JOIN closed USING (seat_id, first_day)
    GROUP BY 1, 2, 3, 4
""")


def compute_idle(authority_id: int, years: Collection[int]) -> None:
    """Counts the years anew, up to yesterday. Act as the system for the authority."""
    opened = [
        (place_id, period)
        for place_id, periods in opened_periods(contracted_periods(authority_id)).items()
        for period in periods
    ]
    for year in years:
        until = min(date(year + 1, 1, 1), clock.today())
        found = db.session.execute(
            _COUNT,
            {
                "places": [place_id for place_id, _ in opened],
                "firsts": [period[0] for _, period in opened],
                "lasts": [period[1] for _, period in opened],
                "first": date(year, 1, 1),
                "until": until,
            },
        )
        rows = [dict(row) for row in found.mappings()]
        publish(CapacityIdle, {"authority_id": authority_id, "year": year}, until, rows)
