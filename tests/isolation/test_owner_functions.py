"""Functions that answer as the owner for speed show nobody more than the policies do."""

import pytest
from sqlalchemy import func, select, text

from marketplace.accounts.rules import Role
from marketplace.db import db
from marketplace.tenancy import acting_as
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
        facts = db.session.execute(select(text("*")).select_from(func.request_facts(round_id))).all()
    assert bool(facts) == (sees and role in BUYERS)
    assert bool(facts) == (side == "own" and role in {Role.CASE_OFFICER, Role.COORDINATOR})


@pytest.mark.parametrize("role", ROLES)
def test_only_whoever_acts_is_signed_in(undone: Rollback, world: World, role: Role) -> None:
    actor = world.actor(role)
    with undone(), acting_as(actor):
        rows = db.session.execute(select(text("*")).select_from(func.signed_in(func.current_date()))).all()
    assert {(row.user_name, row.membership_id) for row in rows} >= {(actor.user_name, actor.membership_id)}
    assert {row.user_name for row in rows} == {actor.user_name}
