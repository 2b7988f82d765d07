"""A placement's months, and everyone's hours in one month."""

from collections import defaultdict
from datetime import date

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.reference.rules import WEEKDAY_SV, spoken_month
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires
from placements.attendance.month_queries import (
    last_day_of,
    month_before,
    month_report,
    opening_month,
    whole_month,
)
from placements.attendance.queries import (
    Correction,
    absence_reports,
    approved_months,
    corrections_of,
    days_of_placement,
    no_training_days,
)
from placements.attendance.rules import (
    ABSENCE_HEAD_SV,
    ABSENCE_WITHOUT_KIND_SV,
    ABSENCES,
    ATTENDANCE_EVENT_SV,
    ATTENDANCE_KIND_SV,
    month_sums,
    read_month,
    said_sv,
    total,
    week_text,
)
from placements.attendance.views.rooms import bp
from placements.booking.rules import BEGUN_STATES, PLACEMENT_STATE_SV, PLACEMENT_TONE
from placements.plan.queries import training_head

_MONTH_READERS = (Role.SUPERVISOR, Role.CASE_OFFICER, Role.COORDINATOR)


@bp.get("/placeringar/<int:placement_id>/narvaro")
@requires(Role.SUPERVISOR, Role.CASE_OFFICER, Role.COORDINATOR, Role.CONTROLLER, Role.SUPPLIER_MANAGER)
def placement(placement_id: int) -> ResponseReturnValue:
    """Sums month by month, and the days of one month (`?manad=2026-11`, else the latest) with their corrections."""
    head = training_head(placement_id)
    days = days_of_placement(placement_id)
    corrected: dict[date, list[Correction]] = defaultdict(list)
    for correction in corrections_of([placement_id]):
        corrected[correction.day].append(correction)
    rested = {
        day for (_, day), planned in no_training_days([placement_id], date.min, date.max).items() if planned
    }
    shown = {*corrected, *rested, *(day.day for day in days)}
    sums = month_sums(days, shown)
    names = {month.month: month.name_sv for month in sums}
    asked = request.args.get("manad", "")
    chosen = asked if asked in names else next(reversed(names), "")
    role = current_actor().role
    sees_kinds = current_actor().may_see_persons and (role is not Role.SUPERVISOR or head.person is not None)
    by_day = {day.day: day for day in days}
    return render_template(
        "placements/attendance/placement.html",
        ATTENDANCE_EVENT_SV=ATTENDANCE_EVENT_SV,
        head=head,
        sums=sums,
        invoiced=_invoiced(head.placement.contract_id, list(names)),
        total=total(days),
        chosen=chosen,
        chosen_sv=names.get(chosen, ""),
        days=[(day, by_day.get(day)) for day in sorted(shown) if f"{day:%Y-%m}" == chosen],
        corrected=corrected,
        reports=absence_reports([placement_id], today(), today()) if sees_kinds else {},
        may_record=role == Role.SUPERVISOR and head.placement.state in BEGUN_STATES,
        is_supervisor=role == Role.SUPERVISOR,
        week_to_record=week_text(min(today(), head.placement.last_day)),
        events=audit.timeline("attendance", placement_id),
        absences=ABSENCE_HEAD_SV if sees_kinds else ABSENCE_WITHOUT_KIND_SV,
        PLACEMENT_STATE_SV=PLACEMENT_STATE_SV,
        PLACEMENT_TONE=PLACEMENT_TONE,
        kind_sv=ATTENDANCE_KIND_SV if sees_kinds else ATTENDANCE_KIND_SV | ABSENCE_WITHOUT_KIND_SV,
        said_sv=said_sv,
        WEEKDAY_SV=WEEKDAY_SV,
    )


def _invoiced(contract_id: int, months: list[str]) -> set[str]:
    """Those whose invoice is approved."""
    approved = approved_months([(contract_id, date.fromisoformat(f"{month}-01")) for month in months])
    return {f"{first:%Y-%m}" for _, first in approved}


@bp.get("/narvaro/manad")
@requires(*_MONTH_READERS)
def month() -> ResponseReturnValue:
    """Everyone who trained in the month (`?manad=2026-11`)."""
    first = _asked_month()
    return render_template(
        "placements/attendance/month.html",
        first=first,
        month_sv=spoken_month(first.year, first.month),
        before=month_before(first),
        after=next_month if (next_month := _month_after(first)) <= today() else None,
        page=month_report(first, page_number()),
        absences=ABSENCE_HEAD_SV,
    )


@bp.get(f"/narvaro/manad/lista.{FILE}")
@requires(*_MONTH_READERS)
def month_file(file_format: str) -> Response:
    """By placement number: a file leaves the system, and names stay in it. Nor does it say where a protected person is,
    or who referred her."""
    first = _asked_month()
    header = ("Placering", "Arbetsplats", "Remitterad av", "Från", "Till", "Planerat", "Närvaro", "Dagar")
    rows = [
        (
            row.placement.number,
            "" if row.is_protected else row.enterprise_name,
            "" if row.is_protected else row.unit_name,
            row.placement.started_on or row.placement.first_day,
            row.placement.last_day,
            row.sum.planned_hours,
            row.sum.attended_hours,
            row.sum.attended_days,
            *(row.sum.absent_hours[kind] for kind in ABSENCES),
        )
        for row in whole_month(first)
    ]
    heads = (*header, *(f"{ABSENCE_HEAD_SV[kind]}, timmar" for kind in ABSENCES))
    return file_response(file_format, f"narvaro-{first:%Y-%m}", heads, rows)


def _asked_month() -> date:
    return read_month(request.args.get("manad", "")) or opening_month()


def _month_after(day: date) -> date:
    return date.fromordinal(last_day_of(day).toordinal() + 1)
