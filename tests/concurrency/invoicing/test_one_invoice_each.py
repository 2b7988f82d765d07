"""Whatever is killed and whoever comes at once: one invoice per contract and month, and numbers without gaps."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psutil
import pytest
from redis import Redis
from sqlalchemy import func, select, update

from app import ROOT
from invoicing.invoices import jobs, services
from invoicing.invoices.models import Invoice
from invoicing.remuneration.facts import Month
from marketplace.db import db, transaction
from marketplace.outbox import Outbox
from marketplace.tenancy import acting_as, system_actor
from placements.attendance.models import AttendanceDay
from tests.support.application import Database
from tests.support.at_once import all_at_once, by
from tests.support.invoicing_market import MARCH_DAYS, Market, add_contracts, attend, build_market

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


def contract_message(market: Market) -> int:
    with acting_as(market.manager), transaction():
        services.start_month_run(MARCH)
    jobs.run_month(next(iter(unprocessed())))
    return next(iter(unprocessed()))


def unprocessed() -> list[int]:
    """Messages of the run that no job has done yet."""
    of_the_run = Outbox.topic.in_([services.RUN_TOPIC, services.CONTRACT_TOPIC])
    waiting = select(Outbox.id).where(Outbox.processed_at.is_(None), of_the_run).order_by(Outbox.id)
    with acting_as(system_actor()):
        found = list(db.session.scalars(waiting))
        db.session.rollback()
    return found


def test_eight_at_once_make_one_invoice(database: Database, market: Market) -> None:
    def make() -> int:
        invoice = services.make_invoice(market.contract_id, MARCH)
        assert invoice is not None
        return invoice.id

    assert len(set(all_at_once(database, [by(market.system, make)] * 8))) == 1
    assert contracts_invoiced(market) == [market.contract_id]


def test_eight_workers_take_the_same_message_once(database: Database, market: Market) -> None:
    message = contract_message(market)
    all_at_once(database, [partial(jobs.make_invoice, message)] * 8)
    assert contracts_invoiced(market) == [market.contract_id]


def test_invoices_sent_at_once_get_numbers_without_gaps(database: Database, market: Market) -> None:
    ids = []
    with acting_as(market.system), transaction():
        attend(market.placement_ids[0], market.contract_id, Month(2026, 2).last_day)
        for number in (4, 5, 6):
            attend(market.placement_ids[0], market.contract_id, Month(2026, number).first_day)
    with acting_as(market.system), transaction():
        for number in (2, 3, 4, 5, 6):
            invoice = services.make_invoice(market.contract_id, Month(2026, number))
            assert invoice is not None
            ids.append(invoice.id)
    with acting_as(market.manager), transaction():
        for invoice_id in ids:
            services.approve_invoice(invoice_id)

    def send(invoice_id: int) -> int | None:
        return services.send_invoice(invoice_id).number

    sent = all_at_once(database, [by(market.manager, partial(send, invoice_id)) for invoice_id in ids])
    assert set(sent) == {1, 2, 3, 4, 5}


KILLED_IN_THE_MIDDLE = """
import sys, time
from app import create_app
from invoicing.invoices import jobs, services
services._mark_days = lambda *_: (print("in the middle", flush=True), time.sleep(600))
with create_app().app_context():
    jobs.make_invoice(int(sys.argv[1]))
"""


def test_killed_in_the_middle_of_one_contract(database: Database, market: Market) -> None:
    """The invoice's rows are written and nothing is committed when the process is killed: nothing is left of it."""
    message = contract_message(market)
    command = [sys.executable, "-c", KILLED_IN_THE_MIDDLE, str(message)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in the middle\n"
        process.kill()
    assert contracts_invoiced(market) == []
    assert unprocessed() == [message]

    jobs.make_invoice(message)
    jobs.make_invoice(message)
    assert contracts_invoiced(market) == [market.contract_id]
    with acting_as(market.system):
        frozen = db.session.scalar(select(func.count()).where(AttendanceDay.is_invoiced))
    assert frozen == len(MARCH_DAYS) * len(market.placement_ids)


RELAY_AND_WORKER = """
import config, worker
from app import create_app
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
        services.start_month_run(MARCH)

    for until in (2, expected // 2):
        with running_worker(tmp_path):
            wait_for(partial(has_invoiced, market, until))
        redis.flushdb()
        ten_minutes_pass()
    assert len(contracts_invoiced(market)) < expected, "killed too late to prove anything"

    with running_worker(tmp_path):
        wait_for(lambda: not unprocessed())
    made = contracts_invoiced(market)
    assert len(made) == len(set(made)) == expected


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
