"""Attendance per day: planned and actual hours, and kind. Weeks, what may be recorded, and month sums."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from marketplace.errors import Conflict, Invalid
from marketplace.reference.rules import add_working_days, is_working_day, spoken_month
from placements.booking.rules import PlacementState
from placements.plan.staircase_rules import spread_hours


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
_WORK_DAYS = 5
_DUE_WITHIN = 2  # working days after the week

RECORDED_STATES = frozenset({PlacementState.RUNNING, PlacementState.COMPLETED, PlacementState.ENDED_EARLY})
"""Placements that have attendance: what has started, also afterwards while a week is filed late."""

_WEEKDAY_SHORT_SV = ("mån", "tis", "ons", "tors", "fre", "lör", "sön")

LOCKED_SV = "Dagen är fakturerad och kan inte ändras. Kontakta verksamhetsledaren om något är fel."
OUTSIDE_SV = "Utanför placeringen"
FUTURE_SV = "Kommande dag"


# Weeks.

_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


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


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def days_of_week(monday: date) -> list[date]:
    return [monday + timedelta(days=offset) for offset in range(_DAYS_A_WEEK)]


def attendance_deadline(monday: date) -> date:
    """A week's attendance is to be recorded by the second working day after it."""
    return add_working_days(monday + timedelta(days=_DAYS_A_WEEK - 1), _DUE_WITHIN)


# Planned hours.


def usual_weekdays(recent: Iterable[date], days_per_week: int) -> list[int]:
    """The weekdays (0 is Monday) a participant comes: those of recent planned days, filled up from Monday."""
    seen = Counter(day.weekday() for day in recent)
    by_habit = sorted(seen, key=lambda weekday: (-seen[weekday], weekday))
    chosen = (by_habit + [weekday for weekday in range(_WORK_DAYS) if weekday not in seen])[:days_per_week]
    return sorted(chosen)


def planned_week(
    monday: date, hours_per_week: Decimal, days_per_week: int, recent: Iterable[date] = ()
) -> dict[date, Decimal]:
    """Planned hours by day. A public holiday has none, and its hours are not moved to another day."""
    weekdays = usual_weekdays(recent, days_per_week)
    spread = spread_hours(hours_per_week, len(weekdays))
    days = {monday + timedelta(days=weekday): hours for weekday, hours in zip(weekdays, spread, strict=True)}
    return {day: hours for day, hours in days.items() if day.weekday() >= _WORK_DAYS or is_working_day(day)}


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


def check_entry(
    entry: AttendanceEntry, *, state: PlacementState, first_day: date, last_day: date, today: date
) -> None:
    """Raises Conflict for a placement that has no attendance, Invalid for a day or hours that cannot be."""
    if state not in RECORDED_STATES:
        raise Conflict("Närvaro kan registreras när placeringen har startat.")
    if not first_day <= entry.day <= last_day:
        raise Invalid(
            f"{entry.day} ligger utanför placeringen, som är {first_day} till {last_day}.", field="day"
        )
    if entry.day > today:
        raise Invalid(f"{entry.day} har inte varit än. Registrera dagen när den har varit.", field="day")
    check_hours(entry.kind, entry.planned_hours, entry.actual_hours)


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


# What the supervisor chooses among: a kind of absence and whether it was reported in time are one choice.


class DayChoice(StrEnum):
    PRESENT = "present"
    ILL_REPORTED = "ill_reported"
    ILL = "ill"
    LEAVE = "leave"
    OTHER_REPORTED = "other_reported"
    OTHER = "other"
    INVALID = "invalid"
    NO_TRAINING = "no_training"


DAY_CHOICE_SV = {
    DayChoice.PRESENT: "Närvarande",
    DayChoice.ILL_REPORTED: "Sjuk, anmäld",
    DayChoice.ILL: "Sjuk, ej anmäld",
    DayChoice.LEAVE: "Ledig",
    DayChoice.OTHER_REPORTED: "Annan giltig, anmäld",
    DayChoice.OTHER: "Annan giltig, ej anmäld",
    DayChoice.INVALID: "Ogiltig frånvaro",
    DayChoice.NO_TRAINING: "Ingen träning",
}

_CHOICE_MEANS = {
    DayChoice.PRESENT: (AttendanceKind.PRESENT, False),
    DayChoice.ILL_REPORTED: (AttendanceKind.ILL, True),
    DayChoice.ILL: (AttendanceKind.ILL, False),
    DayChoice.LEAVE: (AttendanceKind.LEAVE, True),  # leave is agreed beforehand
    DayChoice.OTHER_REPORTED: (AttendanceKind.OTHER_VALID, True),
    DayChoice.OTHER: (AttendanceKind.OTHER_VALID, False),
    DayChoice.INVALID: (AttendanceKind.INVALID, False),
}


