"""What a document takes on its own: to approve and send as a supplier does, and to set as PDF."""

import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median, quantiles

from bench.data import MONTH, Ground
from bench.report import Finding
from invoicing.invoices.document_queries import invoice_document
from invoicing.invoices.documents import pdf_of, xml_of
from invoicing.invoices.models import Invoice
from invoicing.invoices.services import approve_invoice, send_invoice
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db, transaction
from marketplace.tenancy import Actor, acting_as

SENDING_MS, PDF_MS = 50.0, 50.0
_DOCUMENTS = 40
_TO_WARM_UP = 5


def document_findings(ground: Ground) -> list[Finding]:
    """Of drafts that a run has made."""
    with ground.cursor(MONTH, tidy=False) as cursor:
        cursor.execute(
            "SELECT id, enterprise_id FROM invoice WHERE state = 'draft' ORDER BY id LIMIT %s",
            [_DOCUMENTS + _TO_WARM_UP],
        )
        drafts = cursor.fetchall()
    sending: list[float] = []
    short: list[float] = []
    long: list[float] = []
    with ground.app(MONTH).app_context():
        for invoice_id, enterprise_id in drafts:
            with acting_as(
                Actor(user_name="Chefen", role=Role.SUPPLIER_MANAGER, enterprise_id=enterprise_id)
            ):
                sending.append(_milliseconds(_send, invoice_id))
                invoice = db.session.get_one(Invoice, invoice_id)
                document = invoice_document(invoice, 1, today())
                long.append(_milliseconds(pdf_of, invoice.xml))
                of_one_line = xml_of(replace(document, lines=document.lines[:1]))
                short.append(_milliseconds(pdf_of, of_one_line))
            db.session.remove()
        db.engine.dispose()
    lines = len(document.lines)
    return [
        _finding("approving and sending", sending, SENDING_MS),
        _finding("PDF of 1 line", short, PDF_MS),
        _finding(f"PDF of {lines} lines", long, PDF_MS),
    ]


def _send(invoice_id: int) -> None:
    """Two clicks: the draft is computed again, numbered, rendered, checked by schema and rules, hashed and stored."""
    with transaction():
        approve_invoice(invoice_id)
    with transaction():
        send_invoice(invoice_id)


def _milliseconds(do: Callable[..., object], *given: object) -> float:
    started = time.monotonic()
    do(*given)
    return (time.monotonic() - started) * 1000


def _finding(name: str, times: list[float], bound: float) -> Finding:
    """Held to what all but one of twenty take: the machine has something of its own to do now and then."""
    warm = times[_TO_WARM_UP:] or times
    most = quantiles(warm, n=20, method="inclusive")[-1]
    shown = f"{median(warm):.1f} ms in the middle, the slowest {max(warm):.1f}, of {len(warm)}"
    return Finding(f"{name}, ms", shown, most, bound)
