"""Whatever is killed and whoever comes at once: one invoice per contract and month, and numbers without gaps."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from redis import Redis
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from app import ROOT
from invoicing.invoices import services
from invoicing.invoices.models import Invoice
from invoicing.remuneration.facts import Month
from invoicing.run import jobs
from invoicing.run import services as runs
from invoicing.run.models import InvoiceRun
from marketplace.db import db, transaction
from marketplace.outbox import Outbox
from marketplace.tenancy import acting_as, system_actor
from tests.support.application import Database, application_on_a_copy
from tests.support.at_once import all_at_once, by
from tests.support.invoiced import make_invoice
from tests.support.invoicing_market import MARCH_DAYS, Market, add_contracts, attend, build_market
from tests.support.servers import Servers, restartable

MARCH = Month(2026, 3)
MORE_CONTRACTS = 10
PATIENCE = 90.0  # seconds, on a machine that does other things too


@pytest.fixture
def market(database: Database) -> Market:
    return build_market()


def contracts_invoiced(market: Market) -> list[int]:
    """The contract of every invoice of the month, once for each invoice."""
    with acting_as(system_actor(authority_id=market.authority_id)):
        of_march = select(Invoice.contract_id).where(Invoice.month == MARCH.first_day)
        found = list(db.session.scalars(of_march.order_by(Invoice.contract_id)))
        db.session.rollback()
    return found


def run_message(market: Market) -> int:
    with acting_as(market.controller), transaction():
        runs.start_month_run(MARCH)
    return next(iter(unprocessed()))


def unprocessed() -> list[int]:
    """Messages of the run that no job has done yet."""
    waiting = select(Outbox.id).where(Outbox.processed_at.is_(None), Outbox.topic == runs.RUN_TOPIC)
    with acting_as(system_actor()):
        found = list(db.session.scalars(waiting.order_by(Outbox.id)))
        db.session.rollback()
    return found


def check_as_undisturbed(market: Market, contracts: int) -> None:
    """One invoice each, of what each has earned: five days for a placement, and one start fee."""
    days = len(MARCH_DAYS) * 987_00
    with acting_as(system_actor(authority_id=market.authority_id)), transaction():
        sums = db.session.execute(select(Invoice.contract_id, Invoice.net_ore)).all()
        earned = sorted(net_ore for _, net_ore in sums)
        assert len({contract_id for contract_id, _ in sums}) == len(sums) == contracts
        assert earned == [days] * (contracts - 1) + [2 * days + 2_500_00]
        assert db.session.scalar(select(func.count()).where(InvoiceRun.finished_at.is_(None))) == 0
    assert unprocessed() == []


def test_eight_at_once_make_one_invoice(database: Database, market: Market) -> None:
    def make() -> int:
        invoice = make_invoice(market.contract_id, MARCH)
        assert invoice is not None
        return invoice.id

    assert len(set(all_at_once(database, [by(market.system, make)] * 8))) == 1
    assert contracts_invoiced(market) == [market.contract_id]


def test_eight_workers_take_the_same_message_once(database: Database, market: Market) -> None:
    message = run_message(market)
    all_at_once(database, [partial(jobs.run_month, message)] * 8)
    check_as_undisturbed(market, 2)


def test_invoices_sent_at_once_get_numbers_without_gaps(database: Database, market: Market) -> None:
    ids = []
    with acting_as(market.system), transaction():
        attend(market.placement_ids[0], market.contract_id, Month(2026, 2).last_day)
        for number in (4, 5, 6):
            attend(market.placement_ids[0], market.contract_id, Month(2026, number).first_day)
    with acting_as(market.system), transaction():
        for number in (2, 3, 4, 5, 6):
            invoice = make_invoice(market.contract_id, Month(2026, number))
            assert invoice is not None
            ids.append(invoice.id)
    with acting_as(market.manager), transaction():
        for invoice_id in ids:
            services.approve_invoice(invoice_id)

    def send(invoice_id: int) -> int | None:
        return services.send_invoice(invoice_id).number

    sent = all_at_once(database, [by(market.manager, partial(send, invoice_id)) for invoice_id in ids])
    assert set(sent) == {1, 2, 3, 4, 5}


KILLS = 100
KILLED_ALL_OVER = """
import os, random, signal, sys
from sqlalchemy import Engine, event
from app import create_app
from invoicing.run import jobs
from marketplace.db import db
jobs.BATCH = 1
left = 0
@event.listens_for(Engine, "before_cursor_execute")
def count(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
app, chance = create_app(), random.Random(6)
for _ in range(int(sys.argv[2])):
    left = chance.randrange(1, 24)
    child = os.fork()
    if not child:
        with app.app_context():
            jobs.run_month(int(sys.argv[1]))
        os._exit(0)
    print(os.waitpid(child, 0)[1], flush=True)
"""
"""A hundred processes begin the run; each is killed with -9 before a statement drawn by lot."""


@pytest.mark.slow
def test_killed_a_hundred_times(database: Database, market: Market) -> None:
    add_contracts(market, KILLS // 2)
    message = run_message(market)
    command = [sys.executable, "-c", KILLED_ALL_OVER, str(message), str(KILLS)]
    ends = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    assert ends.count(str(int(signal.SIGKILL))) == KILLS, "the work was done before the last was killed"
    jobs.run_month(message)
    check_as_undisturbed(market, KILLS // 2 + 2)


@pytest.mark.slow
def test_postgresql_is_restarted_in_the_middle(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the second contract's rows written and not committed."""
    with (
        restartable(servers) as (postgres, own),
        application_on_a_copy(own) as database,
        database.app.app_context(),
    ):
        market = build_market()
        add_contracts(market, 3)
        message = run_message(market)
        make_batch, batches = runs.make_batch, 0

        def restarted(*given: Any, **how: Any) -> set[int]:
            nonlocal batches
            batches += 1
            made = make_batch(*given, **how)
            if batches == 2:
                postgres.stop()
                postgres.start()
            return made

        monkeypatch.setattr(jobs, "BATCH", 1)
        monkeypatch.setattr(runs, "make_batch", restarted)
        with pytest.raises(OperationalError):
            jobs.run_month(message)
        db.session.remove()
        assert len(contracts_invoiced(market)) == 1
        jobs.run_month(message)
        check_as_undisturbed(market, 5)


RELAY_AND_WORKER = """
import time
import config, worker
from app import create_app
from invoicing.run import jobs
from invoicing.run import services as runs
jobs.BATCH, make_batch = 1, runs.make_batch
def make_slowly(*given, **how):
    time.sleep(0.2)  # so that the test has time to kill it
    return make_batch(*given, **how)
runs.make_batch = make_slowly
settings = config.load()
app, connection = create_app(settings), worker.redis_for(settings)
while True:
    worker.relay_once(app, connection)
    worker.work(app, connection, is_burst=True)
"""
"""Both halves of `platstorget worker`, without the clock and what that starts."""


@pytest.mark.slow
def test_killed_worker_and_emptied_redis(
    database: Database, market: Market, redis: Redis, tmp_path: Path
) -> None:
    """The real worker is killed with -9 when some invoices are made, Redis loses all, and a new one ends the run."""
    add_contracts(market, MORE_CONTRACTS)
    expected = MORE_CONTRACTS + 2
    with acting_as(system_actor()), transaction():
        runs.start_month_run(MARCH)

    for until in (2, expected // 2):
        with running_worker(tmp_path):
            wait_for(partial(has_invoiced, market, until))
        redis.flushdb()
        ten_minutes_pass()
    assert len(contracts_invoiced(market)) < expected, "killed too late to prove anything"

    with running_worker(tmp_path):
        wait_for(lambda: not unprocessed())
    check_as_undisturbed(market, expected)


def has_invoiced(market: Market, count: int) -> bool:
    return len(contracts_invoiced(market)) >= count


@contextmanager
def running_worker(folder: Path) -> Iterator[None]:
    """The relay and the RQ worker in processes of their own, killed with -9 at the end."""
    with (folder / "worker.log").open("a") as log:
        process = subprocess.Popen([sys.executable, "-c", RELAY_AND_WORKER], cwd=ROOT, stdout=log, stderr=log)
        try:
            yield
        finally:
            family = [*psutil.Process(process.pid).children(recursive=True), process]
            for member in family:
                member.kill()
            process.wait()


def ten_minutes_pass() -> None:
    """Messages handed over to a Redis that forgot them are handed over again after a while; see RESEND_AFTER."""
    with acting_as(system_actor()), transaction():
        db.session.execute(update(Outbox).where(Outbox.processed_at.is_(None)).values(enqueued_at=None))


def wait_for(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
