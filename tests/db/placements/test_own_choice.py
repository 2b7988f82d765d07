"""The participant answers by herself, with her code: what she saves, declines, wishes and chooses is hers and dated."""

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from marketplace.audit import timeline
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid, NotFound
from marketplace.letters.models import Letter
from marketplace.reference.rules import Sex
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.choice import queries
from placements.choice.models import ChoiceRound, ShownPlace
from placements.choice.rules import ChoiceBy, ChoiceState, RefusalReason
from placements.choice.services import (
    close_round,
    decline_place,
    record_choice,
    shortlist_place,
    show_places,
    take_back_decline,
    wish_for_wider,
)
from placements.own_page.queries import news_of, outlook, own_round, round_ids
from placements.participants.withdrawal import withdraw_grant
from tests.support.own_page import shown_round
from tests.support.placement_market import TODAY, Market


@pytest.fixture
def shown(market: Market) -> tuple[int, Actor]:
    """Three places, in an order of their own, and the participant."""
    return shown_round(market, market.repair_id, market.sewing_id, market.growing_id)


def _of(round_id: int, place_id: int) -> ShownPlace:
    return queries.shown_in(queries.choice_round(round_id, is_fresh=True), place_id)


def test_she_reads_what_was_shown_in_the_order_it_was_shown(market: Market, shown: tuple[int, Actor]) -> None:
    round_id, she = shown
    with acting_as(she):
        assert round_ids() == [round_id]
        found = own_round(round_id)
        assert [one.place_id for one in found.shown] == [
            market.repair_id,
            market.sewing_id,
            market.growing_id,
        ]
        first = found.shown[0].place
        assert (first.site.street, first.enterprise.name) == ("Byvägen 1", "Gården & Co")
        assert found.participant.case_officer.name == "Hanna Handläggare"
        now = outlook(found)
        assert set(now.options) == {market.repair_id, market.sewing_id, market.growing_id}
        assert now.other_trades == []


def test_she_saves_declines_and_chooses_with_reserves(market: Market, shown: tuple[int, Actor]) -> None:
    round_id, she = shown
    with acting_as(she), transaction():
        shortlist_place(round_id, market.sewing_id)
        decline_place(round_id, market.repair_id, RefusalReason.FAR_AWAY)
    with acting_as(market.officer):
        saved, declined = _of(round_id, market.sewing_id), _of(round_id, market.repair_id)
        assert (saved.shortlisted_on, saved.shortlisted_by) == (TODAY, ChoiceBy.PARTICIPANT)
        assert (declined.declined_on, declined.declined_by) == (TODAY, ChoiceBy.PARTICIPANT)
        assert declined.decline_reason is RefusalReason.FAR_AWAY
    with acting_as(she):
        with pytest.raises(Invalid, match="nej"), transaction():
            record_choice(round_id, market.repair_id)
        with transaction():
            take_back_decline(round_id, market.repair_id)
        with transaction():
            record_choice(round_id, market.growing_id, reserve_ids=[market.repair_id, market.sewing_id])
    with acting_as(market.officer):
        found = queries.choice_round(round_id, is_fresh=True)
        assert (found.state, found.chosen_by, found.chosen_on) == (
            ChoiceState.CHOSEN,
            ChoiceBy.PARTICIPANT,
            TODAY,
        )
        assert [one.place_id for one in queries.reserves(found)] == [market.repair_id, market.sewing_id]
        with acting_as(system_actor()):
            letters = db.session.scalars(select(Letter)).all()
            assert [(one.organisation_id, one.subject_sv) for one in letters] == [
                (market.unit_id, "En deltagare har valt plats")
            ]
        who = {event.action: event.user_name for event in timeline("choice_round", round_id)}
        assert who["choose"] == who["refuse"] == "Deltagaren"
    with acting_as(she):
        assert news_of(own_round(round_id)) == []
        for late in (
            lambda: record_choice(round_id, market.growing_id),
            lambda: shortlist_place(round_id, market.repair_id),
            lambda: decline_place(round_id, market.growing_id),
            lambda: wish_for_wider(round_id),
        ):
            with pytest.raises(Conflict), transaction():
                late()


