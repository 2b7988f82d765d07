"""The case officer agrees; the participant at the table, with a witness, or says what she wants changed."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.errors import Conflict, DomainError
from marketplace.second_factor.proof import freshly_proved
from marketplace.web.forms import acted
from marketplace.web.guards import requires
from placements.plan import services
from placements.plan.difference_rules import weekdays_sv
from placements.plan.forms import WishForm, WitnessForm
from placements.plan.models import ActivityPlan
from placements.plan.queries import readable_plan, training_head
from placements.plan.rules import PlanState
from placements.plan.views.rooms import bp


@bp.post("/planer/<int:plan_id>/godkann")
@requires(Role.CASE_OFFICER)
@freshly_proved
def agree(plan_id: int) -> ResponseReturnValue:
    placement_id = readable_plan(plan_id).placement_id
    try:
        with transaction():
            is_agreed = services.agree_as_case_officer(plan_id).state == PlanState.AGREED
    except Conflict as error:
        flash(error.message_sv, "warning")
    else:
        flash(_agreed_sv("Du har godkänt planen.", is_agreed=is_agreed), "success")
    return redirect(url_for("plan.show", placement_id=placement_id))


@bp.route("/planer/<int:plan_id>/deltagaren", methods=["GET", "POST"])
@requires(Role.SUPERVISOR, Role.CASE_OFFICER)
@freshly_proved
def witness(plan_id: int) -> ResponseReturnValue:
    plan = readable_plan(plan_id)
    if plan.state is not PlanState.PROPOSED:
        return _over(plan)
    form = WitnessForm()
    if form.validate_on_submit():
        placement_id = plan.placement_id
        try:
            with transaction():
                is_agreed = services.record_participant_agreement(plan_id).state == PlanState.AGREED
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_agreed_sv("Deltagarens godkännande är antecknat.", is_agreed=is_agreed), "success")
            return redirect(url_for("plan.show", placement_id=placement_id))
    return _table_page("witness", form, plan)


@bp.route("/planer/<int:plan_id>/onskemal", methods=["GET", "POST"])
@requires(Role.SUPERVISOR, Role.CASE_OFFICER)
def wish(plan_id: int) -> ResponseReturnValue:
    """What the participant says at the table that she wants to be otherwise."""
    plan = readable_plan(plan_id)
    if plan.state is not PlanState.PROPOSED:
        return _over(plan)
    form = WishForm()
    placement_id = plan.placement_id
    done_sv = "Deltagarens önskemål är antecknat. Handledaren skriver en ny version."
    if acted(form, lambda: services.wish_for_change(plan_id, form.text_sv.data or ""), done_sv):
        return redirect(url_for("plan.show", placement_id=placement_id))
    return _table_page("wish", form, plan)


def _over(plan: ActivityPlan) -> ResponseReturnValue:
    flash("Den här versionen väntar inte på något godkännande. Här är planen som den är nu.", "warning")
    return redirect(url_for("plan.show", placement_id=plan.placement_id))


def _table_page(name: str, form: WitnessForm | WishForm, plan: ActivityPlan) -> ResponseReturnValue:
    page = render_template(
        f"placements/plan/{name}.html",
        form=form,
        head=training_head(plan.placement_id),
        plan=plan,
        weekdays_sv=weekdays_sv,
    )
    return page, form.status()


def _agreed_sv(what_sv: str, *, is_agreed: bool) -> str:
    return f"{what_sv} Alla tre har godkänt, så planen gäller nu." if is_agreed else what_sv
