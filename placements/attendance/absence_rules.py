"""Absence that is reported the same day, and absence that comes again and again."""

from collections.abc import Iterable
from datetime import date

from marketplace.reference.rules import working_days_between
from placements.attendance.rules import AttendanceKind

REPORTED_SV = {
    AttendanceKind.ILL: "Sjuk",
    AttendanceKind.OTHER_VALID: "Annat giltigt skäl",
    AttendanceKind.LEAVE: "Ledig enligt överenskommelse",
}
"""What can be reported. A participant says the first two: leave is agreed with the supervisor."""

OWN_REPORTED_SV = {
    AttendanceKind.ILL: "Jag är sjuk",
    AttendanceKind.OTHER_VALID: "Något annat, till exempel att mitt barn är sjukt",
}

UNPLANNED = frozenset({AttendanceKind.ILL, AttendanceKind.OTHER_VALID, AttendanceKind.INVALID})
"""Absence that was not agreed beforehand."""

REPEATED_TIMES = 3
REPEATED_WITHIN = 10
"""Working days: three unplanned absences within ten raise a three-party meeting. No source gives figures; these are
ours (docs/adr/0027)."""


def newly_repeated(before: Iterable[date], after: Iterable[date]) -> list[date]:
    """The days on which absence became repeated by what was recorded now, of all days of unplanned absence before and
    after: once in each spell."""
    told = {day for spell in _spells(before) if _repeated_in(spell) for day in spell}
    return [day for spell in _spells(after) if (day := _repeated_in(spell)) and not told.intersection(spell)]


def _spells(days: Iterable[date]) -> list[list[date]]:
    """A spell is over when more than ten working days have passed since its last absence."""
    spells: list[list[date]] = []
    for day in sorted(days):
        if spells and working_days_between(spells[-1][-1], day) <= REPEATED_WITHIN:
            spells[-1].append(day)
        else:
            spells.append([day])
    return spells


def _repeated_in(spell: list[date]) -> date | None:
    """The day of the first absence that is the third within ten working days."""
    for first, third in zip(spell, spell[REPEATED_TIMES - 1 :], strict=False):
        if working_days_between(first, third) < REPEATED_WITHIN:
            return third
    return None
