"""Attendance on record: days, what they said before they were corrected, and absence that was reported."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Integer, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from marketplace.accounts.rules import Role
from marketplace.db import db
from marketplace.tenancy import current_actor
from placements.attendance.absence_rules import UNPLANNED
from placements.attendance.models import (
    AbsenceReport,
    AttendanceCorrection,
    AttendanceDay,
    NoTrainingDay,
    attendance_by_number,
    correction_by_number,
)
from placements.attendance.rules import AttendanceKind, HourSum, RecordedDay, total
from placements.booking.models import Placement

began_on = func.coalesce(Placement.started_on, Placement.first_day)

ContractMonth = tuple[int, date]
"""A contract and the first day of a month."""


def recorded_days(
    placement_ids: Collection[int], first: date, last: date
) -> dict[tuple[int, date], RecordedDay]:
    """The days on record from first to last, both included, by placement and day; one query."""
    days = AttendanceDay.__table__ if _reads_table() else attendance_by_number
    statement = (
        select(
            days.c.placement_id,
            days.c.day,
            days.c.kind,
            days.c.planned_hours,
            days.c.actual_hours,
            days.c.is_reported_same_day,
        )
        .where(days.c.placement_id.in_(placement_ids), days.c.day.between(first, last))
        .order_by(days.c.placement_id, days.c.day)
    )
    return {(row.placement_id, row.day): RecordedDay(*row) for row in db.session.execute(statement)}


def no_training_days(
    placement_ids: Collection[int], first: date, last: date
) -> dict[tuple[int, date], Decimal]:
    """The days that were said to be without training, with the hours that were planned; one query."""
    rows = db.session.execute(
        select(NoTrainingDay.placement_id, NoTrainingDay.day, NoTrainingDay.planned_hours)
        .where(NoTrainingDay.placement_id.in_(placement_ids), NoTrainingDay.day.between(first, last))
        .order_by(NoTrainingDay.placement_id, NoTrainingDay.day)
    )
    return {(placement_id, day): planned_hours for placement_id, day, planned_hours in rows}


def _reads_table() -> bool:
    """Not who sees no persons, nor a workplace, which may have to forget: the views tell them what they may know."""
    actor = current_actor()
    return actor.may_see_persons and actor.role is not Role.SUPERVISOR


def days_of_placement(placement_id: int) -> list[RecordedDay]:
    """Every day on record, in order. Who does not see the person is not told of which kind a valid absence was."""
    return list(recorded_days([placement_id], date.min, date.max).values())


def hours_of(placement_id: int) -> HourSum:
    """Hours and days of the whole placement: planned, attended, and away by kind; one query."""
    return total(days_of_placement(placement_id))


def unplanned_absences(placement_ids: Collection[int]) -> dict[int, set[date]]:
    """Every day of absence that was not agreed beforehand, by placement; one query."""
    found: dict[int, set[date]] = {placement_id: set() for placement_id in placement_ids}
    rows = db.session.execute(
        select(AttendanceDay.placement_id, AttendanceDay.day)
        .where(AttendanceDay.placement_id.in_(placement_ids), AttendanceDay.kind.in_(UNPLANNED))
        .order_by(AttendanceDay.placement_id, AttendanceDay.day)
    )
    for placement_id, day in rows:
        found[placement_id].add(day)
    return found


def absence_reports(
    placement_ids: Collection[int], first: date, last: date
) -> dict[tuple[int, date], AbsenceReport]:
    """What has been reported the same day, by placement and day; one query."""
    rows = db.session.scalars(
        select(AbsenceReport)
        .where(AbsenceReport.placement_id.in_(placement_ids), AbsenceReport.day.between(first, last))
        .order_by(AbsenceReport.day, AbsenceReport.placement_id)
    )
    return {(row.placement_id, row.day): row for row in rows}


# Corrections, after the month's invoice was approved.


@dataclass(frozen=True)
class Correction:
    """A day that was corrected: None where there was, or is, no day on record."""

    id: int
    placement_id: int
    day: date
    was: RecordedDay | None
    became: RecordedDay | None
    reason_sv: str
    """Empty for who sees no persons, like which kind a valid absence is."""
    corrected_at: datetime
    corrected_by: str


def corrections_of(placement_ids: Collection[int]) -> list[Correction]:
    """In the order they were made: a day can be corrected again. What an invoice counted is what the first of a day
    `was`; the difference to what the last `became` is for an invoice to come."""
    rows = AttendanceCorrection.__table__ if _reads_table() else correction_by_number
    found = db.session.execute(select(rows).where(rows.c.placement_id.in_(placement_ids)).order_by(rows.c.id))
    return [
        Correction(
            row.id,
            row.placement_id,
            row.day,
            _said(row, row.was_kind, row.was_planned_hours, row.was_actual_hours, row.was_reported_same_day),
            _said(row, row.kind, row.planned_hours, row.actual_hours, row.is_reported_same_day),
            row.reason_sv,
            row.corrected_at,
            row.corrected_by,
        )
        for row in found
    ]


def _said(row: Any, kind: AttendanceKind | None, *said: Any) -> RecordedDay | None:
    return RecordedDay(row.placement_id, row.day, kind, *said) if kind else None


DayThen = tuple[int, date, datetime]
"""A placement, a day, and when somebody looked at it."""


def days_as_they_stood(asked: Collection[DayThen]) -> dict[DayThen, RecordedDay]:
    """Of these days, those that were on record then, as they stood; by two queries."""
    if not asked:
        return {}
    placement_ids = {placement_id for placement_id, _, _ in asked}
    every_day = [day for _, day, _ in asked]
    on_record = recorded_days(placement_ids, min(every_day), max(every_day))
    changed_after: dict[tuple[int, date], list[Correction]] = defaultdict(list)
    for correction in corrections_of(placement_ids):
        changed_after[correction.placement_id, correction.day].append(correction)
    found = {}
    for placement_id, day, then in asked:
        key = placement_id, day
        later = next((one for one in changed_after[key] if one.corrected_at > then), None)
        stood = on_record.get(key) if later is None else later.was
        if stood is not None:
            found[placement_id, day, then] = stood
    return found


def approved_months(months: Collection[ContractMonth]) -> set[ContractMonth]:
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
