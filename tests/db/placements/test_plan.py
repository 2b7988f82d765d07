"""A plan is agreed by three, in any order, on the newest version; who is not concerned sees none of it."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from marketplace.clock import travelling
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from marketplace.outbox import Outbox
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking.models import Placement
from placements.participants.models import Participant
from placements.plan import queries
from placements.plan.content_rules import PlanContent
from placements.plan.models import ActivityPlan
from placements.plan.rules import PlanState
from placements.plan.services import (
    agree_as_case_officer,
    draft_plan,
    propose_plan,
    record_participant_agreement,
    revise_plan,
    save_plan,
)
from tests.support.placement_market import TODAY, Market, requested
from tests.support.training import (
    agreed,
    consent_withdrawn,
    drafted,
    ended,
    planned,
    proposed,
    running,
)

WEDNESDAY = date(2026, 3, 11)
A_WEEK = (date(2026, 3, 16), date(2026, 3, 22))


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(WEDNESDAY):
        yield ready_market


@pytest.fixture
def placement_id(market: Market) -> int:
    return running(market)


def do(actor: Actor, service: Callable[..., ActivityPlan], plan_id: int, *facts: object) -> int:
    with acting_as(actor), transaction():
        return service(plan_id, *facts).id


def plan(market: Market, plan_id: int) -> ActivityPlan:
    with acting_as(market.supervisor):
        found = get_or_404(ActivityPlan, plan_id)
        db.session.refresh(found)
        db.session.expunge(found)
        return found


def content(market: Market, plan_id: int) -> PlanContent:
    with acting_as(market.supervisor):
        return get_or_404(ActivityPlan, plan_id).content


def agreed_messages(market: Market) -> list[dict[str, int]]:
    with acting_as(system_actor(market.north_id)):
        return list(db.session.scalars(select(Outbox.payload).where(Outbox.topic == "plan.agreed")))


def test_three_agree_and_it_holds(market: Market, placement_id: int) -> None:
    plan_id = drafted(market, placement_id, goals=[" Ett mål ", ""])
    assert [goal.text_sv for goal in content(market, plan_id).goals] == ["Ett mål"]
    do(market.supervisor, propose_plan, plan_id)
    assert plan(market, plan_id).supervisor_name == "Hans Handledare"
    do(market.officer, agree_as_case_officer, plan_id)
    assert plan(market, plan_id).state is PlanState.PROPOSED
    assert agreed_messages(market) == []
    do(market.supervisor, record_participant_agreement, plan_id)
    done = plan(market, plan_id)
    assert done.state is PlanState.AGREED
    assert done.agreed_on == WEDNESDAY
    assert done.participant_witness == "Hans Handledare, Gården & Co"
    assert agreed_messages(market) == [{"placement_id": placement_id, "plan_id": plan_id}]


def test_the_order_is_free(market: Market, placement_id: int) -> None:
    plan_id = proposed(market, placement_id)
    do(market.officer, record_participant_agreement, plan_id)
    do(market.officer, agree_as_case_officer, plan_id)
    assert plan(market, plan_id).state is PlanState.AGREED


def test_nobody_agrees_twice(market: Market, placement_id: int) -> None:
    plan_id = proposed(market, placement_id)
    for actor, service in (
        (market.officer, agree_as_case_officer),
        (market.supervisor, record_participant_agreement),
    ):
        do(actor, service, plan_id)
        with pytest.raises(Conflict):
            do(actor, service, plan_id)


def test_nobody_agrees_when_the_placement_has_ended(market: Market, placement_id: int) -> None:
    plan_id = proposed(market, placement_id)
    with acting_as(market.officer):
        assert queries.waiting(market.officer)
    ended(market, placement_id, WEDNESDAY)
    for actor, service in (
        (market.officer, agree_as_case_officer),
        (market.officer, record_participant_agreement),
        (market.supervisor, record_participant_agreement),
    ):
        with pytest.raises(Conflict, match="pågår inte längre"):
            do(actor, service, plan_id)
    for actor in (market.officer, market.supervisor):
        with acting_as(actor):
            assert queries.waiting(actor) == []
    assert agreed_messages(market) == []


def test_each_role_does_its_own_part(market: Market, placement_id: int) -> None:
    with pytest.raises(NotAllowed), acting_as(market.officer):
        draft_plan(placement_id, planned())
    plan_id = drafted(market, placement_id)
    with pytest.raises(NotFound):  # a draft is the supervisor's own
        do(market.officer, agree_as_case_officer, plan_id)
    with pytest.raises(Conflict):
        do(market.supervisor, record_participant_agreement, plan_id)
    do(market.supervisor, propose_plan, plan_id)
    with pytest.raises(NotAllowed):
        do(market.supervisor, agree_as_case_officer, plan_id)
    with pytest.raises(NotAllowed):
        do(market.coordinator, record_participant_agreement, plan_id)


def test_a_draft_changes_until_it_is_proposed(market: Market, placement_id: int) -> None:
    plan_id = drafted(market, placement_id)
    do(market.supervisor, save_plan, plan_id, planned(tasks_sv="Laga"))
    assert plan(market, plan_id).tasks_sv == "Laga"
    do(market.supervisor, propose_plan, plan_id)
    with pytest.raises(Conflict):
        do(market.supervisor, save_plan, plan_id, planned())


def test_one_plan_at_a_time(market: Market, placement_id: int) -> None:
    drafted(market, placement_id)
    with pytest.raises(Conflict):
        drafted(market, placement_id)


def test_the_agreed_plan_holds_until_the_new_one_does(market: Market, placement_id: int) -> None:
    first = agreed(market, placement_id)
    second = do(market.supervisor, revise_plan, first, planned(hours_per_week=Decimal(20)))
    assert (plan(market, second).revision, plan(market, second).state) == (2, PlanState.DRAFT)
    with acting_as(market.supervisor):
        assert sum(queries.planned_days([placement_id], *A_WEEK)[placement_id].values()) == 16
    with pytest.raises(Conflict):  # a third, while the second is on its way
        do(market.supervisor, revise_plan, first, planned())
    do(market.supervisor, propose_plan, second)
    do(market.officer, agree_as_case_officer, second)
    do(market.officer, record_participant_agreement, second)
    assert plan(market, first).state is PlanState.REPLACED
    assert plan(market, first).agreed_on == WEDNESDAY  # the start fee's day stays
    with acting_as(market.officer):
        assert [version.revision for version in queries.versions(placement_id)] == [2, 1]
        assert queries.readable_plan(first).tasks_sv == "Sy kassar"
        assert sum(queries.planned_days([placement_id], *A_WEEK)[placement_id].values()) == 20


def test_a_replaced_version_cannot_be_agreed_to(market: Market, placement_id: int) -> None:
    first = proposed(market, placement_id)
    do(market.supervisor, revise_plan, first, planned())
    for actor, service in (
        (market.officer, agree_as_case_officer),
        (market.officer, record_participant_agreement),
    ):
        with pytest.raises(Conflict, match="Version 1 har ersatts"):
            do(actor, service, first)
    assert plan(market, first).case_officer_agreed_at is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours_per_week": Decimal(21)},
        {"goals": list("abcdef")},
        {"follow_up_dates": (date(2027, 1, 1),)},
    ],
)
def test_what_cannot_be_planned_is_refused(
    market: Market, placement_id: int, wrong: dict[str, object]
) -> None:
    with pytest.raises(Invalid):
        drafted(market, placement_id, **wrong)
    with acting_as(market.supervisor):
        assert queries.versions(placement_id) == []


def test_a_plan_needs_an_accepted_or_running_placement(market: Market) -> None:
    with travelling(TODAY):
        waiting = requested(market, 2)
    with pytest.raises(Conflict):
        drafted(market, waiting)
    over = running(market, 3)
    ended(market, over, WEDNESDAY)
    with pytest.raises(Conflict):
        drafted(market, over)


def test_outsiders_see_no_plan(market: Market, placement_id: int) -> None:
    plan_id = agreed(market, placement_id)
    for actor in market.outsiders():
        with acting_as(actor):
            assert db.session.scalar(select(func.count(ActivityPlan.id))) == 0, actor.user_name
            assert queries.versions(placement_id) == []
            assert queries.waiting(actor) == []
            with pytest.raises(DomainError):
                queries.readable_plan(plan_id)
            with pytest.raises(DomainError), transaction():
                agree_as_case_officer(plan_id)
            with pytest.raises(DomainError), transaction():
                draft_plan(placement_id, planned())


def test_without_consent_it_is_gone_at_once(market: Market, placement_id: int) -> None:
    plan_id = proposed(market, placement_id)
    consent_withdrawn(market, placement_id)
    with acting_as(market.supervisor):
        head = queries.training_head(placement_id)
        assert head.person is None
        assert head.who == f"P{placement_id:06d}"
        assert queries.versions(placement_id) == []
        assert queries.events_of([]) == []
        assert queries.waiting(market.supervisor) == []
        with pytest.raises(NotFound):
            queries.readable_plan(plan_id)
        with pytest.raises(Conflict):
            draft_plan(placement_id, planned())
    with acting_as(market.officer):
        assert queries.readable_plan(plan_id).id == plan_id


def test_what_waits_for_whom(market: Market, placement_id: int) -> None:
    def texts(actor: Actor) -> list[str]:
        with acting_as(actor):
            return [item.text_sv for item in queries.waiting(actor)]

    with acting_as(market.supervisor):
        (item,) = queries.waiting(market.supervisor)
    assert item.deadline == date(2026, 3, 23)
    assert item.text_sv == "Skriv aktivitetsplan för Maja Öberg1"
    assert texts(market.officer) == []
    plan_id = drafted(market, placement_id)
    assert texts(market.supervisor) == ["Skriv aktivitetsplan för Maja Öberg1"]
    do(market.supervisor, propose_plan, plan_id)
    assert texts(market.supervisor) == ["Anteckna att Maja Öberg1 godkänner aktivitetsplanen"]
    assert texts(market.officer) == ["Ta ställning till aktivitetsplanen för Maja Öberg1"]
    assert texts(market.colleague) == texts(market.coordinator) == texts(market.controller) == []
    do(market.officer, agree_as_case_officer, plan_id)
    assert texts(market.officer) == ["Anteckna att Maja Öberg1 godkänner aktivitetsplanen"]
    do(market.officer, record_participant_agreement, plan_id)
    assert texts(market.supervisor) == texts(market.officer) == []


def test_a_protected_name_is_masked(market: Market) -> None:
    placement_id = running(market, 7)
    with acting_as(market.officer), transaction():
        placement = get_or_404(Placement, placement_id)
        get_or_404(Participant, placement.participant_id).is_protected = True
    with acting_as(market.supervisor):
        head = queries.training_head(placement_id)
        assert "Maja" not in head.who
        assert all("Maja" not in item.text_sv for item in queries.waiting(market.supervisor))


def test_the_timeline_says_who_and_which_version(market: Market, placement_id: int) -> None:
    plan_id = agreed(market, placement_id)
    with acting_as(market.officer):
        events = queries.events_of([queries.readable_plan(plan_id)])
    assert [event.action for event in events] == ["conclude", "witness", "agree", "propose", "draft"]
    assert {event.note_sv for event in events} == {"Version 1"}
    assert events[0].at.date() == WEDNESDAY
