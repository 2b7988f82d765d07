"""Absence that is told of the same day, by the participant herself or by the supervisor who took the call."""

from sqlalchemy import insert

from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.tenancy import current_actor
from placements.attendance.absence_rules import OWN_REPORTED_SV, REPORTED_SV
from placements.attendance.models import AbsenceReport
from placements.attendance.queries import absence_reports, no_training_days, recorded_days
from placements.attendance.rules import AttendanceKind
from placements.booking.models import Placement
from placements.booking.rules import PlacementState


def report_absence(placement_id: int, kind: AttendanceKind) -> None:
    """Today, by the clock. Raises Conflict when today is on record or reported already, or nothing goes on."""
    if current_actor().role is not Role.SUPERVISOR:
        raise NotAllowed("Frånvaro anmäls av deltagaren själv eller antecknas av handledaren.")
    if kind not in REPORTED_SV:
        raise Invalid("Välj varför deltagaren inte kommer.", field="kind")
    _report(placement_id, kind, by=current_actor().user_name)


def report_own_absence(placement_id: int, kind: AttendanceKind) -> None:
    """By the participant's code. The workplace is told by a letter without her name. Raises as report_absence."""
    if current_actor().role is not Role.PARTICIPANT:
        raise NotAllowed("Din egen frånvaro anmäler du på din egen sida.")
    if kind not in OWN_REPORTED_SV:
        raise Invalid("Välj varför du inte kommer.", field="kind")
    placement = _report(placement_id, kind, by="")
    write_letter(
        placement.enterprise_id,
        Role.SUPERVISOR,
        kind=LetterKind.ATTENDANCE,
        subject_sv="En deltagare kommer inte i dag",
        text_sv="En deltagare har anmält frånvaro för i dag på sin egen sida.",
        endpoint="attendance.absence",
    )


def _report(placement_id: int, kind: AttendanceKind, *, by: str) -> Placement:
    placement, day = get_or_404(Placement, placement_id), today()
    if placement.state is not PlacementState.RUNNING or not placement.first_day <= day <= placement.last_day:
        raise Conflict("Träningen pågår inte i dag.")
    if absence_reports([placement_id], day, day):
        raise Conflict("Frånvaron är redan anmäld i dag.")
    if recorded_days([placement_id], day, day) or no_training_days([placement_id], day, day):
        raise Conflict("Närvaron för i dag är redan registrerad. Handledaren kan ändra den i veckan.")
    db.session.execute(
        insert(AbsenceReport).values(
            placement_id=placement_id, day=day, kind=kind, reported_at=now(), reported_by=by
        )
    )
    return placement
