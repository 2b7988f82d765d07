"""Writing what is asked: versions, questions and their languages."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.db import transaction
from marketplace.errors import Conflict, DomainError, NotFound
from marketplace.rules import possible_actions
from marketplace.tenancy import current_actor
from marketplace.web.confirm import Question, ask_first, obstacles
from marketplace.web.forms import result_of
from marketplace.web.guards import requires
from placements.checkpoints import queries, survey_services
from placements.checkpoints.forms import QuestionForm, SurveyForm, WordingForm
from placements.checkpoints.rules import (
    EDITORS,
    KIND_SV,
    LANGUAGES,
    OCCASION_SV,
    SURVEY_STATE_SV,
    SURVEY_TONE,
    SURVEY_TRANSITIONS,
    SWEDISH,
    SurveyAction,
    SurveyState,
)
from placements.checkpoints.views.blueprint import bp

_EDITORS = tuple(sorted(EDITORS))
_LABELS = {
    "KIND_SV": KIND_SV,
    "LANGUAGES": LANGUAGES,
    "OCCASION_SV": OCCASION_SV,
    "SURVEY_STATE_SV": SURVEY_STATE_SV,
    "SURVEY_TONE": SURVEY_TONE,
    "SWEDISH": SWEDISH,
}
_ROOT = "/enkater"


@bp.get(_ROOT)
@requires(*_EDITORS)
def surveys() -> ResponseReturnValue:
    return render_template(
        "placements/checkpoints/surveys.html",
        surveys=queries.surveys(),
        published=queries.published_version(),
        **_LABELS,
    )


@bp.route(f"{_ROOT}/ny", methods=["GET", "POST"])
@requires(*_EDITORS)
def create_survey() -> ResponseReturnValue:
    form = SurveyForm()
    version_id = result_of(form, lambda: survey_services.start_survey(form.name_sv.data or "").id)
    if version_id is not None:
        return _to_version(version_id)
    return render_template("placements/checkpoints/create_survey.html", form=form), form.status()


@bp.post(f"{_ROOT}/forslag")
@requires(*_EDITORS)
def suggest_survey() -> ResponseReturnValue:
    with transaction():
        version_id = survey_services.start_from_suggestion().id
    flash("Här är ett utkast. Läs frågorna och översättningarna, och ändra det ni vill.", "success")
    return _to_version(version_id)


@bp.get(f"{_ROOT}/versioner/<int:survey_version_id>")
@requires(*_EDITORS)
def survey(survey_version_id: int) -> ResponseReturnValue:
    version = queries.version_with_questions(survey_version_id)
    languages = queries.languages_of(version.questions)
    return render_template(
        "placements/checkpoints/survey.html",
        version=version,
        is_draft=version.state is SurveyState.DRAFT,
        actions=[
            action
            for action in possible_actions(SURVEY_TRANSITIONS, version.state, current_actor().role)
            if action.action == SurveyAction.PUBLISH
        ],
        languages=languages,
        language_names=", ".join(LANGUAGES[code].name_sv for code in languages),
        **_LABELS,
    )


@bp.route(f"{_ROOT}/versioner/<int:survey_version_id>/publicera", methods=["GET", "POST"])
@requires(*_EDITORS)
def publish_survey(survey_version_id: int) -> ResponseReturnValue:
    version = queries.version_with_questions(survey_version_id)
    before = queries.published_version()
    causes = [
        "Nya avstämningar frågar efter den här versionen, från i natt.",
        "Versionen ändras aldrig mer. Vill ni ändra något skriver ni en ny version.",
    ]
    if before is not None:
        causes.append(
            f"{before.survey.name_sv}, version {before.number}, ersätts. Avstämningar som redan väntar behåller den."
        )
    missing = [] if version.questions else ["Enkäten har ingen fråga än. Lägg till en först."]
    back = url_for("checkpoints.survey", survey_version_id=survey_version_id)
    question = Question(
        "Publicera enkäten",
        [("Enkäter", url_for("checkpoints.surveys")), (version.survey.name_sv, back)],
        causes,
        "Enkäten är publicerad.",
        back,
        obstacles=obstacles(SURVEY_TRANSITIONS, version.state, SurveyAction.PUBLISH, *missing),
    )
    return ask_first(question, lambda: survey_services.publish(survey_version_id))


@bp.post(f"{_ROOT}/versioner/<int:survey_version_id>/ny-version")
@requires(*_EDITORS)
def new_survey_version(survey_version_id: int) -> ResponseReturnValue:
    try:
        with transaction():
            version_id = survey_services.new_version(survey_version_id).id
    except Conflict as error:
        flash(error.message_sv, "error")
        return _to_version(survey_version_id)
    flash("Här är ett utkast till en ny version.", "success")
    return _to_version(version_id)


@bp.route(f"{_ROOT}/versioner/<int:survey_version_id>/kasta", methods=["GET", "POST"])
@requires(*_EDITORS)
def discard_survey(survey_version_id: int) -> ResponseReturnValue:
    version = queries.version_with_questions(survey_version_id)
    frozen = "" if version.state is SurveyState.DRAFT else "En publicerad version kan inte tas bort."
    here = url_for("checkpoints.survey", survey_version_id=survey_version_id)
    question = Question(
        "Kasta utkastet",
        [("Enkäter", url_for("checkpoints.surveys")), (version.survey.name_sv, here)],
        [f"Utkastet med {len(version.questions)} frågor tas bort."],
        "Utkastet är borta.",
        url_for("checkpoints.surveys"),
        is_ending=True,
        obstacles=[frozen] if frozen else [],
    )
    return ask_first(question, lambda: survey_services.discard_draft(survey_version_id))


@bp.route(f"{_ROOT}/versioner/<int:survey_version_id>/fragor/ny", methods=["GET", "POST"])
@requires(*_EDITORS)
def add_question(survey_version_id: int) -> ResponseReturnValue:
    version = queries.version_with_questions(survey_version_id)
    form = QuestionForm()
    if not form.is_submitted():
        form.occasions.data = list(OCCASION_SV)
    if form.validate_on_submit():
        try:
            with transaction():
                survey_services.add_question(survey_version_id, form.draft)
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Frågan är sparad.", "success")
            return _to_version(survey_version_id)
        version = queries.version_with_questions(survey_version_id)
    page = render_template(
        "placements/checkpoints/question.html", form=form, version=version, question=None, **_LABELS
    )
    return page, form.status()


@bp.route(f"{_ROOT}/fragor/<int:survey_question_id>/andra", methods=["GET", "POST"])
@requires(*_EDITORS)
def change_question(survey_question_id: int) -> ResponseReturnValue:
    question = queries.survey_question(survey_question_id)
    version_id = question.version_id
    form = QuestionForm()
    if not form.is_submitted():
        form.fill_question(question.draft)
    if form.validate_on_submit():
        try:
            with transaction():
                survey_services.change_question(survey_question_id, form.draft)
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Frågan är sparad.", "success")
            return _to_version(version_id)
        question = queries.survey_question(survey_question_id)
    version = queries.version_with_questions(version_id)
    page = render_template(
        "placements/checkpoints/question.html", form=form, version=version, question=question, **_LABELS
    )
    return page, form.status()


@bp.route(f"{_ROOT}/fragor/<int:survey_question_id>/oversatt", methods=["GET", "POST"])
@requires(*_EDITORS)
def translate_question(survey_question_id: int) -> ResponseReturnValue:
    """In the language of the address; an empty page takes a translation away."""
    question = queries.survey_question(survey_question_id)
    version_id = question.version_id
    language = request.args.get("sprak", "en")
    if language not in LANGUAGES or language == SWEDISH:
        raise NotFound("Det språket finns inte här.")
    form = WordingForm()
    form.keep_only(question.kind)
    form.write_in(LANGUAGES[language])
    if not form.is_submitted() and language in question.by_language:
        form.fill(question.by_language[language])
    is_removing = form.is_submitted() and request.form.get("gor") == "ta-bort"
    if is_removing or form.validate_on_submit():
        try:
            with transaction():
                wording = None if is_removing else form.wording
                survey_services.translate_question(survey_question_id, language, wording)
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Översättningen är borttagen." if is_removing else "Översättningen är sparad.", "success")
            return _to_version(version_id)
        question = queries.survey_question(survey_question_id)
    page = render_template(
        "placements/checkpoints/translate.html",
        form=form,
        version=queries.version_with_questions(version_id),
        question=question,
        language=LANGUAGES[language],
        **_LABELS,
    )
    return page, form.status()


@bp.post(f"{_ROOT}/fragor/<int:survey_question_id>/flytta")
@requires(*_EDITORS)
def move_question(survey_question_id: int) -> ResponseReturnValue:
    version_id = queries.survey_question(survey_question_id).version_id
    try:
        with transaction():
            survey_services.move_question(survey_question_id, is_up=request.form.get("at") == "upp")
    except DomainError as error:
        flash(error.message_sv, "error")
    return _to_version(version_id)


@bp.post(f"{_ROOT}/fragor/<int:survey_question_id>/ta-bort")
@requires(*_EDITORS)
def remove_question(survey_question_id: int) -> ResponseReturnValue:
    version_id = queries.survey_question(survey_question_id).version_id
    try:
        with transaction():
            survey_services.remove_question(survey_question_id)
    except DomainError as error:
        flash(error.message_sv, "error")
    else:
        flash("Frågan är borttagen.", "success")
    return _to_version(version_id)


def _to_version(survey_version_id: int) -> ResponseReturnValue:
    return redirect(url_for("checkpoints.survey", survey_version_id=survey_version_id))
