"""The PostgreSQL and Redis that the tests run on, shared by all of pytest's workers.

Embedded ones, unless TEST_POSTGRES_URL names a superuser of a real PostgreSQL (15 or later). The database is migrated
once into a template; making a copy of it takes some fifty milliseconds, in memory.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path

import migrations
from demo.cluster import APP, OWNER, Cluster
from demo.folder import DataFolder
from demo.servers import Postgres, Redis

_UNSAFE_AND_QUICK = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "max_wal_size": "256MB",
    "log_min_messages": "fatal",  # refusals are what many tests are about
}
_PASSWORD = "only-for-tests"
_MEMORY = Path("/dev/shm")
_ENOUGH = 2 * 1024**3
_numbers = count(1)


@dataclass(frozen=True)
class Servers:
    """Where they are; plain values, so that pytest-xdist can hand them to its workers."""

    superuser_url: str
    password: str | None
    redis_url: str
    template: str
    bytecode: str
    """A folder for compiled page templates, so that each is compiled once and not for every application."""

    @property
    def cluster(self) -> Cluster:
        return Cluster(self.superuser_url, self.password)

    @property
    def own_redis_url(self) -> str:
        """A Redis database for each of pytest's workers."""
        worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
        return f"{self.redis_url}?db={int(worker) % 16}"

    def as_input(self) -> dict[str, str | None]:
        return asdict(self)


def in_memory() -> Path | None:
    """A folder in memory, where there is one with room enough: a database is some fifteen hundred files, which cost a
    disk ten times the work. Else None, which means the usual folder for what is temporary."""
    is_there = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)
    return _MEMORY if is_there and shutil.disk_usage(_MEMORY).free > _ENOUGH else None


@contextmanager
def running_servers() -> Iterator[Servers]:
    """Starts them, migrates the template, and takes everything away afterwards."""
    real = os.environ.get("TEST_POSTGRES_URL")
    with tempfile.TemporaryDirectory(
        prefix="platstorget-tests-", dir=in_memory(), ignore_cleanup_errors=True
    ) as root:
        folder = DataFolder(Path(root))
        with folder.locked(), Redis(folder) as redis:
            if real:
                yield from _with_template(Servers(real, _PASSWORD, redis.address, _name("template"), root))
                return
            with Postgres(folder, _UNSAFE_AND_QUICK) as postgres:
                superuser = postgres.cluster.address("postgres", "postgres")
                yield from _with_template(Servers(superuser, None, redis.address, _name("template"), root))


@contextmanager
def restartable(servers: Servers, **settings: str) -> Iterator[tuple[Postgres, Servers]]:
    """A PostgreSQL of a test's own, to stop and start, and the servers with it. `settings`: PostgreSQL's."""
    with tempfile.TemporaryDirectory(
        prefix="platstorget-tests-", dir=in_memory(), ignore_cleanup_errors=True
    ) as root:
        folder = DataFolder(Path(root))
        with folder.locked(), Postgres(folder, _UNSAFE_AND_QUICK | settings) as postgres:
            superuser = postgres.cluster.address("postgres", "postgres")
            own = replace(servers, superuser_url=superuser, password=None, template=_name("template"))
            for ready in _with_template(own):
                yield postgres, ready


def _with_template(servers: Servers) -> Iterator[Servers]:
    cluster = servers.cluster
    cluster.make_roles()
    cluster.make_database(servers.template)
    try:
        migrations.upgrade(cluster.address(OWNER, servers.template), APP)
        yield servers
    finally:
        cluster.drop_database(servers.template)


@contextmanager
def copied_database(servers: Servers) -> Iterator[str]:
    """The name of a fresh, migrated database of one's own."""
    name = _name("copy")
    servers.cluster.make_database(name, template=servers.template)
    try:
        yield name
    finally:
        servers.cluster.drop_database(name)


def _name(kind: str) -> str:
    return f"platstorget_{kind}_{os.getpid()}_{next(_numbers)}"