def test_saving_takes_back_a_no_and_a_no_takes_away_what_was_saved(
    market: Market, shown: tuple[int, Actor]
) -> None:
    round_id, she = shown
    with acting_as(she):
        with transaction():
            decline_place(round_id, market.sewing_id)
            shortlist_place(round_id, market.sewing_id)
        one = _of(round_id, market.sewing_id)
        assert (one.is_shortlisted, one.is_declined) == (True, False)
        with transaction():
            decline_place(round_id, market.sewing_id)
            decline_place(round_id, market.sewing_id, RefusalReason.HOURS)
        one = _of(round_id, market.sewing_id)
        assert (one.is_shortlisted, one.decline_reason) == (False, RefusalReason.HOURS)


def test_what_the_officer_writes_at_the_table_is_told_from_what_she_wrote(
    market: Market, shown: tuple[int, Actor]
) -> None:
    round_id, _ = shown
    with acting_as(market.officer):
        with transaction():
            shortlist_place(round_id, market.sewing_id)
            record_choice(round_id, market.sewing_id)
        found = queries.choice_round(round_id, is_fresh=True)
        assert found.chosen_by is ChoiceBy.OFFICER
        assert _of(round_id, market.sewing_id).shortlisted_by is ChoiceBy.OFFICER


def test_a_round_closed_without_a_choice_keeps_what_she_said(
    market: Market, shown: tuple[int, Actor]
) -> None:
    round_id, she = shown
    with acting_as(she), transaction():
        decline_place(round_id, market.sewing_id, RefusalReason.TASKS)
    with acting_as(market.officer), transaction():
        close_round(round_id)
    with acting_as(she):
        with pytest.raises(Conflict), transaction():
            record_choice(round_id, market.repair_id)
        assert _of(round_id, market.sewing_id).decline_reason is RefusalReason.TASKS
    with acting_as(market.officer), pytest.raises(Conflict, match="avslutat"), transaction():
        db.session.execute(update(ShownPlace).values(declined_on=None, declined_by=None))


def test_a_wish_for_more_is_seen_until_more_is_shown(market: Market) -> None:
    round_id, she = shown_round(market, market.sewing_id, sex=Sex.WOMAN)
    with acting_as(she):
        found = own_round(round_id)
        assert outlook(found).other_trades, "the page tells softly that there are other sorts"
        with transaction():
            wish_for_wider(round_id)
        with transaction():
            wish_for_wider(round_id)
    with acting_as(market.officer):
        assert queries.has_wider_wish(queries.choice_round(round_id, is_fresh=True))
        assert [event.action for event in timeline("choice_round", round_id)].count("wish_wider") == 1
        [item] = queries.waiting(market.officer)
        assert "har bett om det" in item.text_sv
    with travelling(TODAY.replace(day=3)), acting_as(market.officer):
        with transaction():
            show_places(round_id, [market.repair_id])
        assert not queries.has_wider_wish(queries.choice_round(round_id, is_fresh=True))


def test_no_to_everything_waits_for_the_officer(market: Market, shown: tuple[int, Actor]) -> None:
    round_id, she = shown
    with acting_as(she), transaction():
        for place_id in (market.repair_id, market.sewing_id, market.growing_id):
            decline_place(round_id, place_id)
    with acting_as(market.officer):
        [item] = queries.waiting(market.officer)
        assert "har sagt nej till alla" in item.text_sv


def test_a_withdrawn_grant_ends_her_choosing(market: Market, shown: tuple[int, Actor]) -> None:
    round_id, she = shown
    with acting_as(market.officer):
        grant_id = queries.choice_round(round_id).grant_id
    with acting_as(market.coordinator), transaction():
        withdraw_grant(grant_id)
    with acting_as(she), pytest.raises(Conflict), transaction():
        record_choice(round_id, market.sewing_id)


