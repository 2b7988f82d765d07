"""Days of invoiced months that were wrong; and on the last working day of the story, two who cannot come."""

from datetime import timedelta

from sqlalchemy import func, select

from demo.simulate.agenda import Phase
from demo.simulate.foundation import DEMO_ENTERPRISE
from demo.simulate.history import History
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.reference.rules import is_working_day
from marketplace.tenancy import acting_as
from placements.access.queries import participant_actor
from placements.attendance.absence_queries import expected_today
from placements.attendance.models import AttendanceDay
from placements.attendance.queries import recorded_days
from placements.attendance.rules import AttendanceEntry, AttendanceKind
from placements.attendance.services import correct_day, report_absence, report_own_absence

_LONG_AGO = timedelta(days=60)  # its month is invoiced
_FIRST_CORRECTED = timedelta(days=150)
_BETWEEN = timedelta(days=91)


def plan(history: History) -> None:
    supervisor = history.directory.one(history.story.enterprise(DEMO_ENTERPRISE).name, Role.SUPERVISOR)
    last = history.ends_on
    while not is_working_day(last):
        last -= timedelta(days=1)
    history.agenda.add(last, Phase.ATTENDANCE, supervisor, _tell, otherwise=lambda: None)
    history.agenda.add(last, Phase.ATTENDANCE, supervisor, _correct, otherwise=lambda: None)
    day = history.begins_on + _FIRST_CORRECTED
    while day < last:
        history.agenda.add(day, Phase.ATTENDANCE, supervisor, _correct, otherwise=lambda: None)
        day += _BETWEEN


def _tell() -> None:
    """One calls the supervisor, another writes on her own page."""
    for number, (row, _) in enumerate(expected_today()[:2]):
        if number == 0:
            report_absence(row.placement.id, AttendanceKind.ILL)
        else:
            with acting_as(participant_actor(row.placement.participant_id)):
                report_own_absence(row.placement.id, AttendanceKind.OTHER_VALID)


def _correct() -> None:
    found = db.session.execute(
        select(AttendanceDay.placement_id, AttendanceDay.day)
        .where(
            func.is_month_approved(AttendanceDay.contract_id, AttendanceDay.day),
            AttendanceDay.kind == AttendanceKind.PRESENT,
            AttendanceDay.day.between(today() - 2 * _LONG_AGO, today() - _LONG_AGO),
        )
        .order_by(AttendanceDay.day.desc(), AttendanceDay.placement_id)
        .limit(1)
    ).first()
    if found is None:
        return
    placement_id, day = found
    stood = recorded_days([placement_id], day, day)[placement_id, day]
    entry = AttendanceEntry(
        placement_id, day, stood.kind, stood.planned_hours, stood.actual_hours / 2, is_reported_same_day=False
    )
    correct_day(
        placement_id, day, entry, reason_sv="Gick hem efter halva dagen. Lappen kom bort.", stood=stood
    )
