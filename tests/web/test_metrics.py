"""Metrics and traces: what they tell, and that they tell of nobody."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from redis import Redis
from sqlalchemy import update

import worker
from app import create_app
from marketplace import traces
from marketplace.db import db, transaction
from marketplace.logs import configure_logging
from marketplace.outbox import emit
from marketplace.tenancy import acting_as, system_actor
from placements.participants.models import Participant
from tests.support.application import Database
from tests.support.clients import Client, watch_for_lost_writes
from tests.support.placement_market import build_market, register

TOKEN = "a-token-of-forty-characters-for-the-tests"
ASKS = {"Authorization": f"Bearer {TOKEN}"}
NUMBER, NAME = "197010632391", "Tell-Tale Berättarsson"


def _app(database: Database, **changed: str) -> Flask:
    app = create_app(database.settings.model_copy(update=changed))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    app.test_client_class = Client
    watch_for_lost_writes(app)
    return app


def value_of(told: str, series: str) -> float:
    found = re.search(rf"^{re.escape(series)} (\S+)$", told, re.MULTILINE)
    assert found, f"{series} is not in\n{told}"
    return float(found[1])


def test_there_are_no_metrics_without_a_token(database: Database) -> None:
    assert database.app.test_client().get("/metrics").status_code == 404


def test_metrics_tell_of_requests_jobs_and_what_waits(
    database: Database, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = {"one": "note", "two": "fail", "three": "die"}
    listening = {topic: [f"tests.support.jobs.{end}"] for topic, end in ends.items()}
    monkeypatch.setattr(worker, "JOBS", listening)
    client = _app(database, metrics_token=TOKEN).test_client()
    for wrong in ({}, {"Authorization": "Bearer something-else"}, {"Authorization": TOKEN}):
        assert client.get("/metrics", headers=wrong).status_code == 404
    client.get("/valfrihetssystem/4711?namn=Maja")
    client.open("/", method="MAJA")
    with acting_as(system_actor()), transaction():
        emit("one")
        emit("two")
        emit("three")
    db.session.remove()
    worker.relay_once(database.app, redis)
    waiting = client.get("/metrics", headers=ASKS).text
    assert value_of(waiting, "platstorget_queue_jobs") == 3
    assert value_of(waiting, "platstorget_outbox_messages") == 3
    assert value_of(waiting, "platstorget_relay_lag_seconds") == 0
    assert value_of(waiting, "platstorget_sessions") == 0
    worker.work(database.app, redis, is_burst=True)
    told = client.get("/metrics", headers=ASKS).text
    assert value_of(told, "platstorget_queue_jobs") == 0
    assert value_of(told, 'platstorget_jobs_total{job="tests.support.jobs.note",result="done"}') == 1
    assert value_of(told, 'platstorget_jobs_total{job="tests.support.jobs.fail",result="failed"}') >= 1
    assert value_of(told, 'platstorget_jobs_total{job="tests.support.jobs.die",result="killed"}') >= 1
    assert value_of(told, 'platstorget_up{server="redis"}') == 1
    assert 'route="/valfrihetssystem/<int:system_id>",status="404"' in told
    assert "maja" not in told.lower()
    assert value_of(told, 'platstorget_database_connections{state="open"}') >= 1


def test_a_server_that_is_down_is_told_of_as_down(database: Database) -> None:
    app = _app(database, metrics_token=TOKEN, redis_url="unix:///nonexistent/redis.sock")
    told = app.test_client().get("/metrics", headers=ASKS).text
    assert value_of(told, 'platstorget_up{server="redis"}') == 0
    assert value_of(told, 'platstorget_up{server="database"}') == 1


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    monkeypatch.setattr(traces, "exporter_to", lambda _: exporter)
    yield exporter
    exporter.shutdown()


def _spans(app: Flask, exporter: InMemorySpanExporter) -> list[ReadableSpan]:
    app.extensions["platstorget.traces"].force_flush()
    return list(exporter.get_finished_spans())


def test_traces_follow_a_request_into_the_database_and_tell_of_nobody(
    database: Database, exported: InMemorySpanExporter
) -> None:
    market = build_market()
    participant_id, other_id = register(market), register(market, 2)
    app = _app(database, otlp_url="http://127.0.0.1:9/v1/traces")
    client = app.test_client()
    client.post("/logga-in", data={"email": f"{NAME}@example.se", "password": NUMBER})
    client.post("/demo/logga-in", data={"membership_id": market.officer.membership_id})
    client.post("/deltagare/hitta", data={"text": NUMBER})
    client.post("/deltagare/hitta", data={"text": NAME})
    outer = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
    client.get(f"/deltagare/?sok={NAME}&nummer={NUMBER}", headers=outer)
    with app.app_context(), traces.traced_job("some.job", outbox_id="7"), acting_as(market.officer):
        many = [{"id": one, "needs_sv": NAME} for one in (participant_id, other_id)]
        db.session.execute(update(Participant), many)
    spans = _spans(app, exported)
    by_name = {span.name: span for span in spans}
    page = by_name["GET /deltagare/"]
    assert page.context
    assert page.context.trace_id == int("a" * 32, 16), "it goes on with the proxy's trace"
    assert dict(page.attributes or {})["http.response.status_code"] == 200
    asked = [span for span in spans if span.parent and span.parent.span_id == page.context.span_id]
    assert any("FROM participant" in str((span.attributes or {})["db.query.text"]) for span in asked)
    assert dict(by_name["some.job"].attributes or {}) == {"outbox_id": "7"}
    everything = "".join(span.to_json() for span in spans)
    for telltale in (NAME, NUMBER, "19701063-2391", "Tell-Tale", "sok=", "Hanna Handläggare"):
        assert telltale not in everything


def test_jobs_log_which_message_they_do(
    database: Database, redis: Redis, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:

    configure_logging()
    monkeypatch.setattr(worker, "JOBS", {"one": ["tests.support.jobs.fail"]})
    with acting_as(system_actor()), transaction():
        emit("one")
    db.session.remove()
    worker.relay_once(database.app, redis)
    worker.work(database.app, redis, is_burst=True)
    lines = [line for line in capfd.readouterr().err.splitlines() if '"outbox_id"' in line]
    assert any('"event": "job failed"' in line and '"outbox_id": "1"' in line for line in lines)
    assert any('"event": "job"' in line and '"result": "failed"' in line for line in lines)