def test_another_participant_finds_and_changes_nothing(market: Market, shown: tuple[int, Actor]) -> None:
    round_id, _ = shown
    _, other = shown_round(market, market.sewing_id, number=2)
    with acting_as(other):
        with pytest.raises(NotFound):
            own_round(round_id)
        for act in (
            lambda: record_choice(round_id, market.sewing_id),
            lambda: shortlist_place(round_id, market.sewing_id),
            lambda: decline_place(round_id, market.sewing_id),
            lambda: take_back_decline(round_id, market.sewing_id),
            lambda: wish_for_wider(round_id),
        ):
            with pytest.raises(NotFound), transaction():
                act()
        rounds = set(db.session.scalars(select(ChoiceRound.id)))
        assert round_id not in rounds
        assert set(db.session.scalars(select(ShownPlace.choice_round_id))) == rounds
        assert not timeline("choice_round", round_id)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE shown_place SET position = 9",
        "UPDATE shown_place SET place_id = place_id",
        "UPDATE shown_place SET free_seats = 9",
        "DELETE FROM shown_place",
    ],
)
def test_nobody_changes_what_was_shown(market: Market, shown: tuple[int, Actor], change: str) -> None:
    for actor in (shown[1], market.officer):
        with (
            acting_as(actor),
            pytest.raises(DBAPIError, match="permission denied"),
            db.session.begin_nested(),
        ):
            db.session.execute(text(change))


def test_she_writes_only_what_is_hers(market: Market, shown: tuple[int, Actor]) -> None:
    round_id, she = shown
    refused = [
        "UPDATE choice_round SET authority_id = authority_id + 1",
        "UPDATE choice_round SET opened_at = now()",
        "UPDATE choice_round SET state = 'closed'",
        "UPDATE choice_round SET state = 'chosen', chosen_on = current_date, chosen_by = 'participant'",
        "UPDATE shown_place SET is_chosen = true, declined_on = current_date, declined_by = 'participant'",
        "UPDATE shown_place SET shortlisted_on = current_date, shortlisted_by = 'officer'",
        "UPDATE shown_place SET reserve_rank = 3",
    ]
    for change in refused:
        with acting_as(she), pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(text(change))
    with acting_as(she):
        with pytest.raises(DBAPIError, match="row-level security"), db.session.begin_nested():
            db.session.execute(
                insert(ShownPlace).values(
                    choice_round_id=round_id,
                    place_id=market.bakery_place_id,
                    enterprise_id=market.bakery_id,
                    ssyk="7231",
                    position=4,
                    shown_at=text("now()"),
                    free_seats=1,
                    earliest_start=TODAY,
                    is_chosen=False,
                )
            )
        grants = db.session.execute(text("UPDATE training_grant SET support_level = '5'"))
        assert grants.rowcount == 0  # type: ignore[attr-defined]
    with (
        acting_as(market.officer),
        pytest.raises(DBAPIError, match="another_writer"),
        db.session.begin_nested(),
    ):
        db.session.execute(
            text("UPDATE shown_place SET shortlisted_on = current_date, shortlisted_by = 'participant'")
        )


def test_she_writes_events_of_her_own_round_only(market: Market, shown: tuple[int, Actor]) -> None:
    round_id, she = shown
    other_id, _ = shown_round(market, market.sewing_id, number=2)
    event = (
        "INSERT INTO event (object_type, object_id, about_person, action, note_sv, at, user_name,"
        " organisation_name, authority_id) VALUES (:kind, :id, true, 'choose', '', now(), 'x', '', :authority)"
    )
    for kind, object_id, authority_id in (
        ("choice_round", other_id, market.north_id),
        ("choice_round", round_id, market.south_id),
        ("participant", she.participant_id, market.north_id),
    ):
        with (
            acting_as(she),
            pytest.raises(DBAPIError, match="row-level security"),
            db.session.begin_nested(),
        ):
            db.session.execute(text(event), {"kind": kind, "id": object_id, "authority": authority_id})
