"""Study visits: offered, booked, cancelled and marked; what the database itself refuses; what ends them."""

from collections.abc import Iterator
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.contracts.services import ENDED_TOPIC
from enterprises.places.services import pause_place
from marketplace.accounts.rules import Role
from marketplace.audit import timeline
from marketplace.clock import now, travelling
from marketplace.db import db, explained, get_or_404, transaction
from marketplace.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from marketplace.letters.models import Letter
from marketplace.outbox import Outbox, emit
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.choice.services import close_round
from placements.participants.models import Consent
from placements.participants.services import withdraw_consent
from placements.visits import jobs, queries
from placements.visits.models import StudyVisit, VisitTime
from placements.visits.rules import EndReason, VisitState, VisitTimeState
from placements.visits.services import (
    book_visit,
    cancel_visit,
    cancel_visits_of,
    mark_held,
    mark_not_held,
    withdraw_time,
)
from tests.support.placement_market import TODAY, Market, build_market
from tests.support.visiting import TUESDAY, at, booked, choosing, herself, offered


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    built = build_market()
    with travelling(TODAY):
        yield built


def _letters(role: Role) -> list[Letter]:
    with acting_as(system_actor()):
        return list(db.session.scalars(select(Letter).where(Letter.role == role).order_by(Letter.id)))


def _visit(study_visit_id: int, by: Actor) -> StudyVisit:
    with acting_as(by):
        return queries.visit(study_visit_id).visit


def _refused(match: str, kind: type[DomainError] = Conflict) -> "pytest.RaisesExc[DomainError]":
    return pytest.raises(kind, match=match)


# Offering.


def test_one_time_a_week_is_offered_at_the_same_clock_over_the_change_of_time(market: Market) -> None:
    ids = offered(market, first_day=date(2026, 3, 24), weeks=2)
    with acting_as(market.officer):
        times = queries.times_of([market.sewing_id, market.repair_id])
    assert [one.id for one in times[market.sewing_id]] == ids
    assert [one.starts_at for one in times[market.sewing_id]] == [
        at(TUESDAY + timedelta(days=7 * n), 10) for n in (3, 4)
    ]
    assert times[market.repair_id] == []
    with acting_as(market.supervisor):
        assert timeline("place", market.sewing_id)[0].note_sv == "2 tider för studiebesök erbjöds"


def test_what_may_not_be_offered(market: Market) -> None:
    offered(market)
    with _refused("redan en tid som börjar då: tisdag 3 mars"):
        offered(market, by=market.manager)
    with _refused("finns inte", NotFound):
        offered(market, market.bakery_place_id)
    with _refused("redan varit", Invalid):
        offered(market, first_day=TODAY, clock=time(8))
    with _refused("Bara leverantören", NotAllowed):
        offered(market, by=market.officer)
    with _refused("högst 60"):
        for week in range(6):
            offered(market, first_day=TUESDAY + timedelta(days=1 + week), weeks=12)


def test_times_are_shown_from_a_day_on_and_not_once_they_have_begun(market: Market) -> None:
    first, second = offered(market, weeks=2)
    with acting_as(market.officer):
        assert len(queries.times_of([market.sewing_id], TUESDAY)[market.sewing_id]) == 2
        later = queries.times_of([market.sewing_id], TUESDAY + timedelta(days=1))[market.sewing_id]
        assert [one.id for one in later] == [second]
        with travelling(at(TUESDAY, 10)):
            assert first not in {one.id for one in queries.times_of([market.sewing_id])[market.sewing_id]}


def test_a_paused_place_can_still_be_visited(market: Market) -> None:
    with acting_as(market.manager), transaction():
        pause_place(market.sewing_id)
    assert offered(market)


# Booking.


def test_an_officer_books_and_the_supplier_is_told_without_a_name(market: Market) -> None:
    (time_id,) = offered(market)
    _, round_id = choosing(market)
    visit_id = booked(time_id, round_id, market.officer)
    with acting_as(market.supervisor):
        row = queries.visit(visit_id)
        assert row.who_sv == "Maja Öberg1"
        assert row.visit.time.free == 1
        assert [event.action for event in timeline("study_visit", visit_id)] == ["book"]
    (letter,) = _letters(Role.SUPERVISOR)
    assert letter.organisation_id == market.farm_id
    assert "tisdag 3 mars kl. 10.00–11.00" in letter.text_sv
    assert "Maja" not in letter.text_sv + letter.subject_sv


