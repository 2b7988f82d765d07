"""Contracts from before editions become their first one, and the way down keeps what is in force."""

from dataclasses import replace
from datetime import date

from alembic import command
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

import migrations
from demo.cluster import APP
from enterprises.contracts import services
from enterprises.contracts.edition_rules import Amendment, EditionState
from enterprises.contracts.queries import contract_with_terms, editions
from enterprises.contracts.rules import ContractState
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as, system_actor
from tests.support import supply
from tests.support.application import Database

TODAY, NEXT = date(2026, 6, 15), date(2026, 7, 1)
BEFORE = text(
    "SELECT state, buyer_reference, authority_signed_by <> '', enterprise_signed_by <> '', length(text_sha256)"
    " FROM contract ORDER BY id"
)


def test_contracts_are_the_same_down_and_up(database: Database) -> None:
    with travelling(TODAY):
        world = supply.build_supply()
        systems = [supply.open_system(world.officer, f"System {number}") for number in range(3)]
        amended = supply.signed(world.officer, world.manager, systems[0])
        waiting = supply.approved(world.officer, world.manager, systems[1])
        called_off = supply.approved(world.officer, world.manager, systems[2])
        supply.sign(world.manager, waiting)
        with acting_as(world.officer), transaction():
            services.call_off_contract(called_off)
            facts = contract_with_terms(amended).facts
            offered = Amendment(NEXT, "Ny referens", replace(facts, buyer_reference="NY"))
            services.propose_amendment(amended, offered)
        for actor in (world.manager, world.officer):
            with acting_as(actor), transaction():
                read = editions(amended)[0].text_sha256
                services.sign_amendment(amended, 2, text_sha256=read)
    with travelling(NEXT), acting_as(system_actor(world.authority_id, world.enterprise_id)), transaction():
        services.keep_contract(amended)
    db.session.remove()
    db.engine.dispose()
    settings = migrations.config(database.owner_url, APP)
    engine = create_engine(database.owner_url, poolclass=NullPool)

    command.downgrade(settings, "0012")
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(BEFORE)]
    assert rows == [("active", "NY", True, True, 64), ("awaiting_signature", "ÅSEN-4471", False, True, 64)]

    migrations.upgrade(database.owner_url, APP)
    with travelling(NEXT), acting_as(world.officer):
        contract = contract_with_terms(amended)
        assert (contract.state, contract.edition.number) == (ContractState.ACTIVE, 1)
        assert [one.state for one in editions(amended)] == [EditionState.SIGNED]
        assert contract.edition.text_sv is None
        assert "NY" in services.contract_text(contract)
        unsigned = contract_with_terms(waiting)
        assert services.is_text_unchanged(unsigned.edition)
        assert unsigned.edition.enterprise_signed_by == "Vera Verksamhetsledare"
    with travelling(NEXT):
        supply.sign(world.officer, waiting)
        with acting_as(world.officer):
            assert contract_with_terms(waiting).state is ContractState.ACTIVE
