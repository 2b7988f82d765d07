"""The databases that are measured: the same places, with few placements and with many."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from flask import Flask
from sqlalchemy import make_url

import config
import migrations
from app import create_app
from bench import crowd, foundation, stays, year
from bench.sizes import Sizes
from demo.cluster import APP, OWNER
from demo.folder import DataFolder
from demo.servers import Postgres, Redis
from marketplace.clock import today
from marketplace.db import db

SMALL, LARGE, WORK = "bench_small", "bench_large", "bench_work"
FOUNDATION, MONTH = "bench_foundation", "bench_month"
"""One of everything, and what the month's run is measured on."""
YEAR, YEARS = "bench_year", "bench_years"
"""What indicators are counted of: a year of training, and the same with two more before it."""
_SUPERUSER = "postgres"
_SETTINGS = {
    "shared_buffers": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "max_connections": "100",
}
"""Those of a modest server of its own. Durability is as PostgreSQL has it from the start: a commit is on the disk."""

Progress = Callable[[str], None]


class Ground:
    """The two servers, and the databases on them."""

    def __init__(self, folder: DataFolder, postgres: Postgres, redis: Redis) -> None:
        self.folder = folder
        self.cluster = postgres.cluster
        self._postmaster = postgres.folder.postgres / "postmaster.pid"
        self.redis_url = redis.address

    def database_processes(self) -> list[int]:
        return children_of(int(self._postmaster.read_text().split()[0]))

    def settings(self, database: str) -> config.Settings:
        environment = self.environment(database)
        return config.Settings(**{name.lower(): value for name, value in environment.items()})  # type: ignore[arg-type]

    def environment(self, database: str) -> dict[str, str]:
        """What the product is started with. As in the demo, so that cookies come over plain http."""
        app, owner = self.cluster.address(APP, database), self.cluster.address(OWNER, database)
        return config.demo_environment(app, owner, self.redis_url) | {"LOG_LEVEL": "INFO"}

    def dsn(self, role: str, database: str) -> str:
        """For psycopg2 itself."""
        url = make_url(self.cluster.address(role, database))
        return f"dbname={database} user={role} host={url.query['host']}"

    @contextmanager
    def cursor(self, database: str, *, checked: bool = True, tidy: bool = True) -> Iterator[crowd.Cursor]:
        """A superuser's, in one transaction; with `tidy`, the planner is told of it afterwards.

        Without `checked`, triggers and foreign keys do not look at what is written.
        """
        connection = psycopg2.connect(self.dsn(_SUPERUSER, database))
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit = off")
                cursor.execute("SET maintenance_work_mem = '256MB'")
                cursor.execute("SET work_mem = '128MB'")
                if not checked:
                    cursor.execute("SET session_replication_role = replica")
                yield cursor
            if tidy:
                connection.autocommit = True
                with connection.cursor() as cursor:
                    cursor.execute("VACUUM (ANALYZE, FREEZE)")
        finally:
            connection.close()

    def app(self, database: str) -> Flask:
        """The product in this process, which says nothing of each request."""
        return create_app(self.settings(database).model_copy(update={"log_level": "WARNING"}))


