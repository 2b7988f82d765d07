"""Who is expected today, as the workplace and as the participant herself sees it."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from marketplace.clock import today
from marketplace.db import db
from marketplace.tenancy import acting_as, current_actor, system_actor
from placements.attendance.models import AbsenceReport
from placements.attendance.queries import absence_reports, no_training_days, recorded_days
from placements.attendance.rules import monday_of
from placements.attendance.week_queries import GridRow, week_grid
from placements.attendance.week_rules import GridDay
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.plan.queries import planned_days


def expected_today() -> list[tuple[GridRow, GridDay]]:
    """Those who train at the supervisor's workplace, are to come today and have no attendance yet, also when they have
    told that they do not come."""
    grid = week_grid(monday_of(today()), with_weekend=True)
    return [
        (row, day)
        for row in grid.rows
        if row.placement.state is PlacementState.RUNNING
        for day in row.days
        if day.day == today() and day.is_missing
    ]


def next_training() -> date | None:
    """The next day within two weeks on which somebody is to train at the supervisor's workplace."""
    first, last = today() + timedelta(days=1), today() + timedelta(weeks=2)
    running = db.session.scalars(
        select(Placement.id)
        .where(Placement.state == PlacementState.RUNNING, Placement.last_day >= first)
        .order_by(Placement.id)
    ).all()
    planned = planned_days(running, first, last)
    return min((day for days in planned.values() for day in days), default=None)


@dataclass(frozen=True)
class OwnDay:
    """The participant's own training of today."""

    placement: Placement
    report: AbsenceReport | None


def own_today() -> list[OwnDay]:
    """The participant's training of today that has no attendance yet."""
    day = today()
    found = db.session.scalars(
        select(Placement)
        .where(
            Placement.participant_id == current_actor().participant_id,
            Placement.state == PlacementState.RUNNING,
            Placement.first_day <= day,
            Placement.last_day >= day,
        )
        .options(joinedload(Placement.enterprise))
        .order_by(Placement.id)
    ).all()
    ids = [placement.id for placement in found]
    if not ids or not (planned := _planned_today(found[0].authority_id, ids, day)):
        return []
    known = {*recorded_days(ids, day, day), *no_training_days(ids, day, day)}
    reports = absence_reports(ids, day, day)
    return [
        OwnDay(placement, reports.get((placement.id, day)))
        for placement in found
        if placement.id in planned and (placement.id, day) not in known
    ]


def _planned_today(authority_id: int, placement_ids: list[int], day: date) -> set[int]:
    """What is planned hangs on rows of the workplace that she does not read."""
    with acting_as(system_actor(authority_id=authority_id)):
        planned = planned_days(placement_ids, day, day)
    return {placement_id for placement_id, days in planned.items() if days}
