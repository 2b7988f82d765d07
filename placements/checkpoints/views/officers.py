"""A participant's checkpoints for whoever works with her: her line over time, and answers at the table."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.errors import Conflict, DomainError
from marketplace.web.confirm import Question, ask_first, obstacles
from marketplace.web.forms import ConfirmForm
from marketplace.web.guards import requires
from placements.checkpoints import queries, services
from placements.checkpoints.rules import (
    CHECKPOINT_TRANSITIONS,
    CheckpointAction,
    CheckpointState,
    occasion_sv,
)
from placements.checkpoints.views.blueprint import LABELS, bp, line_image
from placements.participants.queries import participant

_WORKERS = (Role.CASE_OFFICER, Role.COORDINATOR)


@bp.get("/deltagare/<int:participant_id>/avstamningar")
@requires(*_WORKERS)
def history(participant_id: int) -> ResponseReturnValue:
    return render_template(
        "placements/checkpoints/history.html",
        participant=participant(participant_id),
        checkpoints=queries.checkpoints_of(participant_id),
        lines=queries.lines_of(participant_id),
        **LABELS,
    )


@bp.get("/deltagare/<int:participant_id>/avstamningar/linje/<int:survey_question_id>.svg")
@requires(*_WORKERS)
def history_line(participant_id: int, survey_question_id: int) -> ResponseReturnValue:
    found = participant(participant_id)
    return line_image(queries.line_of(found.id, survey_question_id))


@bp.route("/avstamningar/<int:checkpoint_id>/vid-bordet", methods=["GET", "POST"])
@requires(*_WORKERS)
def at_table(checkpoint_id: int) -> ResponseReturnValue:
    """All questions on one page, to fill in together. What the participant has saved by herself is not shown."""
    asked = queries.checkpoint(checkpoint_id)
    person = participant(asked.participant_id)
    back = url_for("checkpoints.history", participant_id=person.id)
    form = ConfirmForm()
    questions = queries.questions_of(asked)
    typed = {one.id: request.form.get(f"svar-{one.id}", "") for one in questions}
    wrong: dict[str, str] = {}
    if form.validate_on_submit():
        try:
            with transaction():
                services.answer_at_table(checkpoint_id, typed)
        except DomainError as error:
            wrong[error.field or ""] = error.message_sv
        else:
            flash("Svaren är sparade, med dig som vittne.", "success")
            return redirect(back)
        # What was refused may have ended the transaction that they were read in.
        asked, questions = queries.checkpoint(checkpoint_id), queries.questions_of(asked)
        person = participant(asked.participant_id)
    elif asked.state is not CheckpointState.OPEN:
        flash("Avstämningen är redan avslutad. Ett svar som är inskickat ändras inte.", "warning")
        return redirect(back)
    page = render_template(
        "placements/checkpoints/at_table.html",
        asked=asked,
        participant=person,
        questions=questions,
        typed=typed,
        wrong=wrong,
        language=request.values.get("sprak", asked.language),
        languages=queries.languages_of(questions),
        **LABELS,
    )
    return page, 422 if wrong else 200


@bp.route("/avstamningar/<int:checkpoint_id>/avsta", methods=["GET", "POST"])
@requires(*_WORKERS)
def note_decline(checkpoint_id: int) -> ResponseReturnValue:
    asked = queries.checkpoint(checkpoint_id)
    person = participant(asked.participant_id)
    back = url_for("checkpoints.history", participant_id=person.id)
    question = Question(
        "Notera att deltagaren inte vill svara",
        [("Deltagare", url_for("participants.index")), ("Avstämningar", back)],
        [
            f"Avstämningen ({occasion_sv(asked.occasion, asked.number).lower()}) avslutas utan svar. Du är vittne.",
            "Det är frivilligt att svara. Nästa avstämning kommer som vanligt.",
        ],
        "Det är noterat att deltagaren inte ville svara.",
        back,
        is_ending=True,
        obstacles=obstacles(CHECKPOINT_TRANSITIONS, asked.state, CheckpointAction.DECLINE),
    )
    try:
        return ask_first(question, lambda: services.decline(checkpoint_id))
    except Conflict as error:
        flash(error.message_sv, "warning")
        return redirect(back)
