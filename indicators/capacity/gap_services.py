"""Counts who waits for what at the end of a month, and stores only what may be shown."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from sqlalchemy import text

from indicators.capacity.gap_rules import last_whole_month, published
from indicators.capacity.models import CapacityGap
from indicators.capacity.supply_queries import gap_months
from indicators.changes.services import publish
from marketplace import clock
from marketplace.accounts.models import Organisation
from marketplace.db import db
from marketplace.reference.queries import lists

# A grant that was brought here as it is has no recorded change.
_COUNT = text("""
    WITH waiting AS (
        SELECT g.id, p.kommun_code, g.wished_trades
        FROM training_grant g
        JOIN participant p ON p.id = g.participant_id
        LEFT JOIN LATERAL (
            SELECT to_state FROM event
            WHERE object_type = 'grant' AND object_id = g.id AND to_state IS NOT NULL AND at < :ends
            ORDER BY event.id DESC LIMIT 1
        ) AS latest ON true
        WHERE g.authority_id = :authority_id AND g.decided_on < :until AND g.last_day >= :until
          AND coalesce(latest.to_state, g.state) = 'open'
    ), wishes AS (
        SELECT id, kommun_code, unnest(wished_trades) AS ssyk FROM waiting
        UNION
        SELECT waiting.id, kommun_code, unnest(e.ssyks)
        FROM waiting JOIN waiting_entry e ON e.grant_id = waiting.id
        WHERE e.joined_at < :ends AND (e.ended_at IS NULL OR e.ended_at >= :ends)
    )
    SELECT coalesce(kommun_code, ''), '', count(*) FROM waiting GROUP BY GROUPING SETS ((), (kommun_code))
    UNION ALL
    SELECT coalesce(kommun_code, ''), ssyk, count(*) FROM wishes GROUP BY GROUPING SETS ((ssyk), (kommun_code, ssyk))
""")


def compute_gaps(authority_id: int, years: Collection[int], *, is_whole: bool = False) -> None:
    """Counts those who waited when each whole month of the years ended. What was so then does not change, so a month
    that is counted stands, but for the last; with `is_whole` all are counted. Act as the system for the authority."""
    last = last_whole_month(clock.today())
    known = set() if is_whole else {*gap_months(authority_id)} - {last}
    for year in years:
        for number in range(1, 13):
            month = date(year, number, 1)
            if month <= last and month not in known:
                _count_month(authority_id, month)


def _count_month(authority_id: int, month: date) -> None:
    until = (month + timedelta(days=31)).replace(day=1)
    ends = datetime.combine(until, time(), clock.STOCKHOLM)
    found = db.session.execute(_COUNT, {"authority_id": authority_id, "until": until, "ends": ends})
    waiting = {(kommun_code, ssyk): number for kommun_code, ssyk, number in found}
    authority = db.session.get_one(Organisation, authority_id)
    kommun_codes = sorted({*authority.kommun_codes, *(code for code, _ in waiting if code)})
    rows = [
        {"kommun_code": kommun_code, "ssyk": ssyk, "waiting": number}
        for (kommun_code, ssyk), number in published(waiting, kommun_codes, lists().trades).items()
    ]
    publish(CapacityGap, {"authority_id": authority_id, "month": month}, until, rows)
