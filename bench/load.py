"""Clients: processes of their own that hold a connection open and send ready-made bytes, one after the other."""

import multiprocessing
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

_PATIENCE = 60.0


@dataclass(frozen=True)
class Job:
    """What one client sends: the requests in turn, until the time is out or, where nothing repeats, all are sent."""

    port: int
    requests: list[bytes] = field(repr=False)
    seconds: float = 600.0
    repeats: bool = True
    starts_at: float = 0.0
    """By time.monotonic(), which processes of one machine share."""
    marker: bytes = b""
    """What an answer must hold."""


@dataclass
class Outcome:
    times: list[float] = field(default_factory=list)
    """Of each answer, in seconds."""
    statuses: Counter[int] = field(default_factory=Counter)
    unmarked: int = 0
    """Answers without the marker."""
    lasted: float = 0.0
    processor: float = 0.0
    """Seconds of processor that the answers took, of web and database together."""

    def add(self, other: "Outcome") -> None:
        """What ran at the same time counts as one, as long as the longest."""
        self.times += other.times
        self.statuses += other.statuses
        self.unmarked += other.unmarked
        self.processor += other.processor
        self.lasted = max(self.lasted, other.lasted)

    def then(self, other: "Outcome") -> None:
        """What ran afterwards."""
        lasted = self.lasted + other.lasted
        self.add(other)
        self.lasted = lasted

    @property
    def per_second(self) -> float:
        return len(self.times) / self.lasted if self.lasted else 0.0

    @property
    def processor_each(self) -> float:
        """Milliseconds of processor for each answer."""
        return 1000 * self.processor / len(self.times) if self.times else 0.0

    def quantile(self, share: float) -> float:
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class Wire:
    """A connection that is opened anew when the other side has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self._rest = b""

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._rest = b""

    def ask(self, request: bytes) -> tuple[int, bytes, bytes]:
        """Status, head and body. Raises OSError."""
        if self._socket is None:
            self._open()
        assert self._socket is not None
        self._socket.sendall(request)
        data = self._rest
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head = data[:end]
        low = head.lower()
        at = low.find(b"\r\ncontent-length:")
        length = (
            int(low[at + 17 : low.find(b"\r\n", at + 2) if b"\r\n" in low[at + 2 :] else None])
            if at >= 0
            else 0
        )
        parts, have = [data[end + 4 :]], len(data) - end - 4
        while have < length:
            part = self._more()
            parts.append(part)
            have += len(part)
        body = b"".join(parts)
        body, self._rest = body[:length], body[length:]
        if b"\r\nconnection: close" in low:
            self.close()
        return int(head[9:12]), head, body

    def _open(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=_PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _more(self) -> bytes:
        assert self._socket is not None
        part = self._socket.recv(262144)
        if not part:
            self.close()
            raise ConnectionError("closed before the answer")
        return part


def run(job: Job) -> Outcome:
    outcome, wire = Outcome(), Wire(job.port)
    time.sleep(max(0.0, job.starts_at - time.monotonic()))
    began = time.monotonic()
    ends = began + job.seconds
    number = 0
    while time.monotonic() < ends and (job.repeats or number < len(job.requests)):
        before = time.perf_counter()
        status, _, body = wire.ask(job.requests[number % len(job.requests)])
        outcome.times.append(time.perf_counter() - before)
        outcome.statuses[status] += 1
        outcome.unmarked += job.marker not in body
        number += 1
    outcome.lasted = time.monotonic() - began
    wire.close()
    return outcome


def _client(connection: Connection) -> None:
    while (jobs := connection.recv()) is not None:
        outcome = Outcome()
        with ThreadPoolExecutor(len(jobs)) as at_once:
            for one in at_once.map(run, jobs):
                outcome.add(one)
        connection.send(outcome)


class Clients:
    def __init__(self, connections: list[Connection]) -> None:
        self._connections = connections

    def __len__(self) -> int:
        return len(self._connections)

    def go(self, jobs: Sequence[Job]) -> Outcome:
        """All at the same time, dealt out to the processes; where there are more jobs, each has some in threads."""
        dealt = [jobs[number :: len(self)] for number in range(len(self))]
        busy = [pair for pair in zip(self._connections, dealt, strict=True) if pair[1]]
        for connection, some in busy:
            connection.send(some)
        total = Outcome()
        for connection, _ in busy:
            total.add(connection.recv())
        return total


@contextmanager
def clients(how_many: int) -> Iterator[Clients]:
    context = multiprocessing.get_context("spawn")
    pairs = [context.Pipe() for _ in range(how_many)]
    processes = [context.Process(target=_client, args=(theirs,), daemon=True) for _, theirs in pairs]
    for process in processes:
        process.start()
    try:
        yield Clients([ours for ours, _ in pairs])
    finally:
        for ours, _ in pairs:
            ours.send(None)
        for process in processes:
            process.join(5)


def get(path: str, cookie: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{_cookie(cookie)}\r\n".encode()


def post(path: str, body: str, cookie: str = "") -> bytes:
    kind = "Content-Type: application/x-www-form-urlencoded\r\n"
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{_cookie(cookie)}{kind}Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def _cookie(cookie: str) -> str:
    return f"Cookie: {cookie}\r\n" if cookie else ""
