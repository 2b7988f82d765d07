"""PostgreSQL is stopped, started and crashes while people book: whoever got a yes has what she booked, once, and the
others a page that says so and keeps what they wrote."""

import html
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import psutil
import pytest
import requests
from sqlalchemy import func, select

from demo.servers import Postgres
from enterprises.places.models import SeatUse
from marketplace.clock import travelling
from marketplace.db import db
from marketplace.tenancy import Actor, acting_as
from placements.booking.models import Placement
from placements.participants.models import Participant
from tests.factories import HANINGE, personal_number
from tests.support.application import Database, application_on_a_copy
from tests.support.live import served
from tests.support.placement_market import FIRST_DAY, LAST_DAY, TODAY, Market, build_market, chosen
from tests.support.servers import Servers, restartable

BOOKINGS, CLIENTS = 24, 4
PATIENCE = 30.0


@dataclass
class Running:
    """Served at `address` by a PostgreSQL of its own."""

    postgres: Postgres
    database: Database
    market: Market
    address: str

    def forget_connections(self) -> None:
        """The test's own, which were there before."""
        db.session.remove()
        db.engine.dispose()

    def browser(self, actor: Actor) -> requests.Session:
        client = requests.Session()
        signed = client.post(
            f"{self.address}/demo/logga-in",
            data={"membership_id": actor.membership_id},
            allow_redirects=False,
        )
        assert signed.status_code == 302
        client.headers["Origin"] = self.address
        return client


@pytest.fixture
def running(servers: Servers) -> Iterator[Running]:
    with (
        restartable(servers, synchronous_commit="on") as (postgres, own),
        application_on_a_copy(own) as database,
        database.app.app_context(),
    ):
        database.app.config["PROPAGATE_EXCEPTIONS"] = False
        market = build_market(seats=BOOKINGS)
        with served(database.app, on=TODAY) as address:
            yield Running(postgres, database, market, address)
        db.session.remove()


@dataclass
class Asked:
    """What the officers of the load were answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    pages_while_away: list[requests.Response] = field(default_factory=list)
    booked: list[int] = field(default_factory=list)
    """The rounds that got a yes."""
    is_over: threading.Event = field(default_factory=threading.Event)


def book(running: Running, rounds: list[int], actor: Actor, asked: Asked) -> None:
    """One after the other, each sent again until it is answered by something else than 503; and pages in between."""
    client = running.browser(actor)
    waiting = list(rounds)
    while waiting or not asked.is_over.is_set():
        page = client.get(f"{running.address}/placeringar/")
        asked.statuses[page.status_code] += 1
        if not waiting:
            continue
        answer = client.post(
            f"{running.address}/placeringar/begar/{waiting[0]}",
            data={"first_day": FIRST_DAY.isoformat(), "last_day": LAST_DAY.isoformat()},
            allow_redirects=False,
        )
        asked.statuses[answer.status_code] += 1
        if answer.status_code == 503:
            asked.pages_while_away.append(answer)
            time.sleep(0.05)
            continue
        if answer.status_code == 302:
            asked.booked.append(waiting[0])
        waiting.pop(0)


def disturb(postgres: Postgres) -> None:
    """A restart in good order, and then a process of the database that dies outright, at which it begins all anew."""
    time.sleep(0.3)
    postgres.stop()
    time.sleep(0.3)
    postgres.start()
    time.sleep(0.5)
    leader = int((postgres.folder.postgres / "postmaster.pid").read_text().split()[0])
    psutil.Process(leader).children()[-1].kill()  # the youngest: one that serves us
    time.sleep(0.3)


def test_restarted_while_people_book(running: Running) -> None:
    market = running.market
    with travelling(TODAY):
        rounds = [chosen(market, number) for number in range(1, BOOKINGS + 1)]
    running.forget_connections()
    asked = Asked()
    officers = [market.officer, market.colleague]
    threads = [
        threading.Thread(target=book, args=(running, rounds[n::CLIENTS], officers[n % 2], asked), daemon=True)
        for n in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    disturb(running.postgres)
    asked.is_over.set()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert asked.statuses.keys() <= {200, 302, 409, 422, 503}, asked.statuses
    assert asked.pages_while_away, "nothing was asked for while it was away"
    for page in asked.pages_while_away:
        assert page.headers["Retry-After"] == "30"
        assert "Tjänsten vilar en stund" in page.text
        assert "Skicka igen" in page.text

    running.forget_connections()
    with acting_as(market.officer):
        booked = list(db.session.scalars(select(Placement.choice_round_id)))
        seats = db.session.scalar(select(func.count(SeatUse.id)))
    assert sorted(booked) == sorted(rounds)  # each once, also where the answer was lost on its way
    assert set(asked.booked) <= set(booked)
    assert seats == BOOKINGS


def test_what_was_written_meanwhile_is_sent_again(running: Running) -> None:
    officer = running.market.officer
    client = running.browser(officer)
    written = {
        "name": "Maja Åkerö",
        "sex": "woman",
        "officer": f"{officer.organisation_id}-{officer.user_id}",
        "personal_number": personal_number(77),
        "kommun_code": HANINGE,
        "needs_sv": 'Behöver sitta, "helst" vid ett fönster',
    }
    running.forget_connections()
    running.postgres.stop()
    away = client.post(f"{running.address}/deltagare/ny", data=written)
    assert away.status_code == 503
    running.postgres.start()

    fields = {
        html.unescape(name): html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', away.text)
    }
    assert fields == written
    address = re.search(r'<form method="post" action="([^"]+)">', away.text)
    assert address is not None
    again = client.post(running.address + address[1], data=fields, allow_redirects=False)
    assert again.status_code == 302, again.text
    running.forget_connections()
    with acting_as(officer):
        assert db.session.scalar(select(func.count(Participant.id))) == 1
