"""The mail server is down for a day: what was written waits, other jobs go on, and each letter comes once."""

import email
import signal
import socket
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from redis import Redis
from sqlalchemy import func, select

import worker
from app import JOBS
from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.letters import transport
from marketplace.letters.models import LetterDelivery
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import DELIVER_TOPIC, write_letter
from marketplace.outbox import Outbox, emit
from marketplace.tenancy import acting_as, system_actor
from tests.factories import make_actor, make_enterprise
from tests.support import jobs
from tests.support.application import Database

MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
HOURS = (0, 6, 12, 18)
"""Of the day when the relay looks; it looks every second, and sends again what is older than ten minutes."""


class Inbox:
    def __init__(self) -> None:
        self.keys: list[str] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        self.keys.append(str(email.message_from_bytes(content)["Message-ID"]))
        return "250 OK"


def relay_and_work(database: Database, redis: Redis) -> None:
    """Until nothing more is handed over."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        while worker.relay_once(database.app, redis):
            worker.work(database.app, redis, is_burst=True)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def undelivered() -> int:
    with acting_as(system_actor()), transaction():
        waiting = Outbox.topic == DELIVER_TOPIC, Outbox.processed_at.is_(None)
        return db.session.scalar(select(func.count(Outbox.id)).where(*waiting)) or 0


def test_down_for_a_day(database: Database, redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    monkeypatch.setitem(database.app.config, "MAIL_URL", f"smtp://127.0.0.1:{port}")
    monkeypatch.setattr(worker, "JOBS", {**JOBS, "other": ["tests.support.jobs.note"]})
    with travelling(MORNING), acting_as(system_actor()), transaction():
        enterprise = make_enterprise("Åsö Väv")
        for number in (1, 2):
            make_actor(f"Chef {number}", enterprise, Role.SUPPLIER_MANAGER)
        write_letter(
            enterprise.id,
            Role.SUPPLIER_MANAGER,
            kind=LetterKind.SYSTEM,
            subject_sv="Något har hänt",
            text_sv="Läs mer på sidan.",
            endpoint="start.show",
        )

    for hour in HOURS:
        with travelling(MORNING + timedelta(hours=hour)):
            with acting_as(system_actor()), transaction():
                emit("other", number=hour)
            relay_and_work(database, redis)
            assert undelivered() == 2
    assert [note["number"] for note in jobs.noted()] == list(HOURS)

    with socket.create_server(("127.0.0.1", port)) as silent, travelling(MORNING + timedelta(hours=20)):
        monkeypatch.setattr(transport, "TIMEOUT_SECONDS", 0.3)
        relay_and_work(database, redis)
        silent.accept()[0].close()
        silent.settimeout(0)
        with pytest.raises(BlockingIOError):
            silent.accept()  # the other letter, and what is tried again, does not wait for it too
    redis.delete(transport.SILENT)

    inbox = Inbox()
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        for hour in (24, 25):
            with travelling(MORNING + timedelta(hours=hour)):
                relay_and_work(database, redis)
    finally:
        server.stop()
    assert undelivered() == 0
    assert len(inbox.keys) == len(set(inbox.keys)) == 2
    with acting_as(system_actor()), transaction():
        assert db.session.scalar(select(func.count(LetterDelivery.id))) == 2
