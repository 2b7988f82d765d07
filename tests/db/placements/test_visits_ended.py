"""What becomes of study visits: cancelled, withdrawn, held or not; and how long a name is shared."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from app import JOBS
from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.contracts.services import ENDED_TOPIC
from enterprises.places.services import close_place
from marketplace.accounts.rules import Role
from marketplace.clock import now, travelling
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from marketplace.letters.models import Letter
from marketplace.outbox import Outbox, emit
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking.services import accept_placement, request_placement
from placements.choice.queries import choice_round
from placements.choice.services import close_round, open_round, record_choice, show_places
from placements.participants.models import Consent
from placements.participants.withdrawal import withdraw_consent
from placements.visits import jobs, queries
from placements.visits.models import StudyVisit, VisitTime
from placements.visits.rules import EndReason, VisitState, VisitTimeState
from placements.visits.services import (
    book_visit,
    cancel_visit,
    cancel_visits_elsewhere,
    cancel_visits_of,
    mark_held,
    mark_not_held,
    withdraw_time,
)
from tests.support.placement_market import TODAY, Market
from tests.support.visiting import TUESDAY, at, booked, choosing, offered


def _letters(role: Role) -> list[Letter]:
    with acting_as(system_actor()):
        return list(db.session.scalars(select(Letter).where(Letter.role == role).order_by(Letter.id)))


def _visit(study_visit_id: int, by: Actor) -> StudyVisit:
    with acting_as(by):
        return queries.visit(study_visit_id).visit


def _refused(match: str, kind: type[DomainError] = Conflict) -> "pytest.RaisesExc[DomainError]":
    return pytest.raises(kind, match=match)


# Cancelling and withdrawing.


def test_a_cancelled_visit_makes_room_and_the_name_is_gone(market: Market) -> None:
    (time_id,) = offered(market, most_visitors=1)
    _, round_id = choosing(market)
    _, second = choosing(market, 2)
    visit_id = booked(time_id, round_id, market.officer)
    with acting_as(market.officer), transaction():
        cancel_visit(visit_id)
    booked(time_id, second, market.officer)
    with acting_as(market.supervisor):
        assert queries.visit(visit_id).who_sv == f"B{visit_id:06d}"
    with acting_as(market.officer), _refused("redan avbokat"), transaction():
        cancel_visit(visit_id)


def test_it_is_too_late_to_cancel_once_it_has_begun(market: Market) -> None:
    (time_id,) = offered(market)
    _, round_id = choosing(market)
    visit_id = booked(time_id, round_id, market.officer)
    with travelling(at(TUESDAY, 10)), acting_as(market.officer), _refused("redan börjat"), transaction():
        cancel_visit(visit_id)


def test_withdrawing_cancels_and_tells_each_unit_how_many(market: Market) -> None:
    (time_id,) = offered(market, most_visitors=5)
    rounds = [choosing(market, n)[1] for n in (1, 2)]
    south = choosing(market, 3, officer=market.south_officer)[1]
    visits = [booked(time_id, round_id, market.officer) for round_id in rounds]
    south_visit = booked(time_id, south, market.south_officer)
    with acting_as(market.manager), transaction():
        withdraw_time(time_id)
    for visit_id, officer in ((visits[0], market.officer), (south_visit, market.south_officer)):
        visit = _visit(visit_id, officer)
        assert (visit.state, visit.end_reason) == (VisitState.CANCELLED, EndReason.TIME_WITHDRAWN)
    letters = {letter.organisation_id: letter for letter in _letters(Role.CASE_OFFICER)}
    assert set(letters) == {market.unit_id, market.south_unit_id}
    assert "2 studiebesök" in letters[market.unit_id].text_sv
    assert "Ett studiebesök" in letters[market.south_unit_id].text_sv
    assert not any("Maja" in letter.text_sv for letter in letters.values())
    with acting_as(market.manager):
        time_ = queries.visit_time(time_id)
        assert (time_.state, time_.taken) == (VisitTimeState.WITHDRAWN, 0)
        with _refused("redan tillbakadragen"), transaction():
            withdraw_time(time_id)
    assert offered(market), "the same hour can be offered again"


def test_only_the_supplier_itself_withdraws_and_only_before(market: Market) -> None:
    (time_id,) = offered(market)
    for stranger in (market.other_manager, market.other_supervisor):
        with acting_as(stranger), _refused("finns inte", NotFound), transaction():
            withdraw_time(time_id)
    with acting_as(market.officer), _refused("Bara leverantören", NotAllowed), transaction():
        withdraw_time(time_id)
    with travelling(at(TUESDAY, 10)), acting_as(market.supervisor), _refused("redan börjat"), transaction():
        withdraw_time(time_id)


# Held or not.


def test_held_with_its_day_and_a_slip_put_right(market: Market) -> None:
    (time_id,) = offered(market)
    _, round_id = choosing(market)
    visit_id = booked(time_id, round_id, market.officer)
    with acting_as(market.supervisor), _refused("inte varit än"), transaction():
        mark_held(visit_id)
    with travelling(at(TUESDAY, 12)), acting_as(market.supervisor):
        with transaction():
            mark_held(visit_id)
        visit = queries.visit(visit_id).visit
        assert (visit.state, visit.held_on, visit.end_reason) == (VisitState.HELD, TUESDAY, None)
        with _refused("varför", Invalid), transaction():
            mark_not_held(visit_id, EndReason.OFFICER)
        with transaction():
            mark_not_held(visit_id, EndReason.NO_SHOW)
        visit = queries.visit(visit_id).visit
        assert (visit.state, visit.held_on, visit.end_reason) == (
            VisitState.NOT_HELD,
            None,
            EndReason.NO_SHOW,
        )
        with transaction():
            mark_held(visit_id)
        assert queries.visit(visit_id).visit.end_reason is None
    with travelling(at(TUESDAY, 12)), acting_as(market.coordinator), pytest.raises(NotFound), transaction():
        mark_held(visit_id)


def test_what_is_not_marked_waits_for_the_supervisor_and_then_for_the_officer(market: Market) -> None:
    (time_id,) = offered(market)
    _, round_id = choosing(market)
    visit_id = booked(time_id, round_id, market.officer)

    def waits(actor: Actor) -> list[str]:
        with acting_as(actor):
            return [item.text_sv for item in queries.waiting(actor)]

    assert waits(market.supervisor) == []
    with travelling(at(TUESDAY, 11)):
        assert waits(market.supervisor) == [
            "Blev studiebesöket av? Maja Öberg1, Sy och laga kläder kl. 10.00–11.00"
        ]
        assert waits(market.officer) == waits(market.colleague) == waits(market.manager) == []
        assert waits(market.other_supervisor) == []
    with travelling(TUESDAY + timedelta(days=3)):
        assert "Maja Öberg1" in waits(market.officer)[0]
        assert waits(market.colleague) == []
        with acting_as(market.officer), transaction():
            mark_not_held(visit_id, EndReason.SUPPLIER_FAILED)
        assert waits(market.officer) == waits(market.supervisor) == []


# Who sees whom.


def test_the_name_is_shared_until_a_week_after_while_consent_holds(market: Market) -> None:
    (time_id,) = offered(market)
    participant_id, round_id = choosing(market)
    visit_id = booked(time_id, round_id, market.officer)

    def name() -> str:
        with acting_as(
            replace(market.supervisor)
        ):  # as in a request of its own, which begins by saying the day
            db.session.expire_all()
            return queries.visit(visit_id).who_sv

    hidden = f"B{visit_id:06d}"
    assert name() == "Maja Öberg1"
    with travelling(TUESDAY + timedelta(days=7)):
        assert name() == "Maja Öberg1"
    with travelling(TUESDAY + timedelta(days=8)):
        assert name() == hidden
        with acting_as(market.officer):
            assert queries.visit(visit_id).who_sv == "Maja Öberg1"
    with acting_as(market.officer), transaction():
        withdraw_consent(
            db.session.scalars(select(Consent.id).where(Consent.participant_id == participant_id)).one()
        )
    assert name() == hidden


def test_a_protected_identity_is_masked(market: Market) -> None:
    (time_id,) = offered(market)
    _, round_id = choosing(market, is_protected=True)
    visit_id = booked(time_id, round_id, market.officer)
    for who in (market.supervisor, market.officer):
        with acting_as(who):
            assert queries.visit(visit_id).who_sv.startswith("Skyddade personuppgifter")


def test_two_authorities_share_a_time_and_see_nothing_of_each_other(market: Market) -> None:
    (time_id,) = offered(market)
    _, north = choosing(market)
    _, south = choosing(market, 2, officer=market.south_officer)
    north_visit = booked(time_id, north, market.officer)
    booked(time_id, south, market.south_officer)
    with acting_as(market.officer):
        assert [one.free for one in queries.times_of([market.sewing_id])[market.sewing_id]] == [0]
        assert db.session.scalars(select(StudyVisit.id)).all() == [north_visit]
    with acting_as(market.supervisor):
        assert len(queries.visitors_on([time_id])) == 2
    for outsider in market.outsiders():
        with acting_as(outsider):
            seen = set(db.session.scalars(select(StudyVisit.id)))
            assert north_visit not in seen, outsider.user_name
    for blind in (market.strategist, market.controller, market.procurement_officer, market.other_manager):
        with acting_as(blind):
            assert db.session.scalars(select(VisitTime.id)).all() == [], blind.user_name


# What ends a visit elsewhere.


def _process(topic: str, job: str) -> None:
    with acting_as(system_actor()):
        ids = db.session.scalars(select(Outbox.id).where(Outbox.topic == topic)).all()
    for outbox_id in ids:
        getattr(jobs, job)(outbox_id)


def _two_visits(market: Market) -> tuple[int, int, int]:
    """A round with visits at the sewing and the repair place; ids of the round and both."""
    (sewing,), (repair,) = offered(market), offered(market, market.repair_id, clock=time(13))
    _, round_id = choosing(market, place_ids=[market.sewing_id, market.repair_id])
    return round_id, booked(sewing, round_id, market.officer), booked(repair, round_id, market.officer)


def test_a_withdrawn_grant_cancels_what_is_to_come(market: Market) -> None:
    round_id, first, second = _two_visits(market)
    with acting_as(market.officer):
        grant_id = choice_round(round_id).grant_id
    told = len(_letters(Role.SUPERVISOR))
    with travelling(at(TUESDAY, 12)), acting_as(market.coordinator), transaction():
        assert cancel_visits_of(grant_id) == 1, "the first has been"
        assert cancel_visits_of(grant_id) == 0
    assert _visit(first, market.officer).state is VisitState.BOOKED
    assert _visit(second, market.officer).end_reason is EndReason.GRANT_ENDED
    assert len(_letters(Role.SUPERVISOR)) == told + 1


def test_a_closed_round_cancels_what_is_to_come(market: Market) -> None:
    round_id, first, second = _two_visits(market)
    with acting_as(market.officer), transaction():
        close_round(round_id)
    _process("choice_round_closed", "cancel_in_round")
    for visit_id in (first, second):
        assert _visit(visit_id, market.officer).end_reason is EndReason.ROUND_CLOSED
    assert _letters(Role.SUPERVISOR)[-1].subject_sv == "2 studiebesök är avbokade"


def test_an_ended_contract_cancels_what_is_to_come_under_it(market: Market) -> None:
    _, first, _ = _two_visits(market)
    _, south = choosing(market, 2, officer=market.south_officer)
    with acting_as(market.supervisor):
        time_id = queries.visit(first).visit.visit_time_id
    south_visit = booked(time_id, south, market.south_officer)
    with acting_as(market.procurement_officer), transaction():
        contract = db.session.scalars(select(Contract)).one()
        contract.state, contract.ended_on = ContractState.ENDED, TODAY
        emit(
            ENDED_TOPIC,
            authority_id=market.north_id,
            enterprise_id=market.farm_id,
            contract_id=contract.id,
        )
    _process(ENDED_TOPIC, "cancel_under_contract")
    assert _visit(first, market.officer).end_reason is EndReason.CONTRACT_ENDED
    assert _visit(south_visit, market.south_officer).state is VisitState.BOOKED
    assert {letter.organisation_id for letter in _letters(Role.CASE_OFFICER)} == {market.unit_id}


def test_a_place_that_is_had_cancels_what_is_to_come_at_others(market: Market) -> None:
    round_id, first, second = _two_visits(market)
    with acting_as(market.officer), transaction():
        record_choice(round_id, market.sewing_id)
        placement_id = request_placement(round_id, first_day=date(2026, 3, 9)).id
    with acting_as(market.supervisor), transaction():
        accept_placement(placement_id)
    assert "placements.visits.jobs.cancel_elsewhere" in JOBS["placement_accepted"]
    _process("placement_accepted", "cancel_elsewhere")
    assert _visit(first, market.officer).state is VisitState.BOOKED, "the place that she has may be visited"
    assert _visit(second, market.officer).end_reason is EndReason.PLACED


def test_a_late_message_leaves_the_visits_of_a_later_round(market: Market) -> None:
    """The round that led to the place and those before it are over; a move's visits are not."""
    round_id, _, _ = _two_visits(market)
    with acting_as(market.officer), transaction():
        grant_id = choice_round(round_id).grant_id
        close_round(round_id)
        later = open_round(grant_id).id
        show_places(later, [market.repair_id])
    (time_id,) = offered(market, market.repair_id, clock=time(16))
    kept = booked(time_id, later, market.officer)
    with acting_as(system_actor(market.north_id)), transaction():
        assert cancel_visits_elsewhere(grant_id, place_id=market.growing_id, choice_round_id=round_id) == 2
    assert _visit(kept, market.officer).state is VisitState.BOOKED


