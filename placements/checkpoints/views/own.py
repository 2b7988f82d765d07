"""The participant answers on her own page: a question at a time, in the language that she picks."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.errors import Conflict, DomainError, Invalid, NotFound
from marketplace.tenancy import current_actor
from marketplace.web.forms import ConfirmForm
from marketplace.web.guards import requires
from placements.checkpoints import queries, services
from placements.checkpoints.models import Checkpoint, SurveyQuestion
from placements.checkpoints.rules import OVER_SV, SENT_SV, Answer, CheckpointState
from placements.checkpoints.views.blueprint import ANSWER, LABELS, OWN, bp, line_image


@bp.get(OWN)
@requires(Role.PARTICIPANT)
def own_index() -> ResponseReturnValue:
    """What waits, and her own line."""
    participant_id = _participant_id()
    return render_template(
        "placements/checkpoints/own_index.html",
        own=queries.own_checkpoints(),
        checkpoints=queries.checkpoints_of(participant_id),
        lines=queries.lines_of(participant_id),
        **LABELS,
    )


@bp.get(f"{OWN}/linje/<int:survey_question_id>.svg")
@requires(Role.PARTICIPANT)
def own_line(survey_question_id: int) -> ResponseReturnValue:
    return line_image(queries.line_of(_participant_id(), survey_question_id))


@bp.get(f"{OWN}/<int:checkpoint_id>")
@requires(Role.PARTICIPANT)
def own_show(checkpoint_id: int) -> ResponseReturnValue:
    """Where she begins, picks her language and sees how far she has come; afterwards what she answered."""
    asked = queries.checkpoint(checkpoint_id)
    questions, answers = queries.questions_of(asked), queries.answers_to(checkpoint_id)
    first_left = next(
        (number for number, one in enumerate(questions, 1) if one.id not in answers), len(questions)
    )
    return _rendered(
        "own_show",
        asked,
        questions=questions,
        answers=answers,
        first_left=first_left,
        languages=queries.languages_of(questions),
    )


@bp.post(f"{OWN}/<int:checkpoint_id>/sprak")
@requires(Role.PARTICIPANT)
def own_language(checkpoint_id: int) -> ResponseReturnValue:
    try:
        with transaction():
            services.choose_language(checkpoint_id, request.form.get("sprak", ""))
    except (Conflict, Invalid) as error:
        flash(error.message_sv, "warning")
    return redirect(url_for("checkpoints.own_show", checkpoint_id=checkpoint_id))


@bp.route(f"{OWN}/<int:checkpoint_id>/fraga/<int:position>", methods=["GET", "POST"])
@requires(Role.PARTICIPANT)
def own_question(checkpoint_id: int, position: int) -> ResponseReturnValue:
    asked = queries.checkpoint(checkpoint_id)
    questions = queries.questions_of(asked)
    if not 1 <= position <= len(questions):
        raise NotFound("Frågan finns inte. Gå tillbaka till din sida.")
    question = questions[position - 1]
    typed = request.form.get(ANSWER, "") if request.method == "POST" else None
    error_sv, status = "", 200
    if typed is not None:
        try:
            with transaction():
                services.save_answer(checkpoint_id, question.id, typed)
        except Conflict:
            # A second tab, or the officer at the table: told with what she wrote here.
            return _too_late(checkpoint_id, question, typed), 409
        except Invalid as error:
            error_sv, status = error.message_sv, error.status
        else:
            return redirect(_after(checkpoint_id, position, len(questions)))
        asked = queries.checkpoint(checkpoint_id)
    elif asked.state is not CheckpointState.OPEN:
        return redirect(url_for("checkpoints.own_show", checkpoint_id=checkpoint_id))
    saved = queries.answers_to(checkpoint_id).get(question.id)
    page = _rendered(
        "own_question",
        asked,
        question=question,
        position=position,
        count=len(questions),
        value=typed if typed is not None else _typed(saved),
        error_sv=error_sv,
    )
    return page, status


@bp.route(f"{OWN}/<int:checkpoint_id>/skicka", methods=["GET", "POST"])
@requires(Role.PARTICIPANT)
def own_submit(checkpoint_id: int) -> ResponseReturnValue:
    """Everything once more before it is handed in."""
    asked = queries.checkpoint(checkpoint_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.submit(checkpoint_id)
        except Conflict as error:
            flash(error.message_sv, "warning")
            return redirect(url_for("checkpoints.own_show", checkpoint_id=checkpoint_id))
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Tack! Dina svar är inskickade.", "success")
            return redirect(url_for("checkpoints.own_index"))
        asked = queries.checkpoint(checkpoint_id)
    elif asked.state is not CheckpointState.OPEN:
        return redirect(url_for("checkpoints.own_show", checkpoint_id=checkpoint_id))
    questions, answers = queries.questions_of(asked), queries.answers_to(checkpoint_id)
    page = _rendered("own_submit", asked, form=form, questions=questions, answers=answers)
    return page, form.status()


@bp.route(f"{OWN}/<int:checkpoint_id>/avsta", methods=["GET", "POST"])
@requires(Role.PARTICIPANT)
def own_decline(checkpoint_id: int) -> ResponseReturnValue:
    """Asks once: what she has begun is thrown away."""
    asked = queries.checkpoint(checkpoint_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.decline(checkpoint_id)
        except Conflict as error:
            flash(error.message_sv, "warning")
        else:
            flash(
                "Det är okej att inte svara. Din handläggare ser att du inte ville svara den här gången.",
                "success",
            )
        return redirect(url_for("checkpoints.own_index"))
    if asked.state is not CheckpointState.OPEN:
        return redirect(url_for("checkpoints.own_show", checkpoint_id=checkpoint_id))
    return _rendered("own_decline", asked, form=form, answers=queries.answers_to(checkpoint_id))


def _participant_id() -> int:
    participant_id = current_actor().participant_id
    assert participant_id is not None, "a participant acts as herself"
    return participant_id


def _after(checkpoint_id: int, position: int, count: int) -> str:
    """The next question, or everything once more."""
    if position < count:
        return url_for("checkpoints.own_question", checkpoint_id=checkpoint_id, position=position + 1)
    return url_for("checkpoints.own_submit", checkpoint_id=checkpoint_id)


def _typed(saved: Answer | None) -> str:
    if saved is None:
        return ""
    return saved.words or "" if saved.number is None else str(saved.number)


def _too_late(checkpoint_id: int, question: SurveyQuestion, typed: str) -> str:
    asked = queries.checkpoint(checkpoint_id)
    words = typed.strip() if not typed.strip().isdecimal() else ""
    return _rendered(
        "own_too_late", asked, why_sv=OVER_SV.get(asked.state, SENT_SV), typed=words, question=question
    )


def _rendered(page: str, asked: Checkpoint, **shown: object) -> str:
    values: Mapping[str, object] = {**LABELS, **shown}
    return render_template(f"placements/checkpoints/{page}.html", asked=asked, **values)
