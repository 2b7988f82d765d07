"""The bank's file: what pays an invoice to the öre, what is listed, what is mended by hand, and nothing twice."""

from datetime import date

import pytest
from sqlalchemy import select

from invoicing.attest import services as attest
from invoicing.invoices.models import Invoice
from invoicing.invoices.rules import InvoiceState
from invoicing.payments import queries, services
from invoicing.payments.models import Payment
from invoicing.payments.rules import COLUMNS_SV, PaymentProblem
from marketplace.accounts.rules import Role
from marketplace.db import db, transaction
from marketplace.errors import Conflict, DomainError, Invalid, NotFound
from marketplace.tenancy import acting_as
from tests.support.invoicing_market import APRIL_FIRST, Market, sent_invoice

OCR, OWED = "0000018", "12370,00"
PAID_ON = date(2026, 4, 20)


@pytest.fixture
def market(invoicing_market: Market) -> Market:
    return invoicing_market


@pytest.fixture
def invoice_id(market: Market) -> int:
    """Sent and attested."""
    invoice_id = sent_invoice(market)
    with acting_as(market.controller), transaction():
        attest.examine_invoice(invoice_id)
    with acting_as(market.attester), transaction():
        attest.attest_invoice(invoice_id)
    return invoice_id


def bank_file(*rows: tuple[str, str, str]) -> bytes:
    lines = [f"{bank_id};{PAID_ON};{ocr};{amount}" for bank_id, ocr, amount in rows]
    return "\r\n".join([";".join(COLUMNS_SV), *lines]).encode()


def take_in(market: Market, *rows: tuple[str, str, str]) -> services.Imported:
    with acting_as(market.manager), transaction():
        return services.import_payments(bank_file(*rows))


def listed(market: Market) -> dict[str, PaymentProblem | None]:
    """What is to be mended, by the bank's id."""
    with acting_as(market.manager):
        return {one.bank_id: one.problem for one in db.session.scalars(queries.payments(to_mend=True))}


def payment_id(market: Market, bank_id: str) -> int:
    with acting_as(market.manager):
        return db.session.scalars(select(Payment.id).where(Payment.bank_id == bank_id)).one()


def told(market: Market, invoice_id: int) -> tuple[InvoiceState, date | None]:
    with acting_as(market.manager):
        invoice = db.session.get_one(Invoice, invoice_id, populate_existing=True)
        return invoice.state, invoice.paid_on


def test_a_payment_to_the_ore_pays_the_invoice_and_the_file_can_be_read_again(
    market: Market, invoice_id: int
) -> None:
    assert take_in(market, ("A1", OCR, OWED)) == services.Imported(matched=1)
    assert told(market, invoice_id) == (InvoiceState.PAID, PAID_ON)
    assert take_in(market, ("A1", OCR, OWED), ("A2", "0000026", "1,00")) == services.Imported(
        listed=1, known=1
    )
    assert listed(market) == {"A2": PaymentProblem.UNKNOWN}
    with acting_as(market.controller):
        assert db.session.get_one(Invoice, invoice_id).state is InvoiceState.PAID
        assert db.session.scalars(select(Payment)).all() == [], (
            "the buyer does not read the supplier's account"
        )


def test_what_does_not_fit_is_listed_and_changes_nothing(market: Market, invoice_id: int) -> None:
    rows = (
        ("A1", "0000026", OWED),
        ("A2", OCR, "12369,99"),
        ("A3", OCR, "12370,01"),
        ("A4", "0000017", OWED),
    )
    assert take_in(market, *rows) == services.Imported(listed=4)
    assert listed(market) == {
        "A1": PaymentProblem.UNKNOWN,
        "A2": PaymentProblem.PARTIAL,
        "A3": PaymentProblem.OVER,
        "A4": PaymentProblem.UNKNOWN,
    }
    assert told(market, invoice_id) == (InvoiceState.ATTESTED, None)
    assert take_in(market, ("A5", OCR, OWED), ("A6", OCR, OWED)) == services.Imported(matched=1, listed=1)
    assert listed(market)["A6"] is PaymentProblem.DOUBLE
    with acting_as(market.manager):
        (item,) = queries.waiting(market.manager)
    assert item.text_sv == "Red ut 5 inbetalningar som inte stämmer med någon faktura"
    assert item.deadline == date(2026, 4, 10)


