"""Renders an invoice or credit note: as XML, which is the invoice by law, and as a page for people to read.

Both come from templates with autoescaping on, never from joined strings. The paper is set from the XML itself, so that
it may be made later. The same document always gives the same bytes: nothing here reads a clock or a database.
"""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import typst
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lxml import etree

from invoicing.invoices.document_rules import InvoiceDocument
from invoicing.invoices.payment_numbers import bankgiro_text, orgnr_text
from invoicing.invoices.xml_checks import parsed
from invoicing.remuneration.facts import UNIT_SV, Unit
from marketplace.documents import fonts, in_any_script
from marketplace.swedish import NBSP, plain_number
from marketplace.web.filters import kronor, whole_days

_ROOT = Path(__file__).resolve().parents[2]
_TEMPLATES = _ROOT / "templates"

STYLESHEET = _ROOT / "marketplace" / "web" / "static" / "invoice.css"
"""What the page's link leads to; it lies beside the page wherever that is shown."""


def xml_of(document: InvoiceDocument) -> str:
    """The invoice as UBL, Peppol BIS Billing 3.0."""
    return _environment().get_template("invoicing/invoices/ubl_invoice.xml").render(invoice=document)


def html_of(document: InvoiceDocument) -> str:
    """The reading copy. Its stylesheet is invoice.css beside it."""
    return _environment().get_template("invoicing/invoices/document.html").render(invoice=document)


def pdf_of(xml: str) -> bytes:
    """The reading copy on paper (PDF/UA-1: tagged, in Swedish) of an invoice that has been sent."""
    return in_any_script(_set, xml)


def _set(xml: str) -> bytes:
    invoice = json.dumps(_elements(parsed(xml)), ensure_ascii=False)
    made = typst.compile(
        _paper(), font_paths=fonts(), sys_inputs={"invoice": invoice}, pdf_standards=["ua-1"]
    )
    assert isinstance(made, bytes)
    return made


def _elements(element: etree._Element) -> dict[str, Any]:
    """For Typst, which reads XML more slowly."""
    found: dict[str, Any] = {
        "tag": etree.QName(element).localname,
        "text": element.text or "",
        **element.attrib,
    }
    for child in element:
        found.setdefault(etree.QName(child).localname, []).append(_elements(child))
    return found


def amount(ore: int) -> str:
    """Öre as the decimal kronor of the XML: -5 → "-0.05"."""
    kronor_part, ore_part = divmod(abs(ore), 100)
    return f"{'-' if ore < 0 else ''}{kronor_part}.{ore_part:02d}"


def quantity(value: Decimal) -> str:
    """Without zeros at the end and without an exponent: 12.0000 → "12"."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def quantity_sv(value: Decimal, unit_code: str) -> str:
    """A quantity with its unit as people read it: "9,75 timmar", "1 dag"."""
    unit = Unit(unit_code)
    word = (
        {Unit.DAY: "dag", Unit.HOUR: "timme"}.get(unit, UNIT_SV[unit]) if abs(value) == 1 else UNIT_SV[unit]
    )
    return f"{plain_number(value, 4, is_trimmed=True)}{NBSP}{word}"


@cache
def _paper() -> bytes:
    return (_TEMPLATES / "pdf" / "invoice.typ").read_bytes()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, auto_reload=False
    )
    filters = (amount, quantity, quantity_sv, kronor, bankgiro_text, orgnr_text, whole_days)
    environment.filters.update({filter_.__name__: filter_ for filter_ in filters})
    return environment
