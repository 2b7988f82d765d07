"""Absence of today, as the supervisor writes it down: who and why, in one short form."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.errors import DomainError
from marketplace.reference.rules import spoken_day
from marketplace.swedish import plain_hours
from marketplace.web.forms import one_of
from marketplace.web.guards import requires
from placements.attendance import services
from placements.attendance.absence_queries import expected_today, next_training
from placements.attendance.absence_rules import REPORTED_SV
from placements.attendance.forms import AbsenceForm
from placements.attendance.views.rooms import bp


@bp.route("/narvaro/franvaro", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def absence() -> ResponseReturnValue:
    expected = expected_today()
    waited = {row.placement.id: row for row, day in expected if day.reported is None}
    form = AbsenceForm()
    form.placement_id.choices = one_of(
        {
            row.placement.id: f"{row.who}, {plain_hours(day.planned_hours)} tim i dag"
            for row, day in expected
            if day.reported is None
        }
    )
    if form.validate_on_submit():
        try:
            with transaction():
                services.report_absence(form.placement_id.data, form.kind.data)
        except DomainError as error:
            form.add_error(error)
        else:
            flash(f"Frånvaron i dag är antecknad för {waited[form.placement_id.data].who}.", "success")
            return redirect(url_for("attendance.absence"))
    page = render_template(
        "placements/attendance/absence.html",
        form=form,
        reported=[(row, day) for row, day in expected if day.reported is not None],
        next_training=None if expected else next_training(),
        kind_sv=REPORTED_SV,
        spoken_day=spoken_day,
    )
    return page, form.status()
