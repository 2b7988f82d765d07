"""Attendance: the supervisor's week, a placement's months, and weeks that wait to be recorded."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Date, FromClause, Integer, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from enterprises.places.models import Place
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db, swedish_order
from marketplace.reference.rules import is_working_day
from marketplace.swedish import counted
from marketplace.tenancy import Actor, current_actor
from marketplace.web.work import WaitingItem
from placements.attendance.models import AttendanceDay, attendance_by_number
from placements.attendance.rules import (
    FUTURE_SV,
    LOCKED_SV,
    OUTSIDE_SV,
    RECORDED_STATES,
    GridDay,
    HourSum,
    RecordedDay,
    attendance_deadline,
    days_of_week,
    monday_of,
    planned_week,
    total,
    week_text,
)
from placements.booking.change_rules import Extent, extent_by_plan
from placements.booking.models import Placement
from placements.booking.queries import changed_extents
from placements.participants.models import Participant
from placements.plan.queries import agreed_extents, shown_person

_HABIT = timedelta(weeks=4)  # how far back a participant's usual weekdays are read
_WORK_DAYS = 5
_begins_on = func.coalesce(Placement.started_on, Placement.first_day)
_LOOK_BACK = 26  # weeks in which missing attendance is looked for
_TOLD_ALONE = 4  # weeks that have a row each on the start page; those before share one


def recorded_days(
    placement_ids: Collection[int], first: date, last: date, *, lock: bool = False
) -> dict[tuple[int, date], RecordedDay]:
    """The days on record from first to last, both included, by placement and day; one query."""
    days = attendance_days()
    statement = (
        select(
            days.c.placement_id,
            days.c.day,
            days.c.kind,
            days.c.planned_hours,
            days.c.actual_hours,
            days.c.is_reported_same_day,
            days.c.is_invoiced,
        )
        .where(days.c.placement_id.in_(placement_ids), days.c.day.between(first, last))
        .order_by(days.c.placement_id, days.c.day)
    )
    if lock:
        statement = statement.with_for_update()
    return {(row.placement_id, row.day): RecordedDay(*row) for row in db.session.execute(statement)}


def attendance_days() -> FromClause:
    """The days as the actor may read them: the table, or for who sees no persons the view without kinds of absence."""
    return AttendanceDay.__table__ if current_actor().may_see_persons else attendance_by_number


def days_of_placement(placement_id: int) -> list[RecordedDay]:
    """Every day on record, in order. Who sees no persons is not told of which kind a valid absence was."""
    return list(recorded_days([placement_id], date.min, date.max).values())


def hours_of(placement_id: int) -> HourSum:
    """Hours and days of the whole placement: planned, attended, and away by kind; one query."""
    return total(days_of_placement(placement_id))


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
    """All that train at the supervisor's enterprise that week; four queries whatever their number.

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
    plans, changed = agreed_extents(ids), changed_extents(ids)
    recorded = recorded_days(ids, monday - _HABIT, sunday)
    latest = dict(recorded.keys())  # in order of days, so the last one stays
    habits: dict[int, list[date]] = defaultdict(list)
    for (placement_id, day), row in recorded.items():
        if row.planned_hours and day < monday:
            habits[placement_id].append(day)
    rows = []
    for placement, person, place_name in found:
        at_first = Extent(placement.hours_per_week, placement.days_per_week)
        by_day = {
            day: extent_by_plan(day, at_first, changed[placement.id], plans.get(placement.id))
            for day in days_of_week(monday)
        }
        weeks = {
            extent: planned_week(monday, extent.hours_per_week, extent.days_per_week, habits[placement.id])
            for extent in set(by_day.values())
        }
        days = [
            _grid_day(
                placement,
                day,
                weeks[by_day[day]].get(day),
                by_day[day],
                recorded.get((placement.id, day)),
                latest.get(placement.id, monday),
            )
            for day in days_of_week(monday)
        ]
        has_plan, extent = placement.id in plans, by_day[max(by_day)]
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