def children_of(pid: int) -> list[int]:
    return [int(number) for number in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def ground(root: Path) -> Iterator[Ground]:
    """Starts the servers. What a measurement wrote is gone the next time; the data is kept."""
    folder = DataFolder(root)
    with folder.locked(), Postgres(folder, _SETTINGS) as postgres, Redis(folder) as redis:
        postgres.cluster.make_roles()
        redis.empty()
        yield Ground(folder, postgres, redis)


def prepare(ground: Ground, sizes: Sizes, progress: Progress, *, checked: bool = False) -> None:
    """Makes the databases unless they are there, made today by this program in these sizes."""
    stamp = _stamp(sizes)
    if not ground.folder.is_done(stamp):
        for name in (YEARS, YEAR, MONTH, WORK, LARGE, SMALL, FOUNDATION):
            ground.cluster.drop_database(name)
        started = time.monotonic()
        _make(ground, sizes, progress, checked=checked)
        progress(f"The data is made, in {time.monotonic() - started:.0f} seconds.")
        for mark in ground.folder.root.glob("data-*.done"):
            mark.unlink()
        ground.folder.mark_done(stamp)
    ground.cluster.drop_database(WORK)
    ground.cluster.make_database(WORK, template=LARGE)


def _stamp(sizes: Sizes) -> str:
    """Days in the data are counted from the day it is made."""
    here = Path(__file__).parent
    makers = [here / name for name in ("crowd.py", "foundation.py", "stays.py", "year.py")]
    versions = sorted((Path(migrations.__file__).parent / "versions").glob("*.py"))
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in makers + versions)).hexdigest()[:12]
    return f"data-{today()}-{sizes.stamp()}-{digest}"


def _make(ground: Ground, sizes: Sizes, progress: Progress, *, checked: bool) -> None:
    progress("One of everything, through the services …")
    ground.cluster.make_database(FOUNDATION)
    migrations.upgrade(ground.cluster.address(OWNER, FOUNDATION), APP)
    with ground.app(FOUNDATION).app_context():
        laid = foundation.lay_foundation()
        db.session.remove()
        db.engine.dispose()
    with ground.cursor(FOUNDATION) as cursor:
        crowd.mark_patterns(cursor, laid)
    progress(f"A year with {sizes.placements} placements, and two before it …")
    ground.cluster.make_database(YEAR, template=FOUNDATION)
    with ground.cursor(
        YEAR, checked=False
    ) as cursor:  # visits and weeks that are over are taken by no trigger
        year.make_year(cursor, laid, sizes)
        _check_references(cursor)
    ground.cluster.make_database(YEARS, template=YEAR)
    with ground.cursor(YEARS, checked=False) as cursor:
        for years_ago in (1, 2):
            year.add_year(cursor, sizes, years_ago=years_ago)
    ground.cluster.make_database(SMALL, template=FOUNDATION)
    progress(f"{sizes.places} places …")
    with ground.cursor(SMALL, checked=checked) as cursor:
        crowd.make_market(cursor, laid, sizes)
        stays.add_waiting(cursor, sizes)
        cursor.execute("SELECT keep_words(array_agg(id)) FROM place")  # which a trigger does for each row
        few = stays.add_stays(cursor, few=True)
        crowd.move_sequences(cursor)
    ground.cluster.make_database(LARGE, template=SMALL)
    progress(f"{few} placements in the small database; the others in the large one …")
    with ground.cursor(LARGE, checked=checked) as cursor:
        others = stays.add_stays(cursor, few=False)
        crowd.move_sequences(cursor)
        if not checked:
            progress(f"{few + others} placements. Do all rows point at rows that exist?")
            _check_references(cursor)


def _check_references(cursor: crowd.Cursor) -> None:
    """Every foreign key, asked in one statement each. Raises ValueError."""
    cursor.execute(
        """
        SELECT c.conname, c.conrelid::regclass::text, c.confrelid::regclass::text,
               string_agg(format('x.%I = y.%I', a.attname, b.attname), ' AND '),
               string_agg(format('x.%I IS NOT NULL', a.attname), ' AND ')
        FROM pg_constraint c
        CROSS JOIN LATERAL unnest(c.conkey, c.confkey) k (own, other)
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.own
        JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.other
        WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace GROUP BY c.oid
        """
    )
    for name, table, other, match, filled in cursor.fetchall():
        lost = f"SELECT 1 FROM {table} x WHERE {filled} AND NOT EXISTS (SELECT FROM {other} y WHERE {match}) LIMIT 1"
        cursor.execute(lost)
        if cursor.fetchone():
            raise ValueError(f"The data does not hold: {name}")
