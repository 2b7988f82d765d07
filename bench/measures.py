"""What is measured, and what must hold."""

import re
import time
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from sqlalchemy import event

from bench.crowd import BASE, RUSH_PLACE
from bench.data import LARGE, SMALL, WORK, Ground
from bench.load import Clients, Job, Outcome, get, post
from bench.report import Finding
from bench.serving import Served, Visitor
from bench.sizes import Sizes
from bench.stays import BOOKING_DAYS, FLOOR_BOOKS_FROM
from marketplace.clock import today
from marketplace.db import db

PAGES_AT_FLOOR, GROWTH, BOOKINGS_OF_FLOOR, RUSH_SECONDS = 3.0, 1.3, 0.25, 2.0
MEMORY_GROWTH = 1.05
_SEATS = 5
_CARD = re.compile(r'name="plats" value="(\d+)"')
_STARTS = re.compile(r"<dt>Kan börja</dt><dd>([^<]+)</dd>")
_FREE = re.compile(r"<dt>Lediga platser</dt><dd>([^<]+)</dd>")
_FLOOR_CARD = re.compile(r'data-place="(\d+)"')


@dataclass(frozen=True)
class People:
    """Who signs in, and for whom they search and book."""

    authority_id: int
    officers: list[int]
    """Memberships of the unit whose participants wait."""


class Signed(NamedTuple):
    """An officer's cookie, and what a form sends along with it."""

    cookie: str
    token: str


@dataclass(frozen=True)
class Waiting:
    """A choice that waits for its request."""

    choice_round_id: int
    first_day: date
    last_day: date

    def request(self, cookie: str, token: str) -> bytes:
        fields = {"csrf_token": token, "first_day": self.first_day, "last_day": self.last_day}
        return post(f"/placeringar/begar/{self.choice_round_id}", urlencode(fields), cookie)


def waiting(ground: Ground, *, is_rush: bool) -> list[Waiting]:
    with ground.cursor(WORK, tidy=False) as cursor:
        cursor.execute(
            "SELECT id, first_day, last_day FROM bench.waiting WHERE is_rush = %s ORDER BY n", [is_rush]
        )
        return [Waiting(*row) for row in cursor.fetchall()]


def people(ground: Ground, database: str) -> People:
    with ground.cursor(database, tidy=False) as cursor:
        cursor.execute("SELECT authority_id FROM bench.pattern WHERE a = 0")
        authority_id = cursor.fetchone()[0]
        cursor.execute(
            "SELECT m.id FROM membership m JOIN bench.unit u ON u.unit_id = m.organisation_id"
            " WHERE u.a = 0 AND u.n = 0 AND m.role = 'case_officer' ORDER BY m.id"
        )
        return People(authority_id, [row[0] for row in cursor.fetchall()])


def searches(ground: Ground, database: str) -> list[str]:
    """What officers ask for: everything, a kommun or two, a field, a trade, hours, and several at once."""
    with ground.cursor(database, tidy=False) as cursor:
        cursor.execute("SELECT kommuner FROM bench.pattern WHERE a = 0")
        kommuner = cursor.fetchone()[0]
        cursor.execute(
            "SELECT t.field_id, min(k.ssyk) FROM bench.kind k JOIN trade t USING (ssyk)"
            " GROUP BY 1 ORDER BY count(*) DESC, 1"
        )
        (field, ssyk), (other, _) = cursor.fetchall()[:2]
    asked: list[dict[str, object]] = [
        {},
        {"kommun": kommuner[:1]},
        {"kommun": kommuner[:2], "timmar": 20},
        {"omrade": field},
        {"omrade": other, "kommun": kommuner[:1]},
        {"yrke": ssyk},
        {"timmar": 15},
        {"kommun": kommuner[1:2], "omrade": field, "timmar": 20},
    ]
    return [f"/sok/?{urlencode(one, doseq=True)}" for one in asked]


def check_same(floor: Served, visitor: Visitor, paths: list[str]) -> None:
    """The floor's pages show what the product's show. Raises ValueError."""
    by_hand, cards = Visitor(floor.port), 0
    for path in paths:
        own, other = visitor.read(path), by_hand.read(path)
        cards += len(_CARD.findall(own))
        for what, ours, theirs in (
            ("places", _CARD, _FLOOR_CARD),
            ("starts", _STARTS, _STARTS),
            ("free seats", _FREE, _FREE),
        ):
            found, wanted = ours.findall(own), theirs.findall(other)
            if found != wanted:
                raise ValueError(f"{path}: other {what} than the floor's: {found} and not {wanted}")
    if not cards:
        raise ValueError("No search finds anything.")


