"""Closures from before periods become one each, and the way down keeps their words and days."""

from alembic import command
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

import migrations
from demo.cluster import APP
from enterprises.places import services
from enterprises.places.closure_queries import closed_periods
from enterprises.places.closure_rules import Extent, OutageReason
from enterprises.places.queries import whole_place
from enterprises.places.rules import WORKWEEK
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as
from tests.support import supply
from tests.support.application import Database
from tests.support.supply import after


def test_closures_are_the_same_down_and_up(database: Database) -> None:
    world = supply.build_supply()
    place_id = supply.add_place(world.manager, supply.add_site(world.manager), seats=3)
    with acting_as(world.manager), transaction():
        services.close_seats(
            place_id, seats=2, first_day=after(1), last_day=after(5), reason=OutageReason.VACATION
        )
        services.close_seats(place_id, seats=1, first_day=after(8), last_day=after(9), reason_sv="Ombyggnad")
        services.pause_place(place_id, reason=OutageReason.SAFETY, until=after(3))
    db.session.remove()
    db.engine.dispose()
    settings = migrations.config(database.owner_url, APP)
    engine = create_engine(database.owner_url, poolclass=NullPool)

    command.downgrade(settings, "0015")
    before = text("SELECT reason_sv, created_at IS NOT NULL FROM closure ORDER BY id")
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(before)]
    assert rows == [("vacation", True), ("vacation", True), ("Ombyggnad", True)]

    migrations.upgrade(database.owner_url, APP)
    with acting_as(world.manager):
        periods = closed_periods(place_id)
        assert [row.extent for row in periods] == [
            Extent(1, after(8), after(9)),
            Extent(1, after(1), after(5)),
            Extent(1, after(1), after(5)),
        ]
        assert [row.reason_sv for row in periods] == ["Ombyggnad", "vacation", "vacation"]
        assert all(len(row.revisions) == 1 for row in periods)
        place = whole_place(place_id)
        assert (tuple(place.weekdays), place.demands, place.revision) == (WORKWEEK, [], 1)
        with transaction():
            services.reopen_period(periods[0].period.id)
