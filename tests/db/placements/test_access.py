"""A participant's code: given, taken back, expired; and what her session sees."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from marketplace.audit import Event
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import Invalid, NotAllowed, NotFound
from marketplace.tenancy import Actor, acting_as
from placements.access.models import ParticipantCode
from placements.access.queries import actor_of_session, live_code_of, participant_actor
from placements.access.rules import CODE_DAYS
from placements.access.services import give_code, open_with_code, revoke_codes_of
from placements.booking.models import Placement
from placements.participants.models import Grant, Participant, ParticipantIdentity
from tests.support.placement_market import TODAY, Market, granted


@pytest.fixture
def participant_id(market: Market) -> int:
    participant_id, _ = granted(market)
    granted(market, 2)
    return participant_id


def given(officer: Actor, participant_id: int) -> str:
    with acting_as(officer), transaction():
        return give_code(participant_id)


def test_the_code_opens_for_its_own_participant(market: Market, participant_id: int) -> None:
    code = given(market.officer, participant_id)
    with transaction():
        code_id, found, opening = open_with_code(code.lower())
    assert found == participant_id
    actor = actor_of_session(code_id, participant_id, opening)
    assert actor is not None
    with acting_as(actor):
        assert [one.id for one in db.session.scalars(select(Participant))] == [participant_id]
        assert [one.participant_id for one in db.session.scalars(select(Grant))] == [participant_id]
        assert not list(db.session.scalars(select(ParticipantIdentity)))
        assert not list(db.session.scalars(select(Placement)))
        assert not db.session.scalar(select(func.count(Event.id)))


def test_only_a_hash_is_kept_and_the_timeline_tells_who_gave_it(market: Market, participant_id: int) -> None:
    code = given(market.officer, participant_id)
    with acting_as(market.officer):
        row = live_code_of(participant_id)
        assert row is not None
        assert code not in str(vars(row))
        actions = db.session.scalars(select(Event.action).where(Event.object_id == participant_id))
        assert "give_code" in set(actions)


def test_a_new_code_ends_the_one_before_and_its_session(market: Market, participant_id: int) -> None:
    first = given(market.officer, participant_id)
    with transaction():
        key = open_with_code(first)
    second = given(market.officer, participant_id)
    assert first != second
    assert actor_of_session(*key) is None
    with pytest.raises(Invalid, match="gäller inte längre"), transaction():
        open_with_code(first)


def test_a_code_that_is_taken_back_closes_the_page(market: Market, participant_id: int) -> None:
    with transaction():
        key = open_with_code(given(market.officer, participant_id))
    with acting_as(market.officer), transaction():
        assert revoke_codes_of(participant_id)
        assert not revoke_codes_of(participant_id)
    assert actor_of_session(*key) is None


def test_a_code_runs_out(market: Market, participant_id: int) -> None:
    code = given(market.officer, participant_id)
    with transaction():
        key = open_with_code(code)
    with travelling(TODAY + timedelta(days=CODE_DAYS + 1)):
        assert actor_of_session(*key) is None
        with pytest.raises(Invalid, match="har gått ut"), transaction():
            open_with_code(code)


def test_a_session_cannot_be_told_to_be_another_persons(market: Market, participant_id: int) -> None:
    with transaction():
        code_id, _, opening = open_with_code(given(market.officer, participant_id))
    assert actor_of_session(code_id, participant_id + 1, opening) is None


def test_a_wrong_code_is_refused_and_counts_nothing(market: Market, participant_id: int) -> None:
    given(market.officer, participant_id)
    with pytest.raises(Invalid, match="stämmer inte"), transaction():
        open_with_code("ABCDE-23456")
    with acting_as(market.officer):
        row = live_code_of(participant_id)
        assert row is not None
        assert row.times_opened == 0


def test_nobody_else_gives_reads_or_takes_back_a_code(market: Market, participant_id: int) -> None:
    given(market.officer, participant_id)
    for outsider in (market.other_unit_officer, market.south_officer, market.south_coordinator):
        with acting_as(outsider):
            assert live_code_of(participant_id) is None
            with pytest.raises(NotFound):
                give_code(participant_id)
    for role in (market.supervisor, market.manager, market.strategist, market.controller):
        with acting_as(role):
            assert live_code_of(participant_id) is None
            with pytest.raises(NotAllowed):
                give_code(participant_id)
    with acting_as(participant_actor(participant_id + 1)):
        assert not list(db.session.scalars(select(ParticipantCode)))
