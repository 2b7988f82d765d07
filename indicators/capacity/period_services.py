"""Sums capacity by month up to yesterday, and by week from this one on."""

from datetime import date, timedelta

from sqlalchemy import delete, or_, text

from indicators.capacity.models import CapacityPeriod
from indicators.capacity.rules import AHEAD_DAYS, PeriodUnit
from marketplace.db import db

_SUM = text("""
    INSERT INTO capacity_period (authority_id, unit, first_day, enterprise_id, kommun_code, ssyk, days,
                                 seats, closed, held, booked)
    SELECT authority_id, :unit, CAST(date_trunc(:unit, day) AS date), enterprise_id, kommun_code, ssyk,
           -- A day on which there was no seat of these counts too.
           least(:last, CAST(date_trunc(:unit, day) + CAST('1 ' || :unit AS interval) AS date) - 1)
           - greatest(CAST(date_trunc(:unit, day) AS date), (
               SELECT min(day) FROM capacity_day WHERE authority_id = :authority_id)) + 1,
           sum(seats), sum(closed), sum(held), sum(booked)
    FROM capacity_day
    WHERE authority_id = :authority_id AND day BETWEEN :first AND :last
    GROUP BY authority_id, date_trunc(:unit, day), enterprise_id, kommun_code, ssyk
""")


def compute_periods(authority_id: int, since: date, today: date) -> None:
    """Sums the months from that of `since`, and all weeks anew. The days have been counted."""
    month, monday = since.replace(day=1), today - timedelta(days=today.weekday())
    db.session.execute(
        delete(CapacityPeriod).where(
            CapacityPeriod.authority_id == authority_id,
            or_(CapacityPeriod.unit == PeriodUnit.WEEK, CapacityPeriod.first_day >= month),
        )
    )
    for unit, first, last in (
        (PeriodUnit.MONTH, month, today - timedelta(days=1)),
        (PeriodUnit.WEEK, monday, monday + timedelta(days=AHEAD_DAYS - 1)),
    ):
        db.session.execute(
            _SUM, {"authority_id": authority_id, "unit": str(unit), "first": first, "last": last}
        )
