"""A grant whose placement ended without a final report is not stuck: the coordinator closes it or opens it again."""

from collections.abc import Iterator
from datetime import date, timedelta
from pkgutil import resolve_name

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import JOBS
from marketplace import audit
from marketplace.clock import travelling
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict, NotAllowed, NotFound
from marketplace.outbox import Outbox, emit
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.rules import DeclineReason
from placements.booking.services import decline_placement, open_move, request_placement
from placements.choice.models import ChoiceRound
from placements.choice.rules import ChoiceState
from placements.choice.services import open_round, record_choice, show_places
from placements.participants.models import Grant
from placements.participants.rules import GrantAction, GrantState, LeaveReason
from placements.participants.services import OVER_TOPIC, leave_unreported
from placements.report.waiting_queries import waiting
from placements.visits.models import StudyVisit
from placements.visits.rules import VisitState
from placements.visits.services import book_visit
from tests.support.placement_market import LAST_DAY, TODAY, Market, build_market, requested
from tests.support.training import ended, received, reported, running
from tests.support.visiting import offered

DUE_ON = date(2026, 4, 14)  # ten working days after the end, with Easter between
LATE = DUE_ON + timedelta(days=1)


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    built = build_market(seats=6)
    with travelling(LATE):
        yield built


@pytest.fixture
def placement_id(market: Market) -> int:
    placement_id = running(market)
    ended(market, placement_id)
    return placement_id


def grant_id_of(market: Market, placement_id: int) -> int:
    with acting_as(market.officer):
        return get_or_404(Placement, placement_id).grant_id


def state(market: Market, grant_id: int) -> GrantState:
    with acting_as(market.officer):
        return get_or_404(Grant, grant_id).state


def leave(market: Market, grant_id: int, action: GrantAction, by: Actor | None = None) -> None:
    with acting_as(by or market.coordinator), transaction():
        leave_unreported(grant_id, action, LeaveReason.NO_REPORT)


def test_closed_without_a_report(market: Market, placement_id: int) -> None:
    grant_id = grant_id_of(market, placement_id)
    leave(market, grant_id, GrantAction.CLOSE)
    assert state(market, grant_id) is GrantState.CONCLUDED
    with acting_as(market.coordinator):
        latest = audit.timeline("grant", grant_id)[0]
        assert (latest.action, latest.note_sv) == (
            "close_unreported",
            "Leverantören har inte lämnat någon slutdokumentation",
        )
        assert waiting(market.coordinator) == []
    with pytest.raises(Conflict, match="har lett till en plats"):
        leave(market, grant_id, GrantAction.CLOSE)


def test_what_went_on_to_find_another_place_ends_with_the_grant(market: Market) -> None:
    """A move that came to nothing: its round is closed, and nobody is visited."""
    placement_id = running(market)
    grant_id = grant_id_of(market, placement_id)
    (time_id,) = offered(market, market.growing_id, first_day=LATE + timedelta(days=7))
    with acting_as(market.officer), transaction():
        round_id = open_move(placement_id).id
        show_places(round_id, [market.growing_id])
        visit_id = book_visit(time_id, round_id).id
    ended(market, placement_id)
    leave(market, grant_id, GrantAction.CLOSE)
    with acting_as(system_actor()):
        messages = db.session.scalars(select(Outbox.id).where(Outbox.topic == OVER_TOPIC)).all()
    assert len(messages) == 1
    for job in JOBS[OVER_TOPIC]:
        with acting_as(system_actor(market.north_id)), transaction():
            emit(OVER_TOPIC, authority_id=market.north_id, grant_id=grant_id)
            db.session.flush()
            outbox_id = db.session.scalars(select(Outbox.id).order_by(Outbox.id.desc())).first()
        resolve_name(job)(outbox_id)
    with acting_as(market.officer):
        assert get_or_404(ChoiceRound, round_id).state is ChoiceState.CLOSED
        assert get_or_404(StudyVisit, visit_id).state is VisitState.CANCELLED


