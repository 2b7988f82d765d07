"""Background work: the relay of the outbox, the clock with its schedule, and the RQ worker.

`platstorget worker` runs two processes. One relays messages from the outbox to Redis and, while it keeps the clock,
starts what the schedule says. The other takes jobs from Redis. Nothing in Redis is precious: it is refilled from the
outbox.
"""

import gc
import json
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import structlog
from flask import Flask
from redis import Redis, RedisError
from redis.exceptions import LockError
from redis.lock import Lock
from rq import Queue, Retry, Worker
from rq import cron_job_registry as records
from rq.cron import CronJob, CronScheduler
from rq.exceptions import DuplicateJobError, NoSuchJobError
from rq.executions import Execution
from rq.job import Job, JobStatus
from rq.utils import import_attribute
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

import config
from app import JOBS, create_app
from marketplace import clock, outbox
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import OrganisationKind
from marketplace.db import db, transaction
from marketplace.job_counts import QUEUE, count_job
from marketplace.logs import described
from marketplace.processes import die_with_parent
from marketplace.tenancy import acting_as, system_actor
from schedule import SCHEDULE, Scheduled

SWEDISH_TIME = "CET-1CEST,M3.5.0,M10.5.0/3"
"""For the C library, in a form that needs no zone files: the schedule is read on the clock in Sweden."""
_PAUSE = 1.0  # seconds between looks in the outbox
_PAUSE_AFTER_TROUBLE = 5.0
_CLOCK_TTL = 60  # seconds until another process may take over the clock from one that died
_JOB_TIMEOUT = 15 * 60
_KEEP_RESULT = 3600  # as long as a finished job's key lives, a repeated message is refused already by Redis
_KEEP_FAILURE = 7 * 24 * 3600
_LOOK_FOR_LOST = 60  # seconds between looks for jobs whose worker died, also when nothing else comes
_PATIENCE = 60.0  # seconds for a running job to finish when we are asked to stop
_log = structlog.stdlib.get_logger(__name__)


# The relay


def relay_once(app: Flask, connection: Redis) -> int:
    """Hands over what waits in the outbox; gives how many messages there were.

    Marks and commits after handing over: dying in between means that a message is sent twice, never that it is lost.
    """
    with app.app_context(), acting_as(system_actor()), transaction():
        messages = outbox.claim_unsent()
        for message in messages:
            _hand_over(Queue(QUEUE, connection=connection), message)
    return len(messages)


def _hand_over(queue: Queue, message: outbox.Message) -> None:
    topic, _, only = message.topic.partition(outbox.FOR_ONE_JOB)
    jobs = [only] if only else list(JOBS.get(topic, ()))
    if topic not in JOBS:
        _log.error("no job listens to this topic", topic=topic, outbox_id=message.id)
    elif len(jobs) == 1:
        enqueue(queue, jobs[0], message.id)
    else:
        outbox.divide(message.id, jobs)


def enqueue(queue: Queue, job: str, outbox_id: int) -> None:
    """Sends a message to its job unless it is on its way already. One that failed or was lost is sent anew."""
    job_id = f"outbox-{outbox_id}"
    options: dict[str, Any] = {
        "job_id": job_id,
        "unique": True,
        "job_timeout": _JOB_TIMEOUT,
        "result_ttl": _KEEP_RESULT,
        "failure_ttl": _KEEP_FAILURE,
        "retry": Retry(max=2),
    }
    try:
        queue.enqueue(job, outbox_id, **options)
    except DuplicateJobError:
        if _is_over(queue, job_id):
            queue.enqueue(job, outbox_id, **options)


def _is_over(queue: Queue, job_id: str) -> bool:
    """Whether the job of a message that is not processed has nevertheless ended; then it is removed."""
    try:
        job = Job.fetch(job_id, connection=queue.connection)
        if job.get_status(refresh=False) not in {  # just fetched; asked again, it may be gone
            JobStatus.FINISHED,
            JobStatus.FAILED,
            JobStatus.STOPPED,
            JobStatus.CANCELED,
        }:
            return False
        job.delete()
    except NoSuchJobError:
        pass  # it expired this very moment
    return True


# The clock


