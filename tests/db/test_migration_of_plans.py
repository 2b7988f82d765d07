"""Plans from before the staircase get one step and their goals, and the way down keeps hours and words."""

from datetime import date
from decimal import Decimal

from alembic import command
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

import migrations
from demo.cluster import APP
from marketplace.clock import travelling
from marketplace.db import db
from marketplace.tenancy import acting_as
from placements.plan.queries import planned_days, readable_plan
from placements.plan.staircase_rules import Step
from tests.support.application import Database
from tests.support.placement_market import FIRST_DAY, build_market
from tests.support.training import agreed, running

STAIRS = (Step(FIRST_DAY, Decimal(6), 2, (1, 3)), Step(date(2026, 4, 6), Decimal(16), 4))


def test_plans_are_read_the_same_down_and_up(database: Database) -> None:
    market = build_market()
    with travelling(date(2026, 3, 11)):
        placement_id = running(market)
        plan_id = agreed(market, placement_id, steps=STAIRS)
    db.session.remove()
    db.engine.dispose()
    settings = migrations.config(database.owner_url, APP)
    engine = create_engine(database.owner_url, poolclass=NullPool)

    command.downgrade(settings, "0023")
    before = text("SELECT state, hours_per_week, days_per_week, goals FROM activity_plan")
    with engine.connect() as connection:
        (row,) = connection.execute(before)
    goals = ["Kommer i tid fyra dagar av fem Det syns i arbetet", "Syr en kasse själv Det syns i arbetet"]
    assert tuple(row) == ("agreed", 6, 2, goals)

    migrations.upgrade(database.owner_url, APP)
    with travelling(date(2026, 3, 11)), acting_as(market.supervisor):
        said = readable_plan(plan_id).content
        assert said.steps == (Step(FIRST_DAY, Decimal(6), 2),)
        assert [goal.text_sv for goal in said.goals] == goals
        week = planned_days([placement_id], date(2026, 3, 16), date(2026, 3, 22))[placement_id]
        assert sum(week.values()) == 6
