"""Many people of every role at work at once: each goes from page to page by the links that she is shown, and some
officers ask for places. Open loop: she goes on when she would have, whether or not the last page has come, and waits
that she causes herself so are counted.
"""

import html
import re
import statistics
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from random import Random

from bench.data import WORK, Ground
from bench.load import Outcome, Wire, get
from bench.measures import MEMORY_GROWTH, People, Waiting
from bench.report import Finding
from bench.serving import Served, Visitor, cookie_in, product, token_in
from bench.sizes import Sizes

P99_SECONDS = 2.0
THINKS = 10.0
"""Seconds between two pages of one person, on average."""
_PATIENCE = 30.0
"""Seconds after the end in which late pages are still asked for."""
_LONGEST_WALK = 6
_SHARES = {"case_officer": 10, "supervisor": 4, "supplier_manager": 2, "asks": 2}
"""How many of each role in a round of them; one of the others."""
_LINK = re.compile(r'href="(/[^"#]*)"')
_NOT_A_PAGE = ("/utseende/", "/static/", "/bootstrap/")
_NUMBER = re.compile(r"\d+")
_POLITE = frozenset({200, 302, 303, 409, 422})
"""A place that was taken meanwhile is told of; what is missing or forbidden is not linked to."""


@dataclass
class _Book:
    """What all of them are answered."""

    waiting: list[Waiting]
    """Choices to request a place for, taken from the end: the measure of bookings takes from the beginning."""
    outcome: Outcome = field(default_factory=Outcome)
    by_page: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, path: str, status: int, seconds: float) -> None:
        page = _NUMBER.sub("…", path.partition("?")[0])
        with self.lock:
            self.outcome.times.append(seconds)
            self.outcome.statuses[status] += 1
            self.by_page[page].append(seconds)
            if status not in _POLITE:
                self.errors.append(f"{status} {page}")

    def next_waiting(self) -> Waiting | None:
        with self.lock:
            return self.waiting.pop() if self.waiting else None


class _Person(threading.Thread):
    def __init__(self, port: int, cookie: str, chance: Random, book: _Book, *, may_book: bool) -> None:
        super().__init__(daemon=True)
        self._port, self._cookie, self._chance, self._book = port, cookie, chance, book
        self._may_book = may_book
        self._links: list[str] = []
        self._steps = 0
        self.ends = 0.0

    def run(self) -> None:
        due = time.monotonic() + self._chance.uniform(0, THINKS)
        while due < self.ends > time.monotonic() - _PATIENCE:
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                self._step(due)
            except Exception as error:  # a page that is not what it should be
                self._book.errors.append(str(error))
            due += self._chance.expovariate(1 / THINKS)

    def _step(self, due: float) -> None:
        if self._may_book:
            one = self._book.next_waiting()
            if one is not None:
                path = f"/placeringar/begar/{one.choice_round_id}"
                page = self._ask(path, get(path, self._cookie), due)
                if page:
                    self._ask(path, one.request(self._cookie, token_in(page)), time.monotonic())
            return
        self._steps = (self._steps + 1) % _LONGEST_WALK
        path = self._chance.choice(self._links) if self._links and self._steps else "/"
        page = self._ask(path, get(path, self._cookie), due)
        found = {html.unescape(link) for link in _LINK.findall(page)}
        self._links = sorted(link for link in found if not link.startswith(_NOT_A_PAGE))

    def _ask(self, path: str, request: bytes, due: float) -> str:
        """The page; nothing when it is a file or a refusal. Each on a connection of its own."""
        wire = Wire(self._port)
        try:
            status, head, body = wire.ask(request)
        except OSError:
            status, head, body = 0, b"", b""
        finally:
            wire.close()
        self._book.note(path, status, time.monotonic() - due)
        self._cookie = cookie_in(head) or self._cookie
        return body.decode() if status == 200 and b"text/html" in head else ""


def load_findings(ground: Ground, sizes: Sizes, who: People, waiting: list[Waiting]) -> list[Finding]:
    book, resident = _Book(waiting), []
    with product(ground, WORK) as served:
        people = _people(ground, served, sizes.users, set(who.officers), book)
        began = time.monotonic()
        for person in people:
            person.ends = began + sizes.load_seconds
            person.start()
        while (left := began + sizes.load_seconds - time.monotonic()) > 0:
            time.sleep(min(left, sizes.load_seconds / 50))
            resident.append(sum(served.resident()))
        for person in people:
            person.join()
        book.outcome.lasted = time.monotonic() - began
    return _told(book, resident, sizes)


def _people(ground: Ground, served: Served, how_many: int, officers: set[int], book: _Book) -> list[_Person]:
    with ground.cursor(WORK, tidy=False) as cursor:
        cursor.execute("SELECT role, id FROM membership WHERE ended_on IS NULL ORDER BY role, id")
        by_role: dict[str, list[int]] = defaultdict(list)
        for role, membership_id in cursor.fetchall():
            by_role[role].append(membership_id)
    # Those for whom thousands wait, whom no officer has: they do nothing but ask for places.
    by_role["asks"] = sorted(officers)
    by_role["case_officer"] = sorted(set(by_role["case_officer"]) - officers)
    round_of = [role for role in by_role for _ in range(_SHARES.get(role, 1))]
    chance, people = Random(8), []
    for number in range(how_many):
        membership_id = chance.choice(by_role[round_of[number % len(round_of)]])
        visitor = Visitor(served.port)
        visitor.sign_in(membership_id)
        may_book = membership_id in officers
        people.append(_Person(served.port, visitor.cookie, Random(number), book, may_book=may_book))
    return people


def _told(book: _Book, resident: list[int], sizes: Sizes) -> list[Finding]:
    outcome, fifth = book.outcome, len(resident) // 5
    p50, p99 = outcome.quantile(0.5), outcome.quantile(0.99)
    middle, last = statistics.median(resident[2 * fifth : 3 * fifth]), statistics.median(resident[-fifth:])
    slowest = sorted(book.by_page.items(), key=lambda page: -max(page[1]))[:10]
    name = f"{sizes.users} people for {sizes.load_seconds:.0f} s"
    asked = f"{len(outcome.times)} pages, {outcome.per_second:.1f}/s, {outcome.statuses[302]} redirects"
    return [
        Finding(
            f"{name}: errors",
            asked,
            float(len(book.errors)),
            0.0,
            details={"errors": book.errors[:20], "statuses": dict(outcome.statuses)},
        ),
        Finding(
            f"{name}: p99, seconds",
            f"median {1000 * p50:.0f} ms, p95 {1000 * outcome.quantile(0.95):.0f} ms, p99 {1000 * p99:.0f} ms",
            p99,
            P99_SECONDS,
            details={page: [len(times), max(times)] for page, times in slowest},
        ),
        Finding(
            f"{name}: memory, last fifth against the middle",
            f"{last / 2**20:.0f} MB, in the middle {middle / 2**20:.0f} MB",
            last / middle,
            MEMORY_GROWTH,
        ),
    ]
