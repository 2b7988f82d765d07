"""The supervisor's week: all who train at the enterprise, in one form. A script keeps what is half typed in the
browser, and sends the form; without it the button does the same."""

from datetime import date, timedelta

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.reference.rules import WEEKDAY_SV
from marketplace.tenancy import current_actor
from marketplace.web.drafts import is_background
from marketplace.web.forms import result_of
from marketplace.web.guards import requires
from placements.attendance import services
from placements.attendance.forms import WeekForm
from placements.attendance.rules import ATTENDANCE_KIND_SV, monday_of, read_week, week_text
from placements.attendance.views.rooms import bp
from placements.attendance.waiting_queries import missing_by_week
from placements.attendance.week_queries import week_grid
from placements.attendance.week_rules import CLOSED_SV

_WEEK = timedelta(weeks=1)


@bp.route("/narvaro", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def index() -> ResponseReturnValue:
    """`?vecka=2026-W47`, else the week that waits."""
    missing = missing_by_week()
    monday = _asked_week(missing)
    grid = week_grid(monday, with_weekend=request.args.get("helg") == "1")
    names = {row.placement.id: row.who for row in grid.rows}
    form = WeekForm([day for row in grid.rows for day in row.days], names)
    changed = result_of(
        form, lambda: services.record_attendance(form.entries, no_training=form.no_training, stood=form.stood)
    )
    if changed is not None:
        flash(_saved_sv(monday, changed), "success")
        saved = url_for("attendance.index", vecka=week_text(monday))
        return jsonify(location=saved) if is_background() else redirect(saved)
    page = render_template(
        "placements/attendance/index.html",
        grid=grid,
        form=form,
        missing=missing,
        monday=monday,
        before=week_text(monday - _WEEK),
        after=week_text(monday + _WEEK) if monday + _WEEK <= today() else "",
        week_text=week_text,
        keeper=current_actor().user_id,
        WEEKDAY_SV=WEEKDAY_SV,
        CLOSED_SV=CLOSED_SV,
        kind_sv=ATTENDANCE_KIND_SV,
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
    return f"Vecka {week} är sparad."
