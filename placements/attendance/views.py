"""Pages of attendance: the supervisor's week, and a placement's months."""

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.errors import DomainError
from marketplace.reference.rules import WEEKDAY_SV
from marketplace.swedish import counted
from marketplace.tenancy import current_actor
from marketplace.web.guards import requires
from placements.attendance import services
from placements.attendance.forms import WeekForm
from placements.attendance.queries import days_of_placement, missing_by_week, week_grid
from placements.attendance.rules import (
    ABSENCE_HEAD_SV,
    ABSENCE_WITHOUT_KIND_SV,
    ATTENDANCE_KIND_SV,
    RECORDED_STATES,
    monday_of,
    month_sums,
    read_week,
    total,
    week_text,
)
from placements.booking.rules import PLACEMENT_STATE_SV, PLACEMENT_TONE
from placements.plan.queries import training_head

bp = Blueprint("attendance", __name__)

_WEEK = timedelta(weeks=1)


@bp.route("/narvaro", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def index() -> ResponseReturnValue:
    """The week of all who train at the enterprise; `?vecka=2026-W47`, else the week that waits."""
    missing = missing_by_week()
    monday = _asked_week(missing)
    grid = week_grid(monday, with_weekend=request.args.get("helg") == "1")
    names = {row.placement.id: row.who for row in grid.rows}
    form = WeekForm([day for row in grid.rows for day in row.days], names)
    if form.validate_on_submit():
        try:
            with transaction():
                changed = services.record_attendance(form.entries, cleared=form.cleared)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_saved_sv(monday, changed), "success")
            return redirect(url_for("attendance.index", vecka=week_text(monday)))
    page = render_template(
        "placements/attendance/index.html",
        grid=grid,
        form=form,
        missing=missing,
        monday=monday,
        before=week_text(monday - _WEEK),
        after=week_text(monday + _WEEK) if monday + _WEEK <= today() else "",
        week_text=week_text,
        WEEKDAY_SV=WEEKDAY_SV,
        ATTENDANCE_KIND_SV=ATTENDANCE_KIND_SV,
    )
    return page, form.status()


def _asked_week(missing: dict[date, int]) -> date:
    """The week of the address; else last week while it lacks attendance, else this week."""
    asked = read_week(request.args.get("vecka", ""))
    if asked is not None:
        return asked
    this_week = monday_of(today())
    return this_week - _WEEK if this_week - _WEEK in missing else this_week


def _saved_sv(monday: date, changed: int) -> str:
    week = monday.isocalendar().week
    if not changed:
        return f"Vecka {week} var redan sparad så. Ingenting ändrades."
    return f"Vecka {week} är sparad: {counted(changed, 'dag', 'dagar')}."


@bp.get("/placeringar/<int:placement_id>/narvaro")
@requires(Role.SUPERVISOR, Role.CASE_OFFICER, Role.COORDINATOR, Role.CONTROLLER, Role.SUPPLIER_MANAGER)
def placement(placement_id: int) -> ResponseReturnValue:
    """Sums month by month, and the days of one month (`?manad=2026-11`, else the latest)."""
    head = training_head(placement_id)
    days = days_of_placement(placement_id)
    sums = month_sums(days)
    names = {month.month: month.name_sv for month in sums}
    asked = request.args.get("manad", "")
    chosen = asked if asked in names else next(reversed(names), "")
    role = current_actor().role
    sees_kinds = current_actor().may_see_persons
    return render_template(
        "placements/attendance/placement.html",
        head=head,
        sums=sums,
        total=total(days),
        chosen=chosen,
        chosen_sv=names.get(chosen, ""),
        days=[day for day in days if f"{day.day:%Y-%m}" == chosen],
        may_record=role == Role.SUPERVISOR and head.placement.state in RECORDED_STATES,
        is_supervisor=role == Role.SUPERVISOR,
        week_to_record=week_text(min(today(), head.placement.last_day)),
        events=audit.timeline("attendance", placement_id),
        absences=ABSENCE_HEAD_SV if sees_kinds else ABSENCE_WITHOUT_KIND_SV,
        PLACEMENT_STATE_SV=PLACEMENT_STATE_SV,
        PLACEMENT_TONE=PLACEMENT_TONE,
        kind_sv=ATTENDANCE_KIND_SV if sees_kinds else ATTENDANCE_KIND_SV | ABSENCE_WITHOUT_KIND_SV,
        WEEKDAY_SV=WEEKDAY_SV,
    )
