"""A final report is written after the end, filed once, and received with a decision that concludes the grant."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from marketplace.clock import travelling
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from marketplace.outbox import Outbox
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.services import complete_placement
from placements.participants.models import Grant
from placements.participants.rules import GrantState
from placements.report import queries
from placements.report.models import FinalReport
from placements.report.rules import ExitReason, ReportState
from placements.report.services import draft_report, file_report, receive_report, save_report
from tests.support.placement_market import LAST_DAY, TODAY, Market, build_market, requested
from tests.support.statements import statements_of
from tests.support.training import ENDED_ON, REPORT, consent_withdrawn, ended, reported, running

TUESDAY = date(2026, 3, 31)


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    built = build_market(seats=6)
    with travelling(TUESDAY):
        yield built


@pytest.fixture
def placement_id(market: Market) -> int:
    placement_id = running(market)
    ended(market, placement_id)
    return placement_id


def report(market: Market, report_id: int) -> FinalReport:
    with acting_as(market.supervisor):
        found = get_or_404(FinalReport, report_id)
        db.session.refresh(found)
        db.session.expunge(found)
        return found


def grant_state(market: Market, placement_id: int) -> GrantState:
    with acting_as(market.officer):
        return get_or_404(Grant, get_or_404(Placement, placement_id).grant_id).state


def receive(market: Market, report_id: int, by: Actor | None = None, text: str = "Praktik i butik") -> None:
    with acting_as(by or market.coordinator), transaction():
        receive_report(report_id, next_step_sv=text)


def test_filed_received_and_concluded(market: Market, placement_id: int) -> None:
    report_id = reported(market, placement_id)
    filed = report(market, report_id)
    assert (filed.state, filed.filed_on, filed.filed_by) == (ReportState.FILED, TUESDAY, "Hans Handledare")
    assert filed.due_on == date(2026, 4, 14)
    assert not filed.is_late
    assert grant_state(market, placement_id) is GrantState.PLACED
    with acting_as(system_actor(market.north_id)):
        topics = list(db.session.scalars(select(Outbox.payload).where(Outbox.topic == "report.filed")))
    assert topics == [{"placement_id": placement_id, "report_id": report_id}]
    receive(market, report_id)
    done = report(market, report_id)
    assert (done.state, done.received_on, done.next_step_sv) == (
        ReportState.RECEIVED,
        TUESDAY,
        "Praktik i butik",
    )
    assert grant_state(market, placement_id) is GrantState.CONCLUDED
    with acting_as(market.officer):
        read = queries.report_of(placement_id)
        assert read is not None
        assert read.next_step_sv == "Praktik i butik"


def test_not_before_the_end(market: Market) -> None:
    going_on = running(market, 2)
    with travelling(TODAY):
        waiting = requested(market, 3)
    for placement_id in (going_on, waiting):
        with pytest.raises(Conflict, match="avslutats"), acting_as(market.supervisor), transaction():
            draft_report(placement_id, **REPORT)


def test_after_a_completed_placement_too(market: Market) -> None:
    placement_id = running(market, 2)
    with acting_as(market.supervisor), travelling(LAST_DAY), transaction():
        complete_placement(placement_id)
    with travelling(date(2026, 9, 21)):
        assert report(market, reported(market, placement_id)).is_late


def test_a_draft_may_be_half_written_and_is_the_supervisors_own(market: Market, placement_id: int) -> None:
    with acting_as(market.supervisor), transaction():
        report_id = draft_report(placement_id, done_sv="Sydde").id
    with pytest.raises(Invalid, match="nått"), acting_as(market.supervisor), transaction():
        file_report(report_id)
    assert report(market, report_id).state is ReportState.DRAFT
    for actor in (market.officer, market.coordinator):
        with acting_as(actor):
            assert queries.report_of(placement_id) is None
            with pytest.raises(NotFound):
                queries.readable_report(report_id)
    with acting_as(market.supervisor), transaction():
        save_report(report_id, **REPORT)
        file_report(report_id)
    with acting_as(market.officer):
        assert queries.readable_report(report_id).exit_reason is ExitReason.ORDINARY_PROGRAMME


def test_filed_is_locked(market: Market, placement_id: int) -> None:
    report_id = reported(market, placement_id)
    with pytest.raises(Conflict), acting_as(market.supervisor), transaction():
        save_report(report_id, **REPORT)
    with pytest.raises(Conflict), acting_as(market.supervisor), transaction():
        file_report(report_id)
    with pytest.raises(Conflict), acting_as(market.supervisor), transaction():
        draft_report(placement_id, **REPORT)


def test_each_role_does_its_own_part(market: Market, placement_id: int) -> None:
    with pytest.raises(NotAllowed), acting_as(market.officer):
        draft_report(placement_id, **REPORT)
    report_id = reported(market, placement_id)
    for actor in (market.officer, market.supervisor):
        with pytest.raises(NotAllowed):
            receive(market, report_id, actor)
    with pytest.raises(Invalid):
        receive(market, report_id, text="  ")
    receive(market, report_id)
    with pytest.raises(Conflict):
        receive(market, report_id)


def test_outsiders_see_no_report(market: Market, placement_id: int) -> None:
    report_id = reported(market, placement_id)
    for actor in market.outsiders():
        with acting_as(actor):
            assert db.session.scalar(select(func.count(FinalReport.id))) == 0, actor.user_name
            assert queries.reports().items == []
            assert queries.waiting(actor) == []
            with pytest.raises(DomainError):
                queries.readable_report(report_id)
            with pytest.raises(DomainError), transaction():
                receive_report(report_id, next_step_sv="Nej")
            with pytest.raises(DomainError), transaction():
                draft_report(placement_id, **REPORT)


def test_without_consent_it_is_gone_at_once(market: Market, placement_id: int) -> None:
    report_id = reported(market, placement_id)
    unwritten = running(market, 2)
    ended(market, unwritten)
    for one in (placement_id, unwritten):
        consent_withdrawn(market, one)
    with acting_as(market.supervisor):
        assert queries.report_of(placement_id) is None
        assert queries.reports().items == []
        assert queries.waiting(market.supervisor) == []
        with pytest.raises(NotFound):
            queries.readable_report(report_id)
        with pytest.raises(Conflict, match="samtycke"):
            draft_report(unwritten, **REPORT)
    receive(market, report_id)  # the authority's side goes on


def test_what_waits_for_whom(market: Market, placement_id: int) -> None:
    with acting_as(market.supervisor):
        (item,) = queries.waiting(market.supervisor)
    assert item.text_sv == "Skriv slutdokumentation för Maja Öberg1"
    assert item.deadline == date(2026, 4, 14)
    report_id = reported(market, placement_id)
    with acting_as(market.supervisor):
        assert queries.waiting(market.supervisor) == []
    with acting_as(market.coordinator):
        assert [item.url_args for item in queries.waiting(market.coordinator)] == [
            {"placement_id": placement_id}
        ]
    receive(market, report_id)
    with acting_as(market.coordinator):
        assert queries.waiting(market.coordinator) == []


def test_the_list_puts_what_waits_first_in_two_statements(market: Market, placement_id: int) -> None:
    first = reported(market, placement_id)
    receive(market, first)
    for number in (2, 3):
        other = running(market, number)
        ended(market, other)
        reported(market, other)
    with acting_as(market.coordinator):
        states = [row.report.state for row in queries.reports().items]
        assert states == [ReportState.FILED, ReportState.FILED, ReportState.RECEIVED]
        assert [row.report.id for row in queries.reports(ReportState.RECEIVED).items] == [first]
        assert len(statements_of(queries.reports)) == 2


def test_a_grant_that_has_led_further_is_not_concluded(market: Market, placement_id: int) -> None:
    assert ENDED_ON < TUESDAY
    report_id = reported(market, placement_id)
    with acting_as(system_actor(market.north_id)), transaction():
        get_or_404(Grant, get_or_404(Placement, placement_id).grant_id).state = GrantState.OPEN
    receive(market, report_id)
    assert grant_state(market, placement_id) is GrantState.OPEN
