"""Alive and ready: what a supervisor and a load balancer are told."""

from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, text

from app import create_app
from tests.support.application import Database
from tests.support.clients import Client

_NOWHERE = "postgresql+psycopg2://someone:hidden-word@/nothing?host=/nonexistent"
_ALL_WELL = {"status": "ok", "database": "ok", "redis": "ok", "migrations": "ok"}


def test_alive_whatever_the_servers_do(client_for: Callable[..., Client]) -> None:
    answer = client_for().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_ready_when_all_three_answer(database: Database, client_for: Callable[..., Client]) -> None:
    answer = client_for().get("/readyz")
    assert (answer.status_code, answer.json) == (200, _ALL_WELL)


@pytest.mark.parametrize(
    ("changed", "failed"),
    [
        ({"database_url": _NOWHERE}, {"database", "migrations"}),
        ({"redis_url": "unix:///nonexistent/hidden-word.sock"}, {"redis"}),
    ],
)
def test_not_ready_tells_which_server_and_no_secret(
    database: Database, changed: dict[str, str], failed: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(database.settings.model_copy(update=changed))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json == _ALL_WELL | {"status": "failed"} | dict.fromkeys(failed, "failed")
    assert "hidden-word" not in answer.text + capsys.readouterr().err


@pytest.mark.parametrize(("revision", "is_ready"), [("0001", False), ("a later version's", True)])
def test_not_ready_until_migrated_and_ready_when_a_later_version_has(
    database: Database, client_for: Callable[..., Client], revision: str, is_ready: bool
) -> None:
    owner = create_engine(database.owner_url)
    with owner.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :one"), {"one": revision})
    owner.dispose()
    answer = client_for().get("/readyz")
    not_yet = {} if is_ready else {"status": "failed", "migrations": "failed"}
    assert (answer.status_code, answer.json) == (200 if is_ready else 503, _ALL_WELL | not_yet)
