"""What is done with attendance: recorded by the week, reported the same day, corrected afterwards."""

from placements.attendance.services.correcting import correct_day
from placements.attendance.services.recording import record_attendance
from placements.attendance.services.reporting import report_absence, report_own_absence

__all__ = ["correct_day", "record_attendance", "report_absence", "report_own_absence"]
