"""The participant tells from her own page that she cannot come today."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.errors import Conflict, NotFound
from marketplace.reference.rules import spoken_day
from marketplace.web.guards import CODE_AGAIN_SV, requires
from placements.attendance import services
from placements.attendance.absence_queries import own_today
from placements.attendance.forms import OwnAbsenceForm

bp = Blueprint("own_attendance", __name__, url_prefix="/min-sida/franvaro")


@bp.errorhandler(CSRFError)
def session_over(error: CSRFError) -> ResponseReturnValue:
    flash(CODE_AGAIN_SV, "warning")
    return redirect(url_for("access.enter"))


@bp.route("/<int:placement_id>", methods=["GET", "POST"])
@requires(Role.PARTICIPANT)
def report(placement_id: int) -> ResponseReturnValue:
    own = next((own for own in own_today() if own.placement.id == placement_id), None)
    if own is None:
        raise NotFound("Du har ingen träning i dag. Ring din handledare om något är fel.")
    form = OwnAbsenceForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.report_own_absence(placement_id, form.kind.data)
        except Conflict as error:
            flash(error.message_sv, "warning")
        else:
            flash("Tack! Arbetsplatsen vet nu att du inte kommer i dag.", "success")
        return redirect(url_for("own_page.index"))
    return render_template(
        "placements/attendance/own.html", own=own, form=form, spoken_day=spoken_day
    ), form.status()
