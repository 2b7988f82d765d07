"""Logs as JSON, one object a line, without personal data.

Of a request: its id, route, status, duration and the actor's user id; never the address as typed, its query, or what
was sent. Of an exception: its type and where it happened, not its text, which may hold what someone typed or what
the database refused.
"""

import logging
import sys
import time
import traceback
from types import TracebackType
from typing import Any
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request
from structlog.types import EventDict, Processor

from marketplace.tenancy import current_actor

_log = structlog.stdlib.get_logger("platstorget.request")
_DEEPEST_CAUSE = 5
_QUIET = frozenset({"health.alive", "health.ready", "metrics.show"})


def configure_logging(level: str = "INFO") -> None:
    """Everything that logs in this process, ours and the libraries', as JSON on standard error."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        exception_without_text,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    handler.set_name("platstorget")
    root = logging.getLogger()
    for former in [one for one in root.handlers if one.get_name() == "platstorget"]:
        root.removeHandler(former)
    root.addHandler(handler)
    root.setLevel(level)
    for chatty in ("alembic", "werkzeug"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


def exception_without_text(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Replaces an exception by the types of it and its causes, and the places that it passed."""
    given = event.pop("exc_info", None)
    if not given:
        return event
    error: BaseException | None
    if isinstance(given, BaseException):
        error = given
    elif isinstance(given, tuple):
        error = given[1]
    else:
        error = sys.exc_info()[1]
    if error is not None:
        event["exception"] = described(error)
    return event


def described(error: BaseException | None) -> list[dict[str, object]]:
    """An exception and its causes, outermost first: types, places, and what the database names, but no texts."""
    chain: list[dict[str, object]] = []
    while error is not None and len(chain) < _DEEPEST_CAUSE:
        link: dict[str, object] = {"type": f"{type(error).__module__}.{type(error).__qualname__}"}
        diagnosis = getattr(getattr(error, "orig", None), "diag", None)
        if diagnosis is not None:
            link |= {"sqlstate": diagnosis.sqlstate, "constraint": diagnosis.constraint_name}
        link["at"] = _places(error.__traceback__)
        chain.append(link)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return chain


def _places(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]


def add_request_log(app: Flask) -> None:
    """Gives every request an id, which the answer carries too, and logs one line when it is done."""

    @app.before_request
    def begin() -> None:
        g.request_id = uuid4().hex
        g.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        if "request_id" not in g:
            return response
        response.headers["X-Request-ID"] = g.request_id
        if request.endpoint not in _QUIET and not (request.endpoint or "").endswith("static"):
            _log.info(
                "request",
                method=request.method,
                route=request.url_rule.rule if request.url_rule else None,
                status=response.status_code,
                duration_ms=round(1000 * (time.perf_counter() - g.started), 1),
                user_id=current_actor().user_id,
            )
        return response