def test_a_report_that_comes_after_all_can_be_received(market: Market, placement_id: int) -> None:
    grant_id = grant_id_of(market, placement_id)
    leave(market, grant_id, GrantAction.CLOSE)
    report_id = reported(market, placement_id)
    received(market, report_id, "Praktik")
    assert state(market, grant_id) is GrantState.CONCLUDED


def test_opened_again_leads_to_a_new_place(market: Market, placement_id: int) -> None:
    grant_id = grant_id_of(market, placement_id)
    leave(market, grant_id, GrantAction.REOPEN)
    assert state(market, grant_id) is GrantState.OPEN
    with acting_as(market.officer), transaction():
        round_id = open_round(grant_id).id
        show_places(round_id, [market.growing_id])
        record_choice(round_id, market.growing_id)
        request_placement(round_id, first_day=LATE + timedelta(days=7))
    assert state(market, grant_id) is GrantState.PLACED
    with acting_as(market.coordinator):
        assert waiting(market.coordinator) == [], "it goes on"


def test_not_while_the_placement_goes_on_nor_when_a_report_waits(market: Market) -> None:
    placement_id = running(market)
    grant_id = grant_id_of(market, placement_id)
    for action in (GrantAction.CLOSE, GrantAction.REOPEN):
        with pytest.raises(Conflict, match="inte avslutad"):
            leave(market, grant_id, action)
    ended(market, placement_id)
    reported(market, placement_id)
    for action in (GrantAction.CLOSE, GrantAction.REOPEN):
        with pytest.raises(Conflict, match="Ta emot den"):
            leave(market, grant_id, action)


def test_a_grant_whose_period_is_over_is_closed_and_not_opened(market: Market, placement_id: int) -> None:
    grant_id = grant_id_of(market, placement_id)
    with travelling(LAST_DAY + timedelta(days=1)):
        with pytest.raises(Conflict, match="gick ut 2026-08-28"):
            leave(market, grant_id, GrantAction.REOPEN)
        leave(market, grant_id, GrantAction.CLOSE)
    assert state(market, grant_id) is GrantState.CONCLUDED


def test_only_the_coordinator_of_the_kommun(market: Market, placement_id: int) -> None:
    grant_id = grant_id_of(market, placement_id)
    for actor, refusal in (
        (market.officer, NotAllowed),
        (market.supervisor, NotAllowed),
        (market.other_coordinator, NotFound),
        (market.south_coordinator, NotFound),
    ):
        with pytest.raises(refusal):
            leave(market, grant_id, GrantAction.CLOSE, actor)


def test_a_missing_report_waits_for_the_coordinator_from_the_day_after_its_deadline(
    market: Market, placement_id: int
) -> None:
    with acting_as(market.coordinator):
        with travelling(DUE_ON):
            assert waiting(market.coordinator) == []
        (item,) = waiting(market.coordinator)
        assert item.deadline == DUE_ON
        assert item.text_sv == "Slutdokumentation saknas för Maja Öberg1 från Gården & Co"
    with acting_as(market.other_coordinator):
        assert waiting(market.other_coordinator) == []
    reported(market, placement_id)
    with acting_as(market.coordinator):
        (item,) = waiting(market.coordinator)
        assert item.text_sv.startswith("Ta emot")


def test_a_supplier_opens_the_grant_by_declining_and_reads_nothing_of_it(market: Market) -> None:
    """The grant follows although the supplier does not see it."""
    with travelling(TODAY):
        placement_id = requested(market)
        grant_id = grant_id_of(market, placement_id)
        with acting_as(market.supervisor), transaction():
            decline_placement(placement_id, DeclineReason.OTHER)
    assert state(market, grant_id) is GrantState.OPEN
    with acting_as(market.supervisor):
        with pytest.raises(NotFound):
            get_or_404(Grant, grant_id)
        assert audit.timeline("grant", grant_id) == []