def search(
    clients: Clients, targets: dict[str, tuple[Served, str]], paths: list[str], sizes: Sizes
) -> dict[str, Outcome]:
    """Each in turn for some seconds, round after round; the first round only warms up. Targets: server and cookie."""
    found = {name: Outcome() for name in targets}
    for number in range(sizes.rounds + 1):
        for name, (served, cookie) in targets.items():
            requests = [get(path, cookie) for path in paths]
            seconds = sizes.seconds if number else min(sizes.seconds, 3.0)
            jobs = [
                Job(served.port, requests[client:] + requests[:client], seconds, marker=b"</html>")
                for client in (index % len(requests) for index in range(len(clients)))
            ]
            outcome = _go(clients, served, jobs)
            _expect(outcome, {200}, name)
            if number:
                found[name].then(outcome)
    return found


def page_findings(found: dict[str, Outcome]) -> list[Finding]:
    floor, own, small = found["floor"], found["product"], found["small"]
    findings = []
    for name, share in (("median", 0.5), ("p95", 0.95)):
        ours, theirs = own.quantile(share), floor.quantile(share)
        findings.append(
            Finding(
                f"search page, {name}, against the floor",
                f"{1000 * ours:.1f} ms, floor {1000 * theirs:.1f} ms",
                ours / theirs,
                PAGES_AT_FLOOR,
                details=_beside(own, floor),
            )
        )
    many, few = own.quantile(0.5), small.quantile(0.5)
    findings.append(
        Finding(
            "search page, many placements against few",
            f"{1000 * many:.1f} ms, few {1000 * few:.1f} ms",
            many / few,
            GROWTH,
            details={"p95": own.quantile(0.95), "p95_few": small.quantile(0.95)},
        )
    )
    return findings


def booking(
    clients: Clients, floor: Served, own: Served, sizes: Sizes, waiting: list[Waiting], cookies: list[Signed]
) -> tuple[Outcome, Outcome]:
    """Bookings by hand and by the product, in turn; the first round only warms up."""
    by_hand, ours = Outcome(), Outcome()
    share = len(waiting) // (sizes.rounds + 1)
    for number in range(sizes.rounds + 1):
        seconds = sizes.seconds if number else min(sizes.seconds, 2.0)
        first_day = today() + timedelta(days=FLOOR_BOOKS_FROM + number * BOOKING_DAYS)
        taking = [_take(BASE + place, first_day) for place in range(sizes.places)]
        outcome = _deal_out(clients, floor, taking, seconds)
        _expect(outcome, {200}, "floor")
        if number:
            by_hand.then(outcome)
        some = waiting[number * share : (number + 1) * share]
        asking = [one.request(*cookies[index % len(cookies)]) for index, one in enumerate(some)]
        outcome = _deal_out(clients, own, asking, seconds)
        _expect(outcome, {302}, "product")
        if number:
            ours.then(outcome)
    return by_hand, ours


def booking_finding(by_hand: Outcome, ours: Outcome) -> Finding:
    return Finding(
        "bookings a second, share of the floor's",
        f"{ours.per_second:.0f}/s (median {1000 * ours.quantile(0.5):.1f} ms), floor {by_hand.per_second:.0f}/s",
        ours.per_second / by_hand.per_second,
        BOOKINGS_OF_FLOOR,
        is_least=True,
        details=_beside(ours, by_hand) | {"p95": ours.quantile(0.95), "floor_p95": by_hand.quantile(0.95)},
    )


def _take(place_id: int, first_day: date) -> bytes:
    last_day = first_day + timedelta(days=BOOKING_DAYS - 1)
    return post("/boka", urlencode({"place_id": place_id, "first_day": first_day, "last_day": last_day}))


def _deal_out(clients: Clients, served: Served, requests: list[bytes], seconds: float) -> Outcome:
    """Each request once at most."""
    each = len(clients)
    jobs = [Job(served.port, requests[n::each], seconds, repeats=False) for n in range(each)]
    return _go(clients, served, jobs)


