"""A placement that was ended by mistake goes on: by the case officer, for a reason, on a seat that is free."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprises.places.services import close_seats
from marketplace.audit import timeline
from marketplace.clock import travelling
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict, DomainError, Invalid, NotAllowed
from marketplace.outbox import Outbox
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.rules import PlacementState, ResumeReason
from placements.booking.services import resume_placement
from placements.participants.rules import GrantAction, LeaveReason
from placements.participants.services import leave_unreported
from placements.report.services import begin_report, save_report
from tests.support.placement_market import LAST_DAY, Market, build_market
from tests.support.training import REPORT, ended, reported, running

TUESDAY = date(2026, 3, 31)


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    built = build_market()
    with travelling(TUESDAY):
        yield built


@pytest.fixture
def placement_id(market: Market) -> int:
    placement_id = running(market)
    ended(market, placement_id)
    return placement_id


def resume(market: Market, placement_id: int, last_day: date = LAST_DAY, by: Actor | None = None) -> None:
    with acting_as(by or market.officer), transaction():
        resume_placement(placement_id, last_day, ResumeReason.WRONG_DAY)


def test_it_goes_on_and_can_end_again(market: Market, placement_id: int) -> None:
    with acting_as(market.supervisor), transaction():
        draft_id = begin_report(placement_id).id
    resume(market, placement_id)
    with acting_as(market.officer):
        found = get_or_404(Placement, placement_id)
        assert (found.state, found.last_day, found.ended_on) == (PlacementState.RUNNING, LAST_DAY, None)
        event = timeline("placement", placement_id)[0]
        assert (event.action, event.user_name) == ("resume", "Hanna Handläggare")
        assert event.note_sv == f"Den avslutades på fel dag. Sista dag {LAST_DAY}"
    with acting_as(system_actor(market.north_id)):
        told = list(db.session.scalars(select(Outbox.payload).where(Outbox.topic == "placements.tell")))
    assert {"placement_id": placement_id, "what": "resume"} in told
    with pytest.raises(Conflict, match="avslutats"), acting_as(market.supervisor), transaction():
        save_report(draft_id, REPORT)  # the draft stays, and goes on after the end
    ended(market, placement_id, TUESDAY)
    with acting_as(market.supervisor), transaction():
        assert save_report(draft_id, REPORT).due_on == date(2026, 4, 16)


def test_not_too_late_nor_beyond_what_is_granted(market: Market, placement_id: int) -> None:
    with pytest.raises(Invalid, match="passerat"):
        resume(market, placement_id, date(2026, 3, 30))
    with pytest.raises(Invalid, match="Beviljandet gäller"):
        resume(market, placement_id, date(2027, 3, 30))
    with travelling(date(2026, 4, 15)), pytest.raises(Conflict, match="inom 10 arbetsdagar"):
        resume(market, placement_id)


def test_not_when_things_have_gone_on(market: Market, placement_id: int) -> None:
    reported(market, placement_id)
    with pytest.raises(Conflict, match="inlämnad"):
        resume(market, placement_id)
    other = running(market, 2)
    ended(market, other)
    with acting_as(market.coordinator), transaction():
        grant_id = get_or_404(Placement, other).grant_id
        leave_unreported(grant_id, GrantAction.CLOSE, LeaveReason.NO_REPORT)
    with pytest.raises(Conflict, match="gått vidare"):
        resume(market, other)


def test_not_when_the_seat_is_taken(market: Market, placement_id: int) -> None:
    """Two seats, both of which are out of use from the day after the end."""
    with acting_as(market.manager), transaction():
        close_seats(
            market.sewing_id, seats=2, first_day=date(2026, 4, 1), last_day=LAST_DAY, reason_sv="Ombyggnad"
        )
    with pytest.raises(Conflict):
        resume(market, placement_id)


def test_only_by_the_case_officer(market: Market, placement_id: int) -> None:
    for actor in (market.supervisor, market.coordinator):
        with pytest.raises(NotAllowed):
            resume(market, placement_id, by=actor)
    for actor in market.outsiders():
        with pytest.raises(DomainError):
            resume(market, placement_id, by=actor)
