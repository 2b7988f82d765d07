"""What an application holds survives the way down from 0012, and the way up again."""

from alembic import command
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

import migrations
from demo.cluster import APP
from enterprises.applications import services as applications
from enterprises.applications.rules import Outcome
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.db import db, transaction
from marketplace.procurement import services as procurement
from marketplace.tenancy import acting_as, system_actor
from tests.factories import make_actor
from tests.support import supply
from tests.support.application import Database

JUDGED = "SELECT judgement, judgement_reason_sv FROM application_answer ORDER BY id"
MOVED = "SELECT judgement, reason_sv FROM answer_judgement ORDER BY requirement_id"


def rows(engine: Engine, statement: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_judgements_and_requests_survive_the_way_down_and_up(database: Database) -> None:
    world = supply.build_supply()
    system_id = supply.open_system(world.officer)
    proposed = supply.submitted(world.manager, system_id)
    supply.judge(world.officer, proposed, reason="Tydligt.")
    with acting_as(system_actor()), transaction():
        authority = db.session.get_one(Organisation, world.authority_id)
        make_actor("Örjan", authority, Role.PROCUREMENT_OFFICER)
    with acting_as(world.officer), transaction():
        procurement.set_deciders(system_id, needs_two=True)
        applications.propose_decision(proposed, outcome=Outcome.APPROVED, reasons_sv="Ja", diary_number="1")
    db.session.remove()
    db.engine.dispose()
    settings = migrations.config(database.owner_url, APP)
    engine = create_engine(database.owner_url, poolclass=NullPool)

    command.downgrade(settings, "0011")
    assert rows(engine, JUDGED) == [("met", "Tydligt."), ("met", "Tydligt.")]
    assert rows(engine, "SELECT state FROM application") == [("submitted",)]
    asked = "UPDATE application SET state = 'completion_requested', completion_request_sv = 'Vem?'"
    with engine.begin() as connection:
        connection.execute(text(asked))

    migrations.upgrade(database.owner_url, APP)
    assert rows(engine, MOVED) == [("met", "Tydligt."), ("met", "Tydligt.")]
    assert rows(engine, "SELECT asked_sv, is_open FROM answer_completion") == [("Vem?", True)] * 2
    assert rows(engine, "SELECT completion_due_on > current_date FROM application") == [(True,)]
    assert rows(engine, "SELECT count(*) FROM application_answer a JOIN application p USING (terms_id)") == [
        (2,)
    ]
