"""Redis dies with all that it has: people go on, jobs wait and are done once each; and a worker killed in a job."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from flask import Flask
from redis import Redis as Client
from rq import Queue
from rq.registry import StartedJobRegistry
from sqlalchemy import select, update

from app import ROOT, create_app
from demo.folder import DataFolder
from demo.servers import Redis
from marketplace.accounts.services import create_account
from marketplace.db import db, transaction
from marketplace.job_counts import QUEUE
from marketplace.outbox import Outbox, emit
from marketplace.tenancy import acting_as, system_actor
from marketplace.web.limiter import limiter
from tests.support import jobs
from tests.support.application import Database, application_on_a_copy
from tests.support.servers import Servers

PASSWORD = "tre ord som glöms"
PATIENCE = 200.0
WORKER = """
import worker
worker.JOBS = {"one": ["tests.support.jobs.note"], "slow": ["tests.support.jobs.note_slowly"]}
worker.SCHEDULE = ()
worker._PAUSE_AFTER_TROUBLE = 0.2
worker.run()
"""
"""`platstorget worker` with jobs of the tests' own."""


@pytest.fixture(autouse=True)
def limiter_as_it_was() -> Iterator[None]:
    """It is one for all applications, and counts where the one that was made last says."""
    before = vars(limiter).copy()
    yield
    vars(limiter).update(before)


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Redis]:
    folder = DataFolder(tmp_path / "own")
    with folder.locked(), Redis(folder) as redis:
        yield redis


@pytest.fixture
def database(servers: Servers, own_redis: Redis) -> Iterator[Database]:
    on_it = replace(servers, redis_url=own_redis.address)
    with application_on_a_copy(on_it) as own, own.app.app_context():
        yield own
        db.session.remove()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the worker's words go."""
    return tmp_path / "worker.log"


@contextmanager
def running_worker(log: Path) -> Iterator[psutil.Process]:
    with log.open("a") as told:
        process = subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, stdout=told, stderr=told)
        try:
            yield psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def kill(process: psutil.Process) -> None:
    """With all its children, by -9; all are stopped first, so that none does anything about the death of another."""
    family = [process, *process.children(recursive=True)]
    for one in family:
        one.suspend()
    for one in family:
        one.kill()


def tell(topic: str, **ids: Any) -> None:
    with acting_as(system_actor()), transaction():
        emit(topic, **ids)


def left() -> int:
    """Messages that no job has done."""
    with acting_as(system_actor()):
        waiting = select(Outbox.id).where(Outbox.processed_at.is_(None), Outbox.topic != "noted")
        count = len(db.session.scalars(waiting).all())
        db.session.rollback()
        return count


def ten_minutes_pass() -> bool:
    """After which what was handed over and not done is handed over again; see RESEND_AFTER."""
    with acting_as(system_actor()), transaction():
        db.session.execute(update(Outbox).where(Outbox.processed_at.is_(None)).values(enqueued_at=None))
    return False


def wait_for(is_so: Callable[[], bool], worker: psutil.Process, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert worker.status() != psutil.STATUS_ZOMBIE, f"the worker has ended: {log.read_text()}"
        assert time.monotonic() < end, f"waited in vain: {log.read_text()}"
        time.sleep(0.05)


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a Redis that takes connections and never answers, as behind a network that has gone."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}"


def test_people_sign_in_and_are_throttled_without_redis(
    database: Database, own_redis: Redis, silent: str
) -> None:
    with acting_as(system_actor()), transaction():
        create_account("maria@exempel.se", "Maria", PASSWORD)
    own_redis.stop()
    for address in (own_redis.address, silent):
        app = create_app(database.settings.model_copy(update={"redis_url": address}))
        app.config.update(WTF_CSRF_ENABLED=False)

        def sign_in(password: str, app: Flask = app) -> int:
            typed = {"email": "maria@exempel.se", "password": password}
            return app.test_client().post("/logga-in", data=typed).status_code

        began = time.monotonic()
        assert sign_in(PASSWORD) == 302
        assert time.monotonic() - began < 10, "Redis was waited for"
        guesses = [sign_in("fel") for _ in range(12)]
        assert guesses[0] == 422
        assert guesses[-1] == 429
        with app.app_context():
            db.engine.dispose()


def test_jobs_wait_for_redis_and_are_done_once(database: Database, own_redis: Redis, log: Path) -> None:
    with running_worker(log) as process:
        tell("one", number=1)
        wait_for(lambda: left() == 0, process, log)
        family = {one.pid for one in process.children()}
        with Client.from_url(own_redis.address) as client:
            psutil.Process(client.info("server")["process_id"]).kill()
        own_redis.stop()
        tell("one", number=2)
        time.sleep(1.5)  # in which the relay and the worker both find it gone
        own_redis.start()
        tell("one", number=3)
        wait_for(lambda: left() == 0, process, log)
        assert {one.pid for one in process.children()} == family, "a process gave up"
    assert sorted(str(note["number"]) for note in jobs.noted()) == ["1", "2", "3"]


def test_a_worker_killed_in_a_job_has_it_done_by_the_next(
    database: Database, own_redis: Redis, tmp_path: Path, log: Path
) -> None:
    begun = tmp_path / "begun"
    tell("slow", file=str(begun))
    with running_worker(log) as process:
        wait_for(begun.exists, process, log)
        kill(process)
    assert jobs.noted() == []
    with Client.from_url(own_redis.address) as client:
        minute_ago = (datetime.now(UTC) - timedelta(minutes=1)).timestamp()
        queue = Queue(QUEUE, connection=client)
        registry = StartedJobRegistry(queue=queue)
        client.delete(queue.registry_cleaning_key)  # which the killed one holds for a while
        for member in client.zrange(registry.key, 0, -1):
            client.zadd(registry.key, {member: minute_ago})  # as when its last sign of life is old
    with running_worker(log) as process:
        # As often as it takes: the relay may look before the worker has found that the job is nobody's.
        wait_for(lambda: ten_minutes_pass() or left() == 0, process, log)
    assert [note["of"] for note in jobs.noted()] == ["slow"]
