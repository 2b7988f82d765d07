"""An access point on loopback: answers as it is told, and knows by its key a document that it has."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from invoicing.delivery.models import Delivery
from invoicing.delivery.rules import DeliveryState
from invoicing.invoices.models import Invoice
from marketplace.db import db


class MockAccessPoint:
    """`answers` are used up one a request; then it accepts. What was stored stays, whatever was answered."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.documents: dict[str, bytes] = {}
        self.asked: list[str | None] = []
        """The Authorization of each request."""
        self.url = ""
        self.is_over = threading.Event()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        key = handler.headers["Idempotency-Key"]
        document = handler.rfile.read(int(handler.headers["Content-Length"]))
        self.asked.append(handler.headers["Authorization"])
        answer = self.answers.pop(0) if self.answers else "accept"
        if answer in {"accept", "hang up", "hang", "nonsense"}:
            self.documents.setdefault(key, document)
        if answer == "hang":
            self.is_over.wait(10)
        if answer in {"hang", "hang up"}:
            return
        status = 200 if answer in {"accept", "nonsense"} else int(answer)
        body = json.dumps({"receipt": f"R-{key[:8]}"}) if answer == "accept" else "mottagaren finns\ninte"
        handler.send_response(status)
        handler.end_headers()
        handler.wfile.write(body.encode())


@contextmanager
def mock_access_point() -> Iterator[MockAccessPoint]:
    mock = MockAccessPoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            mock.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    mock.url = f"http://127.0.0.1:{server.server_port}/documents"
    try:
        yield mock
    finally:
        mock.is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()


def refuse(invoice_id: int) -> None:
    """The invoice was handed over and refused. Call as the system of its parties."""
    invoice = db.session.get_one(Invoice, invoice_id)
    db.session.add(
        Delivery(
            invoice_id=invoice_id,
            authority_id=invoice.authority_id,
            enterprise_id=invoice.enterprise_id,
            state=DeliveryState.FAILED,
            attempts=1,
            problem_sv="Accesspunkten avvisade fakturan (422): mottagaren finns inte",
        )
    )
