"""Attendance: the supervisor's week, a placement's months, and weeks that wait to be recorded."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select

from enterprises.places.models import Place
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db, swedish_order
from marketplace.reference.rules import is_working_day
from marketplace.tenancy import Actor, current_actor
from marketplace.web.work import WaitingItem
from placements.attendance.models import AttendanceDay
from placements.attendance.rules import (
    FUTURE_SV,
    LOCKED_SV,
    OUTSIDE_SV,
    RECORDED_STATES,
    GridDay,
    RecordedDay,
    attendance_deadline,
    days_of_week,
    monday_of,
    planned_week,
    week_text,
    without_kinds,
)
from placements.booking.models import Placement
from placements.participants.models import Participant
from placements.plan.queries import Extent, agreed_extents, shown_person

_HABIT = timedelta(weeks=4)  # how far back a participant's usual weekdays are read
_WORK_DAYS = 5
_begins_on = func.coalesce(Placement.started_on, Placement.first_day)
_LOOK_BACK = 8  # weeks in which missing attendance is looked for


def recorded_days(
    placement_ids: Collection[int], first: date, last: date, *, lock: bool = False
) -> dict[tuple[int, date], RecordedDay]:
    """The days on record from first to last, both included, by placement and day; one query."""
    statement = (
        select(
            AttendanceDay.placement_id,
            AttendanceDay.day,
            AttendanceDay.kind,
            AttendanceDay.planned_hours,
            AttendanceDay.actual_hours,
            AttendanceDay.is_reported_same_day,
            AttendanceDay.is_invoiced,
        )
        .where(AttendanceDay.placement_id.in_(placement_ids), AttendanceDay.day.between(first, last))
        .order_by(AttendanceDay.placement_id, AttendanceDay.day)
    )
    if lock:
        statement = statement.with_for_update()
    return {(row.placement_id, row.day): RecordedDay(*row) for row in db.session.execute(statement)}


def days_of_placement(placement_id: int) -> list[RecordedDay]:
    """Every day on record, in order. Who sees no persons is not told of which kind a valid absence was."""
    days = list(recorded_days([placement_id], date.min, date.max).values())
    return days if current_actor().may_see_persons else without_kinds(days)


# The week grid.


@dataclass(frozen=True)
class GridRow:
    placement: Placement
    who: str
    place_name: str
    extent: Extent
    has_plan: bool
    days: list[GridDay]

    @property
    def is_open(self) -> bool:
        return any(day.is_open for day in self.days)

    @property
    def is_complete(self) -> bool:
        """Whether nothing that could be recorded is missing."""
        return not any(day.is_missing for day in self.days)


@dataclass(frozen=True)
class WeekGrid:
    monday: date
    days: list[date]
    rows: list[GridRow]

    @property
    def has_locked(self) -> bool:
        return any(day.is_locked for row in self.rows for day in row.days)


def week_grid(monday: date, *, with_weekend: bool = False) -> WeekGrid:
    """All that train at the supervisor's enterprise that week; three queries whatever their number.

    Saturday and Sunday are left out when nothing is planned or recorded on them, unless asked for.
    """
    sunday = monday + timedelta(days=6)
    found = list(
        db.session.execute(
            select(Placement, Participant, Place.name)
            .outerjoin(Participant, Participant.id == Placement.participant_id)
            .join(Place, Place.id == Placement.place_id)
            .where(
                Placement.state.in_(RECORDED_STATES),
                _begins_on <= sunday,
                Placement.last_day >= monday,
            )
            .order_by(swedish_order(Participant.name).nulls_last(), Placement.id)
        )
    )
    ids = [placement.id for placement, _, _ in found]
    extents = agreed_extents(ids)
    recorded = recorded_days(ids, monday - _HABIT, sunday)
    latest = dict(recorded.keys())  # in order of days, so the last one stays
    habits: dict[int, list[date]] = defaultdict(list)
    for (placement_id, day), row in recorded.items():
        if row.planned_hours and day < monday:
            habits[placement_id].append(day)
    rows = []
    for placement, person, place_name in found:
        extent = extents.get(placement.id, Extent(placement.hours_per_week, placement.days_per_week))
        planned = planned_week(monday, extent.hours_per_week, extent.days_per_week, habits[placement.id])
        days = [
            _grid_day(
                placement,
                day,
                planned.get(day),
                extent,
                recorded.get((placement.id, day)),
                latest.get(placement.id, monday),
            )
            for day in days_of_week(monday)
        ]
        has_plan = placement.id in extents
        rows.append(GridRow(placement, shown_person(person, placement), place_name, extent, has_plan, days))
    return _without_empty_weekend(monday, rows, with_weekend=with_weekend)


def _grid_day(
    placement: Placement,
    day: date,
    planned: Decimal | None,
    extent: Extent,
    stands: RecordedDay | None,
    latest: date,
) -> GridDay:
    closed_sv = ""
    if not (placement.started_on or placement.first_day) <= day <= placement.last_day:
        closed_sv = OUTSIDE_SV
    elif day > today():
        closed_sv = FUTURE_SV
    elif stands is not None and stands.is_invoiced:
        closed_sv = LOCKED_SV
    hours = stands.planned_hours if stands else (planned or Decimal(0))
    usual = (extent.hours_per_week / extent.days_per_week).quantize(Decimal("0.01"))
    if closed_sv == OUTSIDE_SV:
        hours = Decimal(0)
    return GridDay(placement.id, day, hours, usual, stands, closed_sv, stands is None and day < latest)


def _without_empty_weekend(monday: date, rows: list[GridRow], *, with_weekend: bool) -> WeekGrid:
    used = {day.day for row in rows for day in row.days if day.recorded or day.planned_hours}
    shown = [day for day in days_of_week(monday) if day.weekday() < _WORK_DAYS or with_weekend or day in used]
    trimmed = [
        GridRow(
            row.placement,
            row.who,
            row.place_name,
            row.extent,
            row.has_plan,
            [day for day in row.days if day.day in shown],
        )
        for row in rows
    ]
    return WeekGrid(monday, shown, trimmed)


# What waits.


def missing_by_week() -> dict[date, int]:
    """How many placements have no day on record, for each of the last eight whole weeks where some lack it.

    A placement counts in a week in which it has at least one working day. Two queries.
    """
    this_monday = monday_of(today())
    earliest = this_monday - timedelta(weeks=_LOOK_BACK)
    placements = db.session.execute(
        select(Placement.id, _begins_on.label("start"), Placement.last_day)
        .where(
            Placement.state.in_(RECORDED_STATES),
            _begins_on < this_monday,
            Placement.last_day >= earliest,
        )
        .order_by(Placement.id)
    ).all()
    week = func.date_trunc("week", AttendanceDay.day)
    recorded = {
        (row[0], row[1].date())
        for row in db.session.execute(
            select(AttendanceDay.placement_id, week)
            .where(
                AttendanceDay.placement_id.in_([row.id for row in placements]),
                AttendanceDay.day >= earliest,
                AttendanceDay.day < this_monday,
            )
            .distinct()
            .order_by(AttendanceDay.placement_id, week)
        )
    }
    missing: dict[date, int] = {}
    for number in range(_LOOK_BACK):
        monday = earliest + timedelta(weeks=number)
        working = [day for day in days_of_week(monday) if is_working_day(day)]
        lacking = sum(
            any(row.start <= day <= row.last_day for day in working) and (row.id, monday) not in recorded
            for row in placements
        )
        if lacking:
            missing[monday] = lacking
    return missing


def waiting(actor: Actor) -> list[WaitingItem]:
    """Last week's attendance, when the supervisor has not recorded it."""
    if actor.role != Role.SUPERVISOR:
        return []
    last_week = monday_of(today()) - timedelta(weeks=1)
    count = missing_by_week().get(last_week)
    if not count:
        return []
    people = "en deltagare" if count == 1 else f"{count} deltagare"
    return [
        WaitingItem(
            attendance_deadline(last_week),
            f"Registrera närvaro vecka {last_week.isocalendar().week} för {people}",
            "attendance.index",
            {"vecka": week_text(last_week)},
            "Närvaro",
        )
    ]
