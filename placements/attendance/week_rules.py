"""The week as the supervisor fills it in: what a day starts from, what was typed for it, and why it is closed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from marketplace.errors import Invalid
from marketplace.reference.rules import is_working_day
from marketplace.swedish import plain_hours
from placements.attendance.rules import (
    ATTENDANCE_KIND_SV,
    AttendanceEntry,
    AttendanceKind,
    RecordedDay,
    Stands,
    check_hours,
)

NO_HOURS = Decimal(0)
_WEEKDAY_SHORT_SV = ("mån", "tis", "ons", "tors", "fre", "lör", "sön")
_FRIDAY = 4


class DayChoice(StrEnum):
    """A kind of attendance, or none."""

    PRESENT = "present"
    ILL = "ill"
    LEAVE = "leave"
    OTHER_VALID = "other_valid"
    INVALID = "invalid"
    NO_TRAINING = "no_training"


DAY_CHOICE_SV = {DayChoice(kind): label for kind, label in ATTENDANCE_KIND_SV.items()} | {
    DayChoice.NO_TRAINING: "Ingen träning"
}


class Closed(StrEnum):
    """Why a day cannot be filled in."""

    OUTSIDE = "outside"
    FUTURE = "future"
    INVOICED = "invoiced"


CLOSED_SV = {
    Closed.OUTSIDE: "Utanför placeringen",
    Closed.FUTURE: "Kommande dag",
    Closed.INVOICED: "Månaden är fakturerad",
}

CLOSED_WHY_SV = {
    Closed.OUTSIDE: "Dagen ligger utanför placeringen.",
    Closed.FUTURE: "Dagen har inte varit än.",
    Closed.INVOICED: "Månadens faktura är godkänd. Rätta dagen och skriv varför.",
}


@dataclass(frozen=True)
class GridDay:
    """One participant's day in a week: what is planned, reported and on record, and why it is closed if so."""

    placement_id: int
    day: date
    planned_hours: Decimal
    recorded: RecordedDay | None = None
    closed: Closed | None = None
    reported: AttendanceKind | None = None
    """The absence that was reported the same day."""
    is_no_training: bool = False
    """It was said that there was no training, whatever was planned."""

    @property
    def stands(self) -> Stands:
        return self.recorded or self.is_no_training

    @property
    def is_open(self) -> bool:
        return self.closed is None

    @property
    def is_holiday(self) -> bool:
        return self.day.weekday() <= _FRIDAY and not is_working_day(self.day)

    @property
    def name(self) -> str:
        """What its fields are called in the form."""
        return f"p{self.placement_id}-{self.day:%Y%m%d}"

    @property
    def label_sv(self) -> str:
        return f"{_WEEKDAY_SHORT_SV[self.day.weekday()]} {self.day.day}/{self.day.month}"

    @property
    def shown_choice(self) -> DayChoice:
        """What the form starts from: what was said, else what was reported, else presence on the planned days."""
        if self.recorded is not None:
            return DayChoice(self.recorded.kind)
        if self.reported is not None and not self.is_no_training:
            return DayChoice(self.reported)
        return DayChoice.PRESENT if self.is_expected else DayChoice.NO_TRAINING

    @property
    def shown_hours(self) -> Decimal | None:
        if self.recorded is not None:
            return self.recorded.actual_hours or None
        return self.planned_hours if self.is_expected and self.reported is None else None

    @property
    def shown(self) -> str:
        """What the page showed, as it is sent back with what was typed: whoever has changed it since is found out."""
        return said(self.shown_choice, self.shown_hours)

    @property
    def is_expected(self) -> bool:
        return bool(self.planned_hours) and not self.is_no_training

    @property
    def is_missing(self) -> bool:
        """Whether the day could be recorded, ought to be and is not."""
        return self.is_open and self.recorded is None and self.is_expected


def said(choice: DayChoice, hours: Decimal | None) -> str:
    """A choice and its hours in one text; an absence has none, whatever stands in the box."""
    is_counted = choice in {DayChoice.PRESENT, DayChoice.NO_TRAINING}
    return f"{choice} {plain_hours(hours)}" if hours and is_counted else choice.value


def told_sv(day: GridDay) -> str:
    """To who typed something else than what has been saved since she opened the page."""
    hours = plain_hours(day.shown_hours) if day.shown_hours else ""
    now = f"{DAY_CHOICE_SV[day.shown_choice]} {hours}".strip()
    return f"Under tiden sparades: {now}. Det du skrev står kvar: spara igen om det ska gälla i stället."


def read_day(day: GridDay, choice: DayChoice, typed: Decimal | None, today: date) -> AttendanceEntry | None:
    """What was typed for a day as an entry; None when there was no training. Raises Invalid.

    An absence counts the hours that were planned; on another day than planned those that were typed. It was reported
    the same day if it was written down that day; leave is agreed beforehand.
    """
    planned, kind = day.planned_hours, AttendanceKind.PRESENT
    if choice == DayChoice.NO_TRAINING:
        was_left = day.shown_choice == DayChoice.NO_TRAINING
        if not typed or (typed == day.shown_hours and not was_left):
            return None
        if not was_left:
            raise Invalid("Välj Närvarande om deltagaren var där, eller ta bort timmarna.", field="hours")
    else:
        kind = AttendanceKind(choice)
    if kind == AttendanceKind.PRESENT:
        if typed is None and not planned:
            return None
        check_hours(kind, planned, typed or NO_HOURS)
        return AttendanceEntry(day.placement_id, day.day, kind, planned, typed or NO_HOURS)
    if typed and planned and typed != planned:
        check_hours(kind, planned, typed)
    missed = planned or typed
    if not missed:
        raise Invalid(
            "Inget är planerat den dagen. Skriv de timmar som skulle ha varit, eller välj Ingen träning."
        )
    check_hours(kind, missed, NO_HOURS)
    return AttendanceEntry(day.placement_id, day.day, kind, missed, NO_HOURS, _is_reported(day, kind, today))


def _is_reported(day: GridDay, kind: AttendanceKind, today: date) -> bool:
    leave, stands = AttendanceKind.LEAVE, day.recorded
    was = stands is not None and stands.is_reported_same_day and stands.kind is not leave
    return kind is leave or day.day == today or day.reported is not None or was