ContractMonth = tuple[int, date]
"""A contract and the first day of a month."""


def missing_by_week() -> dict[date, int]:
    """How many placements have no day on record, for each whole week of the last half year where some lack it.

    A placement counts in a week in which it has at least one working day that can still be recorded: not in a month
    whose invoice the supplier has approved. Three queries at most.
    """
    this_monday = monday_of(today())
    earliest = this_monday - timedelta(weeks=_LOOK_BACK)
    placements = db.session.execute(
        select(Placement.id, Placement.contract_id, _begins_on.label("start"), Placement.last_day)
        .where(
            Placement.state.in_(RECORDED_STATES),
            _begins_on < this_monday,
            Placement.last_day >= earliest,
        )
        .order_by(Placement.id)
    ).all()
    recorded = _recorded_weeks([row.id for row in placements], earliest, this_monday)
    lacking: list[tuple[date, set[ContractMonth]]] = []
    for number in range(_LOOK_BACK):
        monday = earliest + timedelta(weeks=number)
        working = [day for day in days_of_week(monday) if is_working_day(day)]
        for row in placements:
            if (row.id, monday) not in recorded:
                days = [day for day in working if row.start <= day <= row.last_day]
                lacking.append((monday, {(row.contract_id, day.replace(day=1)) for day in days}))
    approved = _approved({month for _, months in lacking for month in months})
    return dict(sorted(Counter(monday for monday, months in lacking if months - approved).items()))


def _recorded_weeks(placement_ids: Collection[int], first: date, before: date) -> set[tuple[int, date]]:
    """Placements with the Mondays of the weeks in which they have a day on record."""
    week = func.date_trunc("week", AttendanceDay.day)
    rows = db.session.execute(
        select(AttendanceDay.placement_id, week)
        .where(
            AttendanceDay.placement_id.in_(placement_ids),
            AttendanceDay.day >= first,
            AttendanceDay.day < before,
        )
        .distinct()
        .order_by(AttendanceDay.placement_id, week)
    )
    return {(placement_id, monday.date()) for placement_id, monday in rows}


def _approved(months: Collection[ContractMonth]) -> set[ContractMonth]:
    """Those that take no more attendance, since the supplier has approved their invoice."""
    if not months:
        return set()
    asked = select(
        func.unnest(literal([contract_id for contract_id, _ in months], ARRAY(Integer))).label("contract_id"),
        func.unnest(literal([month for _, month in months], ARRAY(Date))).label("month"),
    ).subquery()
    rows = db.session.execute(
        select(asked.c.contract_id, asked.c.month)
        .where(func.is_month_approved(asked.c.contract_id, asked.c.month))
        .order_by(asked.c.contract_id, asked.c.month)
    )
    return {(contract_id, month) for contract_id, month in rows}


def waiting(actor: Actor) -> list[WaitingItem]:
    """The supervisor's weeks without attendance: the latest one by one, those before them together."""
    if actor.role != Role.SUPERVISOR:
        return []
    missing = missing_by_week()
    weeks = list(missing)
    older, latest = weeks[:-_TOLD_ALONE], weeks[-_TOLD_ALONE:]
    if len(older) > 1:
        together = f"och {counted(len(older) - 1, 'vecka', 'veckor')} till"
        return [_week_item(older[0], together), *_weeks_alone(missing, latest)]
    return _weeks_alone(missing, weeks)


def _weeks_alone(missing: Mapping[date, int], weeks: Sequence[date]) -> list[WaitingItem]:
    people = {
        monday: "en deltagare" if missing[monday] == 1 else f"{missing[monday]} deltagare" for monday in weeks
    }
    return [_week_item(monday, f"för {people[monday]}") for monday in weeks]


def _week_item(monday: date, about_sv: str) -> WaitingItem:
    return WaitingItem(
        attendance_deadline(monday),
        f"Registrera närvaro vecka {monday.isocalendar().week} {about_sv}",
        "attendance.index",
        {"vecka": week_text(monday)},
        "Närvaro",
    )
