"""Functions that for speed answer as the owner, or for several policies, show and take no more than policies do."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from marketplace.accounts.rules import Role
from marketplace.audit import record
from marketplace.clock import today
from marketplace.db import db
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.choice.models import ChoiceRound
from tests.isolation.conftest import Rollback
from tests.world import BUYERS, EVERYBODY, ROLES, Side, World


@pytest.mark.parametrize("side", ["own", "foreign"])
@pytest.mark.parametrize("role", EVERYBODY)
def test_a_request_is_prepared_for_those_of_the_authority_who_see_the_round(
    undone: Rollback, world: World, role: Role, side: Side
) -> None:
    round_id = int(world.own["choice_round_id"])
    with undone(), acting_as(world.actor(role, side)):
        sees = db.session.scalar(select(ChoiceRound.id).where(ChoiceRound.id == round_id)) is not None
        facts = db.session.execute(
            select(text("*")).select_from(func.request_facts(round_id, today(), None))
        ).all()
    assert bool(facts) == (sees and role in BUYERS)
    assert bool(facts) == (side == "own" and role in {Role.CASE_OFFICER, Role.COORDINATOR})


def test_a_request_is_prepared_for_the_participants_unit_and_kommun_alone(
    undone: Rollback, world: World
) -> None:
    """In one authority. A unit with no participant, a coordinator of another kommun, and a job of another authority."""
    officer, coordinator = world.actor(Role.CASE_OFFICER), world.actor(Role.COORDINATOR)
    enterprise_id = world.actor(Role.SUPERVISOR).enterprise_id
    concerned = [officer, coordinator, system_actor(world.authorities["own"])]
    others = [
        replace(officer, organisation_id=officer.authority_id),
        replace(coordinator, kommun_codes=("0999",)),
        replace(coordinator, kommun_codes=()),
        replace(officer, role=None),
        system_actor(world.authorities["foreign"]),
        system_actor(enterprise_id=enterprise_id),
        system_actor(),
    ]
    for actor in (*concerned, *others):
        with undone(), acting_as(actor):
            assert (_facts(world) > 0, _sees(world)) == (actor in concerned,) * 2, actor


def _facts(world: World) -> int:
    asked = select(func.count()).select_from(
        func.request_facts(int(world.own["choice_round_id"]), today(), None)
    )
    return db.session.scalar(asked) or 0


def _sees(world: World) -> bool:
    asked = select(ChoiceRound.id).where(ChoiceRound.id == int(world.own["choice_round_id"]))
    return db.session.scalar(asked) is not None


@pytest.mark.parametrize(
    ("object_type", "name", "is_trainees"),
    [
        ("choice_round", "choice_round_id", False),
        ("checkpoint", "checkpoint_id", True),
        ("plan", "agreed_plan_id", True),
        ("follow_up", "follow_up_id", True),
        ("report", "own_report_id", True),
    ],
)
def test_a_participant_adds_events_to_what_is_hers_alone(
    undone: Rollback, world: World, object_type: str, name: str, is_trainees: bool
) -> None:
    hers, foreign = int(world.own[name]), int(world.foreign[name])
    authority_id = world.authorities["own"]
    enterprise_id = None if object_type in {"choice_round", "checkpoint"} else world.enterprises["own"]
    trainee, chooser = world.trainees["own"], world.actor(Role.PARTICIPANT)
    she, another = (trainee, chooser) if is_trainees else (chooser, trainee)
    with undone():
        assert _adds(she, object_type, hers, authority_id, enterprise_id)
        assert not _adds(another, object_type, hers, authority_id, enterprise_id)
        assert not _adds(she, object_type, foreign, authority_id, enterprise_id)
        assert not _adds(she, object_type, hers, world.authorities["foreign"], enterprise_id)
        assert not _adds(she, object_type, hers, authority_id, world.enterprises["foreign"])
        assert not _adds(she, "place", hers, authority_id, enterprise_id)


def _adds(who: Actor, object_type: str, object_id: int, authority_id: int, enterprise_id: int | None) -> bool:
    try:
        with acting_as(who), db.session.begin_nested():
            record(object_type, object_id, "tried", authority_id=authority_id, enterprise_id=enterprise_id)
    except ProgrammingError:  # the policy's refusal
        return False
    return True


@pytest.mark.parametrize("role", ROLES)
def test_only_whoever_acts_is_signed_in(undone: Rollback, world: World, role: Role) -> None:
    actor = world.actor(role)
    with undone(), acting_as(actor):
        rows = db.session.execute(select(text("*")).select_from(func.signed_in(func.current_date()))).all()
    assert {(row.user_name, row.membership_id) for row in rows} >= {(actor.user_name, actor.membership_id)}
    assert {row.user_name for row in rows} == {actor.user_name}


def test_attended_days_gives_the_system_what_its_policies_let_it_see_and_others_nothing(
    undone: Rollback, world: World
) -> None:
    """Everybody asks for every contract's days, of a year."""
    concerned = [
        system_actor(world.authorities["own"]),
        system_actor(world.authorities["foreign"]),
        system_actor(enterprise_id=world.enterprises["own"]),
        system_actor(enterprise_id=world.enterprises["foreign"]),
        system_actor(world.authorities["own"], world.enterprises["own"]),
    ]
    others = [
        system_actor(),
        system_actor(world.authorities["outside"], world.enterprises["outside"]),
        *(world.actor(role, side) for role in EVERYBODY for side in ("own", "foreign")),
        *(world.actor(role, "outside") for role in (Role.CONTROLLER, Role.SUPPLIER_MANAGER)),
        replace(world.actor(Role.CONTROLLER), role=None),
    ]
    for actor in (*concerned, *others):
        with undone(), acting_as(actor):
            given = set(db.session.execute(_GIVEN, {"contracts": _contracts(world)}))
            seen = set(db.session.execute(_SEEN, {"contracts": _contracts(world)}))
        assert given <= seen, actor
        assert given == (seen if actor in concerned else set()), actor
        assert bool(given) == (actor in concerned), actor


def _contracts(world: World) -> list[int]:
    return [int(world.own["contract_id"]), int(world.foreign["contract_id"])]


_GIVEN = text("""
    SELECT given.contract_id, given.placement_id, given.month + bit, alike ->> 1, (alike ->> 3)::numeric
    FROM (
        SELECT asked.id, first_day::date
        FROM unnest(CAST(:contracts AS integer[])) asked (id),
             generate_series('2026-01-01'::date, '2026-12-01', '1 month') first_day
    ) months,
    LATERAL attended_days(ARRAY[months.id], ARRAY[months.first_day]) given,
    LATERAL json_array_elements(given.days) alike,
    LATERAL generate_series(0, 30) bit
    WHERE (alike ->> 0)::integer >> bit & 1 = 1
""")
_SEEN = text("""
    SELECT contract_id, placement_id, day, kind, actual_hours FROM attendance_day
    WHERE contract_id = ANY (:contracts) AND day BETWEEN '2026-01-01' AND '2026-12-31'
""")
