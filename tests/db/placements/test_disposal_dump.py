"""After a disposal nothing of the person is in a dump of the whole database; what triggers kept, they keep again."""

import os
import subprocess
from datetime import date

from alembic import command
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

import migrations
from demo.cluster import APP
from demo.servers import program
from marketplace.audit import record
from marketplace.audit_chain.jobs import seal
from marketplace.audit_chain.services import check_chains
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as, system_actor
from placements.access.services import give_code
from placements.disposal.rules import DisposalKind
from placements.participants.services import update_needs
from tests.support.application import Database
from tests.support.asking import answered, asked, published
from tests.support.disposing import ENDED, LATER, MUCH_LATER, disposed
from tests.support.following_up import held_and_late
from tests.support.placement_market import Market, build_market
from tests.support.training import agreed, attended, ended, herself, received, reported, running

TELL_TALES = (
    "Maja Öberg1",
    "Hemligt tyst rum",
    "Sy kassar",
    "Kommer i tid fyra dagar",
    "Egen arbetslampa",
    "Sydde kassar",
    "Nästan",
    "Mer tid",
    "Praktik i butik",
    "Det går bra",
    "Detta gör",
    "08-123 45 67",
    "Ringde hennes syster",
)


def test_a_dump_has_nothing_of_her(database: Database) -> None:
    market = build_market()
    participant_id = told_of(market)
    before = dump(database)
    assert [one for one in TELL_TALES if one not in before] == []

    with travelling(LATER):
        seal()
        disposed(market)
        with acting_as(system_actor()), transaction():
            assert {check.problem_sv for check in check_chains()} == {""}, "what happened is still proven"
    after = dump(database)
    assert [one for one in TELL_TALES if one in after] == []
    assert rows_in(before, "participant_identity") == 1
    assert rows_in(after, "participant_identity") == 0
    assert f"\n{participant_id}\t" in after.partition("COPY public.participant ")[2]

    with travelling(MUCH_LATER):
        disposed(market, DisposalKind.BASIS)
    emptied = dump(database)
    for table in ("attendance_day", "final_report", "activity_plan", "checkpoint", "outcome"):
        assert rows_in(emptied, table) == 0 < rows_in(before, table), table
    assert rows_in(emptied, "placement") == rows_in(before, "placement")

    db.session.remove()
    db.engine.dispose()
    settings = migrations.config(database.owner_url, APP)
    command.downgrade(settings, "0053")
    engine = create_engine(database.owner_url, poolclass=NullPool)
    with engine.connect() as connection:
        triggers = connection.scalars(text("SELECT pg_get_triggerdef(oid) FROM pg_trigger"))
        assert not [one for one in triggers if "is_disposing" in one]
        assert connection.scalar(text("SELECT birth_year FROM participant")) == 1900
    migrations.upgrade(database.owner_url, APP)


def told_of(market: Market) -> int:
    """A case over, with words wherever somebody writes them."""
    with travelling(date(2026, 3, 2)):
        published(market.strategist)
    with travelling(date(2026, 3, 17)):
        placement_id = running(market)
        she = herself(market, placement_id)
        assert she.participant_id
        with acting_as(market.officer), transaction():
            give_code(she.participant_id)
            update_needs(she.participant_id, needs_sv="Hemligt tyst rum", is_protected=True)
            written = "Ringde hennes syster"
            record("participant", she.participant_id, "update", authority_id=market.north_id, note_sv=written)
        agreed(market, placement_id)
        attended(market, placement_id, date(2026, 3, 17))
        held_and_late(market, placement_id)
        answered(she, asked(market, placement_id, date(2026, 3, 17)))
    with travelling(ENDED):
        ended(market, placement_id)
        received(market, reported(market, placement_id))
    return she.participant_id


def dump(database: Database) -> str:
    """Every row there is, as the owner's own tool writes it."""
    url = database.owner_url.replace("postgresql+psycopg2", "postgresql")
    made = subprocess.run(
        [program("pg_dump"), "--data-only", "--enable-row-security", f"--dbname={url}"],
        capture_output=True,
        check=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    return made.stdout.decode()


def rows_in(dumped: str, table: str) -> int:
    rows = dumped.partition(f"COPY public.{table} ")[2].partition("\n")[2].partition("\\.")[0]
    return len(rows.splitlines())
