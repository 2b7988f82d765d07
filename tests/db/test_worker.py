"""Messages lost, repeated and reordered between the outbox and the jobs; the schedule and its clock."""

import logging
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq import cron_job_registry as records
from rq.job import Job
from rq.utils import import_attribute
from sqlalchemy import select

import worker
from app import JOBS
from marketplace import clock, outbox
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import OrganisationKind
from marketplace.db import db, transaction
from marketplace.job_counts import QUEUE
from marketplace.logs import configure_logging
from marketplace.outbox import RESEND_AFTER, Outbox, emit
from marketplace.tenancy import acting_as, system_actor
from schedule import SCHEDULE, Scheduled
from tests.support import jobs
from tests.support.application import Database

_NOTE, _NOTE_TOO = "tests.support.jobs.note", "tests.support.jobs.note_too"
_TOPICS = {
    "one": [_NOTE],
    "two": [_NOTE, "tests.support.jobs.fail"],
    "none": [],
    "fails": ["tests.support.jobs.fail"],
    "dies": ["tests.support.jobs.die"],
    "loses": ["tests.support.jobs.lose_twice"],
}


@pytest.fixture(autouse=True)
def topics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "JOBS", _TOPICS)


def _emit(topic: str, **ids: int) -> int:
    with acting_as(system_actor()), transaction():
        emit(topic, **ids)
        return db.session.scalars(select(Outbox.id).order_by(Outbox.id.desc()).limit(1)).one()


def _unprocessed() -> list[str]:
    with acting_as(system_actor()):
        rows = db.session.scalars(
            select(Outbox.topic)
            .where(Outbox.processed_at.is_(None), Outbox.topic != "noted")
            .order_by(Outbox.id)
        )
        return list(rows)


def _work(database: Database, redis: Redis) -> None:
    """A worker in this process, whose jobs are forked as always."""
    db.session.remove()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        worker.work(database.app, redis, is_burst=True)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _relay(database: Database, redis: Redis) -> int:
    db.session.remove()
    return worker.relay_once(database.app, redis)


def _later(database: Database, redis: Redis) -> int:
    """The relay, when messages that it has sent have waited so long that it sends them again."""
    with clock.travelling(clock.now() + RESEND_AFTER + timedelta(seconds=1)):
        return _relay(database, redis)


def test_a_message_reaches_its_job_once(database: Database, redis: Redis) -> None:
    _emit("one", number=7)
    assert _relay(database, redis) == 1
    assert _relay(database, redis) == 0
    _work(database, redis)
    assert jobs.noted() == [{"of": "one", "authority": 0, "number": 7}]
    assert _unprocessed() == []


def test_a_job_that_gave_way_to_another_is_done_again_at_once(
    database: Database, redis: Redis, tmp_path: Path
) -> None:
    with acting_as(system_actor()), transaction():
        emit("loses", file=str(tmp_path / "tries"))
    _relay(database, redis)
    _work(database, redis)
    assert jobs.noted() == [{"of": "loses"}]
    assert _unprocessed() == []


def test_a_message_that_was_not_committed_is_not_sent(database: Database, redis: Redis) -> None:
    with pytest.raises(ZeroDivisionError), acting_as(system_actor()), transaction():
        emit("one")
        _ = 1 / 0
    assert _relay(database, redis) == 0


def test_a_job_that_is_sent_again_does_nothing(database: Database, redis: Redis) -> None:
    outbox_id = _emit("one")
    jobs.note(outbox_id)
    jobs.note(outbox_id)
    assert len(jobs.noted()) == 1
    _relay(database, redis)  # processed before it was relayed
    assert Queue(QUEUE, connection=redis).count == 0


def test_a_job_for_a_message_that_is_gone_does_nothing(database: Database) -> None:
    jobs.note(4711)
    assert jobs.noted() == []


def test_an_empty_redis_is_refilled_from_the_table(database: Database, redis: Redis) -> None:
    _emit("one")
    _relay(database, redis)
    redis.flushdb()
    assert _relay(database, redis) == 0
    assert _later(database, redis) == 1
    _work(database, redis)
    assert len(jobs.noted()) == 1


