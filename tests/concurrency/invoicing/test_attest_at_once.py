"""Two at once about one invoice: one step is taken, the other is told; a payment is read in once."""

from datetime import date
from functools import partial

import pytest
from sqlalchemy import func, select

from invoicing.attest import services as attest
from invoicing.attest.rules import SaidOfLine
from invoicing.invoices.models import Invoice
from invoicing.invoices.rules import InvoiceState
from invoicing.payments import services as payments
from invoicing.payments.models import Payment
from invoicing.payments.rules import COLUMNS_SV
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as
from tests.support.application import Database
from tests.support.at_once import all_at_once, by, refusals
from tests.support.invoicing_market import APRIL_FIRST, Market, build_market, sent_invoice


@pytest.fixture
def market(database: Database) -> Market:
    with travelling(APRIL_FIRST):
        return build_market()


def examined(market: Market) -> int:
    with travelling(APRIL_FIRST):
        invoice_id = sent_invoice(market)
        with acting_as(market.controller), transaction():
            attest.examine_invoice(invoice_id)
    return invoice_id


def state(market: Market, invoice_id: int) -> InvoiceState:
    with acting_as(market.manager), transaction():
        return db.session.get_one(Invoice, invoice_id).state


def test_attesting_disputing_and_crediting_at_once(database: Database, market: Market) -> None:
    invoice_id = examined(market)
    acts = [
        by(market.attester, partial(attest.attest_invoice, invoice_id)),
        by(market.controller, partial(attest.dispute_invoice, invoice_id, [SaidOfLine(1, "Fel")])),
        by(market.controller, partial(attest.dispute_invoice, invoice_id, [SaidOfLine(2, "Fel")])),
        by(market.attester, partial(attest.attest_invoice, invoice_id)),
    ]
    assert len(refusals(all_at_once(database, acts, APRIL_FIRST))) == 3
    assert state(market, invoice_id) in {InvoiceState.ATTESTED, InvoiceState.DISPUTED}


def test_an_invoice_is_attested_or_credited(database: Database, market: Market) -> None:
    invoice_id = examined(market)
    acts = [
        by(market.attester, partial(attest.attest_invoice, invoice_id)),
        *(by(market.manager, partial(attest.credit_invoice, invoice_id, "Fel")) for _ in range(3)),
    ]
    assert len(refusals(all_at_once(database, acts, APRIL_FIRST))) == 3
    end = state(market, invoice_id)
    with acting_as(market.manager), transaction():
        notes = db.session.scalar(select(func.count()).where(Invoice.credits_id == invoice_id))
    assert (end, notes) in {(InvoiceState.ATTESTED, 0), (InvoiceState.CREDITED, 1)}


def test_one_file_read_in_by_several_at_once(database: Database, market: Market) -> None:
    invoice_id = examined(market)
    with travelling(APRIL_FIRST), acting_as(market.attester), transaction():
        attest.attest_invoice(invoice_id)
    rows = ["A2;2026-04-20;0000026;5,00", "A1;2026-04-20;0000018;12370,00"]
    files = ["\n".join([";".join(COLUMNS_SV), *order]).encode() for order in (rows, rows[::-1], rows, rows)]
    acts = [by(market.manager, partial(payments.import_payments, content)) for content in files]
    done = all_at_once(database, acts, date(2026, 4, 21))
    assert [sum(getattr(one, name) for one in done) for name in ("matched", "listed", "known")] == [1, 1, 6]
    assert state(market, invoice_id) is InvoiceState.PAID
    with acting_as(market.manager), transaction():
        assert db.session.scalar(select(func.count()).select_from(Payment)) == 2
