"""Versions of a final report: what replaces what, what is asked to be corrected, and what was read too early."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.errors import Conflict, Invalid
from marketplace.tenancy import acting_as
from placements.booking.rules import ResumeReason
from placements.booking.services import resume_placement
from placements.participants.rules import GrantState
from placements.report import queries
from placements.report.content_rules import differences
from placements.report.rules import ReportState, UnreadReason
from placements.report.services import (
    ask_for_correction,
    file_report,
    read_as_participant,
    record_reading,
    revise_report,
    save_report,
    show_report,
)
from placements.report.waiting_queries import waiting
from tests.support.placement_market import LAST_DAY, Market, build_market
from tests.support.training import ended, grant_state, herself, received, report_of, reported, running, shown

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


def corrected(market: Market, report_id: int, done_sv: str = "Sydde kassar och gardiner") -> int:
    """A new version that is filed; gives its id."""
    with acting_as(market.supervisor), transaction():
        new = revise_report(report_id)
        save_report(new.id, replace(new.content, done_sv=done_sv))
        show_report(new.id)
        record_reading(new.id)
        file_report(new.id)
        return new.id


def test_what_she_read_before_the_training_went_on_is_not_filed(market: Market, placement_id: int) -> None:
    first = shown(market, placement_id)
    with acting_as(market.officer), transaction():
        resume_placement(placement_id, LAST_DAY, ResumeReason.CAME_BACK)
    with acting_as(market.supervisor), transaction():
        record_reading(first)
    ended(market, placement_id, date(2026, 4, 17))
    with travelling(date(2026, 4, 20)), acting_as(market.supervisor):
        with pytest.raises(Conflict, match="fortsatt hos er"), transaction():
            file_report(first)
        with transaction():
            second = revise_report(first)
            show_report(second.id)
            file_report(second.id, UnreadReason.DECLINED)
            assert second.due_on == date(2026, 5, 4)


def test_an_answer_to_a_replaced_version_is_told(market: Market, placement_id: int) -> None:
    first = shown(market, placement_id)
    with acting_as(market.supervisor), transaction():
        new_id = revise_report(first).id
    she = herself(market, placement_id)
    with pytest.raises(Conflict, match="Din handledare skriver en ny text"), acting_as(she), transaction():
        read_as_participant(first, COMMENT)
    with acting_as(market.supervisor), transaction():
        show_report(new_id)
    with pytest.raises(Conflict, match="Läs den nya texten"), acting_as(she), transaction():
        read_as_participant(first, COMMENT)
    with acting_as(she), transaction():
        read_as_participant(new_id, COMMENT)


def test_a_correction_is_a_new_version_and_the_old_one_stays(market: Market, placement_id: int) -> None:
    first = reported(market, placement_id)
    with pytest.raises(Invalid), acting_as(market.officer), transaction():
        ask_for_correction(first, " ")
    with acting_as(market.coordinator), transaction():
        ask_for_correction(first, "Skriv om gardinerna")
    with pytest.raises(Conflict, match="redan begärd"), acting_as(market.officer), transaction():
        ask_for_correction(first, "En gång till")
    with acting_as(market.supervisor):
        (item,) = waiting(market.supervisor)
    assert item.text_sv == "Rätta slutdokumentationen för Maja Öberg1"
    assert item.deadline == date(2026, 4, 9)
    second = corrected(market, first)
    assert report_of(market, first).state is ReportState.REPLACED
    assert report_of(market, first).correction_sv == "Skriv om gardinerna"
    assert report_of(market, first).done_sv == "Sydde kassar"
    (change,) = differences(report_of(market, first).content, report_of(market, second).content)
    assert change.title_sv == "Det här har deltagaren gjort"
    with pytest.raises(Conflict, match="ersatts av version 2"):
        received(market, first)
    received(market, second)
    third = corrected(market, second, "Sydde gardiner")  # also when it has been received
    assert report_of(market, second).next_step_sv == "Praktik i butik"
    received(market, third)
    assert grant_state(market, placement_id) is GrantState.CONCLUDED
    with acting_as(market.supervisor):
        assert waiting(market.supervisor) == []


def test_a_correction_that_is_written_anew_waits_once_and_is_not_late(
    market: Market, placement_id: int
) -> None:
    first = reported(market, placement_id)
    with travelling(date(2026, 5, 4)):
        with acting_as(market.coordinator), transaction():
            ask_for_correction(first, "Skriv om gardinerna")
        with acting_as(market.supervisor), transaction():
            second = revise_report(first)
            show_report(second.id)
            with acting_as(herself(market, placement_id)):
                assert [one.id for one in queries.own_reports()] == [second.id]
            third = revise_report(second.id).id
            assert len(waiting(market.supervisor)) == 1
            show_report(third)
            record_reading(third)
            file_report(third)
    assert report_of(market, third).due_on == date(2026, 5, 11)
    assert not report_of(market, third).is_late
