"""An application served to a browser, on loopback."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from typing import Any

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from marketplace.clock import travelling

_ANSWER = "tests.answer"


class _Handler(WSGIRequestHandler):
    """Closes the answer, and the file behind it, also when the browser leaves in the middle: Werkzeug's does not."""

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:
        answer: Any = (environ or {}).get(_ANSWER)
        if hasattr(answer, "close"):
            answer.close()


@contextmanager
def served(app: Flask, on: date | None = None) -> Iterator[str]:
    """The address of the application, without a slash at its end. `on`: the day it is for all requests."""

    def answers(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with travelling(on) if on else nullcontext():
            answer: Iterable[bytes] = app(environ, start_response)
        environ[_ANSWER] = answer
        return answer

    server = make_server("127.0.0.1", 0, answers, threaded=True, request_handler=_Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
