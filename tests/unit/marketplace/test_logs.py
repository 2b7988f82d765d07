"""Logs: what is in a line, and what never is."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy.exc import IntegrityError

from marketplace.logs import configure_logging

PERSONAL = "19701063-2391"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_ours_and_the_libraries_lines_have_one_form(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    structlog.stdlib.get_logger("ours").info("done", count=3)
    logging.getLogger("theirs").warning("took %s", 4)
    ours, theirs = _lines(capsys)
    assert (ours["event"], ours["count"], ours["logger"], ours["level"]) == ("done", 3, "ours", "info")
    assert (theirs["event"], theirs["logger"], theirs["level"]) == ("took 4", "theirs", "warning")


def test_configuring_twice_logs_once(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    configure_logging("WARNING")
    logging.getLogger("any").info("not shown")
    logging.getLogger("any").error("shown")
    assert [line["event"] for line in _lines(capsys)] == ["shown"]


def test_an_exception_gives_its_type_and_place_but_not_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    try:
        try:
            raise ValueError(PERSONAL)
        except ValueError as cause:
            raise IntegrityError(f"INSERT … {PERSONAL}", {"number": PERSONAL}, cause) from cause
    except IntegrityError:
        logging.getLogger("theirs").exception("unhandled error")
        structlog.stdlib.get_logger("ours").warning("unhandled error", exc_info=True)
    shown = capsys.readouterr().err
    assert PERSONAL not in shown
    for line in map(json.loads, shown.splitlines()):
        assert [link["type"] for link in line["exception"]] == [
            "sqlalchemy.exc.IntegrityError",
            "builtins.ValueError",
        ]
        assert __file__ in line["exception"][0]["at"][0]