def start_scheduled(name: str) -> None:
    """The job that the clock starts: the entry's function, or its message to each organisation of its kind."""
    entry = next(entry for entry in SCHEDULE if entry.name == name)
    if entry.kind is None:
        import_attribute(entry.function)()
        return
    today = clock.today().isoformat()
    with acting_as(system_actor()), transaction():
        of_kind = select(Organisation.id).where(Organisation.kind == entry.kind).order_by(Organisation.id)
        for organisation_id in list(db.session.scalars(of_kind)):
            if entry.kind is OrganisationKind.ENTERPRISE:
                outbox.emit(name, enterprise_id=organisation_id, day=today)
            else:
                outbox.emit(name, authority_id=organisation_id, day=today)


def reconciled_clock(connection: Redis, schedule: Sequence[Scheduled] | None = None) -> CronScheduler:
    """RQ's scheduler with exactly what the schedule says, and due now whatever was missed or never recorded.

    Records of what is no longer scheduled are removed.
    """
    entries = SCHEDULE if schedule is None else schedule
    scheduler = CronScheduler(connection=connection)
    last_sent = _last_sent(connection)
    for entry in entries:
        job = scheduler.register(
            start_scheduled,
            QUEUE,
            args=(entry.name,),
            cron=entry.cron,
            name=entry.name,
            job_timeout=_JOB_TIMEOUT,
        )
        _catch_up(job, last_sent.get(entry.name))
    gone = set(last_sent) - {entry.name for entry in entries}
    if gone:
        connection.zrem(records.get_registry_key(), *gone)
    return scheduler


def _last_sent(connection: Redis) -> dict[str, datetime]:
    rows: Any = connection.zrange(records.get_registry_key(), 0, -1, withscores=True)
    return {name.decode(): datetime.fromtimestamp(score, UTC) for name, score in rows}


def _catch_up(job: CronJob, last_sent: datetime | None) -> None:
    if last_sent is None:
        job.next_enqueue_time = datetime.now(UTC)
    else:
        job.set_enqueue_time(last_sent)


class Clock:
    """The schedule, kept by one process at a time however many run."""

    def __init__(self, connection: Redis, schedule: Sequence[Scheduled] | None = None) -> None:
        self._connection = connection
        self._schedule = schedule
        self._lock: Lock = connection.lock("platstorget:clock", timeout=_CLOCK_TTL, blocking=False)
        self._scheduler: CronScheduler | None = None

    def tick(self) -> int:
        """Starts what is due, if this process keeps the clock; gives how many."""
        if not self._keeps():
            return 0
        assert self._scheduler is not None
        started = self._scheduler.enqueue_jobs()
        self._scheduler.heartbeat()
        return len(started)

    def _keeps(self) -> bool:
        if self._scheduler is not None:
            try:
                self._lock.reacquire()
            except LockError:
                self._scheduler = None
            else:
                return True
        if not self._lock.acquire():
            return False
        self._scheduler = reconciled_clock(self._connection, self._schedule)
        return True

    def give_up(self) -> None:
        """Lets another process take over at once."""
        if self._scheduler is not None:
            self._scheduler = None
            with suppress(LockError):  # it had run out
                self._lock.release()


# The processes


def relay_forever(app: Flask, connection: Redis, is_stopping: threading.Event) -> None:
    """Relays and keeps time until asked to stop. A lost server is waited for."""
    keeper = Clock(connection)
    while not is_stopping.is_set():
        try:
            keeper.tick()
            pause = 0 if relay_once(app, connection) else _PAUSE
        except (RedisError, OperationalError):
            _log.warning("relay waits for its servers", exc_info=True)
            pause = _PAUSE_AFTER_TROUBLE
        is_stopping.wait(pause)
    with suppress(RedisError):  # the lock runs out by itself
        keeper.give_up()


_SCHEDULED = f"{start_scheduled.__module__}.{start_scheduled.__name__}"


def _called(job: Job) -> str:
    """The job's function, or of what the clock started its name in the schedule."""
    return str(job.args[0]) if job.func_name == _SCHEDULED else str(job.func_name)


def _traced(app: Flask, name: str, about: dict[str, str]) -> AbstractContextManager[None]:
    if not app.config["OTLP_URL"]:
        return nullcontext()
    from marketplace.traces import traced_job

    return traced_job(name, **about)


