"""The participant's own page of her plan: read it, say yes to it, or say what should be otherwise."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.errors import Conflict, DomainError, Invalid
from marketplace.reference.rules import spoken_day
from marketplace.web.guards import CODE_AGAIN_SV, requires
from placements.plan import services
from placements.plan.difference_rules import contact_sv
from placements.plan.forms import WishForm
from placements.plan.own_rules import easy_period_sv, easy_step_sv, summary_sv
from placements.plan.queries import readable_plan, training_head, versions
from placements.plan.rules import PLANNED_STATES, PlanState
from placements.plan.views.papers import paper_of

bp = Blueprint("own_plan", __name__, url_prefix="/min-sida/planer")


@bp.errorhandler(CSRFError)
def session_over(error: CSRFError) -> ResponseReturnValue:
    flash(CODE_AGAIN_SV, "warning")
    return redirect(url_for("access.enter"))


@bp.get("/<int:plan_id>")
@requires(Role.PARTICIPANT)
def show(plan_id: int) -> ResponseReturnValue:
    return _page("own", plan_id)


@bp.post("/<int:plan_id>/ja")
@requires(Role.PARTICIPANT)
def agree(plan_id: int) -> ResponseReturnValue:
    placement_id = readable_plan(plan_id).placement_id
    try:
        with transaction():
            is_agreed = services.agree_as_participant(plan_id).state == PlanState.AGREED
    except Conflict as error:
        return _now_is(placement_id, error)
    rest = "Alla tre har sagt ja. Planen gäller nu." if is_agreed else "Din handläggare svarar också."
    flash(f"Du har sagt ja till planen. {rest}", "success")
    return redirect(url_for("own_plan.show", plan_id=plan_id))


@bp.route("/<int:plan_id>/andra", methods=["GET", "POST"])
@requires(Role.PARTICIPANT)
def wish(plan_id: int) -> ResponseReturnValue:
    plan = readable_plan(plan_id)
    form = WishForm()
    if form.validate_on_submit():
        placement_id = plan.placement_id
        try:
            with transaction():
                services.wish_for_change(plan_id, form.text_sv.data or "")
        except Conflict as error:
            if plan.state is PlanState.PROPOSED:
                return _now_is(placement_id, error)
            form.add_error(error)  # what she wrote stays on the page
        except Invalid as error:
            form.add_error(error)
        else:
            flash("Tack! Din handledare och din handläggare läser det du skrev.", "success")
            return redirect(url_for("own_plan.show", plan_id=plan_id))
    return _page("own_wish", plan_id, form)


@bp.get("/<int:plan_id>/plan.pdf")
@requires(Role.PARTICIPANT)
def paper(plan_id: int) -> Response:
    return paper_of(plan_id)


def _now_is(placement_id: int, error: DomainError) -> ResponseReturnValue:
    """She answered what has changed in the meantime: here is how it is now."""
    flash(error.message_sv, "warning")
    return redirect(url_for("own_plan.show", plan_id=versions(placement_id)[0].id))


def _page(name: str, plan_id: int, form: WishForm | None = None) -> ResponseReturnValue:
    plan = readable_plan(plan_id)
    head = training_head(plan.placement_id)
    page = render_template(
        f"placements/plan/{name}.html",
        plan=plan,
        newest=versions(plan.placement_id)[0],
        head=head,
        form=form,
        may_answer=plan.state is PlanState.PROPOSED
        and plan.participant_agreed_at is None
        and head.placement.state in PLANNED_STATES,
        summary=summary_sv(plan.content),
        easy_step_sv=easy_step_sv,
        easy_period_sv=easy_period_sv,
        contact_sv=contact_sv,
        spoken_day=spoken_day,
    )
    return page, form.status() if form else 200
