"""Pages of what changes a placement: a longer period, another extent, another place."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import get_or_404, transaction
from marketplace.errors import DomainError
from marketplace.rules import advance
from marketplace.tenancy import current_actor
from marketplace.web.forms import ConfirmForm
from marketplace.web.guards import requires
from placements.booking import queries, services
from placements.booking.change_rules import CHANGE_KIND_SV
from placements.booking.forms import DeclineChangeForm, ExtensionForm, ExtentForm
from placements.booking.models import PlacementChange
from placements.booking.rules import PLACEMENT_TRANSITIONS, PlacementAction
from placements.booking.views.blueprint import LABELS, act, bp, with_form
from placements.participants.queries import grant


@bp.route("/<int:placement_id>/forlang", methods=["GET", "POST"])
@requires(Role.CASE_OFFICER)
def extend(placement_id: int) -> ResponseReturnValue:
    row = _changeable(placement_id, PlacementAction.EXTEND)
    granted = grant(row.placement.grant_id)
    form = ExtensionForm(last_day=granted.last_day)
    return with_form(
        row,
        form,
        "extend",
        lambda: services.ask_extension(placement_id, form.last_day.data or row.placement.last_day),
        "Förlängningen är begärd. Dagarna hålls tills leverantören har svarat.",
        granted=granted,
    )


@bp.route("/<int:placement_id>/omfattning", methods=["GET", "POST"])
@requires(Role.CASE_OFFICER)
def change_extent(placement_id: int) -> ResponseReturnValue:
    row = _changeable(placement_id, PlacementAction.CHANGE_EXTENT)
    extent = row.placement.extent_on(max(today(), row.placement.first_day))
    form = ExtentForm(hours_per_week=extent.hours_per_week, days_per_week=extent.days_per_week)
    return with_form(
        row,
        form,
        "extent",
        lambda: services.ask_extent(
            placement_id,
            from_day=form.from_day.data or today(),
            hours_per_week=form.hours_per_week.data or extent.hours_per_week,
            days_per_week=form.days_per_week.data or 0,
        ),
        "Ändringen är begärd. Den gäller när leverantören har godkänt den.",
        granted=grant(row.placement.grant_id),
        extent=extent,
    )


@bp.route("/<int:placement_id>/byt", methods=["GET", "POST"])
@requires(Role.CASE_OFFICER)
def move(placement_id: int) -> ResponseReturnValue:
    """Says what a move means before the participant chooses anew."""
    row = _changeable(placement_id, PlacementAction.MOVE)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction():
                choice_round_id = services.open_move(placement_id).id
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Valomgången för bytet är öppen. Sök platser att visa för deltagaren.", "success")
            return redirect(url_for("choice.show", choice_round_id=choice_round_id))
        row = queries.placement(placement_id)
    page = render_template(
        "placements/booking/move.html", form=form, row=row, placement=row.placement, **LABELS
    )
    return page, form.status()


def _changeable(placement_id: int, action: PlacementAction) -> queries.PlacementRow:
    """Raises Conflict where the placement is past changing; what is sent in is answered in its form."""
    row = queries.placement(placement_id)
    if request.method == "GET":
        advance(PLACEMENT_TRANSITIONS, row.placement.state, action, current_actor().role)
    return row


@bp.post("/andringar/<int:change_id>/godkann")
@requires(Role.SUPERVISOR)
def agree_change(change_id: int) -> ResponseReturnValue:
    placement_id = get_or_404(PlacementChange, change_id).placement_id
    return act(placement_id, lambda: services.agree_change(change_id), "Ändringen är godkänd och gäller.")


@bp.post("/andringar/<int:change_id>/aterkalla")
@requires(Role.CASE_OFFICER)
def withdraw_change(change_id: int) -> ResponseReturnValue:
    placement_id = get_or_404(PlacementChange, change_id).placement_id
    return act(placement_id, lambda: services.withdraw_change(change_id), "Ändringen är återkallad.")


@bp.route("/andringar/<int:change_id>/neka", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def decline_change(change_id: int) -> ResponseReturnValue:
    change = get_or_404(PlacementChange, change_id)
    form = DeclineChangeForm()
    return with_form(
        queries.placement(change.placement_id),
        form,
        "decline_change",
        lambda: services.decline_change(change_id, form.reason.data),
        "Ni har tackat nej till ändringen. Placeringen fortsätter som förut.",
        change=change,
        CHANGE_KIND_SV=CHANGE_KIND_SV,
    )
