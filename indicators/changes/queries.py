"""Which years are to be counted, and what has been put right."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import bindparam, func, select, text

from indicators.changes.models import CountedPeriod, IndicatorRun
from indicators.changes.rules import years_to_count
from marketplace import clock
from marketplace.db import Base, db
from marketplace.statements import Prepared
from marketplace.tenancy import current_actor
from placements.disposal.queries import closed_through

_FIRST_DAY = text("""
    SELECT least((SELECT min(decided_on) FROM training_grant WHERE authority_id = :authority_id),
                 (SELECT min(requested_on) FROM placement
                  WHERE authority_id = :authority_id OR enterprise_id = :enterprise_id),
                 (SELECT min(day) FROM capacity_day WHERE enterprise_id = :enterprise_id))
""")

# Whoever something happened to may count otherwise in every year that there is anything of hers.
_TOUCHED = text("""
    WITH happened AS MATERIALIZED (
        SELECT DISTINCT object_type, object_id FROM event
        WHERE id > :after AND (authority_id = :authority_id OR enterprise_id = :enterprise_id)
    ), placed AS (
        SELECT object_id AS id FROM happened WHERE object_type IN ('placement', 'attendance')
        UNION SELECT placement_id FROM activity_plan p JOIN happened ON object_type = 'plan' AND object_id = p.id
        UNION SELECT placement_id FROM final_report r JOIN happened ON object_type = 'report' AND object_id = r.id
        UNION SELECT placement_id FROM follow_up f JOIN happened ON object_type = 'follow_up' AND object_id = f.id
        UNION SELECT placement_id FROM invoice_line l JOIN happened ON object_type = 'invoice'
                                                                   AND object_id = l.invoice_id
    ), touched AS (
        SELECT object_id AS participant_id FROM happened WHERE object_type = 'participant'
        UNION SELECT participant_id FROM placement JOIN placed USING (id)
        UNION SELECT participant_id FROM training_grant g JOIN happened ON object_type = 'grant' AND object_id = g.id
        UNION SELECT participant_id FROM choice_round c JOIN happened ON object_type = 'choice_round'
                                                                     AND object_id = c.id
        UNION SELECT participant_id FROM study_visit v JOIN happened ON object_type = 'study_visit'
                                                                    AND object_id = v.id
        UNION SELECT participant_id FROM checkpoint c JOIN happened ON object_type = 'checkpoint' AND object_id = c.id
    ), days AS (
        SELECT decided_on AS day FROM training_grant JOIN touched USING (participant_id)
        UNION SELECT CAST(opened_at AT TIME ZONE :zone AS date) FROM choice_round JOIN touched USING (participant_id)
        UNION SELECT CAST(day AS date) FROM placement JOIN touched USING (participant_id)
              CROSS JOIN generate_series(requested_on, coalesce(ended_on, last_day), interval '1 month') AS day
        UNION SELECT coalesce(ended_on, last_day) FROM placement JOIN touched USING (participant_id)
        UNION SELECT CAST(closed_at AT TIME ZONE :zone AS date) FROM checkpoint JOIN touched USING (participant_id)
    )
    SELECT DISTINCT CAST(extract(year FROM day) AS integer) FROM days WHERE day IS NOT NULL
""")


def uncounted_years(*, is_whole: bool) -> list[int]:
    """The years to count now for the authority or enterprise that the system acts for, in order; all that there is
    anything of where nothing was counted before. What has been disposed of is counted no more: its years stand."""
    actor = current_actor()
    of = {"authority_id": actor.authority_id, "enterprise_id": actor.enterprise_id}
    first_day = db.session.scalar(_FIRST_DAY, of)
    organisation_id = actor.authority_id or actor.enterprise_id
    if first_day is None or organisation_id is None:
        return []
    first = max(first_day.year, closed_through(organisation_id) + 1)
    run = db.session.get(IndicatorRun, organisation_id)
    if is_whole or run is None:
        return years_to_count(first, clock.today().year, (), is_whole=True)
    touched = set(
        db.session.scalars(_TOUCHED, {**of, "after": run.last_event_id, "zone": clock.STOCKHOLM.key})
    )
    return years_to_count(first, clock.today().year, touched, is_whole=False)


# Every page of numbers says these two things of them.
_PUT_RIGHT = Prepared(
    select(func.sum(CountedPeriod.changed_cells), func.max(CountedPeriod.changed_at)).where(
        CountedPeriod.authority_id == bindparam("authority_id"),
        CountedPeriod.period == bindparam("period"),
        CountedPeriod.cells == func.any(bindparam("tables")),
    ),
    is_planned_once=True,
)
_COMPUTED_AT = Prepared(
    select(IndicatorRun.computed_at).where(IndicatorRun.organisation_id == bindparam("organisation_id")),
    is_planned_once=True,
)


def put_right(authority_id: int, models: Collection[type[Base]], period: object) -> tuple[int, date] | None:
    """How many of the period's numbers a later count changed, and the last day that one did; None where none has."""
    tables = [model.__tablename__ for model in models]
    [(cells, at)] = _PUT_RIGHT.rows(authority_id=authority_id, period=str(period), tables=tables)
    return (cells, at.astimezone(clock.STOCKHOLM).date()) if cells and at else None


def computed_at(organisation_id: int | None) -> datetime | None:
    """The instant of the last computation for the organisation; None when there has been none."""
    found: list[datetime] = _COMPUTED_AT.scalars(organisation_id=organisation_id)
    return found[0] if found else None
