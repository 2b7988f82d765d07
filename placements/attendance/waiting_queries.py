"""Weeks that wait for the supervisor to record them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import select, union_all

from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.swedish import counted
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem
from placements.attendance.models import AttendanceDay, NoTrainingDay
from placements.attendance.queries import approved_months, began_on
from placements.attendance.rules import attendance_deadline, days_of_week, monday_of, week_text
from placements.booking.models import Placement
from placements.booking.rules import BEGUN_STATES
from placements.plan.queries import planned_days

_WEEK = timedelta(weeks=1)
_LOOK_BACK = 26  # weeks in which missing attendance is looked for
_TOLD_ALONE = 4  # weeks that have a row each on the start page; those before share one


def missing_by_week() -> dict[date, int]:
    """For each whole week of the last half year how many placements have a planned day in it that is neither on record
    nor said to be without training, and can still be recorded: not in a month whose invoice the supplier has approved.
    Seven queries at most.
    """
    this_monday = monday_of(today())
    earliest, latest = this_monday - timedelta(weeks=_LOOK_BACK), this_monday - timedelta(days=1)
    rows = db.session.execute(
        select(Placement.id, Placement.contract_id)
        .where(Placement.state.in_(BEGUN_STATES), began_on <= latest, Placement.last_day >= earliest)
        .order_by(Placement.id)
    )
    contracts = {row.id: row.contract_id for row in rows}
    mondays = (earliest + _WEEK * number for number in range(_LOOK_BACK))
    in_months = {day.replace(day=1) for monday in mondays for day in days_of_week(monday)}
    months = {(contract_id, month) for contract_id in contracts.values() for month in in_months}
    still_open = months - approved_months(months)
    if not still_open:
        return {}
    first = max(earliest, min(month for _, month in still_open))
    planned = planned_days(contracts.keys(), first, latest)
    known = _known_days(contracts.keys(), first, latest)
    lacking = {
        (monday_of(day), placement_id)
        for placement_id, days in planned.items()
        for day in days
        if (placement_id, day) not in known and (contracts[placement_id], day.replace(day=1)) in still_open
    }
    return dict(sorted(Counter(monday for monday, _ in lacking).items()))


def _known_days(placement_ids: Collection[int], first: date, last: date) -> set[tuple[int, date]]:
    """The days on record and those that were said to be without training."""
    said = (
        select(table.placement_id, table.day).where(
            table.placement_id.in_(placement_ids), table.day.between(first, last)
        )
        for table in (AttendanceDay, NoTrainingDay)
    )
    return {(placement_id, day) for placement_id, day in db.session.execute(union_all(*said))}


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
