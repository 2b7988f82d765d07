"""The web as it is run: several processes count together, and one that is asked to stop ends what it has begun."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

import config
from tests.support.application import Database
from tests.web.test_metrics import ASKS, TOKEN, value_of

ROOT = Path(__file__).parents[2]
_PATIENCE = 60.0
Web = tuple[subprocess.Popen[bytes], str]


@pytest.fixture
def web(database: Database) -> Iterator[Web]:
    """Two processes of gunicorn on a port of their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = config.demo_environment(database.url, database.owner_url, database.settings.redis_url)
    command = [
        sys.executable,
        str(ROOT / "commands.py"),
        "web",
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        "2",
    ]
    environment = {**os.environ, **settings, "METRICS_TOKEN": TOKEN}
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _until(lambda: _get(f"{address}/healthz") == '{"status":"ok"}\n')
        yield process, address
    finally:
        process.kill()
        process.wait()


def _get(url: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, headers=ASKS), timeout=_PATIENCE) as answer:
        return str(answer.read().decode())


def _until(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + _PATIENCE
    while True:
        try:
            if holds():
                return
        except OSError:
            pass
        assert time.monotonic() < give_up
        time.sleep(0.05)


def test_processes_count_together_and_stop_when_they_are_done(web: Web, database: Database) -> None:
    process, address = web
    with ThreadPoolExecutor(8) as visitors:
        list(visitors.map(_get, [f"{address}/tillganglighet"] * 40))
    series = 'platstorget_request_seconds_count{method="GET",route="/tillganglighet",status="200"}'
    assert value_of(_get(f"{address}/metrics"), series) == 40, "whichever process answers"

    owner = create_engine(database.owner_url, poolclass=NullPool)
    with owner.connect() as held, ThreadPoolExecutor(1) as visitor:
        held.execute(text("LOCK TABLE system_of_choice"))
        slow = visitor.submit(_get, f"{address}/valfrihetssystem")
        waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        with owner.connect() as looking:
            _until(lambda: bool(looking.scalar(waits)))
        process.send_signal(signal.SIGTERM)
        _until(lambda: not _answers(address))
        assert process.poll() is None, "a request is under way"
        held.rollback()
        assert "Valfrihetssystem" in slow.result()
    assert process.wait(_PATIENCE) == 0


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/healthz", timeout=0.3).close()
    except OSError:
        return False
    return True