def test_partial_payments_are_attached_by_hand_until_nothing_remains(market: Market, invoice_id: int) -> None:
    take_in(market, ("A1", OCR, "10000,00"), ("A2", "0000026", "2000,00"))
    with acting_as(market.manager), transaction():
        services.attach_payment(payment_id(market, "A1"), invoice_id, "")
    with acting_as(market.manager):
        ((_, remains),) = queries.unpaid_invoices()
        assert remains == 2_370_00
    with acting_as(market.manager), transaction():
        services.attach_payment(payment_id(market, "A2"), invoice_id, "Fel nummer, rätt avsändare")
    assert told(market, invoice_id) == (InvoiceState.ATTESTED, None)
    assert take_in(market, ("A3", OCR, "370,00")) == services.Imported(matched=1), "the rest to the öre"
    assert told(market, invoice_id) == (InvoiceState.PAID, PAID_ON)
    with acting_as(market.manager), pytest.raises(Conflict, match="redan utredd"), transaction():
        services.set_payment_aside(payment_id(market, "A1"), "x")


def test_too_much_is_attached_in_words_and_what_is_nobodys_is_set_aside_in_words(
    market: Market, invoice_id: int
) -> None:
    take_in(market, ("A1", OCR, "20000,00"), ("A2", "0000026", "2000,00"))
    with acting_as(market.manager), pytest.raises(Invalid, match="med resten"), transaction():
        services.attach_payment(payment_id(market, "A1"), invoice_id, "")
    with acting_as(market.manager), transaction():
        services.attach_payment(payment_id(market, "A1"), invoice_id, "7 630 kr betalas tillbaka")
    assert told(market, invoice_id) == (InvoiceState.PAID, PAID_ON)
    with acting_as(market.manager), pytest.raises(Conflict, match="väntar inte på betalning"), transaction():
        services.attach_payment(payment_id(market, "A2"), invoice_id, "x")
    with acting_as(market.manager), pytest.raises(Invalid, match="vad som har hänt"), transaction():
        services.set_payment_aside(payment_id(market, "A2"), "")
    with acting_as(market.manager), transaction():
        services.set_payment_aside(payment_id(market, "A2"), "Tillbakabetald")
    assert listed(market) == {}


def test_a_payment_too_early_or_of_a_credited_invoice_is_listed(market: Market) -> None:
    invoice_id = sent_invoice(market)
    take_in(market, ("A1", OCR, OWED))
    assert listed(market) == {"A1": PaymentProblem.NOT_ATTESTED}
    with acting_as(market.manager), transaction():
        attest.credit_invoice(invoice_id, "Fel")
    take_in(market, ("A2", OCR, OWED))
    assert listed(market)["A2"] is PaymentProblem.CREDITED


def test_a_known_id_with_another_amount_stops_the_whole_file(market: Market, invoice_id: int) -> None:
    take_in(market, ("A1", "0000026", "1,00"))
    with acting_as(market.manager), pytest.raises(Invalid, match=r"inlästa förut.*A1"), transaction():
        services.import_payments(bank_file(("A1", "0000026", "2,00"), ("A2", OCR, OWED)))
    assert told(market, invoice_id) == (InvoiceState.ATTESTED, None)


def test_paid_without_a_file(market: Market, invoice_id: int) -> None:
    with acting_as(market.manager), pytest.raises(Invalid, match="inte varit"), transaction():
        services.mark_paid(invoice_id, PAID_ON)
    with acting_as(market.manager), transaction():
        services.mark_paid(invoice_id, APRIL_FIRST)
    assert told(market, invoice_id) == (InvoiceState.PAID, APRIL_FIRST)


def test_others_find_nothing_to_mend(market: Market, invoice_id: int) -> None:
    take_in(market, ("A1", "0000026", "1,00"))
    found = payment_id(market, "A1")
    for actor in (market.controller, market.outsiders[Role.SUPPLIER_MANAGER], market.actors[Role.SUPERVISOR]):
        with acting_as(actor), pytest.raises(NotFound), transaction():
            services.set_payment_aside(found, "x")
    with acting_as(market.controller), pytest.raises(DomainError), transaction():
        services.import_payments(bank_file(("A2", OCR, OWED)))
    outsider = market.outsiders[Role.SUPPLIER_MANAGER]
    with acting_as(outsider), transaction():
        assert services.import_payments(bank_file(("A1", OCR, OWED))).listed == 1, (
            "her own account, nobody's invoice"
        )
    assert told(market, invoice_id) == (InvoiceState.ATTESTED, None)
