"""The supervisor's draft: begun out of the place and the grant, saved often, proposed when it is all there.

The page and the script that saves behind it post to the same address. Whatever was typed is kept, also what cannot be
read as a plan yet, and a page that was opened before someone else saved is told and loses nothing.
"""

from collections.abc import Callable
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.errors import Conflict, DomainError, Invalid
from marketplace.second_factor.proof import freshly_proved
from marketplace.web.confirm import Question, ask_first, obstacles
from marketplace.web.drafts import is_background, saves_in
from marketplace.web.guards import requires
from placements.plan import services
from placements.plan.difference_rules import PartChange, differences
from placements.plan.forms import PlanForm, prefilled
from placements.plan.models import ActivityPlan
from placements.plan.queries import TrainingHead, bounds_of, readable_plan, trades_of, training_head, versions
from placements.plan.rules import PLAN_TRANSITIONS, PlanAction, PlanState, obstacle_to_discard
from placements.plan.views.rooms import bp

_SAVED_SV = "Utkastet är sparat."
_SAVED_AS_TYPED_SV = "Det du har skrivit är sparat, men något behöver rättas innan planen kan föreslås."


@bp.post("/placeringar/<int:placement_id>/plan/ny")
@requires(Role.SUPERVISOR)
def create(placement_id: int) -> ResponseReturnValue:
    done = "Ett utkast är påbörjat med det som platsen och beviljandet redan säger."
    return _begun(placement_id, lambda: services.begin_plan(placement_id), done)


@bp.route("/planer/<int:plan_id>/redigera", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def edit(plan_id: int) -> ResponseReturnValue:
    plan = readable_plan(plan_id)
    head = training_head(plan.placement_id)
    if plan.state is not PlanState.DRAFT and request.method == "GET":
        flash("En föreslagen plan ändras inte. Skriv en ny version.", "warning")
        return redirect(url_for("plan.version", plan_id=plan_id))
    if request.method == "POST":
        return _save(plan, head)
    if plan.typed is None:
        form = _form(head, data=prefilled(plan.content, plan.saves))
    else:
        form = _form(head, formdata=MultiDict({**plan.typed, "saves": [str(plan.saves)]}))
        form.validate()
    return _page(form, head, plan)


@bp.post("/planer/<int:plan_id>/foresla")
@requires(Role.SUPERVISOR)
@freshly_proved
def propose(plan_id: int) -> ResponseReturnValue:
    try:
        with transaction():
            placement_id = services.propose_plan(plan_id).placement_id
    except Invalid as error:
        flash(error.message_sv, "error")
        return redirect(url_for("plan.edit", plan_id=plan_id))
    flash("Planen är föreslagen. Handläggaren och deltagaren tar nu ställning.", "success")
    return redirect(url_for("plan.show", placement_id=placement_id))


@bp.post("/planer/<int:plan_id>/ny-version")
@requires(Role.SUPERVISOR)
def revise(plan_id: int) -> ResponseReturnValue:
    placement_id = readable_plan(plan_id).placement_id
    done = "En ny version är påbörjad och säger det samma som den förra. Ändra och föreslå den."
    return _begun(placement_id, lambda: services.revise_plan(plan_id), done)


def _begun(placement_id: int, begin: Callable[[], ActivityPlan], done_sv: str) -> ResponseReturnValue:
    """On to the draft, or back to the placement's plans with the reason why there is none to begin."""
    try:
        with transaction():
            plan_id = begin().id
    except Conflict as error:
        flash(error.message_sv, "warning")
        return redirect(url_for("plan.show", placement_id=placement_id))
    flash(done_sv, "success")
    return redirect(url_for("plan.edit", plan_id=plan_id))


@bp.route("/planer/<int:plan_id>/kasta", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def discard(plan_id: int) -> ResponseReturnValue:
    plan = readable_plan(plan_id)
    back = url_for("plan.show", placement_id=plan.placement_id)
    none_agreed = obstacle_to_discard(version.state for version in versions(plan.placement_id))
    question = Question(
        "Kasta utkastet",
        [("Placeringar", url_for("booking.index")), ("Aktivitetsplan", back)],
        [
            f"Det som är skrivet i version {plan.revision} tas bort.",
            "Den överenskomna planen fortsätter att gälla.",
        ],
        "Utkastet är borta.",
        back,
        is_ending=True,
        obstacles=obstacles(PLAN_TRANSITIONS, plan.state, PlanAction.DISCARD, none_agreed),
    )
    return ask_first(question, lambda: services.discard_plan(plan_id))


def _save(plan: ActivityPlan, head: TrainingHead) -> ResponseReturnValue:
    plan_id = plan.id
    form = _form(head)
    saves = saves_in(form.saves.data)
    form.validate()
    try:
        saved = _saved(form, plan_id, saves)
    except Conflict as error:
        return _refused(form, head, plan_id, error)
    if is_background():
        message = _SAVED_AS_TYPED_SV if form.has_errors() else _SAVED_SV
        return jsonify(saves=saved, message=message)
    if form.has_errors():
        form.saves.data = str(saved)
        return _page(form, head, readable_plan(plan_id))
    if (part := request.form.get("add", "")) in ("steps", "goals", "periods", "contacts"):
        return redirect(url_for("plan.edit", plan_id=plan_id, _anchor=part))
    flash(f"{_SAVED_SV} Föreslå planen när den är klar.", "success")
    return redirect(url_for("plan.show", placement_id=head.placement.id))


def _saved(form: PlanForm, plan_id: int, saves: int | None) -> int:
    """Saves the plan, or what was typed where it cannot be read as one; gives the new mark. Raises Conflict."""
    if not form.has_errors():
        try:
            with transaction():
                keeps = bool(form.keeps_absence.data)
                return services.save_plan(plan_id, form.content(), saves=saves, keeps_absence=keeps).saves
        except Conflict:
            raise
        except DomainError as error:
            form.add_error(error)
    with transaction():
        return services.keep_typed(plan_id, _typed(form), saves=saves).saves


def _refused(form: PlanForm, head: TrainingHead, plan_id: int, error: Conflict) -> ResponseReturnValue:
    """Someone has saved since the page was opened: what was typed stays on the page, beside what they wrote."""
    plan = readable_plan(plan_id)
    if is_background():
        return jsonify(message=error.message_sv), Conflict.status
    if plan.state is not PlanState.DRAFT:
        form.add_error(error)
        return _page(form, head, plan)
    form.saves.data = str(plan.saves)
    elsewhere = differences(plan.content, form.content()) if not form.has_errors() else []
    return _page(form, head, plan, elsewhere=elsewhere, is_stale=True)


def _typed(form: PlanForm) -> dict[str, list[str]]:
    """What stands in the form's own boxes, as it was typed."""
    sent = request.form.lists()
    return {name: texts for name, texts in sent if name != "saves" and name.partition("-")[0] in form}


def _form(head: TrainingHead, **kwargs: Any) -> PlanForm:
    weekdays = bounds_of(head.placement).weekdays
    return PlanForm(weekdays=weekdays, trades=trades_of(head.placement.enterprise_id), **kwargs)


def _page(
    form: PlanForm,
    head: TrainingHead,
    plan: ActivityPlan,
    *,
    elsewhere: list[PartChange] | None = None,
    is_stale: bool = False,
) -> ResponseReturnValue:
    page = render_template(
        "placements/plan/form.html",
        form=form,
        head=head,
        plan=plan,
        bounds=bounds_of(head.placement),
        elsewhere=elsewhere or [],
        is_stale=is_stale,
    )
    return page, Conflict.status if is_stale else (form.status() if request.method == "POST" else 200)
