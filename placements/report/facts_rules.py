"""What attendance says of the time, in words."""

from marketplace.swedish import counted_of, plain_hours
from placements.attendance.rules import ABSENCES, ATTENDANCE_KIND_SV, HourSum


def attendance_lines(sums: HourSum) -> list[tuple[str, str]]:
    """By label."""
    absent = [
        f"{ATTENDANCE_KIND_SV[kind].lower()} {days}" for kind in ABSENCES if (days := sums.absent_days[kind])
    ]
    attended = counted_of(sums.attended_days, sums.days, "dag", "dagar")
    hours = f"{plain_hours(sums.attended_hours)} av {plain_hours(sums.planned_hours)}"
    return [
        ("Närvaro", f"{attended}, {hours} timmar" if sums.days else "Ingen är registrerad"),
        ("Frånvaro, dagar", ", ".join(absent) or "Ingen"),
    ]