def test_a_message_that_waits_in_the_queue_is_not_doubled(database: Database, redis: Redis) -> None:
    _emit("one")
    _relay(database, redis)
    _later(database, redis)
    assert Queue(QUEUE, connection=redis).count == 1
    _work(database, redis)
    assert len(jobs.noted()) == 1


def test_redis_down_keeps_the_message(database: Database) -> None:
    _emit("one")
    db.session.remove()
    nowhere = Redis(unix_socket_path="/nonexistent/redis.sock", retry=Retry(NoBackoff(), 0))
    with pytest.raises(RedisError):
        worker.relay_once(database.app, nowhere)
    with acting_as(system_actor()):
        assert db.session.scalars(select(Outbox.enqueued_at)).one() is None


def test_a_job_that_fails_keeps_nothing_and_is_tried_again_later(database: Database, redis: Redis) -> None:
    outbox_id = _emit("fails")
    _relay(database, redis)
    _work(database, redis)
    assert jobs.noted() == []
    assert _unprocessed() == ["fails"]
    assert Job.fetch(f"outbox-{outbox_id}", connection=redis).is_failed
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(_TOPICS, "fails", [_NOTE])  # mended
        assert _later(database, redis) == 1
        _work(database, redis)
    assert [note["of"] for note in jobs.noted()] == ["fails"]
    assert _unprocessed() == []


