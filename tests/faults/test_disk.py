"""The disk that attachments are on is full: a page says so, nothing is half kept, and all else goes on."""

import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text
from werkzeug.test import TestResponse

from enterprises.applications.models import Attachment, AttachmentContent
from enterprises.applications.services import start_application
from marketplace.db import db, transaction
from marketplace.tenancy import Actor, acting_as
from tests.support.application import Database
from tests.support.clients import ClientFor
from tests.support.files import PDF
from tests.support.servers import Servers
from tests.support.supply import build_supply, open_system

_KIBIBYTE = 1024


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A filesystem of 256 kB that PostgreSQL's user owns."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mount.returncode:
        pytest.skip("a filesystem is mounted by root alone")
    for folder in (tmp_path, tmp_path.parent):
        folder.chmod(folder.stat().st_mode | 0o001)
    shutil.chown(disk, "nobody")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.fixture
def full(servers: Servers, database: Database, tiny_disk: Path) -> Iterator[Path]:
    """The contents of attachments are on it."""
    if servers.password or os.geteuid():
        pytest.skip("the tests' own PostgreSQL has its files where we say")
    name = db.engine.url.database
    on_it = create_engine(servers.cluster.address("postgres", name or ""), isolation_level="AUTOCOMMIT")
    with on_it.connect() as superuser:
        superuser.execute(text(f"CREATE TABLESPACE tiny LOCATION '{tiny_disk}'"))
        superuser.execute(text("ALTER TABLE attachment_content SET TABLESPACE tiny"))
    yield tiny_disk
    db.session.remove()
    with on_it.connect() as superuser:
        superuser.execute(text("ALTER TABLE attachment_content SET TABLESPACE pg_default"))
        superuser.execute(text("DROP TABLESPACE tiny"))
    on_it.dispose()


def test_full_on_attachment(database: Database, full: Path, client_for: ClientFor) -> None:
    supply = build_supply()
    system_id = open_system(supply.officer)
    with acting_as(supply.manager), transaction():
        application_id = start_application(system_id).id
    client = client_for(supply.manager)
    address = f"/ansokningar/{application_id}/svar"
    large = PDF + os.urandom(400 * _KIBIBYTE)

    def send() -> TestResponse:
        return client.post(
            address,
            data={
                "krav_1": "Handledaren är med från första dagen.",
                "filer_1": (io.BytesIO(large), "plan.pdf"),
            },
            headers={"Origin": "http://localhost"},
        )

    away = send()
    assert away.status_code == 503
    assert "Handledaren är med från första dagen." in away.text
    assert "välj dem igen" in away.text
    assert kept(supply.manager) == (0, 0)
    assert client.get(address).status_code == 200  # all else goes on
    subprocess.run(["mount", "-o", "remount,size=64m", str(full)], check=True)
    assert send().status_code == 302
    assert kept(supply.manager) == (1, 1)


def kept(actor: Actor) -> tuple[int | None, int | None]:
    with acting_as(actor), transaction():
        return (
            db.session.scalar(select(func.count(Attachment.id))),
            db.session.scalar(select(func.count(AttachmentContent.attachment_id))),
        )
