"""Surveys that never change once published, checkpoints made once, and answers that stand."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from marketplace.audit import timeline
from marketplace.clock import travelling
from marketplace.db import db, explained, transaction
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.outbox import Outbox
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.access.queries import participant_actor
from placements.checkpoints import jobs, queries, services, survey_services
from placements.checkpoints.models import (
    Checkpoint,
    CheckpointAnswer,
    SurveyQuestion,
    SurveyVersion,
    SurveyWording,
)
from placements.checkpoints.rules import (
    CheckpointAction,
    CheckpointState,
    ClosedBy,
    Occasion,
    QuestionDraft,
    QuestionKind,
    SurveyState,
    Wording,
)
from tests.support.asking import STARTER, answered, asked, participant_of, published
from tests.support.placement_market import FIRST_DAY, Market
from tests.support.training import ended, running

YES_NO = QuestionDraft(QuestionKind.YES_NO, Wording("Trivs du?"))


@pytest.fixture
def market(ready_market: Market) -> Market:
    return ready_market


@pytest.fixture
def placement_id(market: Market) -> int:
    return running(market)


@pytest.fixture
def version_id(market: Market) -> int:
    return published(market.strategist)


def _she(market: Market, placement_id: int) -> Actor:
    return participant_actor(participant_of(placement_id, market.officer))


# Surveys.


def test_the_suggestion_is_a_draft_in_several_languages(market: Market) -> None:
    with acting_as(market.coordinator), transaction():
        version = survey_services.start_from_suggestion()
        assert version.state is SurveyState.DRAFT
        version_id = version.id
    with acting_as(market.coordinator):
        questions = queries.version_with_questions(version_id).questions
        assert [question.position for question in questions] == list(range(1, len(questions) + 1))
        assert queries.languages_of(questions) == ["sv", "ar", "en"]


def test_a_published_version_never_changes(market: Market, version_id: int) -> None:
    with acting_as(market.coordinator):
        question_id = queries.version_with_questions(version_id).questions[0].id
        for refused in (
            lambda: survey_services.add_question(version_id, YES_NO),
            lambda: survey_services.change_question(question_id, YES_NO),
            lambda: survey_services.translate_question(question_id, "so", Wording("Su'aal", "", "a", "b")),
            lambda: survey_services.move_question(question_id, is_up=False),
            lambda: survey_services.remove_question(question_id),
            lambda: survey_services.discard_draft(version_id),
            lambda: survey_services.publish(version_id),
        ):
            with pytest.raises(Conflict), transaction():
                refused()


@pytest.mark.parametrize(
    "statement",
    [
        update(SurveyVersion).values(published_by="Någon annan"),
        update(SurveyVersion).values(state="draft", published_at=None),
        update(SurveyQuestion).values(position=9),
        update(SurveyWording).values(text="Annat"),
        text("DELETE FROM survey_wording"),
        text(
            "INSERT INTO survey_wording SELECT question_id, 'th', text, '', '', '', choices FROM survey_wording"
        ),
        text(
            "INSERT INTO survey_question (version_id, series, position, kind, occasions)"
            " SELECT id, 'x', 99, 'text', '{start}' FROM survey_version"
        ),
    ],
)
def test_the_database_holds_it_too(market: Market, version_id: int, statement: object) -> None:
    with acting_as(market.strategist):
        with pytest.raises(IntegrityError) as refused, db.session.begin_nested():
            db.session.execute(statement)  # type: ignore[call-overload]
        assert isinstance(explained(refused.value), Conflict)


def test_a_new_version_replaces_and_goes_on_in_the_same_lines(market: Market, version_id: int) -> None:
    with acting_as(market.coordinator):
        with transaction():
            new_id = survey_services.new_version(version_id).id
        with pytest.raises(Conflict, match="utkast"), transaction():
            survey_services.new_version(version_id)
        with transaction():
            first, second = queries.version_with_questions(new_id).questions[:2]
            reworded = QuestionDraft(first.kind, Wording("Får du bestämma?", "", "Nej", "Ja"), points=5)
            survey_services.change_question(first.id, reworded)
            other_scale = QuestionDraft(second.kind, second.swedish, points=7)
            survey_services.change_question(second.id, other_scale)
        with transaction():
            survey_services.publish(new_id)
        old, new = queries.version_with_questions(version_id), queries.version_with_questions(new_id)
        assert (old.state, new.state, new.number) == (SurveyState.REPLACED, SurveyState.PUBLISHED, 2)
        assert old.replaced_at is not None
        same = [one.series == two.series for one, two in zip(old.questions, new.questions, strict=True)]
        assert same == [True, False, True, True, True, True]
        assert {event.action for event in timeline("survey_version", version_id)} == {
            "create",
            "publish",
            "replace",
        }


def test_an_empty_survey_is_not_published(market: Market) -> None:
    with acting_as(market.coordinator):
        with transaction():
            version_id = survey_services.start_survey("Tom").id
        with pytest.raises(Conflict, match="ingen fråga"), transaction():
            survey_services.publish(version_id)


def test_a_draft_is_moved_about_translated_and_thrown_away(market: Market) -> None:
    with acting_as(market.coordinator):
        with transaction():
            version_id = survey_services.start_survey("Vår").id
            first = survey_services.add_question(version_id, YES_NO).id
            second = survey_services.add_question(
                version_id, QuestionDraft(QuestionKind.CHOICE, Wording("Vad?", choices=("Ett", "Två")))
            ).id
        with transaction():
            survey_services.move_question(second, is_up=True)
        assert [one.id for one in queries.version_with_questions(version_id).questions] == [second, first]
        with pytest.raises(Invalid, match="2 svar"), transaction():
            survey_services.translate_question(second, "en", Wording("What?", choices=("One",)))
        with transaction():
            survey_services.translate_question(second, "en", Wording("What?", choices=("One", "Two")))
        with transaction():
            survey_services.translate_question(second, "en", None)
        assert list(queries.survey_question(second).by_language) == ["sv"]
        with transaction():
            survey_services.discard_draft(version_id)
        assert queries.surveys() == []


# Checkpoints.


def test_an_occasion_is_asked_about_once(market: Market, placement_id: int, version_id: int) -> None:
    checkpoint_id = asked(market, placement_id)
    with travelling(FIRST_DAY), acting_as(system_actor(market.north_id)), transaction():
        assert services.make_checkpoint(placement_id) is None
        found = db.session.get_one(Checkpoint, checkpoint_id)
        assert (found.occasion, found.version_id, found.due_on) == (
            Occasion.START,
            version_id,
            date(2026, 3, 23),
        )
        copy = text(
            "INSERT INTO checkpoint (placement_id, participant_id, authority_id, version_id, occasion, number, made_on,"
            " due_on, state, language, witness) SELECT placement_id, participant_id, authority_id, version_id,"
            " occasion, number, made_on, due_on, 'open', 'sv', '' FROM checkpoint"
        )
        with pytest.raises(IntegrityError, match="uq_checkpoint"), db.session.begin_nested():
            db.session.execute(copy)


def test_nothing_is_asked_without_a_published_survey(market: Market, placement_id: int) -> None:
    with travelling(FIRST_DAY), acting_as(system_actor(market.north_id)), transaction():
        assert services.make_checkpoint(placement_id) is None
        assert queries.placements_to_ask() == []


def test_the_night_asks_each_authoritys_own_and_lets_the_old_lapse(
    market: Market, placement_id: int, version_id: int
) -> None:
    def night(day: date) -> None:
        with travelling(day):
            jobs.dispatch_day()
            with acting_as(system_actor()), transaction():
                rows = db.session.execute(
                    select(Outbox.id, Outbox.topic).where(
                        Outbox.topic.like("checkpoints.%"), Outbox.processed_at.is_(None)
                    )
                ).all()
            for row in rows:
                {"checkpoints.make": jobs.make, "checkpoints.lapse": jobs.lapse}[row.topic](row.id)

    def states() -> list[tuple[Occasion, CheckpointState]]:
        with acting_as(market.officer):
            db.session.expire_all()
            rows = queries.checkpoints_of(participant_of(placement_id, market.officer))
            return [(row.occasion, row.state) for row in reversed(rows)]

    night(FIRST_DAY)
    night(FIRST_DAY + timedelta(days=1))
    assert states() == [(Occasion.START, CheckpointState.OPEN)]
    night(date(2026, 6, 9))
    assert states() == [(Occasion.START, CheckpointState.LAPSED), (Occasion.QUARTER, CheckpointState.OPEN)]
    ended(market, placement_id, date(2026, 7, 1))
    night(date(2026, 7, 2))
    assert states()[1:] == [(Occasion.QUARTER, CheckpointState.LAPSED), (Occasion.END, CheckpointState.OPEN)]
    night(date(2026, 9, 15))
    assert states()[2] == (Occasion.END, CheckpointState.LAPSED)


def test_she_answers_bit_by_bit_and_hands_in_once(market: Market, placement_id: int, version_id: int) -> None:
    checkpoint_id = asked(market, placement_id)
    she = _she(market, placement_id)
    with acting_as(she):
        with pytest.raises(Invalid, match="minst en"), transaction():
            services.submit(checkpoint_id)
        questions = [(one.id, one.kind) for one in queries.questions_of(queries.checkpoint(checkpoint_id))]
        assert QuestionKind.CHOICE not in {kind for _, kind in questions}, "not at the start"
        with transaction():
            services.choose_language(checkpoint_id, "ar")
        for typed in ("2", "5"):
            with transaction():
                services.save_answer(checkpoint_id, questions[0][0], typed)
        words_id = next(one for one, kind in questions if kind is QuestionKind.TEXT)
        for typed in ("Först", ""):
            with transaction():
                services.save_answer(checkpoint_id, words_id, typed)
        found = queries.answers_to(checkpoint_id)
        assert {one: answer.number for one, answer in found.items()} == {questions[0][0]: 5}
        assert queries.lines_of(she.participant_id or 0) == [], "nothing is shown before it is handed in"
        with transaction():
            services.submit(checkpoint_id)
        for again in (
            lambda: services.submit(checkpoint_id),
            lambda: services.save_answer(checkpoint_id, questions[0][0], "1"),
            lambda: services.decline(checkpoint_id),
            lambda: services.choose_language(checkpoint_id, "sv"),
        ):
            with pytest.raises(Conflict, match="redan skickat in"), transaction():
                again()
        handed_in = queries.checkpoint(checkpoint_id)
        assert (handed_in.closed_by, handed_in.witness, handed_in.language) == (
            ClosedBy.PARTICIPANT,
            "",
            "ar",
        )
        (line,) = queries.lines_of(she.participant_id or 0)
        assert [(point.number, point.version_sv) for point in line.answers] == [(5, "Version 1")]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE checkpoint_answer SET number = 1 WHERE number IS NOT NULL",
        "DELETE FROM checkpoint_answer",
        "UPDATE checkpoint SET state = 'open', closed_at = NULL, closed_by = NULL",
    ],
)
def test_an_answered_checkpoint_stands_in_the_database(
    market: Market, placement_id: int, version_id: int, statement: str
) -> None:
    she = _she(market, placement_id)
    answered(she, asked(market, placement_id))
    for actor in (she, market.officer):
        refused = pytest.raises(IntegrityError, match="closed_checkpoint")
        with acting_as(actor), refused, db.session.begin_nested():
            db.session.execute(text(statement))


@pytest.mark.parametrize(("column", "value"), [("number", "6"), ("number", "0"), ("number", "-1")])
def test_what_is_no_answer_is_refused_by_the_database(
    market: Market, placement_id: int, version_id: int, column: str, value: str
) -> None:
    checkpoint_id = asked(market, placement_id)
    she = _she(market, placement_id)
    with acting_as(she):
        question_id = queries.questions_of(queries.checkpoint(checkpoint_id))[0].id
        with transaction():
            services.save_answer(checkpoint_id, question_id, "3")
        with pytest.raises(IntegrityError, match="answer_fits"), db.session.begin_nested():
            db.session.execute(text(f"UPDATE checkpoint_answer SET {column} = {value}"))


def test_at_the_table_somebody_is_the_witness(market: Market, placement_id: int, version_id: int) -> None:
    checkpoint_id = asked(market, placement_id)
    she = _she(market, placement_id)
    with acting_as(she):
        first, second, *_ = queries.questions_of(queries.checkpoint(checkpoint_id))
        ids = first.id, second.id
        with transaction():
            services.save_answer(checkpoint_id, ids[0], "2")
    with acting_as(market.officer):
        with pytest.raises(Invalid) as refused, transaction():
            services.answer_at_table(checkpoint_id, {ids[1]: "9"})
        assert refused.value.field == str(ids[1])
        with transaction():
            services.answer_at_table(checkpoint_id, {ids[1]: "4"})
        found = queries.checkpoint(checkpoint_id)
        assert (found.closed_by, found.witness) == (ClosedBy.OFFICER, market.officer.user_name)
        assert {one: answer.number for one, answer in queries.answers_to(checkpoint_id).items()} == {
            ids[0]: 2,
            ids[1]: 4,
        }


def test_nobody_says_that_she_answered_by_herself(market: Market, placement_id: int, version_id: int) -> None:
    checkpoint_id = asked(market, placement_id)
    forged = text("UPDATE checkpoint SET state = 'declined', closed_at = now(), closed_by = 'participant'")
    with (
        acting_as(market.officer),
        pytest.raises(DBAPIError, match="another_writer"),
        db.session.begin_nested(),
    ):
        db.session.execute(forged)
    with acting_as(market.supervisor), pytest.raises(NotAllowed), transaction():
        with acting_as(market.officer):
            checkpoint = queries.checkpoint(checkpoint_id)
        with acting_as(market.supervisor):
            services._close(checkpoint, CheckpointAction.DECLINE)


def test_not_wanting_to_answer_is_an_answer_that_leaves_nothing(
    market: Market, placement_id: int, version_id: int
) -> None:
    checkpoint_id = asked(market, placement_id)
    she = _she(market, placement_id)
    with acting_as(she):
        with transaction():
            question = queries.questions_of(queries.checkpoint(checkpoint_id))[0]
            services.save_answer(checkpoint_id, question.id, "1")
        with transaction():
            services.decline(checkpoint_id)
        assert db.session.scalar(select(func.count()).select_from(CheckpointAnswer)) == 0
    with acting_as(market.officer):
        assert queries.checkpoint(checkpoint_id).state is CheckpointState.DECLINED


def test_an_answer_that_is_late_waits_for_the_case_officer_alone(
    market: Market, placement_id: int, version_id: int
) -> None:
    asked(market, placement_id)
    for day, count in ((FIRST_DAY, 0), (date(2026, 3, 24), 1)):
        with travelling(day), acting_as(market.officer):
            assert len(queries.waiting(market.officer)) == count
    with travelling(date(2026, 3, 24)):
        for actor in (market.colleague, market.supervisor, market.coordinator, market.strategist):
            with acting_as(actor):
                assert queries.waiting(actor) == []


def test_a_line_over_time_goes_through_versions(market: Market, placement_id: int, version_id: int) -> None:
    she = _she(market, placement_id)
    with travelling(FIRST_DAY):
        answered(she, asked(market, placement_id))
    with travelling(date(2026, 5, 1)), acting_as(market.coordinator), transaction():
        survey_services.publish(survey_services.new_version(version_id).id)
    with travelling(date(2026, 6, 10)):
        answered(she, asked(market, placement_id, date(2026, 6, 10)), {**STARTER, QuestionKind.SCALE: "5"})
    with acting_as(she):
        lines = queries.lines_of(she.participant_id or 0)
        assert [(point.number, point.version_sv) for point in lines[0].answers] == [
            (4, "Version 1"),
            (5, "Version 2"),
        ]
        assert lines[0].is_chart
