"""The pages on which the authority examines an application and decides in writing."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from enterprises.applications import queries, services
from enterprises.applications.forms import CompletionForm, DecisionForm, judgements_form
from enterprises.applications.models import Application
from enterprises.applications.rules import (
    APPLICATION_STATE_SV,
    APPLICATION_STATE_TONE,
    ApplicationState,
    Judgement,
    check_judgeable,
    decision_obstacles,
)
from enterprises.applications.views.blueprint import application_crumbs, bp
from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.documents import sections
from marketplace.errors import DomainError, NotFound
from marketplace.web.guards import requires


@bp.route("/ansokningar/<int:application_id>/provning", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def judge(application_id: int) -> ResponseReturnValue:
    one = queries.application_with_answers(application_id)
    asked = queries.asked(one)
    form = judgements_form(asked)
    if not form.is_submitted():
        check_judgeable(one.state)
    if form.validate_on_submit():
        ids = {row.position: row.id for row in one.terms.requirements}
        typed = {ids[position]: judged for position, judged in form.judgements(asked).items()}
        try:
            with transaction():
                services.judge_answers(application_id, typed)
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Bedömningen är sparad. Företaget ser den när beslutet är fattat.", "success")
            return redirect(url_for("applications.show", application_id=application_id))
    page = render_template(
        "enterprises/applications/judge.html",
        form=form,
        application=one,
        asked=asked,
        crumbs=application_crumbs(one),
    )
    return page, form.status()


@bp.route("/ansokningar/<int:application_id>/komplettering", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def request_completion(application_id: int) -> ResponseReturnValue:
    one = queries.application_with_answers(application_id)
    form = CompletionForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.request_completion(application_id, form.text_sv.data or "")
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Begäran om komplettering är skickad.", "success")
            return redirect(url_for("applications.show", application_id=application_id))
    page = render_template(
        "enterprises/applications/request_completion.html",
        form=form,
        application=one,
        crumbs=application_crumbs(one),
    )
    return page, form.status()


@bp.route("/ansokningar/<int:application_id>/godkann", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def approve(application_id: int) -> ResponseReturnValue:
    one = queries.application_with_answers(application_id)
    reasons = f"{one.enterprise.name} uppfyller alla krav i förfrågningsunderlaget."
    form = DecisionForm(data={"reasons_sv": reasons})
    if form.validate_on_submit() and request.form.get("gor") != "visa":
        try:
            with transaction():
                services.approve_application(
                    application_id,
                    reasons_sv=form.reasons_sv.data or "",
                    diary_number=form.diary_number.data or "",
                )
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Ansökan är godkänd. Upprätta nu avtalet.", "success")
            return redirect(url_for("contracts.draw_up", application_id=application_id))
    return _decision_page(one, form, is_approved=True)


@bp.route("/ansokningar/<int:application_id>/avsla", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def reject(application_id: int) -> ResponseReturnValue:
    one = queries.application_with_answers(application_id)
    unmet = [item for item in queries.asked(one) if item.judged.judgement is Judgement.NOT_MET]
    reasons = " ".join(f"Krav {item.position} är inte uppfyllt: {item.judged.reason_sv}" for item in unmet)
    form = DecisionForm(data={"reasons_sv": reasons})
    if form.validate_on_submit() and request.form.get("gor") != "visa":
        try:
            with transaction():
                services.reject_application(
                    application_id,
                    reasons_sv=form.reasons_sv.data or "",
                    diary_number=form.diary_number.data or "",
                )
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Ansökan är avslagen. Företaget kan läsa beslutet och skälen nu.", "success")
            return redirect(url_for("applications.show", application_id=application_id))
    return _decision_page(one, form, is_approved=False)


@bp.get("/ansokningar/<int:application_id>/beslut")
@requires(Role.PROCUREMENT_OFFICER, Role.SUPPLIER_MANAGER)
def decision(application_id: int) -> ResponseReturnValue:
    one = queries.application_with_answers(application_id)
    if not one.decision_sv:
        raise NotFound("Det finns inget beslut om ansökan än.")
    return render_template(
        "enterprises/applications/decision.html",
        application=one,
        parts=sections(one.decision_sv),
        crumbs=application_crumbs(one),
        state_sv=APPLICATION_STATE_SV,
        state_tone=APPLICATION_STATE_TONE,
    )


def _decision_page(one: Application, form: DecisionForm, *, is_approved: bool) -> ResponseReturnValue:
    problems = decision_obstacles(queries.asked(one), is_approval=is_approved)
    preview = services.decision_preview(
        one,
        is_approved=is_approved,
        reasons_sv=form.reasons_sv.data or "",
        diary_number=form.diary_number.data or "–",
    )
    page = render_template(
        "enterprises/applications/decide.html",
        form=form,
        application=one,
        is_approved=is_approved,
        is_examined=one.state is ApplicationState.SUBMITTED,
        problems=problems,
        preview=sections(preview) if request.form.get("gor") == "visa" else [],
        crumbs=application_crumbs(one),
    )
    return page, form.status()