def test_the_participant_books_and_cancels_by_herself(market: Market) -> None:
    (time_id,) = offered(market)
    participant_id, round_id = choosing(market)
    _, other_round = choosing(market, 2)
    me = herself(participant_id)
    visit_id = booked(time_id, round_id, me)
    with acting_as(me):
        assert [row.visit.id for row in queries.visits_of_round(round_id)] == [visit_id]
        assert queries.visits_of_round(other_round) == []
        assert [one.free for one in queries.times_of([market.sewing_id])[market.sewing_id]] == [1]
        assert queries.times_of([market.repair_id])[market.repair_id] == []
    with _refused("finns inte", NotFound):
        booked(time_id, other_round, me)
    with acting_as(me), transaction():
        cancel_visit(visit_id)
    visit = _visit(visit_id, market.officer)
    assert (visit.state, visit.end_reason) == (VisitState.CANCELLED, EndReason.PARTICIPANT)
    with acting_as(market.officer):
        events = timeline("study_visit", visit_id)
        assert [(event.action, event.user_name) for event in events] == [
            ("cancel", "Deltagaren"),
            ("book", "Deltagaren"),
        ]
    assert len(_letters(Role.SUPERVISOR)) == 2
    booked(time_id, round_id, me)  # and can change her mind


def test_a_time_that_she_was_not_shown_is_not_hers_to_see(market: Market) -> None:
    (time_id,) = offered(market, market.repair_id)
    participant_id, round_id = choosing(market)
    with _refused("finns inte", NotFound):
        booked(time_id, round_id, herself(participant_id))
    with _refused("som har visats", Invalid):
        booked(time_id, round_id, market.officer)


def test_what_cannot_be_booked(market: Market) -> None:
    (time_id,) = offered(market, most_visitors=1)
    (beside,) = offered(market, market.repair_id, clock=time(10, 30))
    _, round_id = choosing(market, place_ids=[market.sewing_id, market.repair_id])
    _, second = choosing(market, 2)
    booked(time_id, round_id, market.officer)
    with _refused("redan bokad på den tiden"):
        booked(time_id, round_id, market.officer)
    with _refused("redan ett studiebesök då: Sy och laga"):
        booked(beside, round_id, market.officer)
    with _refused("fullbokad"):
        booked(time_id, second, market.officer)
    for stranger in (market.coordinator, market.supervisor, market.strategist):
        with _refused("bokas av", NotAllowed):
            booked(time_id, second, stranger)
    with _refused("finns inte", NotFound):
        booked(time_id, second, market.south_officer)
    with travelling(at(TUESDAY, 10)), _refused("redan varit"):
        booked(time_id, second, market.officer)
    with acting_as(market.officer), transaction():
        close_round(second)
    with _refused("Valomgången är avslutad"):
        booked(time_id, second, market.officer)


