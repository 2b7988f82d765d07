"""`platstorget demo`: starts everything, says where it is, and takes everything down again."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import click
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

import config
import migrations
from demo.cluster import APP, OWNER
from demo.folder import DataFolder
from demo.problems import DemoProblem
from demo.processes import last_line, start, stop
from demo.servers import Postgres, Redis

HOST = "127.0.0.1"
_PATIENCE = 60.0  # seconds for the web to answer
_LOADED = "loaded"
_QUICK_ENOUGH = {"synchronous_commit": "off"}  # a power cut may cost the last second of a demo


def run(data: Path, port_text: str, root: Path, participants: int | None = None) -> None:
    """Runs the demo until Ctrl-C. Raises DemoProblem with one line when it cannot."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _as_interrupt)
    folder = DataFolder(data)
    try:
        with ExitStack() as stack:
            stack.enter_context(folder.locked())
            port = _free_port(port_text)
            click.echo(f"Starting PostgreSQL and Redis in {folder.root} …")
            postgres = stack.enter_context(Postgres(folder, _QUICK_ENOUGH))
            redis = stack.enter_context(Redis(folder))
            demo = _Demo(folder, postgres, redis, root)
            demo.prepare(participants)
            demo.serve(port)
    except KeyboardInterrupt:
        click.echo("\nStopped. The data is kept; make demo starts where you were.")


class _Demo:
    """The application of the clone in `root`, on two servers that run."""

    def __init__(self, folder: DataFolder, postgres: Postgres, redis: Redis, root: Path) -> None:
        self._folder = folder
        self._postgres = postgres
        self._redis = redis
        self._root = root
        self._environment = _environment(postgres, redis)
        self._environment["ACCESS_POINT_URL"] = (folder.root / "e-invoices").as_uri()
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def prepare(self, participants: int | None) -> None:
        """The database, migrated and with the story in it. What was interrupted starts over."""
        cluster = self._postgres.cluster
        cluster.make_roles()
        if cluster.has_database() and not self._folder.is_done(_LOADED):
            click.echo("The first load was interrupted: starting it over.")
            cluster.drop_database()
        is_new = not cluster.has_database()
        if is_new:
            self._folder.forget(_LOADED)
            self._redis.empty()
            cluster.make_database()
        self._migrate()
        if is_new:
            click.echo("Loading two years of invented history, once (a minute or two) …")
            self._load(participants)
            self._folder.mark_done(_LOADED)
        elif participants:
            click.echo(f"The data is there already, so --participants has no effect. {self._folder.way_out}")

    def serve(self, port: int) -> None:
        """Web and worker, until one of them or a server stops."""
        self._environment.setdefault("PUBLIC_URL", f"http://{HOST}:{port}")
        self._environment["MAIL_URL"] = (self._folder.root / "letters").as_uri()
        commands = {"web": ["web", "--bind", f"{HOST}:{port}"], "worker": ["worker"]}
        try:
            for name, command in commands.items():
                self._running[name] = self._start(command, self._log(name))
            self._wait_until_ready(port)
            click.echo(f"Platstorget is ready: http://{HOST}:{port}  (Ctrl-C stops it)")
            while True:
                self._check_alive()
                time.sleep(0.5)
        finally:
            for process in self._running.values():
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
            for process in self._running.values():
                stop(process, signal.SIGTERM, 30)

    def _migrate(self) -> None:
        try:
            migrations.upgrade(self._postgres.cluster.address(OWNER), APP)
        except (CommandError, SQLAlchemyError) as error:
            reason = str(error).splitlines()[0]
            raise DemoProblem(
                f"The database could not be brought up to date: {reason} {self._folder.way_out}"
            ) from error

    def _load(self, participants: int | None) -> None:
        """`platstorget seed`, its words shown as they come and kept in a log."""
        log = self._log("seed")
        options = ["--participants", str(participants)] if participants else []
        process = self._start(["seed", *options], log, shown=True)
        try:
            assert process.stdout is not None
            with log.open("ab") as kept:
                for line in process.stdout:
                    kept.write(line)
                    if not line.startswith(b"{"):  # logs are JSON, and for the file
                        click.echo(f"  {line.decode(errors='replace').rstrip()}")
            failed = process.wait() != 0
        except BaseException:
            stop(process, signal.SIGTERM, 5)
            raise
        if failed:
            raise DemoProblem(
                f"`platstorget seed` failed: {last_line(log)} (see {log}). "
                f"Start again to try once more. {self._folder.way_out}"
            )

    def _wait_until_ready(self, port: int) -> None:
        give_up = time.monotonic() + _PATIENCE
        answer = "no answer"
        while time.monotonic() < give_up:
            self._check_alive()
            try:
                with urllib.request.urlopen(f"http://{HOST}:{port}/readyz", timeout=5):
                    return
            except urllib.error.HTTPError as error:
                answer = error.read(500).decode(errors="replace").strip()
            except OSError:
                pass  # not listening yet
            time.sleep(0.2)
        raise DemoProblem(
            f"The web did not get ready: {answer} (see {self._log('web')}). {self._folder.way_out}"
        )

    def _check_alive(self) -> None:
        for name, process in self._running.items():
            if process.poll() is not None:
                log = self._log(name)
                raise DemoProblem(
                    f"The {name} has stopped: {last_line(log)} (see {log}). make demo starts it again."
                )
        for server in (self._postgres, self._redis):
            if not server.is_alive:
                raise DemoProblem(f"{server.name} has stopped (see {server.log}). make demo starts it again.")

    def _start(self, command: list[str], log: Path, *, shown: bool = False) -> subprocess.Popen[bytes]:
        program = [sys.executable, "-u", self._root / "commands.py", *command]
        return start(program, log, env=self._environment, cwd=self._root, shown=shown)

    def _log(self, name: str) -> Path:
        return self._folder.logs / f"{name}.log"


def _environment(postgres: Postgres, redis: Redis) -> dict[str, str]:
    """The person's own environment, less what is meant for other servers, plus ours."""
    ours = config.demo_environment(
        postgres.cluster.address(APP), postgres.cluster.address(OWNER), redis.address
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "GUNICORN"))}
    return {**kept, **ours}


def _free_port(text: str) -> int:
    """The port, which nobody listens on. Raises DemoProblem."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise DemoProblem(f"PORT must be a number from 1 to 65535, not {text!r}.")
    port = int(text)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise DemoProblem(
                f"Port {port} is for root only: choose one over 1023, PORT=8001 make demo."
            ) from None
        except OSError:
            raise DemoProblem(
                f"Port {port} is taken: choose another, PORT={_other(port)} make demo."
            ) from None
    return port


def _other(port: int) -> int:
    return port + 1 if port < 65535 else 8000


def _as_interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt
