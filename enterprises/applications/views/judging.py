"""The pages on which the authority examines an application: judges, asks for completion, notes grounds to exclude."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from enterprises.applications import queries, services
from enterprises.applications.exclusion_rules import GROUND_SV, check_excludable
from enterprises.applications.forms import CompletionForm, FindingForm, ReasonForm, judgements_form
from enterprises.applications.rules import (
    APPLICATION_TRANSITIONS,
    ApplicationAction,
    ApplicationState,
    Judgement,
    check_judgeable,
    completion_due,
    judgement_mistakes,
    resume_obstacle,
)
from enterprises.applications.views.blueprint import application_crumbs, bp
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.errors import DomainError, NotFound
from marketplace.web.confirm import Question, ask_first, obstacles
from marketplace.web.forms import acted
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
        judgements = form.judgements(asked)
        try:
            with transaction():
                services.judge_answers(application_id, judgements)
        except DomainError as error:
            mistakes: list[DomainError] = [
                mistake
                for item in asked
                for mistake in judgement_mistakes(item.position, judgements[item.requirement_id], today())
            ]
            for refusal in mistakes or [error]:
                form.add_error(refusal)
        else:
            if any(one.judgement is Judgement.COMPLETE_BY for one in judgements.values()):
                flash("Bedömningen är sparad. Begär nu det som ska kompletteras.", "success")
                return redirect(url_for("applications.request_completion", application_id=application_id))
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
    asked = queries.asked(one)
    form = CompletionForm()
    if acted(
        form,
        lambda: services.request_completion(application_id, form.text_sv.data or ""),
        "Begäran om komplettering är skickad.",
    ):
        return redirect(url_for("applications.show", application_id=application_id))
    page = render_template(
        "enterprises/applications/request_completion.html",
        form=form,
        application=one,
        is_examined=one.state is ApplicationState.SUBMITTED,
        incomplete=[item for item in asked if item.judged.judgement is Judgement.COMPLETE_BY],
        due_on=completion_due(asked),
        crumbs=application_crumbs(one),
    )
    return page, form.status()


@bp.route("/ansokningar/<int:application_id>/utan-komplettering", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def resume(application_id: int) -> ResponseReturnValue:
    one = queries.application_with_answers(application_id)
    question = Question(
        title="Pröva utan komplettering",
        breadcrumb=application_crumbs(one),
        causes=[
            "Ansökan prövas på det som har lämnats in.",
            "Kraven som skulle kompletteras bedöms som de är. Företaget kan inte längre lämna kompletteringen.",
        ],
        done="Ansökan prövas på det som har lämnats in.",
        back=url_for("applications.show", application_id=application_id),
        obstacles=obstacles(
            APPLICATION_TRANSITIONS,
            one.state,
            ApplicationAction.RESUME,
            resume_obstacle(one.completion_due_on, today()),
        ),
    )
    return ask_first(question, lambda: services.resume_examination(application_id))


@bp.route("/ansokningar/<int:application_id>/uteslutning", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def find_exclusion(application_id: int) -> ResponseReturnValue:
    one = queries.application_with_answers(application_id)
    form = FindingForm()
    if not form.is_submitted():
        check_judgeable(one.state)
        check_excludable(one.system.regime)
    if form.validate_on_submit():
        file = form.file.data
        sent = (file.filename, file.stream.read()) if file and file.filename else None
        try:
            with transaction():
                services.find_exclusion(
                    application_id,
                    ground=form.ground.data,
                    evidence_sv=form.evidence_sv.data or "",
                    file=sent,
                )
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Grunden är antecknad. Den står i beslutet om ansökan avslås.", "success")
            return redirect(url_for("applications.show", application_id=application_id))
    page = render_template(
        "enterprises/applications/find_exclusion.html",
        form=form,
        application=one,
        crumbs=application_crumbs(one),
    )
    return page, form.status()


@bp.route("/ansokningar/<int:application_id>/uteslutning/<int:finding_id>/avfor", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def lift_exclusion(application_id: int, finding_id: int) -> ResponseReturnValue:
    one = queries.application_with_answers(application_id)
    finding = next((found for found in one.findings if found.id == finding_id), None)
    if finding is None:
        raise NotFound()
    form = ReasonForm()
    question = Question(
        title="Avför grunden för uteslutning",
        breadcrumb=application_crumbs(one),
        causes=[
            f"Grunden hindrar inte längre ett godkännande: {GROUND_SV[finding.ground]}.",
            "Anteckningen och skälet finns kvar i ärendet. Den står inte i beslutet.",
        ],
        done="Grunden är avförd.",
        back=url_for("applications.show", application_id=application_id),
        obstacles=_judging_obstacles(one.state, is_lifted=finding.lifted_on is not None),
    )
    return ask_first(
        question,
        lambda: services.lift_exclusion(application_id, finding_id, form.reason_sv.data or ""),
        form=form,
    )


def _judging_obstacles(state: ApplicationState, *, is_lifted: bool) -> list[str]:
    try:
        check_judgeable(state)
    except DomainError as error:
        return [error.message_sv]
    return ["Grunden är redan avförd."] if is_lifted else []
