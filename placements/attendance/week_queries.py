"""The week grid: all who train at the supervisor's enterprise, with what is planned, reported and on record."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from enterprises.places.models import Place
from marketplace.clock import today
from marketplace.db import db
from placements.attendance.models import AbsenceReport
from placements.attendance.queries import (
    absence_reports,
    approved_months,
    began_on,
    no_training_days,
    recorded_days,
)
from placements.attendance.rules import AttendanceKind, days_of_week
from placements.attendance.week_rules import NO_HOURS, Closed, GridDay
from placements.booking.models import Placement
from placements.booking.rules import BEGUN_STATES
from placements.participants.models import Participant
from placements.participants.queries import by_name
from placements.plan.queries import planned_days, shown_person

_WORK_DAYS = 5


@dataclass(frozen=True)
class GridRow:
    placement: Placement
    who: str
    place_name: str
    days: list[GridDay]

    @property
    def planned_hours(self) -> Decimal:
        return sum((day.planned_hours for day in self.days), NO_HOURS)

    @property
    def is_open(self) -> bool:
        return any(day.is_open for day in self.days)

    @property
    def is_complete(self) -> bool:
        """Whether nothing that could be recorded is missing."""
        return not any(day.is_missing for day in self.days)


@dataclass(frozen=True)
class WeekGrid:
    days: list[date]
    rows: list[GridRow]

    @property
    def is_complete(self) -> bool:
        return all(row.is_complete for row in self.rows)


def week_grid(monday: date, *, with_weekend: bool = False) -> WeekGrid:
    """Nine queries, whatever the number of participants. Saturday and Sunday are left out when nothing is planned or
    recorded on them, unless asked for."""
    week = days_of_week(monday)
    found = list(
        db.session.execute(
            select(Placement, Participant, Place.name)
            .outerjoin(Participant, Participant.id == Placement.participant_id)
            .join(Place, Place.id == Placement.place_id)
            .where(Placement.state.in_(BEGUN_STATES), began_on <= week[-1], Placement.last_day >= monday)
            .order_by(by_name, Placement.id)
        )
    )
    ids = [placement.id for placement, _, _ in found]
    planned = planned_days(ids, monday, week[-1])
    recorded = recorded_days(ids, monday, week[-1])
    reports = absence_reports(ids, monday, week[-1])
    approved = approved_months(
        {(placement.contract_id, day.replace(day=1)) for placement, _, _ in found for day in week}
    )
    without = no_training_days(ids, monday, week[-1])
    rows = []
    for placement, person, place_name in found:
        days = []
        for day in week:
            key = (placement.id, day)
            is_approved = (placement.contract_id, day.replace(day=1)) in approved
            stands, report = recorded.get(key), reports.get(key)
            days.append(
                GridDay(
                    placement.id,
                    day,
                    stands.planned_hours if stands else planned[placement.id].get(day, NO_HOURS),
                    stands,
                    _closed(placement, day, is_approved=is_approved),
                    _reported(report, person),
                    is_no_training=key in without,
                )
            )
        rows.append(GridRow(placement, shown_person(person, placement), place_name, days))
    return _without_empty_weekend(week, rows, with_weekend=with_weekend)


def _reported(report: AbsenceReport | None, person: Participant | None) -> AttendanceKind | None:
    """Why is the participant's own, once the workplace no longer may see her."""
    if report is None or person is not None:
        return report.kind if report else None
    return AttendanceKind.OTHER_VALID


def _closed(placement: Placement, day: date, *, is_approved: bool) -> Closed | None:
    if not (placement.started_on or placement.first_day) <= day <= placement.last_day:
        return Closed.OUTSIDE
    if day > today():
        return Closed.FUTURE
    return Closed.INVOICED if is_approved else None


def _without_empty_weekend(week: list[date], rows: list[GridRow], *, with_weekend: bool) -> WeekGrid:
    used = {day.day for row in rows for day in row.days if day.recorded or day.planned_hours}
    shown = [day for day in week if day.weekday() < _WORK_DAYS or with_weekend or day in used]
    return WeekGrid(shown, [replace(row, days=[day for day in row.days if day.day in shown]) for row in rows])
