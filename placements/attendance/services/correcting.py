"""A day of a month whose invoice is approved is corrected by an entry that says why."""

from datetime import date

from sqlalchemy import insert

from marketplace import audit
from marketplace.clock import now
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid
from marketplace.tenancy import current_actor
from placements.attendance.models import AttendanceCorrection
from placements.attendance.queries import recorded_days
from placements.attendance.rules import LONGEST_REASON, AttendanceEntry, RecordedDay, check_hours
from placements.attendance.services.recording import check_on, refuse_others
from placements.booking.models import Placement


def correct_day(
    placement_id: int,
    day: date,
    entry: AttendanceEntry | None,
    *,
    reason_sv: str,
    stood: RecordedDay | None,
) -> None:
    """Writes down what the day says instead (None: there was no training) and why; the database changes the day by it.

    `stood`: what was on record when the entry was typed. Raises Invalid beside `reason_sv`, and for a day or hours
    that cannot be; Conflict when the day says something else by now, says so already, or can be changed without.
    """
    refuse_others()
    placement = get_or_404(Placement, placement_id, lock=True)
    if not reason_sv:
        raise Invalid("Skriv varför dagen rättas.", field="reason_sv")
    if len(reason_sv) > LONGEST_REASON:
        raise Invalid(f"Skriv kortare, högst {LONGEST_REASON} tecken.", field="reason_sv")
    if entry is not None:
        check_on(placement, entry.day)
        check_hours(entry.kind, entry.planned_hours, entry.actual_hours)
    if recorded_days([placement_id], day, day).get((placement_id, day)) != stood:
        raise Conflict(
            "Dagen rättades just nu någon annanstans. Se vad som står nu och rätta igen om det behövs."
        )
    actor = current_actor()
    db.session.execute(
        insert(AttendanceCorrection).values(
            placement_id=placement_id,
            day=day,
            contract_id=placement.contract_id,
            kind=entry and entry.kind,
            planned_hours=entry and entry.planned_hours,
            actual_hours=entry and entry.actual_hours,
            is_reported_same_day=entry and entry.is_reported_same_day,
            reason_sv=reason_sv,
            corrected_at=now(),
            corrected_by=f"{actor.user_name}, {actor.organisation_name}",
        )
    )
    audit.record(
        "attendance",
        placement_id,
        "correct",
        authority_id=placement.authority_id,
        enterprise_id=placement.enterprise_id,
        note_sv=str(day),
    )