def test_a_failure_is_logged_and_kept_without_the_text_of_its_exception(
    database: Database, redis: Redis, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logging()  # onto the standard error that is captured now
    outbox_id = _emit("fails")
    _relay(database, redis)
    _work(database, redis)
    shown = capfd.readouterr().err
    assert "job failed" in shown
    assert "builtins.RuntimeError" in shown
    result = Job.fetch(f"outbox-{outbox_id}", connection=redis).latest_result()
    assert result is not None
    assert "tests/support/jobs.py" in (result.exc_string or "")
    assert "19701063" not in shown + (result.exc_string or "")


def test_a_job_killed_in_the_middle_leaves_nothing_half_done(database: Database, redis: Redis) -> None:
    _emit("dies")
    _relay(database, redis)
    _work(database, redis)
    assert jobs.noted() == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(_TOPICS, "dies", [_NOTE])
        _later(database, redis)
        _work(database, redis)
    assert [note["of"] for note in jobs.noted()] == ["dies"]


def test_two_listeners_each_get_the_message_and_one_failing_does_not_stop_the_other(
    database: Database, redis: Redis
) -> None:
    _emit("two", number=3)
    assert _relay(database, redis) == 1
    assert _relay(database, redis) == 2
    _work(database, redis)
    assert jobs.noted() == [{"of": "two", "authority": 0, "number": 3}]
    assert _unprocessed() == ["two>tests.support.jobs.fail"]


def test_a_topic_that_nobody_listens_to_is_done(database: Database, redis: Redis) -> None:
    _emit("none")
    _relay(database, redis)
    assert _unprocessed() == []


def test_an_unknown_topic_is_kept_and_told_of(
    database: Database, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    _emit("misspelt")
    with caplog.at_level(logging.ERROR):
        _relay(database, redis)
    assert "no job listens" in caplog.text
    assert _unprocessed() == ["misspelt"]


def test_the_job_acts_for_the_tenant_of_the_message(database: Database, redis: Redis) -> None:
    with acting_as(system_actor()), transaction():
        authority = _organisation("Förbundet", OrganisationKind.AUTHORITY)
        emit("one", authority_id=authority)
    _relay(database, redis)
    _work(database, redis)
    assert jobs.noted() == [{"of": "one", "authority": authority}]


def _organisation(name: str, kind: OrganisationKind) -> int:
    made = Organisation(name=name, kind=kind, kommun_codes=[], created_at=clock.now())
    db.session.add(made)
    db.session.flush()
    return made.id


_NIGHTLY = Scheduled("one", "0 2 * * *", "a test's own", kind=OrganisationKind.AUTHORITY)
_MONTHLY = Scheduled("none", "0 3 1 * *", "a test's own", kind=OrganisationKind.ENTERPRISE)
_BY_ITSELF = Scheduled("own", "0 4 * * *", "a test's own", function="tests.support.jobs.dispatch")


def test_what_was_never_sent_is_due_at_start_and_once_only(database: Database, redis: Redis) -> None:
    keeper = worker.Clock(redis, [_NIGHTLY, _MONTHLY])
    assert keeper.tick() == 2
    assert keeper.tick() == 0
    keeper.give_up()
    assert worker.Clock(redis, [_NIGHTLY, _MONTHLY]).tick() == 0


def test_a_missed_time_is_made_up_for_once(database: Database, redis: Redis) -> None:
    week_ago = (datetime.now(UTC) - timedelta(days=7)).timestamp()
    records.add("one", redis, enqueue_timestamp=week_ago)
    keeper = worker.Clock(redis, [_NIGHTLY])
    assert keeper.tick() == 1
    assert keeper.tick() == 0


def test_what_is_no_longer_scheduled_is_forgotten(database: Database, redis: Redis) -> None:
    records.add("of old", redis)
    records.add("one", redis)
    worker.reconciled_clock(redis, [_NIGHTLY])
    assert records.get_names(redis) == ["one"]


def test_one_process_keeps_the_clock_and_another_takes_over(database: Database, redis: Redis) -> None:
    first, second = worker.Clock(redis, [_NIGHTLY]), worker.Clock(redis, [_NIGHTLY])
    assert first.tick() == 1
    redis.zrem(records.get_registry_key(), "one")  # as if never sent: whoever keeps the clock would send
    assert second.tick() == 0
    first.give_up()
    assert second.tick() == 1
    assert first.tick() == 0


def test_a_process_that_lost_the_clock_notices(database: Database, redis: Redis) -> None:
    first, second = worker.Clock(redis, [_NIGHTLY]), worker.Clock(redis, [_NIGHTLY])
    first.tick()
    redis.delete("platstorget:clock")  # it was away for longer than its lock lasts
    second.tick()
    assert first.tick() == 0


def test_the_clock_sends_to_each_organisation_of_the_kind(
    database: Database, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SCHEDULE", [_NIGHTLY])
    with acting_as(system_actor()), transaction():
        ids = [_organisation(name, OrganisationKind.AUTHORITY) for name in ("Norra", "Södra")]
        _organisation("Verkstan", OrganisationKind.ENTERPRISE)
    worker.Clock(redis).tick()
    _work(database, redis)  # the clock's job
    _relay(database, redis)
    _work(database, redis)  # the messages' jobs
    assert [(note["of"], note["authority"]) for note in jobs.noted()] == [("one", one) for one in ids]
    assert {note["day"] for note in jobs.noted()} == {clock.today().isoformat()}


def test_the_clock_starts_a_function_that_finds_its_own_work(
    database: Database, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SCHEDULE", [_BY_ITSELF])
    worker.Clock(redis).tick()
    _work(database, redis)
    assert jobs.noted() == [{"of": "dispatch"}]


def test_every_entry_of_the_schedule_leads_to_a_job() -> None:
    assert len({entry.name for entry in SCHEDULE}) == len(SCHEDULE)
    for entry in SCHEDULE:
        assert callable(import_attribute(entry.function)) if entry.kind is None else JOBS[entry.name]


def test_every_job_can_be_imported() -> None:
    paths = [path for several in JOBS.values() for path in several]
    assert paths
    assert all(callable(import_attribute(path)) for path in paths)


def test_a_message_claimed_by_one_relay_is_left_by_another(database: Database, redis: Redis) -> None:
    _emit("one")
    _emit("one")
    with acting_as(system_actor()), transaction():
        mine = outbox.claim_unsent(limit=1)
        with database.app.app_context(), acting_as(system_actor()), transaction():
            theirs = outbox.claim_unsent()
        assert [one.id for one in mine] != [one.id for one in theirs]
        assert (len(mine), len(theirs)) == (1, 1)


def test_swedish_time_needs_no_zone_files() -> None:
    import time

    before = os.environ.get("TZ")
    os.environ["TZ"] = worker.SWEDISH_TIME
    time.tzset()
    try:
        for day in ("2026-01-15", "2026-03-29", "2026-07-15", "2026-10-25"):
            noon = datetime.fromisoformat(f"{day}T12:00:00+00:00")
            assert noon.astimezone().utcoffset() == noon.astimezone(clock.STOCKHOLM).utcoffset()
    finally:
        os.environ.pop("TZ")
        if before is not None:
            os.environ["TZ"] = before
        time.tzset()
