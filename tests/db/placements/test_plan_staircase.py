"""A plan's extent, draft and agreement: what attendance is planned by, what is kept, and what never changes."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from marketplace.clock import travelling
from marketplace.db import Base, db, get_or_404, transaction
from marketplace.errors import Conflict, DomainError, Invalid, NotFound
from marketplace.letters.models import Letter
from marketplace.outbox import Outbox
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import PlacementExtent
from placements.plan import queries
from placements.plan.models import ActivityPlan, PlanGoal, PlanStep, PlanWish
from placements.plan.rules import PlanState
from placements.plan.services import (
    agree_as_case_officer,
    agree_as_participant,
    begin_plan,
    keep_typed,
    propose_plan,
    record_participant_agreement,
    revise_plan,
    save_plan,
    wish_for_change,
)
from placements.plan.staircase_rules import Step
from tests.support.placement_market import FIRST_DAY, Market
from tests.support.statements import statements_of
from tests.support.training import agreed, consent_withdrawn, drafted, herself, planned, proposed, running

WEDNESDAY = date(2026, 3, 11)
LATER = date(2026, 4, 6)
STAIRS = (
    Step(FIRST_DAY, Decimal(6), 2, (1, 3)),
    Step(LATER, Decimal(16), 4, (1, 2, 3, 4)),
)


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(WEDNESDAY):
        yield ready_market


@pytest.fixture
def placement_id(market: Market) -> int:
    return running(market)


def test_planned_days_come_from_the_agreed_plan_else_from_the_placement(
    market: Market, placement_id: int
) -> None:
    other = running(market, 2)
    monday, sunday = date(2026, 3, 16), date(2026, 3, 22)
    with acting_as(market.supervisor):
        before = queries.planned_days([placement_id, other], monday, sunday)
        assert sum(before[placement_id].values()) == sum(before[other].values()) == 20
    agreed(market, placement_id, steps=STAIRS)
    with acting_as(market.supervisor):
        days = queries.planned_days([placement_id, other], monday, sunday)
        assert days[placement_id] == {monday: Decimal(3), date(2026, 3, 18): Decimal(3)}
        assert days[other] == before[other]
        later = queries.planned_days([placement_id], date(2026, 4, 13), date(2026, 4, 19))[placement_id]
        assert sum(later.values()) == 16
        assert queries.planned_days([placement_id], date(2026, 1, 1), date(2026, 2, 1)) == {placement_id: {}}


def test_planned_days_ask_the_same_for_one_and_for_many(market: Market, placement_id: int) -> None:
    agreed(market, placement_id, steps=STAIRS)
    ids = [placement_id, running(market, 2), running(market, 3, place_id=market.repair_id)]
    with acting_as(market.supervisor):
        for chosen in (ids[:1], ids):
            asked = statements_of(partial(queries.planned_days, chosen, WEDNESDAY, LATER))
            assert len(asked) <= 4


def test_a_draft_begins_with_what_place_and_grant_say(market: Market, placement_id: int) -> None:
    with acting_as(market.supervisor), transaction():
        said = begin_plan(placement_id).content
    assert said.steps == (Step(FIRST_DAY, Decimal(20), 4),) or said.steps[0].hours_per_week == 20
    assert said.tasks_sv
    assert said.absence_sv
    assert [contact.name for contact in said.contacts] == ["Hans Handledare"]
    assert said.follow_up_dates
    assert said.goals == ()


def test_the_workplaces_own_routine_is_what_the_next_plan_begins_with(
    market: Market, placement_id: int
) -> None:
    plan_id = drafted(market, placement_id)
    with acting_as(market.supervisor), transaction():
        save_plan(plan_id, planned(absence_sv="Sms till Hans."), keeps_absence=True)
    other = running(market, 2)
    with acting_as(market.supervisor), transaction():
        assert begin_plan(other).absence_sv == "Sms till Hans."


def test_a_draft_that_is_not_all_there_is_kept_but_not_proposed(market: Market, placement_id: int) -> None:
    plan_id = drafted(market, placement_id, goals=(), tasks_sv="")
    with acting_as(market.supervisor):
        with pytest.raises(Invalid, match="Skriv vilka arbetsuppgifter"), transaction():
            propose_plan(plan_id)
        with transaction():
            keep_typed(plan_id, {"steps-0-hours_per_week": ["massor\x00"]})
        assert get_or_404(ActivityPlan, plan_id).typed == {"steps-0-hours_per_week": ["massor"]}
        with transaction():
            keep_typed(plan_id, {})
        with pytest.raises(Invalid, match="behöver rättas"), transaction():
            propose_plan(plan_id)
        with transaction():
            save_plan(plan_id, planned())
            propose_plan(plan_id)


def test_who_saves_a_page_opened_before_another_save_is_told(market: Market, placement_id: int) -> None:
    plan_id = drafted(market, placement_id)
    with acting_as(market.supervisor):
        opened = get_or_404(ActivityPlan, plan_id).saves
        with transaction():
            save_plan(plan_id, planned(tasks_sv="Laga"), saves=opened)
        for save in (
            partial(save_plan, plan_id, planned(tasks_sv="Sy"), saves=opened),
            partial(keep_typed, plan_id, {"tasks_sv": ["Sy"]}, saves=opened),
        ):
            with pytest.raises(Conflict, match="annat ställe"), transaction():
                save()
        with transaction():  # the same once more: a second press, or an answer that was lost
            save_plan(plan_id, planned(tasks_sv="Laga"), saves=opened)
        assert get_or_404(ActivityPlan, plan_id).tasks_sv == "Laga"


def test_she_agrees_by_her_code_and_is_the_third(market: Market, placement_id: int) -> None:
    plan_id = proposed(market, placement_id)
    with acting_as(market.officer), transaction():
        agree_as_case_officer(plan_id)
    with acting_as(herself(market, placement_id)):
        assert [plan.id for plan in queries.own_plans()] == [plan_id]
        with transaction():
            assert agree_as_participant(plan_id).state is PlanState.AGREED
        with pytest.raises(Conflict), transaction():
            agree_as_participant(plan_id)
    with acting_as(market.officer):
        plan = queries.readable_plan(plan_id)
        assert (plan.participant_by_code, plan.participant_witness) == (True, "")
        assert [event.user_name for event in queries.events_of([plan])][:1] == ["Deltagaren"]
    with acting_as(system_actor(market.north_id)):
        assert db.session.scalars(select(Outbox.payload).where(Outbox.topic == "plan.agreed")).all() == [
            {"placement_id": placement_id, "plan_id": plan_id}
        ]


def test_she_says_what_should_be_otherwise_and_both_are_told(market: Market, placement_id: int) -> None:
    plan_id = proposed(market, placement_id)
    with acting_as(herself(market, placement_id)):
        with pytest.raises(Invalid), transaction():
            wish_for_change(plan_id, "  ")
        with transaction():
            wish_for_change(plan_id, " Jag vill sluta klockan två. أريد ")
    for actor in (market.officer, market.supervisor):
        with acting_as(actor):
            (wish,) = queries.readable_plan(plan_id).wishes
            assert (wish.text_sv, wish.written_by) == ("Jag vill sluta klockan två. أريد", "")
            assert any("vill ändra något" in item.text_sv for item in queries.waiting(actor))
    with acting_as(system_actor()):
        letters = db.session.scalars(select(Letter).where(Letter.subject_sv.contains("ändra sin"))).all()
        assert len(letters) == 2
        assert not any("klockan" in letter.text_sv for letter in letters)
    with acting_as(market.supervisor), transaction():
        new_id = revise_plan(plan_id).id
    with acting_as(herself(market, placement_id)):
        with pytest.raises(Conflict, match="Planen är gammal"), transaction():
            agree_as_participant(plan_id)
        with pytest.raises(NotFound):  # a draft is the supervisor's own
            queries.readable_plan(new_id)


def test_an_extent_made_smaller_meanwhile_stops_the_agreement(market: Market, placement_id: int) -> None:
    plan_id = proposed(market, placement_id)
    with acting_as(system_actor(market.north_id)), transaction():
        db.session.add(
            PlacementExtent(
                placement_id=placement_id, from_day=LATER, hours_per_week=Decimal(8), days_per_week=2
            )
        )
    with acting_as(market.officer), pytest.raises(Conflict, match="har ändrats sedan"), transaction():
        agree_as_case_officer(plan_id)


@pytest.mark.parametrize("state", [PlanState.PROPOSED, PlanState.AGREED])
def test_what_is_proposed_never_changes(market: Market, placement_id: int, state: PlanState) -> None:
    plan_id = (proposed if state is PlanState.PROPOSED else agreed)(market, placement_id)
    plan, step, goal = (Base.metadata.tables[name] for name in ("activity_plan", "plan_step", "plan_goal"))
    statements = [
        update(plan).where(plan.c.id == plan_id).values(tasks_sv="Annat"),
        update(plan).where(plan.c.id == plan_id).values(supervisor_name="Annan"),
        update(plan).where(plan.c.id == plan_id).values(state="draft"),
        update(step).where(step.c.plan_id == plan_id).values(hours_per_week=1),
        goal.delete().where(goal.c.plan_id == plan_id),
        goal.insert().values(plan_id=plan_id, position=9, text_sv="Nytt", sign_sv=""),
        plan.delete().where(plan.c.id == plan_id),
    ]
    for actor in (market.supervisor, system_actor(market.north_id)):
        for statement in statements:
            with acting_as(actor), pytest.raises(IntegrityError, match="refused"):
                db.session.execute(statement)
            db.session.rollback()


def test_each_signs_for_herself(market: Market, placement_id: int) -> None:
    plan_id = proposed(market, placement_id)
    plan = Base.metadata.tables["activity_plan"]
    officer_signs = update(plan).where(plan.c.id == plan_id).values(case_officer_agreed_at=text("now()"))
    by_code = update(plan).where(plan.c.id == plan_id).values(participant_by_code=True)
    for actor, statement in (
        (market.supervisor, officer_signs),
        (herself(market, placement_id), officer_signs),
        (market.officer, by_code),
        (market.supervisor, by_code),
    ):
        with acting_as(actor), pytest.raises(IntegrityError, match="plan_signer"):
            db.session.execute(statement)
        db.session.rollback()
    with acting_as(market.officer), transaction():
        record_participant_agreement(plan_id)
    again = update(plan).where(plan.c.id == plan_id).values(participant_agreed_at=text("now()"))
    with acting_as(market.officer), pytest.raises(IntegrityError, match="frozen_plan"):
        db.session.execute(again)
    db.session.rollback()


def test_outsiders_and_other_participants_see_none_of_it(market: Market, placement_id: int) -> None:
    plan_id = agreed(market, placement_id)
    second = running(market, 2)
    for actor in (*market.outsiders(), herself(market, second)):
        with acting_as(actor):
            for table in (ActivityPlan, PlanStep, PlanGoal, PlanWish):
                assert db.session.scalars(select(table)).all() == [], (actor.user_name, table)
            assert queries.diary_number_of(placement_id) == ""
            with pytest.raises(DomainError), transaction():
                agree_as_participant(plan_id)
            with pytest.raises(DomainError), transaction():
                wish_for_change(plan_id, "Nej")


def test_a_draft_is_read_by_the_workplace_alone(market: Market, placement_id: int) -> None:
    plan_id = drafted(market, placement_id)
    with acting_as(market.supervisor):
        assert db.session.scalar(select(ActivityPlan.id)) == plan_id
    for actor in (market.officer, market.coordinator, herself(market, placement_id)):
        with acting_as(actor):
            assert db.session.scalars(select(ActivityPlan.id)).all() == []
            assert db.session.scalars(select(PlanStep)).all() == []


def test_without_consent_the_supplier_sees_neither_plan_nor_goals(market: Market, placement_id: int) -> None:
    agreed(market, placement_id)
    consent_withdrawn(market, placement_id)
    with acting_as(market.supervisor):
        for table in (ActivityPlan, PlanStep, PlanGoal):
            assert db.session.scalars(select(table)).all() == []
        assert queries.diary_number_of(placement_id) == ""
    with acting_as(market.officer):
        assert db.session.scalars(select(PlanGoal)).all()