def test_a_place_that_is_closed_for_good_is_visited_no_more(market: Market) -> None:
    _, sewing, repair = _two_visits(market)
    with acting_as(market.manager), transaction():
        close_place(market.repair_id)
    _process("place_closed", "withdraw_at_place")
    assert _visit(repair, market.officer).end_reason is EndReason.TIME_WITHDRAWN
    assert _visit(sewing, market.officer).state is VisitState.BOOKED
    (letter,) = _letters(Role.CASE_OFFICER)
    assert letter.organisation_id == market.unit_id


def test_nothing_else_is_written_when_a_message_comes_twice(market: Market) -> None:
    round_id, _, _ = _two_visits(market)
    with acting_as(market.officer), transaction():
        emit("choice_round_closed", authority_id=market.north_id, choice_round_id=round_id)
    _process("choice_round_closed", "cancel_in_round")
    told = len(_letters(Role.SUPERVISOR))
    _process("choice_round_closed", "cancel_in_round")
    assert len(_letters(Role.SUPERVISOR)) == told


def test_booking_twice_in_one_breath_is_one_booking(market: Market) -> None:
    (time_id,) = offered(market)
    _, round_id = choosing(market)
    with acting_as(market.officer), pytest.raises(Conflict), transaction():
        book_visit(time_id, round_id)
        book_visit(time_id, round_id)
    with acting_as(market.officer):
        assert queries.visits_of_round(round_id) == []
        assert get_or_404(VisitTime, time_id).taken == 0
        assert now() < at(TUESDAY, 10)
