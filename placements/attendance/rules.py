"""Attendance per day: planned and actual hours, and kind. Weeks, what may be recorded, and sums."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from marketplace.errors import Conflict, Invalid
from marketplace.reference.rules import add_working_days, spoken_month
from marketplace.swedish import plain_hours
from placements.booking.rules import BEGUN_STATES, PlacementState


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
ATTENDANCE_EVENT_SV = {
    "record": "Närvaro registrerad",
    "change": "Närvaro ändrad",
    "clear": "Ingen träning",
    "correct": "Dag rättad",
}

ABSENCE_HEAD_SV = {
    AttendanceKind.ILL: "Sjuk",
    AttendanceKind.LEAVE: "Ledig",
    AttendanceKind.OTHER_VALID: "Annan giltig",
    AttendanceKind.INVALID: "Ogiltig",
}

ABSENCE_WITHOUT_KIND_SV = {
    AttendanceKind.OTHER_VALID: "Giltig frånvaro",
    AttendanceKind.INVALID: "Ogiltig frånvaro",
}
"""What those who see no persons are told."""

ABSENCES = (AttendanceKind.ILL, AttendanceKind.LEAVE, AttendanceKind.OTHER_VALID, AttendanceKind.INVALID)

HOURS_A_DAY = Decimal(24)
_NO_HOURS = Decimal(0)
_DAYS_A_WEEK = 7
_DUE_WITHIN = 2  # working days after the week

LONGEST_REASON = 500  # characters

# Weeks.

_WEEK = re.compile(r"(20\d{2})-W(\d{2})", re.ASCII)
_MONTH = re.compile(r"20\d{2}-\d{2}", re.ASCII)


def read_week(text: str) -> date | None:
    """`2026-W47` → its Monday; None for anything else."""
    match = _WEEK.fullmatch(text)
    if match is None:
        return None
    try:
        return date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError:
        return None


def week_text(day: date) -> str:
    """The day's ISO week as it stands in an address: 2026-W47."""
    year, number, _ = day.isocalendar()
    return f"{year:04d}-W{number:02d}"


def read_month(text: str) -> date | None:
    """`2026-11` → its first day; None for anything else."""
    if not _MONTH.fullmatch(text):
        return None
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def read_day_of_address(text: str) -> date | None:
    """`2026-11-03` → the day; None for anything else."""
    month = read_month(text[:7])
    try:
        return month and date.fromisoformat(text)
    except ValueError:
        return None


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def days_of_week(monday: date) -> list[date]:
    return [monday + timedelta(days=offset) for offset in range(_DAYS_A_WEEK)]


def attendance_deadline(monday: date) -> date:
    """A week's attendance is to be recorded by the second working day after it."""
    return add_working_days(monday + timedelta(days=_DAYS_A_WEEK - 1), _DUE_WITHIN)


# What may be recorded.


@dataclass(frozen=True)
class AttendanceEntry:
    """One day to record. Absence has no actual hours; who went home ill after two hours was present for two."""

    placement_id: int
    day: date
    kind: AttendanceKind
    planned_hours: Decimal
    actual_hours: Decimal
    is_reported_same_day: bool = False


def check_day(day: date, *, state: PlacementState, first_day: date, last_day: date, today: date) -> None:
    """Raises Conflict for a placement that has no attendance, Invalid for a day that cannot be."""
    if state not in BEGUN_STATES:  # also afterwards, while a week is filed late
        raise Conflict("Närvaro kan registreras när placeringen har startat.")
    if not first_day <= day <= last_day:
        raise Invalid(f"{day} ligger utanför placeringen, som är {first_day} till {last_day}.", field="day")
    if day > today:
        raise Invalid(f"{day} har inte varit än. Registrera dagen när den har varit.", field="day")


