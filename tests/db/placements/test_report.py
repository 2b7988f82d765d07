"""A final report is written after the end, read by the participant, filed, corrected by new versions, and received."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from marketplace.clock import travelling
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from marketplace.letters.models import Letter
from marketplace.outbox import Outbox
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.services import complete_placement
from placements.participants.models import Grant
from placements.participants.rules import GrantState
from placements.report import queries
from placements.report.content_rules import LONGEST_TEXT, GoalResult, ReportContent
from placements.report.models import FinalReport, Outcome
from placements.report.outcome_rules import Support
from placements.report.rules import ReportState, UnreadReason
from placements.report.services import (
    ask_for_correction,
    begin_report,
    draft_report,
    file_report,
    read_as_participant,
    receive_report,
    record_outcome,
    record_reading,
    save_report,
    show_report,
)
from placements.report.waiting_queries import waiting
from tests.support.placement_market import LAST_DAY, TODAY, Market, build_market, requested
from tests.support.statements import statements_of
from tests.support.training import (
    ENDED_ON,
    OUTCOME,
    REPORT,
    agreed,
    consent_withdrawn,
    ended,
    grant_state,
    herself,
    received,
    report_of,
    reported,
    running,
    shown,
)

TUESDAY = date(2026, 3, 31)
COMMENT = "Jag klarade mer än så. أنا"


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


def test_filed_received_and_concluded(market: Market, placement_id: int) -> None:
    report_id = reported(market, placement_id)
    filed = report_of(market, report_id)
    assert (filed.state, filed.filed_on, filed.filed_by) == (ReportState.FILED, TUESDAY, "Hans Handledare")
    assert filed.due_on == date(2026, 4, 14)
    assert not filed.is_late
    assert grant_state(market, placement_id) is GrantState.PLACED
    with acting_as(system_actor(market.north_id)):
        topics = list(db.session.scalars(select(Outbox.payload).where(Outbox.topic == "report.filed")))
        told = db.session.scalars(
            select(Letter.role).where(Letter.subject_sv == "En slutdokumentation är inlämnad")
        )
        assert sorted(told) == ["case_officer", "coordinator"]
    assert topics == [{"placement_id": placement_id, "report_id": report_id}]
    received(market, report_id)
    done = report_of(market, report_id)
    assert (done.state, done.received_on, done.received_by) == (
        ReportState.RECEIVED,
        TUESDAY,
        "Sara Samordnare",
    )
    assert grant_state(market, placement_id) is GrantState.CONCLUDED
    with acting_as(market.officer):
        (read,) = queries.versions(placement_id)
        assert read.next_step_sv == "Praktik i butik"


def test_it_begins_with_what_the_agreed_plan_says(market: Market) -> None:
    placement_id = running(market)
    agreed(market, placement_id, adaptations_sv="Korta pass")
    ended(market, placement_id)
    with acting_as(market.supervisor), transaction():
        begun = begin_report(placement_id).content
    assert begun.done_sv.startswith("Sy kassar")
    assert begun.adaptations_sv == "Korta pass"
    assert [one.result for one in begun.goals] == [None] * len(begun.goals)
    assert begun.goals[0].goal.sign_sv
    with pytest.raises(Conflict, match="redan"), acting_as(market.supervisor), transaction():
        begin_report(placement_id)


def test_not_before_the_end(market: Market) -> None:
    going_on = running(market, 2)
    with travelling(TODAY):
        waits = requested(market, 3)
    for placement_id in (going_on, waits):
        with pytest.raises(Conflict, match="avslutats"), acting_as(market.supervisor), transaction():
            begin_report(placement_id)


def test_after_a_completed_placement_too(market: Market) -> None:
    placement_id = running(market, 2)
    with acting_as(market.supervisor), travelling(LAST_DAY), transaction():
        complete_placement(placement_id)
    with travelling(date(2026, 9, 21)):
        assert report_of(market, reported(market, placement_id)).is_late


def test_a_draft_keeps_everything_and_is_the_supervisors_own(market: Market, placement_id: int) -> None:
    table = "Vecka\tTimmar\n1\t10\n2\t12"
    with acting_as(market.supervisor), transaction():
        draft = draft_report(placement_id, ReportContent(done_sv=table, abilities_sv="å" * LONGEST_TEXT))
        report_id = draft.id
        save_report(report_id, replace(draft.content, abilities_sv="å" * (LONGEST_TEXT + 1)), saves=0)
    assert report_of(market, report_id).done_sv == table
    assert len(report_of(market, report_id).abilities_sv) == LONGEST_TEXT + 1
    with (
        pytest.raises(Invalid, match=r"10.001 tecken") as refusal,
        acting_as(market.supervisor),
        transaction(),
    ):
        show_report(report_id)
    assert refusal.value.field == "abilities_sv"
    with pytest.raises(Conflict, match="annat ställe"), acting_as(market.supervisor), transaction():
        save_report(report_id, REPORT, saves=0)
    with acting_as(market.supervisor), transaction():
        kept = queries.readable_report(report_id).content
        save_report(report_id, replace(kept, recommended_sv="Mer tid"))
        save_report(report_id, kept)
        assert [event.action for event in queries.events_of([draft])] == ["edit", "draft"]
        save_report(
            report_id, kept, saves=0
        )  # the same once more: a second press, or an answer that was lost
    for actor in (market.officer, market.coordinator, herself(market, placement_id)):
        with acting_as(actor):
            assert queries.versions(placement_id) == []
            assert db.session.scalar(select(func.count(FinalReport.id))) == 0
            with pytest.raises(NotFound):
                queries.readable_report(report_id)


def test_she_reads_first_and_her_words_stay(market: Market, placement_id: int) -> None:
    report_id = shown(market, placement_id)
    with pytest.raises(Invalid, match="inte läst än"), acting_as(market.supervisor), transaction():
        file_report(report_id)
    with acting_as(herself(market, placement_id)), transaction():
        read_as_participant(report_id, COMMENT)
    with (
        pytest.raises(Conflict, match="redan svarat"),
        acting_as(herself(market, placement_id)),
        transaction(),
    ):
        read_as_participant(report_id, "Nej")
    with pytest.raises(Conflict, match="redan läst"), acting_as(market.officer), transaction():
        record_reading(report_id, "Något annat")
    with acting_as(market.supervisor), transaction():
        file_report(report_id, UnreadReason.DECLINED)  # it is not so, and is not kept
    filed = report_of(market, report_id)
    assert (filed.comment_sv, filed.read_by_code, filed.unread_reason) == (COMMENT, True, None)
    for words in (
        "comment_sv = 'annat'",
        "done_sv = 'annat'",
        "read_witness = 'annan'",
        "next_step_sv = 'x'",
    ):
        with pytest.raises(Conflict, match="ändras inte"), acting_as(market.supervisor), transaction():
            db.session.execute(text(f"UPDATE final_report SET {words} WHERE id = :id"), {"id": report_id})
    with pytest.raises(Conflict, match="ändras inte"), acting_as(market.supervisor), transaction():
        db.session.execute(
            text("UPDATE report_goal SET words_sv = '' WHERE report_id = :id"), {"id": report_id}
        )


def test_at_the_table_with_a_witness(market: Market, placement_id: int) -> None:
    report_id = shown(market, placement_id)
    with acting_as(market.officer), transaction():
        record_reading(report_id, "Bra")
    read = report_of(market, report_id)
    assert (read.read_witness, read.comment_sv, read.read_by_code) == (
        "Hanna Handläggare, Haninge arbetscenter",
        "Bra",
        False,
    )
    with pytest.raises(NotAllowed), acting_as(market.coordinator), transaction():
        record_reading(report_id)


def test_filed_without_her_only_for_a_reason_that_holds(market: Market, placement_id: int) -> None:
    report_id = shown(market, placement_id)
    with pytest.raises(Invalid, match="2026-04-09"), acting_as(market.supervisor), transaction():
        file_report(report_id, UnreadReason.NOT_REACHED)
    with pytest.raises(Invalid), acting_as(market.supervisor), transaction():
        file_report(report_id, UnreadReason.EARLIER)
    with travelling(date(2026, 4, 9)), acting_as(market.supervisor), transaction():
        file_report(report_id, UnreadReason.NOT_REACHED)
    assert report_of(market, report_id).unread_reason is UnreadReason.NOT_REACHED


def test_each_role_does_its_own_part(market: Market, placement_id: int) -> None:
    with pytest.raises(NotAllowed), acting_as(market.officer):
        begin_report(placement_id)
    report_id = reported(market, placement_id)
    for actor in (market.officer, market.supervisor):
        with pytest.raises(NotAllowed), acting_as(actor), transaction():
            receive_report(report_id, next_step_sv="Praktik")
    with pytest.raises(Conflict, match="före och efter"), acting_as(market.coordinator), transaction():
        receive_report(report_id, next_step_sv="Praktik")
    with pytest.raises(Invalid), acting_as(market.coordinator), transaction():
        receive_report(report_id, next_step_sv="  ")
    received(market, report_id)
    with pytest.raises(Conflict):
        received(market, report_id)


def test_what_came_before_and_after_is_the_authoritys_own(market: Market, placement_id: int) -> None:
    reported(market, placement_id)
    with acting_as(market.officer):
        (item,) = [one for one in waiting(market.officer) if one.kind_sv == "Slutdokumentation"]
        assert item.text_sv == "Läs slutdokumentationen för Maja Öberg1 och fyll i före och efter"
    with pytest.raises(Invalid), acting_as(market.officer), transaction():
        record_outcome(placement_id, replace(OUTCOME, support_after=(Support.NONE, Support.OTHER)))
    with acting_as(market.officer), transaction():
        record_outcome(placement_id, OUTCOME)
        assert waiting(market.officer) == []
    with acting_as(market.coordinator), transaction():
        record_outcome(placement_id, replace(OUTCOME, support_after=(Support.NONE,)))
    with acting_as(market.officer):
        found = queries.outcome_of(placement_id)
        assert found is not None
        assert found.content.support_after == (Support.NONE,)
    db.session.expire_all()
    for actor in (market.supervisor, market.manager, herself(market, placement_id), *market.outsiders()):
        with acting_as(actor):
            assert db.session.scalar(select(func.count(Outcome.placement_id))) == 0, actor.user_name
    with pytest.raises(NotAllowed), acting_as(market.supervisor):
        record_outcome(placement_id, OUTCOME)


def test_outsiders_see_no_report(market: Market, placement_id: int) -> None:
    report_id = reported(market, placement_id)
    for actor in market.outsiders():
        with acting_as(actor):
            assert db.session.scalar(select(func.count(FinalReport.id))) == 0, actor.user_name
            assert db.session.scalar(text("SELECT count(*) FROM report_goal")) == 0
            assert queries.reports().items == []
            assert queries.given_reports() == []
            assert waiting(actor) == []
            refused: tuple[Callable[[], object], ...] = (
                lambda: queries.readable_report(report_id),
                lambda: receive_report(report_id, next_step_sv="Nej"),
                lambda: ask_for_correction(report_id, "Nej"),
                lambda: record_reading(report_id),
                lambda: begin_report(placement_id),
            )
            for act in refused:
                with pytest.raises(DomainError), transaction():
                    act()


def test_without_consent_it_is_gone_at_once(market: Market, placement_id: int) -> None:
    report_id = reported(market, placement_id)
    unwritten = running(market, 2)
    ended(market, unwritten)
    for one in (placement_id, unwritten):
        consent_withdrawn(market, one)
    with acting_as(market.supervisor):
        assert queries.versions(placement_id) == []
        assert queries.reports().items == []
        assert waiting(market.supervisor) == []
        with pytest.raises(NotFound):
            queries.readable_report(report_id)
        with pytest.raises(Conflict, match="samtycke"):
            begin_report(unwritten)
    received(market, report_id)  # the authority's side goes on


def test_each_step_is_its_own_roles_in_the_database_too(market: Market, placement_id: int) -> None:
    report_id = reported(market, placement_id)
    for actor, name, value in (
        (market.officer, "state", ReportState.RECEIVED),
        (market.supervisor, "state", ReportState.RECEIVED),
        (market.coordinator, "state", ReportState.REPLACED),
        (herself(market, placement_id), "state", ReportState.REPLACED),
        (market.supervisor, "correction_on", TUESDAY),
        (market.coordinator, "read_at", None),
    ):
        change = update(FinalReport).where(FinalReport.id == report_id).values({name: value})
        with acting_as(actor), pytest.raises(Conflict, match="tas av någon annan"), transaction():
            db.session.execute(change)


def test_what_waits_for_whom(market: Market, placement_id: int) -> None:
    def texts(actor: Actor) -> list[str]:
        with acting_as(actor):
            return [one.text_sv for one in waiting(actor)]

    assert texts(market.supervisor) == ["Skriv slutdokumentation för Maja Öberg1"]
    report_id = shown(market, placement_id)
    assert texts(market.supervisor) == ["Läs slutdokumentationen tillsammans med Maja Öberg1"]
    with travelling(date(2026, 4, 9)):
        assert texts(market.supervisor) == [
            "Maja Öberg1 har inte läst sin slutdokumentation: läs tillsammans eller lämna in"
        ]
    with acting_as(herself(market, placement_id)), transaction():
        read_as_participant(report_id)
    assert texts(market.supervisor) == ["Lämna in slutdokumentationen för Maja Öberg1, som har läst den"]
    with acting_as(market.supervisor):
        assert waiting(market.supervisor)[0].deadline == date(2026, 4, 14)
        with transaction():
            file_report(report_id)
    assert texts(market.supervisor) == []
    for actor, due_on in ((market.officer, date(2026, 4, 9)), (market.coordinator, date(2026, 4, 16))):
        with acting_as(actor):
            (deadline,) = [one.deadline for one in waiting(actor) if one.kind_sv == "Slutdokumentation"]
            assert deadline == due_on
    assert len(texts(market.coordinator)) == 1
    received(market, report_id)
    assert texts(market.coordinator) == texts(market.officer) == []


def test_the_list_puts_what_waits_first_in_two_statements(market: Market, placement_id: int) -> None:
    first = reported(market, placement_id)
    received(market, first)
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
    received(market, report_id)
    assert grant_state(market, placement_id) is GrantState.OPEN


def test_goals_are_kept_as_the_plan_words_them(market: Market, placement_id: int) -> None:
    report_id = reported(market, placement_id)
    (goal,) = report_of(market, report_id).content.goals
    assert (goal.goal.text_sv, goal.result, goal.words_sv) == (
        "Sy en kasse själv",
        GoalResult.PARTLY,
        "Nästan",
    )
