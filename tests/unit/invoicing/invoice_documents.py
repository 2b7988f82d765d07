"""Builders of invoice documents for tests."""

import datetime as dt
from decimal import Decimal
from typing import Any

from enterprises.contracts.rules import VatCategory
from invoicing.invoices.document_rules import BillingReference, DocumentLine, InvoiceDocument, Party, Seller
from invoicing.invoices.payment_numbers import ocr_number
from invoicing.remuneration.price_rules import whole_ore

FIRST, LAST = dt.date(2026, 3, 1), dt.date(2026, 3, 31)
CORRECTED = BillingReference("1041", dt.date(2026, 3, 2))


def line(position: int = 1, **more: Any) -> DocumentLine:
    facts: dict[str, Any] = {
        "position": position,
        "placement_number": "P000012",
        "name_sv": "Dagersättning, nivå 3, heldag",
        "basis_sv": "12 närvarodagar",
        "quantity": Decimal(12),
        "unit_code": "DAY",
        "price_ore": 987_00,
        "first_day": FIRST,
        "last_day": LAST,
        "vat_category": VatCategory.EXEMPT,
    } | more
    facts.setdefault("amount_ore", whole_ore(facts["quantity"] * facts["price_ore"]))
    return DocumentLine(**facts)


def seller(**more: Any) -> Seller:
    facts: dict[str, Any] = {
        "name": "Trädgårdskraft i Haninge ekonomisk förening",
        "orgnr": "7696123459",
        "street": "Handenterminalen 3",
        "postcode": "136 40",
        "city": "Handen",
        "email": "faktura@tradgardskraft.example",
        "phone": "08-123 456 78",
        "bankgiro": "50501055",
        "vat_number": "SE769612345901",
        "has_f_tax": True,
    } | more
    return Seller(**facts)


def buyer(**more: Any) -> Party:
    facts: dict[str, Any] = {"name": "Samordningsförbundet Östra Södertörn", "orgnr": "2220002162"} | more
    return Party(**facts)


def invoice_document(*lines: DocumentLine, **more: Any) -> InvoiceDocument:
    facts: dict[str, Any] = {
        "number": "1042",
        "issued_on": dt.date(2026, 4, 1),
        "due_on": dt.date(2026, 5, 1),
        "first_day": FIRST,
        "last_day": LAST,
        "seller": seller(),
        "buyer": buyer(),
        "lines": lines or (line(),),
        "ocr": ocr_number("001042"),
        "buyer_reference": "ÖS-4471",
        "contract_reference": "2025-118",
        "vat_exemption_reason_sv": "Social omsorg, 10 kap. 6 § mervärdesskattelagen (2023:200)",
    } | more
    return InvoiceDocument(**facts)


def standard_line(position: int = 1, **more: Any) -> DocumentLine:
    return line(position, vat_category=VatCategory.STANDARD, **more)


def correction_line(position: int = 1, **more: Any) -> DocumentLine:
    february = {"first_day": dt.date(2026, 2, 2), "last_day": dt.date(2026, 2, 6)}
    return line(position, is_correction=True, **february | more)


def credit_note(*lines: DocumentLine, **more: Any) -> InvoiceDocument:
    facts: dict[str, Any] = {
        "is_credit_note": True,
        "due_on": None,
        "billing_references": (CORRECTED,),
    } | more
    return invoice_document(*lines, **facts)