def check_hours(kind: AttendanceKind, planned_hours: Decimal, actual_hours: Decimal) -> None:
    """Raises Invalid."""
    for hours in (planned_hours, actual_hours):
        if hours < 0:
            raise Invalid("Timmar kan inte vara färre än noll.", field="hours")
        if hours > HOURS_A_DAY:
            raise Invalid("Ett dygn har 24 timmar. Skriv dagens timmar.", field="hours")
    if kind == AttendanceKind.PRESENT and actual_hours == 0:
        raise Invalid("Skriv timmarna, eller välj varför deltagaren inte var där.", field="hours")
    if kind != AttendanceKind.PRESENT and actual_hours > 0:
        raise Invalid(
            "Frånvaro gäller hela dagen. Var deltagaren där en del av dagen: välj Närvarande och skriv de timmarna.",
            field="hours",
        )


@dataclass(frozen=True)
class RecordedDay:
    """A day as it stands."""

    placement_id: int
    day: date
    kind: AttendanceKind
    planned_hours: Decimal
    actual_hours: Decimal
    is_reported_same_day: bool = False

    @property
    def said_sv(self) -> str:
        """What it says, in a few words."""
        return said_sv(self.kind, self.actual_hours)


Stands = RecordedDay | bool
"""What stands of a day: what is on record, else whether it was said that there was no training."""


def said_sv(
    kind: AttendanceKind, hours: Decimal, kinds: Mapping[AttendanceKind, str] = ATTENDANCE_KIND_SV
) -> str:
    """ "4 tim", or the kind of absence."""
    return f"{plain_hours(hours)} tim" if kind is AttendanceKind.PRESENT else kinds[kind]


# Sums.


@dataclass
class HourSum:
    """Hours and days of a month, or of the whole placement."""

    month: str
    planned_hours: Decimal = _NO_HOURS
    attended_hours: Decimal = _NO_HOURS
    attended_days: int = 0
    absent_hours: dict[AttendanceKind, Decimal] = field(
        default_factory=lambda: dict.fromkeys(ABSENCES, _NO_HOURS)
    )
    """By kind: the hours that were planned on the days away."""
    absent_days: dict[AttendanceKind, int] = field(default_factory=lambda: dict.fromkeys(ABSENCES, 0))

    def add(self, day: RecordedDay) -> None:
        self.planned_hours += day.planned_hours
        self.attended_hours += day.actual_hours
        if day.kind == AttendanceKind.PRESENT:
            self.attended_days += 1
        else:
            self.absent_days[day.kind] += 1
            self.absent_hours[day.kind] += day.planned_hours

    @property
    def name_sv(self) -> str:
        """ "2026-11" → "november 2026"."""
        year, _, number = self.month.partition("-")
        return spoken_month(int(year), int(number))

    @property
    def days(self) -> int:
        return self.attended_days + sum(self.absent_days.values())


def month_sums(days: Sequence[RecordedDay], shown: Iterable[date]) -> list[HourSum]:
    """The months of the shown days in order, also one in which nothing is on record any more."""
    months = sorted({f"{day:%Y-%m}" for day in shown})
    sums = {month: HourSum(month) for month in months}
    for recorded in days:
        sums[f"{recorded.day:%Y-%m}"].add(recorded)
    return list(sums.values())


def total(days: Sequence[RecordedDay]) -> HourSum:
    whole = HourSum("")
    for day in days:
        whole.add(day)
    return whole


def changed_entries(
    entries: Iterable[AttendanceEntry], recorded: Mapping[tuple[int, date], RecordedDay]
) -> list[AttendanceEntry]:
    """Those that say something else than what stands."""

    def as_recorded(entry: AttendanceEntry) -> tuple[object, ...] | None:
        day = recorded.get((entry.placement_id, entry.day))
        if day is None:
            return None
        return (day.kind, day.planned_hours, day.actual_hours, day.is_reported_same_day)

    return [
        entry
        for entry in entries
        if as_recorded(entry)
        != (entry.kind, entry.planned_hours, entry.actual_hours, entry.is_reported_same_day)
    ]
