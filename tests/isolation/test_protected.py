"""Protected identities outside pages and files, which test_routes.py goes through: everyone in the world is hidden, and
what is kept, sent, queued and logged of what they have been through tells of none."""

from pathlib import Path
from pkgutil import resolve_name

import pytest
from flask import Flask
from sqlalchemy import Connection, inspect, select, text

from app import JOBS
from marketplace.db import db
from marketplace.letters.jobs import dispatch_digests
from marketplace.outbox import Outbox
from marketplace.tenancy import acting_as, system_actor
from tests.isolation.conftest import Rollback
from tests.support.hidden import told
from tests.world import World

KEEPS_NAMES = {"participant"}


def test_no_other_table_keeps_a_name_or_a_number(owner: Connection, world: World) -> None:
    """The outbox, letters and events among them."""
    kept = set()
    for table in inspect(owner).get_table_names():
        rows = owner.scalars(text(f'SELECT "{table}"::text FROM "{table}"'))
        if any(told(row) for row in rows):
            kept.add(table)
    assert kept == KEEPS_NAMES


def deliver_everything() -> None:
    """Every job that waits, whosever it is."""
    with acting_as(system_actor()):
        waiting = db.session.execute(
            select(Outbox.id, Outbox.topic).where(Outbox.processed_at.is_(None)).order_by(Outbox.id)
        ).all()
    for outbox_id, topic in waiting:
        for job in JOBS.get(topic, ()):
            resolve_name(job)(outbox_id)


def test_jobs_mails_and_logs_tell_nobody(
    app: Flask,
    world: World,
    undone: Rollback,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setitem(app.config, "MAIL_URL", f"file://{tmp_path}")
    with undone():
        dispatch_digests()
        for _ in ("letters are written", "and sent"):
            deliver_everything()
    mails = [mail.read_text() for mail in tmp_path.rglob("*") if mail.is_file()]
    assert mails
    assert not [mail for mail in mails if told(mail)]
    assert not told(caplog.text)