class JobWorker(Worker):
    """Runs each job in a forked child, inside the application and with database connections of its own.

    RQ logs a failed job's exception with its text and keeps it in Redis; the text may be about a person.
    """

    app: Flask
    is_stopping = False
    _failure = ""

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.is_stopping = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        with self.app.app_context():
            db.engine.dispose(close=False)  # the parent's connections are not ours to use or to close
            super().main_work_horse(job, queue)

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Whatever it logs carries its name and its message's number; how it ended is logged, counted and traced."""
        name, about = _called(job), {"outbox_id": str(job.args[0])} if job.func_name != _SCHEDULED else {}
        structlog.contextvars.bind_contextvars(job=name, **about)
        started = time.perf_counter()
        with _traced(self.app, name, about):
            is_done = super().perform_job(job, queue, execution)
        seconds, result = time.perf_counter() - started, "done" if is_done else "failed"
        _log.info("job", result=result, duration_ms=round(1000 * seconds, 1))
        count_job(self.connection, name, result, seconds)
        return is_done

    def handle_work_horse_killed(self, job: Job, retpid: int, ret_val: int, rusage: Any) -> None:
        super().handle_work_horse_killed(job, retpid, ret_val, rusage)  # type: ignore[no-untyped-call]
        count_job(self.connection, _called(job), "killed", 0)

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        self._failure = json.dumps(described(exc_info[1]))
        _log.error("job failed", job=job.func_name, job_id=job.id, exc_info=exc_info)

    def handle_job_failure(
        self,
        job: Job,
        queue: Queue,
        started_job_registry: Any = None,
        exc_string: str = "",
        execution: Any = None,
    ) -> None:
        super().handle_job_failure(job, queue, started_job_registry, self._failure or exc_string, execution)


def work(app: Flask, connection: Redis, *, is_burst: bool = False) -> bool:
    """Takes jobs until asked to stop, or with `is_burst` until there are none; gives whether it was asked."""
    # RQ waits for a job at most 15 seconds less than the worker's time to live, and looks in between.
    worker = JobWorker(
        [QUEUE],
        connection=connection,
        maintenance_interval=_LOOK_FOR_LOST,
        worker_ttl=_LOOK_FOR_LOST + 15,
    )
    worker.app = app
    worker.work(burst=is_burst, logging_level=logging.getLevelName(app.logger.getEffectiveLevel()))
    return worker.is_stopping


def work_forever(app: Flask, connection: Redis) -> None:
    """Takes jobs until asked to stop. RQ's worker gives up when it loses Redis; another begins where it left."""
    is_stopping = False
    while not is_stopping:
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            is_stopping = work(app, connection)
        except RedisError:
            _log.warning("jobs wait for Redis", exc_info=True)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        if not is_stopping:
            time.sleep(_PAUSE)


def redis_for(settings: config.Settings) -> Redis:
    return Redis.from_url(settings.redis_url)


def run() -> int:
    """Runs both processes until asked to stop (SIGTERM or Ctrl-C); if one dies, stops the other and gives 1."""
    settings = config.load()
    os.environ["TZ"] = SWEDISH_TIME
    time.tzset()
    app = create_app(settings)  # once: the processes are forked from it, before it has connected to anything
    gc.freeze()  # what has been imported is not gone through for garbage, in any job
    fork = multiprocessing.get_context("fork")
    children = [
        fork.Process(target=target, args=(app, settings)) for target in (_relay_process, _job_process)
    ]
    for child in children:
        child.start()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    while not stopping.is_set() and all(child.is_alive() for child in children):
        stopping.wait(0.2)
    has_failed = not stopping.is_set()
    for child in children:
        if child.is_alive():
            child.terminate()
    for child in children:
        child.join(_PATIENCE)
        if child.is_alive():
            child.kill()
    return 1 if has_failed else 0


def _relay_process(app: Flask, settings: config.Settings) -> None:
    is_stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: is_stopping.set())
    _leave_group()
    relay_forever(app, redis_for(settings), is_stopping)


def _job_process(app: Flask, settings: config.Settings) -> None:
    _leave_group()
    work_forever(app, redis_for(settings))


def _leave_group() -> None:
    """Ctrl-C reaches the parent alone, which tells us when to stop; and we do not outlive it."""
    os.setpgrp()
    die_with_parent(signal.SIGTERM)
