"""Attendance as pricing reads it: grouped by the database, a set of days for all that are recorded alike."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import text

from invoicing.remuneration.contract_rules import Agreed, DaysOnRecord
from invoicing.remuneration.facts import AttendanceDays, ContractTerms, DayKind, Month
from invoicing.remuneration.price_list import PriceList
from invoicing.remuneration.price_rules import PaidAbsence
from marketplace.statements import Prepared
from placements.attendance.rules import AttendanceKind
from placements.booking.rules import placement_number

ABSENCE_ROW_LOOKS_BACK = timedelta(days=62)
"""How long before the month a row of absence is followed."""

_KINDS = {
    AttendanceKind.PRESENT: DayKind.PRESENT,
    AttendanceKind.ILL: DayKind.VALID_ABSENCE,
    AttendanceKind.LEAVE: DayKind.VALID_ABSENCE,
    AttendanceKind.OTHER_VALID: DayKind.VALID_ABSENCE,
    AttendanceKind.INVALID: DayKind.INVALID_ABSENCE,
}


def limits_rows(listed: PriceList | ContractTerms) -> bool:
    """Whether a list pays absence for some days in a row."""
    return any(isinstance(one, PaidAbsence) and one.max_in_a_row for one in listed.components)


_DAYS = Prepared(
    text("SELECT contract_id, placement_id, month, days::text FROM attended_days(:contracts, :months)"),
    is_planned_once=True,
)

_READ = json.JSONDecoder(parse_float=Decimal)

_Days = dict[int, dict[Month, dict[str, DaysOnRecord]]]


def days_on_record(asked: list[tuple[int, Month]]) -> _Days:
    """By contract and month, as the database groups them."""
    found: _Days = {}
    if not asked:
        return found
    known: dict[date, Month] = {}
    for contract_id, placement_id, first_day, groups in _DAYS.rows(
        contracts=[contract_id for contract_id, _ in asked], months=[month.first_day for _, month in asked]
    ):
        month = known.setdefault(first_day, Month.of(first_day))
        of_month = found.setdefault(contract_id, {}).setdefault(month, {})
        of_month[placement_number(placement_id)] = DaysOnRecord(
            tuple(
                AttendanceDays(days, _KINDS[kind], planned, actual, is_reported_same_day)
                for days, kind, planned, actual, is_reported_same_day in _READ.decode(groups)
            )
        )
    return found


_AWAY = Prepared(
    text("""
        SELECT w.placement_id, w.month, (
            SELECT count(*) FROM attendance_day a
            WHERE a.placement_id = w.placement_id AND a.day BETWEEN w.month - CAST(:back AS integer) AND w.month - 1
              AND a.day > coalesce((
                SELECT max(b.day) FROM attendance_day b
                WHERE b.placement_id = w.placement_id AND b.day < w.month AND b.kind = 'present'), '-infinity'))
        FROM unnest(CAST(:placements AS integer[]), CAST(:months AS date[])) w (placement_id, month)
    """),
    is_planned_once=True,
)


def follow_rows_of_absence(days: _Days, agreed: Mapping[int, Mapping[Month, Agreed]]) -> None:
    """Where a list limits days in a row and somebody is away before the month's first day of attendance."""
    asked: dict[tuple[int, date], tuple[int, Month, str]] = {}
    for contract_id, months in days.items():
        for month, placements in months.items():
            if not limits_rows(agreed[contract_id][month].terms):
                continue
            for number, on_record in placements.items():
                if _is_away_first(on_record.groups):
                    asked[int(number[1:]), month.first_day] = (contract_id, month, number)
    if not asked:
        return
    for placement_id, first_day, count in _AWAY.rows(
        placements=[placement_id for placement_id, _ in asked],
        months=[first_day for _, first_day in asked],
        back=ABSENCE_ROW_LOOKS_BACK.days,
    ):
        contract_id, month, number = asked[placement_id, first_day]
        groups = days[contract_id][month][number].groups
        days[contract_id][month][number] = DaysOnRecord(groups, count)


def _is_away_first(groups: Iterable[AttendanceDays]) -> bool:
    away = present = 0
    for group in groups:
        if group.kind is DayKind.PRESENT:
            present |= group.days
        else:
            away |= group.days
    return bool(away) and (not present or away & -away < present & -present)
