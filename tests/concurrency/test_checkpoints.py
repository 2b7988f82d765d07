"""Two tabs, the officer at the table, two nights at once: one checkpoint, one hand-in, and no answer after it."""

import pytest
from sqlalchemy import func, select

from marketplace.clock import travelling
from marketplace.db import db
from marketplace.errors import Conflict, NotFound
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.access.queries import participant_actor
from placements.checkpoints import queries, services, survey_services
from placements.checkpoints.models import Checkpoint
from placements.checkpoints.rules import CheckpointState, QuestionKind
from tests.support.application import Database
from tests.support.asking import asked, participant_of, published
from tests.support.at_once import all_at_once, by, refusals
from tests.support.placement_market import FIRST_DAY, Market, build_market
from tests.support.training import running


@pytest.fixture
def market(database: Database) -> Market:
    return build_market()


def _running(market: Market) -> tuple[int, Actor]:
    placement_id = running(market)
    with travelling(FIRST_DAY):
        published(market.strategist)
    return placement_id, participant_actor(participant_of(placement_id, market.officer))


def test_two_nights_make_one_checkpoint(database: Database, market: Market) -> None:
    placement_id, _ = _running(market)
    night = by(system_actor(market.north_id), lambda: services.make_checkpoint(placement_id))
    assert refusals(all_at_once(database, [night] * 6, FIRST_DAY)) == []
    with acting_as(market.officer):
        assert db.session.scalar(select(func.count()).select_from(Checkpoint)) == 1


def test_tabs_and_the_table_hand_in_once_and_nothing_is_written_after(
    database: Database, market: Market
) -> None:
    placement_id, she = _running(market)
    checkpoint_id = asked(market, placement_id)
    with acting_as(she):
        questions = queries.questions_of(queries.checkpoint(checkpoint_id))
        scales = [one.id for one in questions if one.kind is QuestionKind.SCALE]
    with travelling(FIRST_DAY):
        by(she, lambda: services.save_answer(checkpoint_id, scales[0], "3"))()

    def save(typed: str) -> None:
        services.save_answer(checkpoint_id, scales[1], typed)

    acts = [by(she, lambda: services.submit(checkpoint_id).id)] * 3
    acts += [by(she, lambda typed=typed: save(typed)) for typed in "1234"]  # type: ignore[misc]
    acts += [by(market.officer, lambda: services.answer_at_table(checkpoint_id, {scales[0]: "5"}).id)]
    results = all_at_once(database, acts, FIRST_DAY)
    assert all(isinstance(refusal, Conflict) for refusal in refusals(results))
    assert [results.count(checkpoint_id)] == [1], "handed in once, by her or at the table"
    db.session.rollback()
    with acting_as(she):
        found = queries.checkpoint(checkpoint_id)
        assert found.state is CheckpointState.SUBMITTED
        numbers = {one: answer.number for one, answer in queries.answers_to(checkpoint_id).items()}
        assert numbers[scales[0]] == (5 if found.witness else 3)
        saved = sum(result is None for result in results)
        assert (scales[1] in numbers) == (saved > 0), "what was said to be saved is"


def test_a_question_is_not_changed_while_it_is_published(database: Database, market: Market) -> None:
    with travelling(FIRST_DAY), acting_as(market.strategist):
        version_id = survey_services.start_from_suggestion().id
        question_id = queries.version_with_questions(version_id).questions[0].id
        db.session.commit()
    acts = [by(market.strategist, lambda: survey_services.publish(version_id).id)] * 2
    acts += [by(market.coordinator, lambda: survey_services.remove_question(question_id))] * 2
    results = all_at_once(database, acts, FIRST_DAY)
    assert results.count(version_id) >= 1
    db.session.rollback()
    with acting_as(market.strategist):
        version = queries.version_with_questions(version_id)
        assert version.published_at is not None
        assert len(version.questions) in {5, 6}


def test_a_question_is_removed_once(database: Database, market: Market) -> None:
    with travelling(FIRST_DAY), acting_as(market.strategist):
        version_id = survey_services.start_from_suggestion().id
        question_id = queries.version_with_questions(version_id).questions[0].id
        db.session.commit()
    acts = [by(market.coordinator, lambda: survey_services.remove_question(question_id))] * 6
    results = all_at_once(database, acts, FIRST_DAY)
    assert results.count(version_id) == 1
    assert sum(isinstance(result, NotFound) for result in results) == 5