def test_the_database_has_the_last_word(market: Market) -> None:
    """Whatever a service forgets to ask."""
    time_id, later_id = offered(market, most_visitors=1, weeks=2)
    (beside,) = offered(market, market.repair_id, clock=time(10, 30))
    _, round_id = choosing(market, place_ids=[market.sewing_id, market.repair_id])
    other_id, other_round = choosing(market, 2)
    south_id, south = choosing(market, 3, officer=market.south_officer)
    visit_id = booked(time_id, round_id, market.officer)

    def forge(name: str, **changes: object) -> None:
        with acting_as(market.officer):
            visit = db.session.get_one(StudyVisit, visit_id)
            values = {column.name: getattr(visit, column.name) for column in StudyVisit.__table__.c}
            del values["id"]
            row = StudyVisit(**(values | {"state": VisitState.BOOKED} | changes))
            with pytest.raises(DBAPIError) as refusal, db.session.begin_nested():
                db.session.add(row)
                db.session.flush()
            assert name in str(refusal.value)
            if isinstance(refusal.value, IntegrityError) and name != "another_writer":
                assert explained(refusal.value) is not None or name.startswith("fk_study_visit_time")

    at_later = {
        "starts_at": at(TUESDAY + timedelta(days=7), 10),
        "ends_at": at(TUESDAY + timedelta(days=7), 11),
    }
    forge("ck_visit_time_room", participant_id=other_id, choice_round_id=other_round)
    forge("visit_outside_open_round", participant_id=other_id)
    forge(
        "visit_outside_open_round", visit_time_id=later_id, state=VisitState.HELD, held_on=TUESDAY, **at_later
    )
    forge("fk_study_visit_time", visit_time_id=later_id, starts_at=at(TUESDAY, 12), ends_at=at(TUESDAY, 13))
    forge(
        "ex_study_visit_one_at_a_time",
        visit_time_id=beside,
        place_id=market.repair_id,
        starts_at=at(TUESDAY, 10, 30),
        ends_at=at(TUESDAY, 11, 30),
    )
    forge("another_writer", visit_time_id=later_id, booked_by="participant", **at_later)
    theirs = {"participant_id": south_id, "authority_id": market.south_id, "choice_round_id": south}
    forge("row-level security", visit_time_id=later_id, **theirs, **at_later)
    with acting_as(market.supervisor), transaction():
        withdraw_time(later_id)
    forge("visit_time_withdrawn", visit_time_id=later_id, **at_later)
    with acting_as(market.officer), transaction():
        cancel_visit(visit_id)
    with acting_as(market.procurement_officer), transaction():
        db.session.scalars(select(Contract)).one().state = ContractState.SUSPENDED
    forge("visit_without_contract", end_reason=None)


def test_a_booked_visit_and_an_offered_time_change_in_nothing_but_their_state(market: Market) -> None:
    (time_id,) = offered(market)
    _, round_id = choosing(market)
    visit_id = booked(time_id, round_id, market.officer)
    for who, statement in (
        (market.officer, f"UPDATE study_visit SET participant_id = 1 WHERE id = {visit_id}"),
        (market.officer, f"DELETE FROM study_visit WHERE id = {visit_id}"),
        (market.supervisor, f"UPDATE visit_time SET taken = 0 WHERE id = {time_id}"),
        (market.supervisor, f"UPDATE visit_time SET starts_at = now() WHERE id = {time_id}"),
        (market.supervisor, f"DELETE FROM visit_time WHERE id = {time_id}"),
    ):
        with acting_as(who), pytest.raises(DBAPIError, match="permission denied"), db.session.begin_nested():
            db.session.execute(text(statement))
    with acting_as(market.officer), transaction():
        cancel_visit(visit_id)
    with acting_as(market.officer), pytest.raises(IntegrityError), db.session.begin_nested():
        again = {"state": VisitState.BOOKED, "end_reason": None}
        db.session.execute(update(StudyVisit).where(StudyVisit.id == visit_id).values(**again))


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
        with acting_as(market.supervisor):
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
        assert len(queries.visitors_on(time_id)) == 2
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
        grant_id = queries.visit(first).visit.choice_round_id and db.session.scalar(
            text("SELECT grant_id FROM choice_round WHERE id = :id"), {"id": round_id}
        )
    told = len(_letters(Role.SUPERVISOR))
    with travelling(at(TUESDAY, 12)), acting_as(market.coordinator), transaction():
        assert cancel_visits_of(int(str(grant_id))) == 1, "the first has been"
        assert cancel_visits_of(int(str(grant_id))) == 0
    assert _visit(first, market.officer).state is VisitState.BOOKED
    assert _visit(second, market.officer).end_reason is EndReason.GRANT_ENDED
    assert len(_letters(Role.SUPERVISOR)) == told + 1


def test_a_closed_round_cancels_what_is_to_come(market: Market) -> None:
    round_id, first, second = _two_visits(market)
    with acting_as(market.officer), transaction():
        close_round(round_id)
        emit("choice_round_closed", authority_id=market.north_id, choice_round_id=round_id)
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
