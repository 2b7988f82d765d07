"""Questions about a system: asked by a supplier's manager, answered for everyone by the procurement officer."""

from collections.abc import Callable

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.advertising import queries, services
from marketplace.advertising.forms import AnswerForm, PointForm, QuestionForm
from marketplace.advertising.models import Question
from marketplace.advertising.rules import (
    ANSWER_WITHIN,
    QUESTION_EVENT_SV,
    QUESTION_STATE_SV,
    QUESTION_STATE_TONE,
    QUESTION_TRANSITIONS,
    QuestionAction,
    QuestionState,
    answer_by,
)
from marketplace.advertising.views.blueprint import OPENNESS, bp, crumbs, is_own
from marketplace.db import transaction
from marketplace.errors import DomainError
from marketplace.procurement.models import SystemOfChoice
from marketplace.rules import advance, possible_actions
from marketplace.tenancy import current_actor
from marketplace.web.forms import acted, one_of, result_of
from marketplace.web.guards import public, requires
from marketplace.web.limiter import fingerprint, limiter

_QUESTIONS = "10 per 15 minutes"
"""More than anyone writes by hand; the refusal's page says to wait a quarter of an hour."""
_SHORT = 90  # characters of a question in a list


def _enterprise() -> str:
    return fingerprint("question", str(current_actor().enterprise_id))


def _is_asked(response: Response) -> bool:
    return response.status_code == 302


@bp.get("/<int:system_id>/fragor")
@public(OPENNESS)
def questions(system_id: int) -> ResponseReturnValue:
    system = queries.open_system(system_id)
    seen = queries.questions_about(system_id)
    return render_template(
        "marketplace/advertising/questions.html",
        system=system,
        answers=queries.public_answers(system_id),
        seen=[(one, queries.asked_on(one)) for one in seen],
        is_owner=is_own(system),
        is_manager=current_actor().role is Role.SUPPLIER_MANAGER,
        obstacle=queries.asking_obstacle(system),
        answer_within=ANSWER_WITHIN,
        crumbs=crumbs(system),
        state_sv=QUESTION_STATE_SV,
        state_tone=QUESTION_STATE_TONE,
    )


@bp.route("/<int:system_id>/fragor/ny", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
@limiter.limit(_QUESTIONS, key_func=_enterprise, methods=["POST"], deduct_when=_is_asked)
def ask(system_id: int) -> ResponseReturnValue:
    form = QuestionForm()
    system = queries.open_system(system_id) if form.is_submitted() else services.askable_system(system_id)
    question_id = result_of(form, lambda: services.ask_question(system_id, form.text_sv.data or "").id)
    if question_id is not None:
        flash("Frågan är skickad. Ni får e-post när den är besvarad.", "success")
        return redirect(url_for("advertising.question", question_id=question_id))
    page = render_template(
        "marketplace/advertising/ask.html",
        form=form,
        system=system,
        answer_within=ANSWER_WITHIN,
        crumbs=crumbs(system, to_questions=True),
    )
    return page, form.status()


@bp.get("/fragor/<int:question_id>")
@requires(Role.PROCUREMENT_OFFICER, Role.SUPPLIER_MANAGER)
def question(question_id: int) -> ResponseReturnValue:
    one = queries.one_question(question_id)
    is_waiting = one.state is QuestionState.ASKED
    return render_template(
        "marketplace/advertising/question.html",
        question=one,
        asked_on=queries.asked_on(one),
        days_waited=queries.days_waited(one) if is_waiting else None,
        answer_by=answer_by(queries.asked_on(one)),
        is_officer=current_actor().role is Role.PROCUREMENT_OFFICER,
        actions=possible_actions(QUESTION_TRANSITIONS, one.state, current_actor().role),
        crumbs=crumbs(one.system, to_questions=True),
        events=audit.timeline("question", question_id),
        event_sv=QUESTION_EVENT_SV,
        state_sv=QUESTION_STATE_SV,
        state_tone=QUESTION_STATE_TONE,
    )


@bp.route("/fragor/<int:question_id>/svara", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def answer(question_id: int) -> ResponseReturnValue:
    one = queries.one_question(question_id)
    form = AnswerForm(data={"question_sv": one.text_sv})
    if not form.is_submitted():
        _check_waiting(one, QuestionAction.ANSWER)
    return _answered(
        form,
        one.system,
        one,
        lambda question_sv, answer_sv: services.publish_answer(
            question_id, question_sv=question_sv, answer_sv=answer_sv
        ),
    )


@bp.route("/<int:system_id>/fragor/fortydligande", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def clarify(system_id: int) -> ResponseReturnValue:
    system = services.announced_system(system_id)
    return _answered(
        AnswerForm(),
        system,
        None,
        lambda question_sv, answer_sv: services.publish_clarification(
            system_id, question_sv=question_sv, answer_sv=answer_sv
        ),
    )


@bp.route("/fragor/<int:question_id>/hanvisa", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def point(question_id: int) -> ResponseReturnValue:
    one = queries.one_question(question_id)
    answers = queries.public_answers(one.system_id)
    form = PointForm()
    labels = {str(row.id): f"{row.number}. {_shortened(row.question_sv)}" for row in answers}
    form.public_answer_id.choices = one_of(labels, blank="Välj svar")
    if not form.is_submitted():
        _check_waiting(one, QuestionAction.POINT_TO_ANSWER)
    if acted(
        form,
        lambda: services.point_to_answer(question_id, form.public_answer_id.data),
        "Den som frågade har fått veta vilket svar som gäller.",
    ):
        return redirect(url_for("advertising.question", question_id=question_id))
    page = render_template(
        "marketplace/advertising/point.html",
        form=form,
        question=one,
        answers=answers,
        crumbs=crumbs(one.system, to_questions=True),
    )
    return page, form.status()


def _check_waiting(one: Question, action: QuestionAction) -> None:
    """Raises Conflict when it is answered, before anyone has written anything."""
    advance(QUESTION_TRANSITIONS, one.state, action, current_actor().role)


def _answered(
    form: AnswerForm, system: SystemOfChoice, one: Question | None, publish: Callable[[str, str], object]
) -> ResponseReturnValue:
    """The page where an answer is written, looked at as everyone will see it, and published."""
    is_preview = request.form.get("gor") == "visa"
    is_valid = form.validate_on_submit()
    if is_valid and not is_preview:
        try:
            with transaction():
                publish(form.question_sv.data or "", form.answer_sv.data or "")
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Svaret är publicerat för alla.", "success")
            return redirect(url_for("advertising.questions", system_id=system.id))
    page = render_template(
        "marketplace/advertising/answer.html",
        form=form,
        system=system,
        question=one,
        is_preview=is_preview and is_valid,
        crumbs=crumbs(system, to_questions=True),
    )
    return page, form.status()


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHORT else f"{line[:_SHORT].rstrip()} …"
