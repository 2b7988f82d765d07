"""Making checkpoints, and answering them: bit by bit by the participant, or at the table with a witness."""

from collections.abc import Mapping

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from marketplace import audit, clock
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid
from marketplace.rules import advance
from marketplace.tenancy import current_actor
from placements.booking.models import Placement
from placements.checkpoints import queries
from placements.checkpoints.due_rules import due_now
from placements.checkpoints.models import Checkpoint, CheckpointAnswer, SurveyQuestion
from placements.checkpoints.rules import (
    CHECKPOINT_TRANSITIONS,
    LANGUAGES,
    OVER_SV,
    Answer,
    CheckpointAction,
    CheckpointState,
    ClosedBy,
    QuestionKind,
    read_answer,
)


def make_checkpoint(placement_id: int) -> Checkpoint | None:
    """What is due of the placement today, if it is not made. Those before it that nobody answered lapse.

    For the system of the authority. Held by the placement's row, so that two runs make one.
    """
    placement = get_or_404(Placement, placement_id, lock=True)
    version = queries.published_version()
    made = queries.made_for([placement_id]).get(placement_id, set())
    due = due_now(queries.stay_of(placement), today(), made)
    if version is None or due is None or not queries.has_questions_at(version.id, due.occasion):
        return None
    for earlier in queries.open_checkpoints_of(placement_id):
        _close(earlier, CheckpointAction.LAPSE)
    checkpoint = Checkpoint(
        placement_id=placement_id,
        participant_id=placement.participant_id,
        authority_id=placement.authority_id,
        version_id=version.id,
        occasion=due.occasion,
        number=due.number,
        made_on=today(),
        due_on=due.due_on,
    )
    db.session.add(checkpoint)
    db.session.flush()
    _record(checkpoint, "make")
    return checkpoint


def lapse_unanswered() -> None:
    """Closes what nobody is waited for any more. For the system of an authority."""
    for checkpoint in queries.checkpoints_over():
        _close(queries.checkpoint(checkpoint.id, lock=True), CheckpointAction.LAPSE)


def choose_language(checkpoint_id: int, language: str) -> None:
    """What the participant reads the questions in."""
    checkpoint = _open(checkpoint_id)
    if language not in LANGUAGES:
        raise Invalid("Välj ett språk på sidan.")
    checkpoint.language = language


def save_answer(checkpoint_id: int, survey_question_id: int, typed: str) -> None:
    """One answer, kept at once. Raises Conflict once it is handed in.

    An empty box takes words away; a choice that was made stays until another is.
    """
    checkpoint = _open(checkpoint_id)
    question = next((one for one in queries.questions_of(checkpoint) if one.id == survey_question_id), None)
    if question is None:
        raise Invalid("Frågan hör inte till den här avstämningen. Läs om sidan.")
    answer = _read(question, typed)
    if answer is None and question.kind is QuestionKind.TEXT:
        mine = (CheckpointAnswer.checkpoint_id == checkpoint_id, CheckpointAnswer.question_id == question.id)
        db.session.execute(delete(CheckpointAnswer).where(*mine))
    _save(checkpoint, question, answer)


def submit(checkpoint_id: int) -> Checkpoint:
    """The participant hands it in; it never changes again."""
    checkpoint = _open(checkpoint_id)
    if not queries.answers_to(checkpoint_id):
        raise Invalid("Svara på minst en fråga innan du skickar in.")
    _close(checkpoint, CheckpointAction.SUBMIT)
    return checkpoint


def answer_at_table(checkpoint_id: int, typed: Mapping[int, str]) -> Checkpoint:
    """The participant's answers as somebody at the table with her writes them down, by question; handed in at once.

    What she has saved by herself stands where nothing is written. Raises Invalid, beside the question.
    """
    checkpoint = _open(checkpoint_id)
    for question in queries.questions_of(checkpoint):
        try:
            answer = _read(question, typed.get(question.id, ""))
        except Invalid as error:
            raise Invalid(error.message_sv, field=str(question.id)) from error
        if answer is not None:
            _save(checkpoint, question, answer)
    db.session.flush()
    if not queries.answers_to(checkpoint_id):
        raise Invalid("Skriv svaret på minst en fråga, eller notera att deltagaren inte vill svara.")
    _close(checkpoint, CheckpointAction.SUBMIT)
    return checkpoint


def decline(checkpoint_id: int) -> None:
    """The participant does not want to answer this time. What she had begun to answer is thrown away."""
    checkpoint = _open(checkpoint_id)
    db.session.execute(delete(CheckpointAnswer).where(CheckpointAnswer.checkpoint_id == checkpoint_id))
    _close(checkpoint, CheckpointAction.DECLINE)


def _open(checkpoint_id: int) -> Checkpoint:
    """The checkpoint, held until the transaction ends. Raises Conflict, in easy words, once it is over."""
    checkpoint = queries.checkpoint(checkpoint_id, lock=True)
    if checkpoint.state is not CheckpointState.OPEN:
        raise Conflict(OVER_SV[checkpoint.state])
    return checkpoint


def _read(question: SurveyQuestion, typed: str) -> Answer | None:
    return read_answer(question.kind, question.points, len(question.swedish.choices), typed)


def _save(checkpoint: Checkpoint, question: SurveyQuestion, answer: Answer | None) -> None:
    if answer is None:
        return
    values = {"number": answer.number, "words": answer.words, "answered_at": clock.now()}
    db.session.execute(
        insert(CheckpointAnswer)
        .values(
            checkpoint_id=checkpoint.id,
            question_id=question.id,
            participant_id=checkpoint.participant_id,
            **values,
        )
        .on_conflict_do_update(
            index_elements=[CheckpointAnswer.checkpoint_id, CheckpointAnswer.question_id], set_=values
        )
    )


def _close(checkpoint: Checkpoint, action: CheckpointAction) -> None:
    actor = current_actor()
    target = advance(CHECKPOINT_TRANSITIONS, checkpoint.state, action, actor.role).target
    before = checkpoint.state
    if actor.role is Role.PARTICIPANT:
        checkpoint.closed_by = ClosedBy.PARTICIPANT
    elif actor.role is Role.SYSTEM:
        checkpoint.closed_by = ClosedBy.SYSTEM
    else:
        checkpoint.closed_by = ClosedBy.OFFICER
        checkpoint.witness = actor.user_name
    checkpoint.state = CheckpointState(target)
    checkpoint.closed_at = clock.now()
    _record(checkpoint, action, before)
    db.session.flush()


def _record(checkpoint: Checkpoint, action: str, before: CheckpointState | None = None) -> None:
    audit.record(
        "checkpoint",
        checkpoint.id,
        action,
        authority_id=checkpoint.authority_id,
        from_state=before,
        to_state=checkpoint.state,
    )
