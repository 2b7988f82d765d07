"""Attendance per day: planned and actual hours, and kind."""

from enum import StrEnum


class AttendanceKind(StrEnum):
    PRESENT = "present"
    ILL = "ill"
    LEAVE = "leave"
    OTHER_VALID = "other_valid"
    INVALID = "invalid"


ATTENDANCE_KIND_SV = {
    AttendanceKind.PRESENT: "Närvarande",
    AttendanceKind.ILL: "Sjuk",
    AttendanceKind.LEAVE: "Ledig",
    AttendanceKind.OTHER_VALID: "Annan giltig frånvaro",
    AttendanceKind.INVALID: "Ogiltig frånvaro",
}
