"""Writing and publishing surveys."""

from collections.abc import Mapping
from uuid import uuid4

from sqlalchemy import func, select

from marketplace import audit, clock
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid
from marketplace.rules import advance
from marketplace.tenancy import current_actor
from placements.checkpoints.models import Survey, SurveyQuestion, SurveyVersion, SurveyWording
from placements.checkpoints.queries import published_version, survey_question, survey_version
from placements.checkpoints.rules import (
    LANGUAGES,
    MOST_QUESTIONS,
    SURVEY_TRANSITIONS,
    SWEDISH,
    QuestionDraft,
    SurveyAction,
    SurveyState,
    Wording,
    check_question,
    check_translation,
    is_same_question,
)
from placements.checkpoints.starter_rules import STARTER, STARTER_NAME_SV


def start_survey(name_sv: str) -> SurveyVersion:
    """A new survey with an empty draft."""
    if not name_sv.strip():
        raise Invalid("Skriv vad enkäten ska heta.", field="name_sv")
    authority_id = current_actor().authority_id
    assert authority_id is not None, "whoever edits surveys acts for an authority"
    survey = Survey(authority_id=authority_id, name_sv=name_sv.strip())
    db.session.add(survey)
    db.session.flush()
    version = SurveyVersion(survey_id=survey.id, authority_id=authority_id, number=1)
    db.session.add(version)
    db.session.flush()
    _record(version, "create")
    return version


def start_from_suggestion() -> SurveyVersion:
    """A draft with the questions that the marketplace suggests, to read, change and publish."""
    version = start_survey(STARTER_NAME_SV)
    for draft, translations in STARTER:
        question = add_question(version.id, draft)
        for language, wording in translations.items():
            _word(question, language, wording)
    db.session.flush()
    return version


def add_question(survey_version_id: int, draft: QuestionDraft) -> SurveyQuestion:
    """Last in the draft. Raises Invalid, and Conflict once it is published."""
    version = _draft(survey_version_id)
    check_question(draft)
    asked, last = db.session.execute(
        select(func.count(), func.coalesce(func.max(SurveyQuestion.position), 0)).where(
            SurveyQuestion.version_id == version.id
        )
    ).one()
    if asked >= MOST_QUESTIONS:
        raise Invalid(f"En enkät har högst {MOST_QUESTIONS} frågor. Ta bort en först.")
    question = SurveyQuestion(version_id=version.id, series=_new_series(), position=last + 1)
    _write(question, draft)
    db.session.add(question)
    db.session.flush()
    return question


def change_question(survey_question_id: int, draft: QuestionDraft) -> None:
    """The question in Swedish. One that is answered in another way is another question: its line begins anew."""
    question = _drafted(survey_question_id)
    check_question(draft)
    if not is_same_question(question.draft, draft):
        question.series = _new_series()
        if question.draft.kind is not draft.kind or question.draft.wording.choices != draft.wording.choices:
            for row in list(question.wordings):
                if row.language != SWEDISH:
                    question.wordings.remove(row)
    _write(question, draft)


def translate_question(survey_question_id: int, language: str, wording: Wording | None) -> None:
    """The question in another language; None takes the translation away."""
    question = _drafted(survey_question_id)
    if language not in LANGUAGES or language == SWEDISH:
        raise Invalid("Välj ett språk.", field="language")
    if wording is not None:
        check_translation(question.kind, question.swedish, wording)
    _word(question, language, wording)


def move_question(survey_question_id: int, *, is_up: bool) -> None:
    """One step; nothing happens at the ends."""
    question = _drafted(survey_question_id)
    rows = survey_version(question.version_id).questions
    position = rows.index(question)
    other = position - 1 if is_up else position + 1
    if 0 <= other < len(rows):
        question.position, rows[other].position = rows[other].position, question.position


def remove_question(survey_question_id: int) -> int:
    """Gives the version that it was in."""
    question = _drafted(survey_question_id)
    version = survey_version(question.version_id)
    version.questions.remove(question)
    return version.id


def publish(survey_version_id: int) -> SurveyVersion:
    """What new checkpoints ask from now on, in place of whatever was asked before. It never changes again."""
    version = survey_version(survey_version_id, lock=True)
    role = current_actor().role
    target = advance(SURVEY_TRANSITIONS, version.state, SurveyAction.PUBLISH, role).target
    if not version.questions:
        raise Conflict("Enkäten har ingen fråga än. Lägg till en först.")
    for question in version.questions:
        for language, wording in question.by_language.items():
            if language != SWEDISH:
                check_translation(question.kind, question.swedish, wording)
    before = published_version()
    if before is not None:
        replaced = advance(SURVEY_TRANSITIONS, before.state, SurveyAction.REPLACE, role).target
        before.state, before.replaced_at = SurveyState(replaced), clock.now()
        db.session.flush()
        _record(before, "replace")
    version.state = SurveyState(target)
    version.published_at = clock.now()
    version.published_by = current_actor().user_name
    db.session.flush()
    _record(version, "publish")
    return version


def new_version(survey_version_id: int) -> SurveyVersion:
    """A draft with the same questions, to change. Raises Conflict where there is a draft already."""
    model = survey_version(survey_version_id)
    if model.state is SurveyState.DRAFT:
        raise Conflict("Det här är redan ett utkast. Ändra i det.")
    get_or_404(Survey, model.survey_id, lock=True)
    numbers = select(func.max(SurveyVersion.number)).where(SurveyVersion.survey_id == model.survey_id)
    version = SurveyVersion(
        survey_id=model.survey_id,
        authority_id=model.authority_id,
        number=(db.session.scalar(numbers) or 0) + 1,
    )
    db.session.add(version)
    db.session.flush()
    for question in model.questions:
        copy = SurveyQuestion(version_id=version.id, series=question.series, position=question.position)
        _write(copy, question.draft)
        db.session.add(copy)
        db.session.flush()
        for language, wording in question.by_language.items():
            _word(copy, language, wording)
    _record(version, "create")
    return version


def discard_draft(survey_version_id: int) -> None:
    """Throws a draft away. Raises Conflict for one that is published."""
    version = _draft(survey_version_id)
    db.session.delete(version)
    db.session.flush()
    others = select(SurveyVersion.id).where(SurveyVersion.survey_id == version.survey_id)
    if db.session.scalar(others.limit(1)) is None:
        db.session.delete(get_or_404(Survey, version.survey_id))


def _draft(survey_version_id: int) -> SurveyVersion:
    """The version, held until the transaction ends. Raises Conflict for one that is published."""
    version = survey_version(survey_version_id, lock=True)
    if version.state is not SurveyState.DRAFT:
        raise Conflict("En publicerad version ändras inte. Skriv en ny version.")
    return version


def _drafted(survey_question_id: int) -> SurveyQuestion:
    """A draft's question, read anew once the draft is held: another may have removed it meanwhile. Raises NotFound, and
    Conflict for one that is published."""
    _draft(survey_question(survey_question_id).version_id)
    return get_or_404(SurveyQuestion, survey_question_id, lock=True)


def _new_series() -> str:
    return uuid4().hex


def _write(question: SurveyQuestion, draft: QuestionDraft) -> None:
    question.kind, question.points = draft.kind, draft.points
    question.occasions = [occasion.value for occasion in draft.occasions]
    _word(question, SWEDISH, draft.wording)


def _word(question: SurveyQuestion, language: str, wording: Wording | None) -> None:
    row = next((one for one in question.wordings if one.language == language), None)
    if wording is None:
        if row is not None:
            question.wordings.remove(row)
        return
    if row is None:
        row = SurveyWording(language=language)
        question.wordings.append(row)
    said: Mapping[str, str] = vars(wording) | {"choices": list(wording.choices)}
    for name, value in said.items():
        setattr(row, name, value)


def _record(version: SurveyVersion, action: str) -> None:
    audit.record(
        "survey_version", version.id, action, authority_id=version.authority_id, to_state=version.state
    )
