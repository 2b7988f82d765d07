"""The programs that are asked: the product as operators start it, and the floor, each with 2 workers × 4 threads."""

import html
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from urllib.parse import urlencode

from bench.data import Ground, children_of
from bench.load import Wire, get, post
from demo.cluster import OWNER
from demo.processes import start, stop

ROOT = Path(__file__).resolve().parent.parent
_PATIENCE = 60.0
_CSRF = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


@dataclass(frozen=True)
class Served:
    name: str
    port: int
    process: "Popen[bytes]"
    ground: Ground

    def workers(self) -> list[int]:
        """Ids of gunicorn's processes that answer."""
        return children_of(self.process.pid)

    def processor(self) -> float:
        """Seconds of processor that the workers have used, and PostgreSQL with them."""
        return sum(_used(worker) for worker in self.workers() + self.ground.database_processes())

    def resident(self) -> list[int]:
        """Bytes of memory of each worker."""
        page = os.sysconf("SC_PAGE_SIZE")
        return [int(Path(f"/proc/{worker}/statm").read_text().split()[1]) * page for worker in self.workers()]


def _used(pid: int) -> float:
    """A backend that has gone is forgotten: connections last as long as what is measured."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def product(ground: Ground, database: str) -> Iterator[Served]:
    command = [sys.executable, ROOT / "commands.py", "web", "--workers", "2", "--threads", "4", "--bind"]
    with _served(ground, f"product-{database}", command, [], ground.environment(database)) as served:
        yield served


@contextmanager
def floor(ground: Ground, database: str, authority_id: int) -> Iterator[Served]:
    command = [sys.executable, "-m", "bench.floor"]
    environment = {"BENCH_DSN": ground.dsn(OWNER, database)}
    with _served(ground, f"floor-{database}", command, [str(authority_id)], environment) as served:
        yield served


@contextmanager
def _served(
    ground: Ground, name: str, command: Sequence[object], more: Sequence[str], environment: Mapping[str, str]
) -> Iterator[Served]:
    port = _free_port()
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "GUNICORN"))}
    log = ground.folder.logs / f"{name}.log"
    log.unlink(missing_ok=True)
    process = start([*command, f"127.0.0.1:{port}", *more], log, env={**kept, **environment}, cwd=ROOT)
    try:
        _wait(port, process, log)
        yield Served(name, port, process, ground)
    finally:
        stop(process, signal.SIGTERM, 30)


def _wait(port: int, process: "Popen[bytes]", log: Path) -> None:
    give_up = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < give_up:
        wire = Wire(port)
        try:
            if wire.ask(get("/readyz"))[0] == 200:
                return
        except OSError:
            pass  # not listening yet
        finally:
            wire.close()
        time.sleep(0.1)
    raise RuntimeError(f"It does not start: see {log}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass
class Visitor:
    """Somebody who has signed in once, and whose cookie the clients send."""

    port: int
    cookie: str = ""

    def sign_in(self, membership_id: int) -> None:
        page = self.read("/logga-in")
        fields = {"csrf_token": token_in(page), "membership_id": membership_id}
        status, _ = self._ask(post("/demo/logga-in", urlencode(fields), self.cookie))
        if status != 302:
            raise RuntimeError(f"Could not sign in: {status}")

    def read(self, path: str) -> str:
        status, body = self._ask(get(path, self.cookie))
        if status != 200:
            raise RuntimeError(f"{path} answers {status}")
        return body

    def token(self, path: str) -> str:
        """What the forms of the page send along."""
        return token_in(self.read(path))

    def _ask(self, request: bytes) -> tuple[int, str]:
        wire = Wire(self.port)
        status, head, body = wire.ask(request)
        wire.close()
        self.cookie = cookie_in(head) or self.cookie
        return status, body.decode()


def cookie_in(head: bytes) -> str:
    """The one that the answer sets, if any."""
    for name, _, value in (line.partition(": ") for line in head.decode("latin-1").split("\r\n")):
        if name.lower() == "set-cookie":
            return value.partition(";")[0]
    return ""


def token_in(page: str) -> str:
    """What its forms send along."""
    found = _CSRF.search(page)
    if found is None:
        raise RuntimeError("The page has no form.")
    return html.unescape(found[1])
