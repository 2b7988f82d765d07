"""Pages of the activity plan."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.errors import DomainError
from marketplace.tenancy import current_actor
from marketplace.web.guards import requires
from placements.plan import services
from placements.plan.forms import PlanForm, WitnessForm, prefilled
from placements.plan.models import ActivityPlan
from placements.plan.queries import TrainingHead, events_of, readable_plan, training_head, versions
from placements.plan.rules import (
    PLAN_STATE_SV,
    PLAN_TONE,
    PLANNED_STATES,
    PlanContent,
    PlanState,
    Standing,
    differences,
    plan_actions,
    suggested_follow_ups,
)

bp = Blueprint("plan", __name__)

_READERS = (Role.SUPERVISOR, Role.CASE_OFFICER, Role.COORDINATOR)


@bp.get("/placeringar/<int:placement_id>/plan")
@requires(*_READERS)
def show(placement_id: int) -> ResponseReturnValue:
    """The newest version that the reader may see, or that there is none yet."""
    head = training_head(placement_id)
    found = versions(placement_id)
    if not found:
        may_write = current_actor().role == Role.SUPERVISOR and head.person is not None
        return render_template(
            "placements/plan/none.html",
            head=head,
            may_write=may_write and head.placement.state in PLANNED_STATES,
        )
    return _plan_page(head, found[0], found)


@bp.get("/planer/<int:plan_id>")
@requires(*_READERS)
def version(plan_id: int) -> ResponseReturnValue:
    """One version, also one that has been replaced."""
    plan = readable_plan(plan_id)
    return _plan_page(training_head(plan.placement_id), plan, versions(plan.placement_id))


def _plan_page(head: TrainingHead, plan: ActivityPlan, found: list[ActivityPlan]) -> str:
    older = next((other for other in found if other.revision < plan.revision), None)
    newest = found[0]
    standing = Standing(
        plan.state,
        head.placement.state,
        plan.case_officer_agreed_at is not None,
        plan.participant_agreed_at is not None,
        newest.revision > plan.revision,
    )
    return render_template(
        "placements/plan/show.html",
        head=head,
        plan=plan,
        versions=found,
        newest=newest,
        valid=next((other for other in found if other.state == PlanState.AGREED), None),
        changes=differences(older.content, plan.content) if older else [],
        actions=plan_actions(standing, current_actor().role),
        events=events_of(found),
        PLAN_STATE_SV=PLAN_STATE_SV,
        PLAN_TONE=PLAN_TONE,
    )


@bp.route("/placeringar/<int:placement_id>/plan/ny", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def create(placement_id: int) -> ResponseReturnValue:
    head = training_head(placement_id)
    form = PlanForm(data=prefilled(_from_placement(head)))
    if form.validate_on_submit():
        try:
            with transaction():
                services.draft_plan(placement_id, **form.answers())
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Utkastet är sparat. Föreslå planen när den är klar.", "success")
            return redirect(url_for("plan.show", placement_id=placement_id))
    return _form_page(form, head, "Skriv aktivitetsplan")


@bp.route("/planer/<int:plan_id>/redigera", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def edit(plan_id: int) -> ResponseReturnValue:
    plan = readable_plan(plan_id)
    head = training_head(plan.placement_id)
    form = PlanForm(data=prefilled(plan.content))
    if form.validate_on_submit():
        try:
            with transaction():
                services.save_plan(plan_id, **form.answers())
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Utkastet är sparat.", "success")
            return redirect(url_for("plan.show", placement_id=head.placement.id))
    return _form_page(form, head, f"Ändra utkastet, version {plan.revision}")


@bp.route("/planer/<int:plan_id>/ny-version", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def revise(plan_id: int) -> ResponseReturnValue:
    plan = readable_plan(plan_id)
    head = training_head(plan.placement_id)
    form = PlanForm(data=prefilled(plan.content))
    if form.validate_on_submit():
        try:
            with transaction():
                services.revise_plan(plan_id, **form.answers())
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Den nya versionen är sparad som utkast. Föreslå den när den är klar.", "success")
            return redirect(url_for("plan.show", placement_id=head.placement.id))
    if plan.state == PlanState.AGREED:
        lead = f"Version {plan.revision} gäller tills alla tre har godkänt den nya."
    else:
        lead = f"Version {plan.revision} ersätts när du sparar."
    return _form_page(form, head, "Ny version av planen", lead)


@bp.post("/planer/<int:plan_id>/foresla")
@requires(Role.SUPERVISOR)
def propose(plan_id: int) -> ResponseReturnValue:
    with transaction():
        placement_id = services.propose_plan(plan_id).placement_id
    flash("Planen är föreslagen. Handläggaren och deltagaren tar nu ställning.", "success")
    return redirect(url_for("plan.show", placement_id=placement_id))


@bp.post("/planer/<int:plan_id>/godkann")
@requires(Role.CASE_OFFICER)
def agree(plan_id: int) -> ResponseReturnValue:
    with transaction():
        plan = services.agree_as_case_officer(plan_id)
        placement_id, is_agreed = plan.placement_id, plan.state == PlanState.AGREED
    flash(_agreed_sv("Du har godkänt planen.", is_agreed=is_agreed), "success")
    return redirect(url_for("plan.show", placement_id=placement_id))


@bp.route("/planer/<int:plan_id>/deltagaren", methods=["GET", "POST"])
@requires(Role.SUPERVISOR, Role.CASE_OFFICER)
def witness(plan_id: int) -> ResponseReturnValue:
    plan = readable_plan(plan_id)
    head = training_head(plan.placement_id)
    form = WitnessForm()
    if form.validate_on_submit():
        try:
            with transaction():
                is_agreed = services.record_participant_agreement(plan_id).state == PlanState.AGREED
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_agreed_sv("Deltagarens godkännande är antecknat.", is_agreed=is_agreed), "success")
            return redirect(url_for("plan.show", placement_id=head.placement.id))
    page = render_template("placements/plan/witness.html", form=form, head=head, plan=plan)
    return page, form.status()


def _agreed_sv(what_sv: str, *, is_agreed: bool) -> str:
    return f"{what_sv} Alla tre har godkänt, så planen gäller nu." if is_agreed else what_sv


def _from_placement(head: TrainingHead) -> PlanContent:
    """What is known before anything is written: the extent, the place's tasks, days to follow up."""
    placement = head.placement
    extent = placement.extent_on(max(today(), placement.first_day))
    return PlanContent(
        extent.hours_per_week,
        extent.days_per_week,
        head.place.tasks_sv if head.place else "",
        (),
        "",
        tuple(suggested_follow_ups(head.start, placement.last_day)),
    )


def _form_page(form: PlanForm, head: TrainingHead, title: str, lead: str = "") -> ResponseReturnValue:
    context: dict[str, Any] = {"form": form, "head": head, "title": title, "lead": lead}
    return render_template("placements/plan/form.html", **context), form.status()
