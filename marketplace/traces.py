"""Traces for OpenTelemetry, where OTLP_URL is set: a span for each request and job, and in it one for each statement.

Without personal data: of a request its route and not its address, of a statement its text with places for the values
and not the values, of an error its type. See docs/adr/0046.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from flask import Flask, Response, current_app, g, has_app_context, request
from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from marketplace.pipeline import Connection, Cursor

_EXTENSION = "platstorget.traces"


def add_traces(app: Flask, otlp_url: str) -> None:
    """Call before whatever else hangs on requests, so that the span is around it."""
    provider = TracerProvider(resource=Resource({"service.name": "platstorget"}))
    provider.add_span_processor(BatchSpanProcessor(exporter_to(otlp_url)))
    app.extensions[_EXTENSION] = provider
    tracer = provider.get_tracer("platstorget")
    propagator = TraceContextTextMapPropagator()

    @app.before_request
    def begin() -> None:
        route = request.url_rule.rule if request.url_rule else "unknown"
        g.span = tracer.start_span(
            f"{request.method} {route}",
            context=propagator.extract(request.headers),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": request.method, "http.route": route},
        )
        g.span_token = context.attach(trace.set_span_in_context(g.span))

    @app.after_request
    def answered(response: Response) -> Response:
        if "span" in g:
            g.span.set_attribute("http.response.status_code", response.status_code)
            g.span.set_attribute("request_id", g.get("request_id", ""))
            if response.status_code >= 500:
                g.span.set_status(Status(StatusCode.ERROR))
        return response

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        if "span" in g:
            context.detach(g.pop("span_token"))
            g.pop("span").end()


def exporter_to(otlp_url: str) -> SpanExporter:
    return OTLPSpanExporter(endpoint=otlp_url, timeout=5)


@contextmanager
def traced_job(name: str, **attributes: str) -> Iterator[None]:
    """A span around a job, which is sent before the job's process ends; nothing where there are no traces."""
    provider: TracerProvider | None = current_app.extensions.get(_EXTENSION)
    if provider is None:
        yield
        return
    with provider.get_tracer("platstorget").start_as_current_span(
        name,
        kind=SpanKind.CONSUMER,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ):
        yield
    provider.force_flush(5000)


class TracedConnection(Connection):
    """The connection to PostgreSQL where there are traces: statements within a request or a job get a span each."""

    def cursor(  # type: ignore[override]  # as its base
        self, name: str | None = None, cursor_factory: Any = None
    ) -> Any:
        return super().cursor(name, cursor_factory or _TracedCursor)


class _TracedCursor(Cursor):
    def execute(self, statement: Any, parameters: Any = None) -> None:
        parent = trace.get_current_span()
        if not (parent.is_recording() and has_app_context()):
            super().execute(statement, parameters)
            return
        # What is sent many times at once comes with the values put in: of that its kind alone.
        text = statement.split(maxsplit=1)[0].decode() if isinstance(statement, bytes) else str(statement)
        provider: TracerProvider = current_app.extensions[_EXTENSION]
        with provider.get_tracer("platstorget").start_as_current_span(
            text.split(maxsplit=1)[0],
            kind=SpanKind.CLIENT,
            attributes={"db.system.name": "postgresql", "db.query.text": text},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                super().execute(statement, parameters)
            except psycopg2.Error as error:
                span.set_status(Status(StatusCode.ERROR))
                span.set_attribute("db.response.status_code", error.pgcode or "")
                raise
