"""Follow-ups made of the plan and of absence, held and moved; reminders once; what was agreed, and who ticks it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app import JOBS
from marketplace.accounts.rules import Role
from marketplace.audit import timeline
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.letters.models import Letter
from marketplace.outbox import Outbox, emit
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.access.queries import participant_actor
from placements.booking import services as booking
from placements.booking.rules import ResumeReason
from placements.followup import jobs, queries, services
from placements.followup.models import AgreedAction
from placements.followup.rules import Agreed, FollowUpKind, FollowUpState, Party
from placements.plan.services import (
    agree_as_case_officer,
    propose_plan,
    record_participant_agreement,
    revise_plan,
)
from tests.support.asking import participant_of
from tests.support.following_up import days, followed, held, minutes, system_of
from tests.support.placement_market import FIRST_DAY, TODAY, Market, requested
from tests.support.training import agreed, consent_withdrawn, ended, planned, running

APRIL_1, APRIL_15, MAY_6 = date(2026, 4, 1), date(2026, 4, 15), date(2026, 5, 6)
DAYS = (APRIL_1, APRIL_15)
CALL = Agreed("Ringa Försäkringskassan", Party.CASE_OFFICER, MAY_6)
BUS = Agreed("Skaffa busskort", Party.PARTICIPANT, MAY_6)


@pytest.fixture
def market(ready_market: Market) -> Market:
    return ready_market


@pytest.fixture
def placement_id(market: Market) -> int:
    return running(market)


@pytest.fixture
def coming(market: Market, placement_id: int) -> list[int]:
    with travelling(FIRST_DAY):
        return list(followed(market, placement_id, follow_up_dates=DAYS))


def sent(topic: str) -> list[int]:
    """Messages of the topic that nobody has taken."""
    with acting_as(system_actor()):
        waiting = select(Outbox.id).where(Outbox.topic == topic, Outbox.processed_at.is_(None))
        return list(db.session.scalars(waiting.order_by(Outbox.id)))


def letters() -> list[tuple[int, Role, str]]:
    with acting_as(system_actor()):
        rows = db.session.execute(
            select(Letter.organisation_id, Letter.role, Letter.subject_sv, Letter.text_sv)
            .where(Letter.endpoint == "followup.placement")
            .order_by(Letter.id)
        ).all()
    for row in rows:
        assert "Öberg" not in row.text_sv + row.subject_sv, "a letter names nobody"
        assert "P0" in row.text_sv
    return [(row.organisation_id, row.role, row.subject_sv) for row in rows]


def she(market: Market, placement_id: int) -> Actor:
    return participant_actor(participant_of(placement_id, market.officer))


# Of the plan.


def test_an_agreed_plan_makes_its_follow_ups_once(market: Market, placement_id: int) -> None:
    with travelling(FIRST_DAY):
        agreed(market, placement_id, follow_up_dates=DAYS)
        assert "placements.followup.jobs.follow_plan" in JOBS["plan.agreed"]
        (message,) = sent("plan.agreed")
        for _ in range(2):
            jobs.follow_plan(message)
        with acting_as(system_of(market)), transaction():
            services.follow_plan(placement_id)
    assert sorted(days(market.supervisor, placement_id).values()) == list(DAYS)


def revised(market: Market, plan_id: int, *dates: date) -> None:
    with acting_as(market.supervisor), transaction():
        new_id = revise_plan(plan_id, planned(follow_up_dates=dates)).id
        propose_plan(new_id)
    with acting_as(market.officer), transaction():
        agree_as_case_officer(new_id)
        record_participant_agreement(new_id)
    jobs.follow_plan(sent("plan.agreed")[-1])


def test_a_revision_moves_those_not_held_and_keeps_the_held(market: Market, placement_id: int) -> None:
    with travelling(FIRST_DAY):
        plan_id = agreed(market, placement_id, follow_up_dates=(APRIL_1, APRIL_15, MAY_6))
        jobs.follow_plan(sent("plan.agreed")[0])
    first, second, third = sorted(days(market.officer, placement_id))
    with travelling(APRIL_1):
        held(market.supervisor, first)
        revised(market, plan_id, APRIL_1, date(2026, 4, 22))
    assert days(market.officer, placement_id) == {second: date(2026, 4, 22)}
    assert days(market.officer, placement_id, FollowUpState.HELD) == {first: APRIL_1}
    assert set(days(market.officer, placement_id, FollowUpState.CANCELLED)) == {third}
    with acting_as(market.officer):
        moved = timeline("follow_up", second)[0]
        assert (moved.action, moved.note_sv) == ("move", "Från 2026-04-15 till 2026-04-22")


# Of the placement.


def test_a_placement_that_ends_cancels_what_would_have_come_after(
    market: Market, placement_id: int, coming: list[int]
) -> None:
    ended(market, placement_id, date(2026, 4, 10))
    (message,) = sent("placement.over")
    jobs.cancel_coming(message)
    assert days(market.officer, placement_id) == {coming[0]: APRIL_1}, "nobody has said what became of it"
    assert set(days(market.officer, placement_id, FollowUpState.CANCELLED)) == {coming[1]}
    with travelling(date(2026, 4, 14)):
        held(market.supervisor, coming[0], held_on=APRIL_1)
        with acting_as(market.officer), pytest.raises(Invalid, match="i placeringen"), transaction():
            services.plan_extra(placement_id, APRIL_15)


def test_a_placement_that_goes_on_after_all_gets_the_plans_days_again(
    market: Market, placement_id: int, coming: list[int]
) -> None:
    ended(market, placement_id, date(2026, 4, 10))
    jobs.cancel_coming(sent("placement.over")[0])
    with travelling(date(2026, 4, 13)):
        with acting_as(market.officer), transaction():
            booking.resume_placement(placement_id, date(2026, 8, 28), ResumeReason.WRONG_DAY)
        jobs.follow_plan(sent("placement.resumed")[0])
    assert sorted(days(market.officer, placement_id).values()) == list(DAYS)


def test_one_that_never_began_has_nothing_to_follow_up(market: Market) -> None:
    with travelling(TODAY):
        placement_id = requested(market)
        with acting_as(market.supervisor), transaction():
            booking.accept_placement(placement_id)
        (follow_up_id,) = followed(market, placement_id, follow_up_dates=(APRIL_1,))
        with acting_as(market.supervisor), pytest.raises(Conflict, match="inte börjat"), transaction():
            services.hold(follow_up_id, minutes())
    with travelling(FIRST_DAY + timedelta(days=1)), acting_as(market.supervisor), transaction():
        booking.never_start_placement(placement_id)
    for message in sent("placement.over"):
        jobs.cancel_coming(message)
    with acting_as(system_of(market)):
        assert [one.state for one in queries.follow_ups_of(placement_id)] == [FollowUpState.CANCELLED]


# Of absence.


def repeated(market: Market, placement_id: int, day: date) -> None:
    with acting_as(system_of(market)), transaction():
        emit(
            "absence.repeated",
            authority_id=market.north_id,
            enterprise_id=market.farm_id,
            placement_id=placement_id,
            day=day.isoformat(),
        )
    jobs.call_meeting(sent("absence.repeated")[-1])


def test_repeated_absence_calls_one_meeting_at_a_time(market: Market, placement_id: int) -> None:
    day = date(2026, 3, 18)
    with travelling(day):
        repeated(market, placement_id, day)
        repeated(market, placement_id, day + timedelta(days=1))
        assert texts(market.supervisor) == ["Trepartsmöte med Maja Öberg1"], "at once, to be arranged"
    assert list(days(market.officer, placement_id).values()) == [date(2026, 3, 25)]
    subject = "Ett trepartsmöte behövs"
    assert letters() == [
        (market.unit_id, Role.CASE_OFFICER, subject),
        (market.farm_id, Role.SUPERVISOR, subject),
    ]
    with travelling(date(2026, 3, 25)):
        held(market.officer, next(iter(days(market.officer, placement_id))))
        repeated(market, placement_id, date(2026, 3, 25))
    assert list(days(market.officer, placement_id).values()) == [date(2026, 4, 1)]


def test_without_consent_the_workplace_gets_no_letter_and_sees_nothing(
    market: Market, placement_id: int, coming: list[int]
) -> None:
    with travelling(APRIL_1):
        (action_id,) = held(market.supervisor, coming[0], CALL)
        consent_withdrawn(market, placement_id)
        repeated(market, placement_id, APRIL_1)
        assert {role for _, role, _ in letters()} == {Role.CASE_OFFICER}
        with acting_as(market.supervisor):
            assert queries.follow_ups_of(placement_id) == []
            assert queries.waiting(market.supervisor) == []
            for read in (lambda: queries.follow_up(coming[0]), lambda: queries.action(action_id)):
                with pytest.raises(NotFound):
                    read()
            with pytest.raises(NotFound), transaction():
                services.tick_action(action_id, is_done=True)
    assert coming[1] in days(market.coordinator, placement_id)


# By hand.


def test_held_with_what_was_agreed_and_corrected(
    market: Market, placement_id: int, coming: list[int]
) -> None:
    with travelling(APRIL_1), acting_as(market.supervisor):
        with transaction():
            services.hold(coming[0], minutes(CALL, BUS, notes_sv="  Går <b>bra</b>\n أتعلم "))
        with pytest.raises(Conflict), transaction():
            services.hold(coming[0], minutes())
        with transaction():
            services.add_action(coming[0], Agreed("Prova verktyg", Party.SUPERVISOR, APRIL_15))
            services.edit(coming[0], minutes(notes_sv="Rättat"), saves=1)
        with pytest.raises(Conflict, match="Någon annan har ändrat"), transaction():
            services.edit(coming[0], minutes(notes_sv="Mitt"), saves=1)
        with travelling(date(2026, 4, 20)), pytest.raises(Invalid, match="före den dagen"), transaction():
            services.edit(coming[0], minutes())
        (follow_up,) = [one for one in queries.follow_ups_of(placement_id) if not one.is_open]
        assert follow_up.notes_sv == "Rättat"
        assert follow_up.parties == [Party.PARTICIPANT, Party.SUPERVISOR, Party.CASE_OFFICER]
        assert [one.text_sv for one in follow_up.actions] == ["Prova verktyg", CALL.text_sv, BUS.text_sv]


def test_moved_missed_and_cancelled(market: Market, placement_id: int, coming: list[int]) -> None:
    first, second = coming
    with acting_as(market.officer):
        with travelling(date(2026, 3, 30)):
            with pytest.raises(Conflict, match="inte kommit"), transaction():
                services.miss(first)
            with pytest.raises(Conflict, match="redan en uppföljning den dagen"), transaction():
                services.move(first, APRIL_15)
            with pytest.raises(Invalid, match="i placeringen"), transaction():
                services.move(first, date(2026, 9, 1))
            with transaction():
                services.move(first, date(2026, 4, 2))
        with travelling(date(2026, 4, 2)), transaction():
            services.miss(first, date(2026, 4, 8))
        for call_off in (services.cancel, lambda late: services.move(late, date(2026, 4, 20))):
            with (
                travelling(date(2026, 4, 16)),
                pytest.raises(Conflict, match="Dagen har gått"),
                transaction(),
            ):
                call_off(second)
        with travelling(APRIL_15), transaction():
            services.cancel(second)
        with pytest.raises(Conflict, match="redan avslutad"), transaction():
            services.cancel(second)
        extra = [one for one in queries.follow_ups_of(placement_id) if one.is_open]
        assert [(one.kind, one.due_on) for one in extra] == [(FollowUpKind.EXTRA, date(2026, 4, 8))]
    with travelling(FIRST_DAY), acting_as(system_of(market)), transaction():
        services.follow_plan(placement_id)
    assert sorted(days(market.officer, placement_id).values()) == [date(2026, 4, 8), APRIL_15], (
        "the plan still asks for what was called off, and not for what was missed"
    )


def test_who_does_what(market: Market, placement_id: int, coming: list[int]) -> None:
    with travelling(APRIL_1):
        call, bus = held(market.officer, coming[0], CALL, BUS)
        for refused in (
            lambda: services.plan_extra(placement_id, APRIL_15),
            lambda: services.add_action(coming[0], CALL),
            lambda: services.remove_action(call),
        ):
            with acting_as(market.coordinator), pytest.raises((NotAllowed, NotFound)), transaction():
                refused()
        with acting_as(market.coordinator), transaction():
            assert services.tick_action(call, is_done=True).done_by == "Sara Samordnare"
        with acting_as(she(market, placement_id)):
            with transaction():
                assert services.tick_action(bus, is_done=True).done_by == "Deltagaren"
            assert [one.id for one in queries.own_follow_ups().actions] == [bus], "hers alone"
            with pytest.raises(NotFound), transaction():
                services.tick_action(call, is_done=False)
        with acting_as(market.supervisor), transaction():
            services.tick_action(bus, is_done=False)
            services.tick_action(bus, is_done=False)
            assert [event.action for event in timeline("follow_up", coming[0])][:2] == ["undone", "done"]
            with pytest.raises(Conflict, match="redan gjort"):
                services.remove_action(call)
            services.remove_action(bus)
        with acting_as(market.officer):
            assert list(db.session.scalars(select(AgreedAction.id))) == [call]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE follow_up SET state = 'planned', held_on = NULL, notes_sv = '', took_part = '{}'",
        "UPDATE follow_up SET kind = 'extra', planned_on = NULL",
        "DELETE FROM follow_up",
        "UPDATE follow_up_action SET text_sv = 'annat'",
    ],
)
def test_the_database_keeps_what_was_held(
    market: Market, placement_id: int, coming: list[int], statement: str
) -> None:
    with travelling(APRIL_1):
        held(market.supervisor, coming[0], CALL)
    with acting_as(market.supervisor), pytest.raises(DBAPIError), db.session.begin_nested():
        db.session.execute(text(statement))


# Reminders, and what waits.


def remind_all() -> int:
    jobs.dispatch_day()
    messages = sent(jobs.REMIND_TOPIC)
    for message in [*messages, *messages]:
        jobs.remind(message)
    return len(messages)


def test_both_sides_are_reminded_once_before_and_once_after(market: Market, coming: list[int]) -> None:
    told = []
    for day in (27, 28, 29, 30, 31):
        with travelling(date(2026, 3, day)):
            told.append(remind_all())
    assert told == [0, 0, 0, 1, 0], "two working days before"
    for day, expected in ((1, 0), (2, 0), (7, 1), (8, 0)):  # Easter is between
        with travelling(date(2026, 4, day)):
            assert remind_all() == expected, day
    subjects = [subject for _, role, subject in letters() if role is Role.SUPERVISOR]
    assert subjects == ["En uppföljning kommer", "En uppföljning är inte skriven"]


def texts(actor: Actor) -> list[str]:
    with acting_as(actor):
        return [item.text_sv for item in queries.waiting(actor)]


def test_what_waits_for_whom(market: Market, placement_id: int, coming: list[int]) -> None:
    with travelling(date(2026, 3, 27)):
        assert texts(market.supervisor) == []
    with travelling(date(2026, 3, 30)):
        assert texts(market.supervisor) == ["Uppföljning med Maja Öberg1"]
    with travelling(APRIL_15):
        assert texts(market.officer) == [
            "Uppföljning med Maja Öberg1: skriv upp den",
            "Uppföljning med Maja Öberg1",
        ]
        assert texts(market.colleague) == [], "another's participant"
        assert texts(market.coordinator) == []
        to_do = [CALL, BUS, Agreed("Ta upp i rådet", Party.COORDINATOR, MAY_6)]
        for follow_up_id in coming:
            held(market.supervisor, follow_up_id, *(to_do if follow_up_id == coming[0] else ()))
        assert texts(market.officer) == []
    with travelling(date(2026, 5, 7)):
        assert texts(market.officer) == [
            "Ringa Försäkringskassan (Maja Öberg1)",
            "Skaffa busskort (Maja Öberg1 gör det)",
        ]
        assert texts(market.supervisor) == ["Skaffa busskort (Maja Öberg1 gör det)"]
        assert texts(market.coordinator) == ["Ta upp i rådet (Maja Öberg1)"]
        assert texts(market.strategist) == []
