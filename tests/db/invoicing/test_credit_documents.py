"""Credit notes as they are sent: of a whole invoice, and of corrections that come out below zero."""

from dataclasses import dataclass
from datetime import date

import pytest
from lxml import etree

from enterprises.contracts.rules import VatCategory
from invoicing.invoices import services
from invoicing.invoices.models import Invoice, InvoiceLine
from invoicing.invoices.rules import InvoiceState
from marketplace.clock import now
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as
from tests.support.invoicing_market import Market, sent_invoice

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


@dataclass(frozen=True)
class Sent:
    xml: str
    html: str
    due_on: date | None

    def texts(self, path: str) -> list[str | None]:
        return [element.text for element in etree.fromstring(self.xml.encode()).iterfind(f".//{{*}}{path}")]


@pytest.fixture
def market(invoicing_market: Market) -> Market:
    return invoicing_market


def sent_taking_back(market: Market, invoice_id: int, month: date, credits_id: int | None = None) -> Sent:
    """What is sent for a document that takes back the day lines of an invoice."""
    with acting_as(market.system), transaction():
        taken = [line for line in db.session.get_one(Invoice, invoice_id).lines if line.unit_code == "DAY"]
        net_ore = -sum(line.amount_ore for line in taken)
        lines = [
            InvoiceLine(
                position=position,
                placement_id=line.placement_id,
                component=line.component,
                name_sv=line.name_sv,
                quantity=-line.quantity,
                unit_code=line.unit_code,
                price_ore=line.price_ore,
                amount_ore=-line.amount_ore,
                first_day=line.first_day,
                last_day=line.last_day,
                basis_sv=line.basis_sv,
                days=line.days,
                earned_month=line.earned_month,
                vat_category=VatCategory.EXEMPT,
            )
            for position, line in enumerate(taken, 1)
        ]
        note = Invoice(
            contract_id=market.contract_id,
            authority_id=market.authority_id,
            enterprise_id=market.enterprise_id,
            month=month,
            credits_id=credits_id,
            net_ore=net_ore,
            vat_ore=0,
            payable_ore=net_ore,
            created_at=now(),
            lines=lines,
        )
        db.session.add(note)
        db.session.flush()
        note.state = InvoiceState.APPROVED
    with acting_as(market.manager), transaction():
        sent = services.send_invoice(note.id)
        return Sent(sent.xml, sent.html, sent.due_on)


def test_an_invoice_taken_back_is_a_credit_note_of_it(market: Market) -> None:
    invoice_id = sent_invoice(market)
    sent = sent_taking_back(market, invoice_id, MARCH, credits_id=invoice_id)
    assert sent.texts("CreditNoteTypeCode") == ["381"]
    assert sent.texts("InvoiceDocumentReference/{*}ID") == ["1"]
    assert sent.texts("InvoiceDocumentReference/{*}IssueDate") == ["2026-04-01"]
    assert sent.texts("PayableAmount") == ["9870.00"]
    assert sent.texts("CreditedQuantity") == ["5", "5"]
    assert len(sent.texts("CreditNoteLine/{*}InvoicePeriod")) == 2
    assert sent.due_on is None
    assert "Kreditfaktura" in sent.html


def test_corrections_below_zero_are_a_credit_note_of_the_months_that_they_correct(market: Market) -> None:
    sent = sent_taking_back(market, sent_invoice(market), APRIL)
    assert sent.texts("CreditNoteTypeCode") == ["381"]
    assert sent.texts("InvoiceDocumentReference/{*}ID") == ["1"]
    assert sent.texts("CreditNoteLine/{*}InvoicePeriod") == []
    assert sent.texts("TaxExemptionReason") != []
