"""Metrics for Prometheus at /metrics, where METRICS_TOKEN is set, for whoever has the token.

Requests and connections are counted in each of the web's processes, in files that they share (PROMETHEUS_MULTIPROC_DIR,
which must be set before this is imported); jobs in Redis. How much waits is asked when somebody looks. No label has
more values than there are routes, jobs and states. See docs/adr/0046.
"""

import hmac
import os
import time
from collections.abc import Iterator
from datetime import datetime

import structlog
from flask import Blueprint, Flask, Response, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from redis import Redis, RedisError
from rq import Queue, Worker
from sqlalchemy import event, func, select
from sqlalchemy.exc import SQLAlchemyError

from marketplace import clock
from marketplace.accounts.models import UserSession
from marketplace.accounts.session_services import session_limits
from marketplace.audit_chain.queries import latest_checks
from marketplace.db import db
from marketplace.job_counts import QUEUE, job_counts
from marketplace.outbox import Outbox
from marketplace.tenancy import acting_as, system_actor
from marketplace.web.guards import public

bp = Blueprint("metrics", __name__)
_EXTENSION = "platstorget.metrics"
_log = structlog.stdlib.get_logger(__name__)

_REQUESTS = Histogram(
    "platstorget_request_seconds",
    "How long requests take",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_CONNECTIONS = Gauge(
    "platstorget_database_connections",
    "Connections of the web's pools",
    ["state"],
    multiprocess_mode="livesum",
)


def add_metrics(app: Flask, token: str, connection: Redis) -> None:
    app.extensions[_EXTENSION] = token, connection
    app.register_blueprint(bp)

    @app.after_request
    def count(response: Response) -> Response:
        if "started" in g:
            rule = request.url_rule  # without one the method may be any word too
            method, route = (request.method, rule.rule) if rule else ("unknown", "unknown")
            _REQUESTS.labels(method, route, response.status_code).observe(time.perf_counter() - g.started)
        return response

    opened, used = _CONNECTIONS.labels("open"), _CONNECTIONS.labels("used")
    with app.app_context():
        event.listen(db.engine, "connect", lambda *_: opened.inc())
        event.listen(db.engine, "close", lambda *_: opened.dec())
        event.listen(db.engine, "checkout", lambda *_: used.inc())
        event.listen(db.engine, "checkin", lambda *_: used.dec())


@bp.get("/metrics")
@public("asked for with a token of its own")
def show() -> ResponseReturnValue:
    token, connection = current_app.extensions[_EXTENSION]
    given = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(given, f"Bearer {token}".encode()):
        abort(404)
    counted = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    state = CollectorRegistry()
    state.register(_State(connection))
    return Response(generate_latest(counted) + generate_latest(state), content_type=CONTENT_TYPE_LATEST)


class _State:
    """What database and Redis say now. A server that does not answer is told of as down."""

    def __init__(self, connection: Redis) -> None:
        self._connection = connection

    def collect(self) -> Iterator[Metric]:
        servers = {"database": self._of_database, "redis": self._of_redis}
        is_up = GaugeMetricFamily("platstorget_up", "Whether the server answers", labels=["server"])
        for name, ask in servers.items():
            try:
                told = list(ask())
            except (RedisError, SQLAlchemyError):
                _log.warning("no metrics", server=name, exc_info=True)
                is_up.add_metric([name], 0)
            else:
                is_up.add_metric([name], 1)
                yield from told
        yield is_up

    def _of_database(self) -> Iterator[Metric]:
        waiting = select(
            func.count(), func.min(Outbox.created_at), func.min(Outbox.created_at).filter(_IS_UNSENT)
        ).where(Outbox.processed_at.is_(None))
        with acting_as(system_actor()):
            count, oldest, oldest_unsent = db.session.execute(waiting).one()
            idle, absolute = session_limits()
            live = (
                UserSession.ended_at.is_(None),
                UserSession.seen_at >= clock.now() - idle,
                UserSession.begun_at >= clock.now() - absolute,
            )
            sessions = db.session.scalar(select(func.count()).select_from(UserSession).where(*live))
            checks = latest_checks()
        yield _gauge("platstorget_outbox_messages", "Messages that are not done", count)
        yield _gauge(
            "platstorget_outbox_age_seconds", "Age of the oldest message that is not done", _age(oldest)
        )
        yield _gauge(
            "platstorget_relay_lag_seconds", "Age of the oldest message not sent", _age(oldest_unsent)
        )
        yield _gauge("platstorget_sessions", "Users signed in, each browser by itself", sessions or 0)
        broken = sum(bool(check.problem_sv) for check in checks)
        yield _gauge("platstorget_audit_chains_broken", "Chains that the latest check found broken", broken)
        if checks:
            age = _age(min(check.checked_at for check in checks))
            yield _gauge(
                "platstorget_audit_check_age_seconds", "Age of the oldest latest check of a chain", age
            )

    def _of_redis(self) -> Iterator[Metric]:
        queue = Queue(QUEUE, connection=self._connection)
        yield _gauge("platstorget_queue_jobs", "Jobs that wait for a worker", queue.count)
        yield _gauge(
            "platstorget_failed_jobs", "Jobs that have failed for good", queue.failed_job_registry.count
        )
        yield _gauge(
            "platstorget_workers", "Workers that take jobs", Worker.count(connection=self._connection)
        )
        done, seconds = job_counts(self._connection)
        jobs = CounterMetricFamily("platstorget_jobs", "Jobs by how they ended", labels=["job", "result"])
        for (job, result), count in sorted(done.items()):
            jobs.add_metric([job, result], count)
        took = CounterMetricFamily("platstorget_job_seconds", "Time that jobs have taken", labels=["job"])
        for job, total in sorted(seconds.items()):
            took.add_metric([job], total)
        yield jobs
        yield took


_IS_UNSENT = Outbox.enqueued_at.is_(None)


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def _age(since: datetime | None) -> float:
    return 0.0 if since is None else (clock.now() - since).total_seconds()
