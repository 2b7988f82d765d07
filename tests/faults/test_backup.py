"""The commands of docs/operations.md: a base backup, what was archived since, and every table as it was at a moment."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from app import ROOT
from demo.folder import DataFolder
from demo.servers import Postgres, program
from marketplace.audit_chain.services import check_chains, seal_events
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as, system_actor
from tests.support.application import application_on_a_copy
from tests.support.bookings import running
from tests.support.placement_market import TODAY, build_market, requested
from tests.support.servers import Servers, restartable

_TABLES = """
    SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""
_PRINT = "SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM {} t"
_BACK_UP, _RESTORE = "mkdir -p", "cp -a"
"""What the two runs of commands begin with."""


def documented(begins: str) -> str:
    """A run of indented lines under the heading."""
    section = (ROOT / "docs" / "operations.md").read_text().split("## Backing up and restoring\n")[1]
    blocks = section.split("\n## ")[0].split("\n\n")
    [found] = [block for block in blocks if block.startswith(f"    {begins}")]
    return found


def do(commands: str, postgres: Postgres, **variables: object) -> None:
    """As the user that PostgreSQL runs as."""
    bin_folder = program("postgres").parent
    environment = {
        "PATH": f"{bin_folder}:{os.environ['PATH']}",
        "PGHOST": str(postgres.folder.sockets),
        "PGUSER": "postgres",
        **{name: str(value) for name, value in variables.items()},
    }
    other: dict[str, Any] = {}
    if os.geteuid() == 0:
        other = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}
    done = subprocess.run(
        ["bash", "-euc", commands], env=environment, capture_output=True, text=True, check=False, **other
    )
    assert done.returncode == 0, done.stderr


def prints(superuser_url: str) -> Mapping[str, tuple[int, str]]:
    """Of every table: how many rows, and the hash of them all."""
    engine = create_engine(superuser_url)
    with engine.connect() as connection:
        tables = connection.scalars(text(_TABLES)).all()
        found = {table: connection.execute(text(_PRINT.format(table))).one() for table in tables}
    engine.dispose()
    return {table: (row[0], row[1]) for table, row in found.items()}


def given_to_postgres(folder: Path) -> Path:
    folder.mkdir(parents=True)
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    return folder


def test_restored_to_a_moment(servers: Servers, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    backup = given_to_postgres(tmp_path / "backup")
    given_to_postgres(backup / "wal")
    archive = f"test ! -f {backup}/wal/%f && cp %p {backup}/wal/%f"
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    with (
        restartable(servers, archive_mode="on", archive_command=archive, full_page_writes="on") as (
            postgres,
            own,
        ),
        application_on_a_copy(own) as database,
        database.app.app_context(),
        travelling(TODAY),
        ExitStack() as stack,
    ):
        superuser_url = postgres.cluster.address("postgres", db.engine.url.database or "")
        market = build_market()
        running(market, 1)
        db.session.remove()
        do(documented(_BACK_UP), postgres, BACKUP=backup)

        requested(market, 2)  # after the base backup: it is in what is archived alone
        with acting_as(system_actor()), transaction():
            seal_events()
        db.session.remove()
        wanted = prints(superuser_url)
        with create_engine(superuser_url).connect() as connection:
            moment = connection.scalar(text("SELECT clock_timestamp()"))

        requested(market, 3, place_id=market.growing_id)
        db.session.remove()
        with create_engine(superuser_url, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("UPDATE participant SET name = 'somebody else'"))
            connection.execute(text("SELECT pg_switch_wal()"))
        assert prints(superuser_url) != wanted
        database_name = db.engine.url.database or ""
        db.engine.dispose()
        postgres.stop()  # in good order, which waits for the archive
        stack.callback(postgres.start)  # for those who take it down

        root = given_to_postgres(tmp_path / "restored")
        folder = DataFolder(root)
        do(documented(_RESTORE), postgres, BACKUP=backup, DATA=folder.postgres, DAY=today, MOMENT=moment)
        with folder.locked(), Postgres(folder, {"max_connections": "200"}) as restored:  # as it had
            assert prints(restored.cluster.address("postgres", database_name)) == wanted
            assert "recovery stopping before commit" in restored.log.read_text()
            on_it = replace(
                own,
                superuser_url=restored.cluster.address("postgres", "postgres"),
                template=database_name,
            )
            with application_on_a_copy(on_it) as again, again.app.app_context():
                with acting_as(system_actor()), transaction():
                    problems = [one.problem_sv for one in check_chains()]
                assert problems
                assert not any(problems)
                client = again.app.test_client()
                client.post("/demo/logga-in", data={"membership_id": market.officer.membership_id})
                assert "Maja Öberg2" in client.get("/deltagare/").text
                db.session.remove()
