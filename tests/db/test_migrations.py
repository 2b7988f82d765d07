"""One head, down and up again, the same tables as the models say; every refusal that is explained exists."""

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

import migrations
from demo.cluster import APP
from marketplace import db as database_module
from marketplace.accounts.services import create_account, user_with_password
from marketplace.db import transaction
from marketplace.errors import Conflict
from marketplace.procurement.queries import published_terms, system_with_versions, terms_with_rows
from marketplace.procurement.rules import DefaultRule, Proof, Regime
from marketplace.procurement.services import publish_terms
from marketplace.tenancy import acting_as, system_actor
from tests.support import supply
from tests.support.application import Database

TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
FUNCTIONS = "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
REFUSALS = """
    SELECT conname FROM pg_constraint
    UNION SELECT relname FROM pg_class WHERE relkind = 'i'
    UNION SELECT (regexp_matches(prosrc, 'refuse\\(''(\\w+)''\\)', 'g'))[1] FROM pg_proc
"""


def test_there_is_one_head(database: Database) -> None:
    script = ScriptDirectory.from_config(migrations.config(database.owner_url, APP))
    assert len(script.get_heads()) == 1


def test_down_to_nothing_and_up_again(database: Database) -> None:
    database_module.db.session.remove()
    database_module.db.engine.dispose()
    settings = migrations.config(database.owner_url, APP)
    engine = create_engine(database.owner_url, poolclass=NullPool)

    command.downgrade(settings, "base")
    with engine.connect() as connection:
        assert connection.scalar(text(TABLES)) == 0
        assert connection.scalar(text(FUNCTIONS)) == 0

    migrations.upgrade(database.owner_url, APP)
    command.check(settings)  # raises where the models and the tables differ


def test_passwords_survive_the_way_down_and_up(database: Database) -> None:
    with acting_as(system_actor()), transaction():
        create_account("maria@exempel.se", "Maria", "tre ord som glöms")
    database_module.db.session.remove()
    database_module.db.engine.dispose()
    settings = migrations.config(database.owner_url, APP)
    engine = create_engine(database.owner_url, poolclass=NullPool)

    command.downgrade(settings, "0006")
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT password_hash LIKE '$argon2id$%' FROM user_account"))

    migrations.upgrade(database.owner_url, APP)
    assert user_with_password("maria@exempel.se", "tre ord som glöms") is not None


def test_terms_from_before_have_a_default_as_the_law_asks_and_the_way_down_keeps_them(
    database: Database,
) -> None:
    world = supply.build_supply()
    systems = {regime: supply.open_system(world.officer, regime.value, regime) for regime in Regime}
    with acting_as(world.officer), transaction():
        draft_id = supply.draft_terms(system_with_versions(systems[Regime.LOV]))
        for row in terms_with_rows(draft_id).requirements:
            row.proof = Proof.ATTACHMENT
        publish_terms(draft_id)
    database_module.db.session.remove()
    database_module.db.engine.dispose()
    settings = migrations.config(database.owner_url, APP)
    engine = create_engine(database.owner_url, poolclass=NullPool)

    command.downgrade(settings, "0009")
    with engine.connect() as connection:
        proofs = set(connection.scalars(text("SELECT proof FROM requirement")))
        assert proofs == {"answer", "declaration"}

    migrations.upgrade(database.owner_url, APP)
    with acting_as(world.officer):
        for regime, system_id in systems.items():
            terms = published_terms(system_id)
            assert terms is not None
            is_lov = regime is Regime.LOV
            assert terms.rules.default_rule is (DefaultRule.TURN_ORDER if is_lov else DefaultRule.NONE)
            assert terms.rules.check_intervals == {}
        assert terms is not None
        with pytest.raises(Conflict, match="kan inte ändras"), transaction():
            terms.default_rule = DefaultRule.TURN_ORDER  # the triggers are on again


def test_every_explained_refusal_is_one_that_the_database_makes(database: Database) -> None:
    names = set(database_module.db.session.scalars(text(REFUSALS)))
    explained = set(database_module._explanations)
    assert explained
    assert explained - names == set()
