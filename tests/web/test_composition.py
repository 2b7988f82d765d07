"""What the composition root promises: guards, waiting, request log, and one answer to each command."""

import json
import re
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from flask import Blueprint, Flask

import app as composition
import config
from commands import cli
from marketplace.logs import configure_logging
from marketplace.web.guards import public
from tests.support.clients import Client


def _offline(monkeypatch: pytest.MonkeyPatch, blueprint: Blueprint) -> Flask:
    monkeypatch.setattr(composition, "BLUEPRINTS", (*composition.BLUEPRINTS, blueprint))
    return composition.create_app(config.offline())


def test_the_application_refuses_to_start_with_a_route_that_lacks_its_guard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    naked = Blueprint("naked", __name__)
    naked.add_url_rule("/utan-vakt", view_func=lambda: "hej", endpoint="show")
    with pytest.raises(RuntimeError, match="/utan-vakt"):
        _offline(monkeypatch, naked)


def test_every_route_is_listed_with_its_guard() -> None:
    answer = CliRunner().invoke(cli, ["routes"])
    assert answer.exit_code == 0
    lines = answer.output.splitlines()
    assert any("/logga-in" in line and "public: " in line for line in lines)
    assert all(any(kind in line for kind in ("public: ", "roles: ", "signed in")) for line in lines)
    assert len(lines) == len(composition.guarded_routes(composition.create_app(config.offline())))


def test_a_command_says_in_one_line_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SECRET_KEY", "PERSON_KEYS"):
        monkeypatch.delenv(name, raising=False)
    for command in ("migrate", "web", "worker", "seed"):
        answer = CliRunner().invoke(cli, [command])
        assert answer.exit_code == 1
        assert answer.output.startswith("Error: Settings: missing in the environment: DATABASE_")
        assert answer.output.count("\n") == 1


def test_a_request_is_logged_without_what_was_asked_or_sent(
    client_for: Callable[..., Client], capsys: pytest.CaptureFixture[str]
) -> None:
    client = client_for()
    capsys.readouterr()
    configure_logging()  # onto the standard error that is captured now
    answer = client.post(
        "/logga-in?sok=19701063-2391", data={"email": "eva@example.se", "password": "hemligt"}
    )
    shown = capsys.readouterr().err
    line = next(json.loads(row) for row in shown.splitlines() if '"event": "request"' in row)
    assert line["route"] == "/logga-in"
    assert (line["method"], line["status"], line["user_id"]) == ("POST", answer.status_code, None)
    assert line["duration_ms"] > 0
    assert line["request_id"] == answer.headers["X-Request-ID"]
    for secret in ("19701063", "eva", "example.se", "hemligt"):
        assert secret not in shown


def test_a_supervisor_that_asks_every_second_does_not_fill_the_log(
    client_for: Callable[..., Client], capsys: pytest.CaptureFixture[str]
) -> None:
    client = client_for()
    configure_logging()
    capsys.readouterr()
    client.get("/healthz")
    assert "request" not in capsys.readouterr().err


def test_forwarded_addresses_are_believed_from_our_own_proxies_only(monkeypatch: pytest.MonkeyPatch) -> None:
    from flask import request

    echo = Blueprint("echo", __name__)
    echo.add_url_rule(
        "/eko",
        view_func=public("a test's own")(lambda: f"{request.scheme} {request.remote_addr}"),
        endpoint="it",
    )
    headers = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}
    app = _offline(monkeypatch, echo)
    assert app.test_client().get("/eko", headers=headers).text == "http 127.0.0.1"
    monkeypatch.setattr(composition, "BLUEPRINTS", (echo,))
    trusting = composition.create_app(config.offline().model_copy(update={"trusted_proxies": 1}))
    assert trusting.test_client().get("/eko", headers=headers).text == "https 198.51.100.7"


def test_every_topic_that_the_code_emits_is_listened_to_or_said_not_to_be() -> None:
    named = re.compile(r"""(?:\bemit\(\s*|_TOPIC = )"([^"]+)\"""")
    rooms = ("marketplace", "enterprises", "placements", "invoicing", "indicators")
    topics = {
        topic
        for room in rooms
        for file in (composition.ROOT / room).rglob("*.py")
        for topic in named.findall(file.read_text())
    }
    assert topics
    assert topics <= set(composition.JOBS)