def choice_of(kind: AttendanceKind, is_reported_same_day: bool) -> DayChoice:
    """The choice that says this of a recorded day."""
    for choice, meaning in _CHOICE_MEANS.items():
        if meaning == (kind, is_reported_same_day):
            return choice
    return choice_of(kind, not is_reported_same_day)


@dataclass(frozen=True)
class RecordedDay:
    """A day as it stands."""

    placement_id: int
    day: date
    kind: AttendanceKind
    planned_hours: Decimal
    actual_hours: Decimal
    is_reported_same_day: bool = False
    is_invoiced: bool = False


@dataclass(frozen=True)
class GridDay:
    """One participant's day in a week: what is planned, what is on record, and why it cannot be changed if so."""

    placement_id: int
    day: date
    planned_hours: Decimal
    usual_hours: Decimal
    recorded: RecordedDay | None
    closed_sv: str
    is_passed_over: bool = False
    """Nothing is on record although a later day of the week is: there was no training, whatever was planned."""

    @property
    def is_open(self) -> bool:
        return not self.closed_sv

    @property
    def is_locked(self) -> bool:
        return self.recorded is not None and self.recorded.is_invoiced

    @property
    def is_holiday(self) -> bool:
        return self.day.weekday() < _WORK_DAYS and not is_working_day(self.day)

    @property
    def name(self) -> str:
        """What its fields are called in the form."""
        return f"p{self.placement_id}-{self.day:%Y%m%d}"

    @property
    def label_sv(self) -> str:
        return f"{_WEEKDAY_SHORT_SV[self.day.weekday()]} {self.day.day}/{self.day.month}"

    @property
    def shown_choice(self) -> DayChoice:
        """What the form starts from: what is on record, else presence on the planned days."""
        if self.recorded is not None:
            return choice_of(self.recorded.kind, self.recorded.is_reported_same_day)
        is_expected = self.planned_hours and not self.is_passed_over
        return DayChoice.PRESENT if is_expected else DayChoice.NO_TRAINING

    @property
    def shown_hours(self) -> Decimal | None:
        if self.recorded is not None:
            return self.recorded.actual_hours or None
        return None if self.is_passed_over else self.planned_hours or None

    @property
    def is_missing(self) -> bool:
        """Whether the day could be recorded, ought to be and is not."""
        return self.is_open and self.recorded is None and bool(self.planned_hours) and not self.is_passed_over


def read_day(day: GridDay, choice: DayChoice, typed: Decimal | None) -> AttendanceEntry | None:
    """What was typed for a day as an entry; None when there was no training. Raises Invalid.

    An absence counts the hours that were planned; on another day than planned those that were typed, or a usual day's.
    """
    planned, kind, is_reported = day.planned_hours, AttendanceKind.PRESENT, False
    if choice == DayChoice.NO_TRAINING:
        was_left = day.shown_choice == DayChoice.NO_TRAINING
        if not typed or (typed == day.shown_hours and not was_left):
            return None
        if not was_left:
            raise Invalid("Välj Närvarande om deltagaren var där, eller ta bort timmarna.", field="hours")
    else:
        kind, is_reported = _CHOICE_MEANS[choice]
    if kind != AttendanceKind.PRESENT:
        if typed and planned and typed != planned:
            check_hours(kind, planned, typed)
        missed = planned or typed or day.usual_hours
        check_hours(kind, missed, _NO_HOURS)
        return AttendanceEntry(day.placement_id, day.day, kind, missed, _NO_HOURS, is_reported)
    if typed is None and not planned:
        return None
    check_hours(kind, planned, typed or _NO_HOURS)
    return AttendanceEntry(day.placement_id, day.day, kind, planned, typed or _NO_HOURS, is_reported)


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
    is_invoiced: bool = False

    def add(self, day: RecordedDay) -> None:
        self.planned_hours += day.planned_hours
        self.attended_hours += day.actual_hours
        if day.kind == AttendanceKind.PRESENT:
            self.attended_days += 1
        else:
            self.absent_days[day.kind] += 1
            self.absent_hours[day.kind] += day.planned_hours
        self.is_invoiced = self.is_invoiced or day.is_invoiced

    @property
    def name_sv(self) -> str:
        """ "2026-11" → "november 2026"."""
        year, _, number = self.month.partition("-")
        return spoken_month(int(year), int(number))

    @property
    def days(self) -> int:
        return self.attended_days + sum(self.absent_days.values())


def month_sums(days: Sequence[RecordedDay]) -> list[HourSum]:
    """The months in order."""
    sums: dict[str, HourSum] = {}
    for day in sorted(days, key=lambda recorded: recorded.day):
        month = f"{day.day:%Y-%m}"
        sums.setdefault(month, HourSum(month)).add(day)
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