def _go(clients: Clients, served: Served, jobs: list[Job]) -> Outcome:
    before = served.processor()
    outcome = clients.go(jobs)
    outcome.processor = served.processor() - before
    return outcome


def rush(
    ground: Ground, clients: Clients, own: Served, waiting: list[Waiting], cookies: list[Signed]
) -> list[Finding]:
    """Everyone asks for the same place at the same moment."""
    starts_at = time.monotonic() + 1.0
    jobs = [
        Job(own.port, [one.request(*cookies[n % len(cookies)])], starts_at=starts_at, repeats=False)
        for n, one in enumerate(waiting)
    ]
    outcome = clients.go(jobs)
    with ground.cursor(WORK, tidy=False) as cursor:
        cursor.execute("SELECT count(*) FROM seat_use WHERE place_id = %s", [RUSH_PLACE])
        taken = cursor.fetchone()[0]
    won = outcome.statuses[302]
    polite = sum(count for status, count in outcome.statuses.items() if status in {409, 422})
    longest = max(outcome.times)
    told = (
        f"{won} won, {polite} told that it is full, {len(waiting) - won - polite} others; {taken} seats taken"
    )
    is_right = won == taken == min(_SEATS, len(waiting)) and won + polite == len(waiting)
    return [
        Finding(
            f"rush of {len(waiting)} for {_SEATS} seats: lawful", told, float(is_right), 1.0, is_least=True
        ),
        Finding("rush: seconds to the last answer", f"{longest:.2f} s", longest, RUSH_SECONDS),
    ]


def memory(clients: Clients, own: Served, cookie: str, paths: list[str], sizes: Sizes) -> Finding:
    """Resident memory of the workers before and after; what was asked before has warmed them up."""
    steps, told = 5, [sum(own.resident())]
    each = sizes.requests // steps // len(clients)
    requests = [get(paths[n % len(paths)], cookie) for n in range(each)]
    for _ in range(steps):
        outcome = clients.go([Job(own.port, requests, repeats=False) for _ in range(len(clients))])
        _expect(outcome, {200}, "product")
        told.append(sum(own.resident()))
    megabytes = [size / 2**20 for size in told]
    return Finding(
        f"memory of the workers over {each * steps * len(clients)} requests",
        " → ".join(f"{size:.0f}" for size in megabytes) + " MB",
        told[-1] / told[0],
        MEMORY_GROWTH,
        details={"megabytes": megabytes},
    )


def queries(ground: Ground, membership_id: int, paths: list[str]) -> Finding:
    """Statements of the search page: over many hits and few, with few placements and with many."""
    counts: dict[str, int] = {}
    for database in (SMALL, LARGE):
        app = ground.app(database)
        app.config["WTF_CSRF_ENABLED"] = False
        client = app.test_client()
        client.post("/demo/logga-in", data={"membership_id": membership_id})
        with app.app_context():
            engine = db.engine
        statements: list[str] = []
        event.listen(engine, "before_cursor_execute", lambda *said, kept=statements: kept.append(said[2]))
        for path in paths:
            client.get(path)
            statements.clear()
            answer = client.get(path)
            cards = len(_CARD.findall(answer.text))
            if cards:  # a search without hits says what there is instead
                counts[f"{database} {path}, {cards} places"] = len(statements)
        engine.dispose()
    fewest, most = min(counts.values()), max(counts.values())
    return Finding(
        "queries of a search page, most less fewest",
        f"{most} for each page" if most == fewest else f"{fewest} to {most}",
        float(most - fewest),
        1.0,  # the order's second half is asked when the first does not give hits enough
        details=dict(counts),
    )


def _beside(own: Outcome, floor: Outcome) -> dict[str, float]:
    """What the machine's other work disturbs less than it does the times."""
    return {
        "per_second": own.per_second,
        "floor_per_second": floor.per_second,
        "processor_ms": own.processor_each,
        "floor_processor_ms": floor.processor_each,
    }


def _expect(outcome: Outcome, statuses: set[int], name: str) -> None:
    if set(outcome.statuses) - statuses or outcome.unmarked:
        raise RuntimeError(
            f"{name} answers {dict(outcome.statuses)}, {outcome.unmarked} without what was asked for"
        )
