"""Whole kronor where the contract says so: in the draft, the documents, the bookkeeping, the payment and the credit."""

from datetime import date

import pytest
from lxml import etree
from sqlalchemy import select

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import VatCategory
from invoicing.attest import services as attest
from invoicing.invoices.models import Invoice
from invoicing.invoices.queries import whole_invoice
from invoicing.invoices.rules import InvoiceState
from invoicing.ledger.queries import documents
from invoicing.ledger.sie_rules import Accounts, vouchers_of
from invoicing.payments import services as payments
from invoicing.payments.rules import COLUMNS_SV
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as
from tests.factories import amend_contract
from tests.support.invoicing_market import APRIL_FIRST, Market, sent_invoice

MARCH = date(2026, 3, 1)


@pytest.fixture
def invoice_id(invoicing_market: Market) -> int:
    """Sent. 12 370,00 kr and 25 percent make 15 462,50 kr: half a krona goes up."""
    market = invoicing_market
    with acting_as(market.system), transaction():
        contract = db.session.get_one(Contract, market.contract_id)
        amend_contract(contract, MARCH, is_rounded=True, vat_category=VatCategory.STANDARD)
    return sent_invoice(market)


def amounts(xml: str) -> list[str | None]:
    """What is to be paid, and what it is rounded by."""
    tree = etree.fromstring(xml.encode())
    names = ("TaxInclusiveAmount", "PayableRoundingAmount", "PayableAmount")
    return [tree.findtext(f".//{{*}}LegalMonetaryTotal/{{*}}{name}") for name in names]


def test_the_invoice_is_in_whole_kronor_and_says_what_is_rounded(
    invoicing_market: Market, invoice_id: int
) -> None:
    with acting_as(invoicing_market.manager):
        invoice = whole_invoice(invoice_id)
        assert (invoice.vat_ore, invoice.rounding_ore, invoice.payable_ore) == (3_092_50, 50, 15_463_00)
        assert amounts(invoice.xml) == ["15462.50", "0.50", "15463.00"]
        assert "<dt>Öresavrundning</dt><dd>0,50\u00a0kr</dd>" in invoice.html
        (sent,) = documents(invoicing_market.enterprise_id)
    (voucher,) = vouchers_of([sent], MARCH, date(2026, 4, 30), Accounts())
    assert voucher.rows == (("1510", 15_463_00), ("3001", -12_370_00), ("2611", -3_092_50), ("3740", -50))


def test_whole_kronor_pay_it(invoicing_market: Market, invoice_id: int) -> None:
    with acting_as(invoicing_market.controller), transaction():
        attest.examine_invoice(invoice_id)
    with acting_as(invoicing_market.attester), transaction():
        attest.attest_invoice(invoice_id)
    bank = "\r\n".join([";".join(COLUMNS_SV), f"A1;{APRIL_FIRST};0000018;15463,00"]).encode()
    with acting_as(invoicing_market.manager):
        with transaction():
            assert payments.import_payments(bank) == payments.Imported(matched=1)
        assert db.session.get_one(Invoice, invoice_id).state is InvoiceState.PAID


def test_credited_it_takes_back_what_was_rounded(invoicing_market: Market, invoice_id: int) -> None:
    with acting_as(invoicing_market.manager):
        with transaction():
            attest.credit_invoice(invoice_id, "Fel månad")
        note = db.session.scalars(select(Invoice).where(Invoice.credits_id == invoice_id)).one()
        assert (note.rounding_ore, note.payable_ore) == (-50, -15_463_00)
        assert amounts(note.xml) == ["15462.50", "0.50", "15463.00"]
