"""One day of a month whose invoice is approved, corrected with a reason."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.errors import DomainError
from marketplace.reference.rules import WEEKDAY_SV
from marketplace.web.guards import requires
from placements.attendance import services
from placements.attendance.forms import CorrectionForm
from placements.attendance.queries import corrections_of
from placements.attendance.rules import monday_of, read_day_of_address, said_sv
from placements.attendance.views.rooms import bp
from placements.attendance.week_queries import GridRow, week_grid
from placements.attendance.week_rules import Closed, GridDay, read_day, told_sv
from placements.plan.queries import training_head


@bp.route("/placeringar/<int:placement_id>/narvaro/ratta", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def correct(placement_id: int) -> ResponseReturnValue:
    """`?dag=2026-11-03`; for a day that is not locked to the placement's own page."""
    training_head(placement_id)
    found = _locked_day(placement_id)
    if found is None:
        flash("Välj en fakturerad dag. En dag som inte är fakturerad ändras i veckan.", "warning")
        return redirect(url_for("attendance.placement", placement_id=placement_id))
    row, day = found
    form = CorrectionForm(data={"kind": day.shown_choice, "hours": day.shown_hours, "shown": day.shown})
    if form.validate_on_submit():
        try:
            if form.shown.data != day.shown:
                form.shown.data = day.shown
                form.kind.errors = [told_sv(day)]
            else:
                entry = read_day(day, form.kind.data, form.hours.data, today())
                reason = form.reason_sv.data or ""
                with transaction():
                    services.correct_day(placement_id, day.day, entry, reason_sv=reason, stood=day.recorded)
        except DomainError as error:
            form.add_error(error)
        if not form.has_errors():
            flash(f"{day.day} är rättad. Det som redan är fakturerat ändras inte.", "success")
            return redirect(
                url_for("attendance.placement", placement_id=placement_id, manad=f"{day.day:%Y-%m}")
            )
    page = render_template(
        "placements/attendance/correct.html",
        row=row,
        day=day,
        form=form,
        earlier=[one for one in corrections_of([placement_id]) if one.day == day.day],
        said_sv=said_sv,
        WEEKDAY_SV=WEEKDAY_SV,
    )
    return page, form.status()


def _locked_day(placement_id: int) -> tuple[GridRow, GridDay] | None:
    asked = read_day_of_address(request.args.get("dag", ""))
    if asked is None:
        return None
    for row in week_grid(monday_of(asked), with_weekend=True).rows:
        for day in row.days:
            if row.placement.id == placement_id and day.day == asked and day.closed is Closed.INVOICED:
                return row, day
    return None
