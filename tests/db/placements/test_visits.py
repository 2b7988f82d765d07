"""Study visits offered and booked, and what the database itself refuses."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.places.services import pause_place
from marketplace.accounts.rules import Role
from marketplace.audit import timeline
from marketplace.clock import travelling
from marketplace.db import db, explained, transaction
from marketplace.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from marketplace.letters.models import Letter
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.choice.services import close_round
from placements.visits import queries
from placements.visits.models import StudyVisit
from placements.visits.rules import MOST_BOOKED_A_DAY, EndReason, VisitState
from placements.visits.services import (
    cancel_visit,
    withdraw_time,
)
from tests.support.placement_market import TODAY, Market
from tests.support.visiting import TUESDAY, at, booked, choosing, herself, offered


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
    with _refused("Tiden är redan bokad"):
        booked(time_id, round_id, market.officer)
    with _refused("redan bokat då: Sy och laga"):
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
    with _refused("Valet är avslutat"):
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


def test_booking_and_cancelling_over_and_over_comes_to_an_end(market: Market) -> None:
    """Each tells the supplier by e-mail. The day after there is room for more."""
    (time_id,) = offered(market, first_day=TODAY + timedelta(days=2))
    person, round_id = choosing(market)
    she = herself(person)
    for _ in range(MOST_BOOKED_A_DAY):
        visit_id = booked(time_id, round_id, she)
        with acting_as(she), transaction():
            cancel_visit(visit_id)
    with _refused("Många besök har bokats i dag"):
        booked(time_id, round_id, she)
    with travelling(TUESDAY):
        booked(time_id, round_id, she)
