"""Weeks that wait for the supervisor to record them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import func, select

from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.swedish import counted
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem
from placements.attendance.models import AttendanceDay
from placements.attendance.queries import ContractMonth, approved_months, began_on
from placements.attendance.rules import (
    attendance_deadline,
    days_of_week,
    monday_of,
    week_text,
)
from placements.booking.models import Placement
from placements.booking.rules import BEGUN_STATES
from placements.plan.queries import planned_days

_WEEK = timedelta(weeks=1)
_LOOK_BACK = 26  # weeks in which missing attendance is looked for
_TOLD_ALONE = 4  # weeks that have a row each on the start page; those before share one


def missing_by_week() -> dict[date, int]:
    """How many placements have no day on record, for each whole week of the last half year where some lack it.

    A placement counts in a week in which it has at least one planned day that can still be recorded: not in a month
    whose invoice the supplier has approved. Seven queries at most.
    """
    this_monday = monday_of(today())
    earliest = this_monday - timedelta(weeks=_LOOK_BACK)
    placements = db.session.execute(
        select(Placement.id, Placement.contract_id, began_on.label("start"), Placement.last_day)
        .where(
            Placement.state.in_(BEGUN_STATES),
            began_on < this_monday,
            Placement.last_day >= earliest,
        )
        .order_by(Placement.id)
    ).all()
    recorded = _recorded_weeks([row.id for row in placements], earliest, this_monday)
    without = [
        (monday, row)
        for monday in (earliest + timedelta(weeks=number) for number in range(_LOOK_BACK))
        for row in placements
        if (row.id, monday) not in recorded and row.start < monday + _WEEK and row.last_day >= monday
    ]
    if not without:
        return {}
    planned = planned_days({row.id for _, row in without}, without[0][0], this_monday - timedelta(days=1))
    lacking: list[tuple[date, set[ContractMonth]]] = [
        (
            monday,
            {(row.contract_id, day.replace(day=1)) for day in days_of_week(monday) if day in planned[row.id]},
        )
        for monday, row in without
    ]
    approved = approved_months({month for _, months in lacking for month in months})
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
