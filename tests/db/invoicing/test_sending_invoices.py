"""From approval to payment: numbers without gaps, a frozen document, and who may do what."""

import hashlib
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from peppol import check_rules, validate_xsd
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from enterprises.suppliers.models import EnterpriseProfile
from invoicing.attest import services as attest
from invoicing.attest.rules import SaidOfLine
from invoicing.invoices import documents, queries, services
from invoicing.invoices.models import Invoice, InvoiceCounter
from invoicing.invoices.rules import InvoiceState
from invoicing.payments import services as payments
from invoicing.remuneration.facts import Month
from marketplace import audit
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, DomainError, NotFound
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.support.invoiced import make_invoice
from tests.support.invoicing_market import APRIL_FIRST, Market, attend

MARCH, APRIL = Month(2026, 3), Month(2026, 4)


@pytest.fixture
def market(invoicing_market: Market) -> Market:
    return invoicing_market


def made(market: Market, month: Month = MARCH) -> int:
    with acting_as(market.system), transaction():
        invoice = make_invoice(market.contract_id, month)
        assert invoice is not None
        return invoice.id


def approved(market: Market, month: Month = MARCH) -> int:
    invoice_id = made(market, month)
    with acting_as(market.manager), transaction():
        services.approve_invoice(invoice_id)
    return invoice_id


def sent(market: Market, month: Month = MARCH) -> int:
    invoice_id = approved(market, month)
    with acting_as(market.manager), transaction():
        services.send_invoice(invoice_id)
    return invoice_id


def facts(market: Market, invoice_id: int, *names: str) -> tuple[Any, ...]:
    with acting_as(market.manager):
        invoice = queries.whole_invoice(invoice_id)
        return tuple(getattr(invoice, name) for name in names)


def test_sent_invoice_is_numbered_rendered_hashed_and_passes_the_validator(market: Market) -> None:
    invoice_id = sent(market)

    number, ocr, issued, due, xml, html, sha256, state, approver = facts(
        market,
        invoice_id,
        *("number", "ocr", "issued_on", "due_on", "xml", "html", "sha256", "state", "approved_by"),
    )
    assert (number, ocr, issued, due) == (1, "0000018", APRIL_FIRST, date(2026, 5, 1))
    assert state == InvoiceState.SENT
    assert approver == market.manager.user_name
    assert sha256 == hashlib.sha256(xml.encode()).hexdigest()
    assert validate_xsd(xml) == (True, [])
    assert check_rules(xml) == []
    assert "Växthuset &amp; Co" in xml
    assert '<cbc:PayableAmount currencyID="SEK">12370.00</cbc:PayableAmount>' in xml
    assert "12\u00a0370,00\u00a0kr" in html
    assert "Hemlig" not in xml + html


def test_timeline_tells_who_did_what(market: Market) -> None:
    invoice_id = sent(market)
    with acting_as(market.controller):
        events = [(event.action, event.user_name) for event in audit.timeline("invoice", invoice_id)]
    assert events == [
        ("send", market.manager.user_name),
        ("approve", market.manager.user_name),
        ("make", "Platstorget"),
    ]


def test_numbers_have_no_gaps_even_when_sending_fails(market: Market) -> None:
    first = sent(market)
    with acting_as(market.system), transaction():
        attend(market.placement_ids[0], market.contract_id, date(2026, 4, 1))
    with travelling(date(2026, 5, 2)):
        second = approved(market, APRIL)
        bankgiro = _set_bankgiro(market, None)
        with acting_as(market.manager), pytest.raises(Conflict, match="Bankgiro saknas"), transaction():
            services.send_invoice(second)
        assert facts(market, second, "state", "number", "xml") == (InvoiceState.APPROVED, None, "")
        _set_bankgiro(market, bankgiro)
        with acting_as(market.manager), transaction():
            services.send_invoice(second)
    assert facts(market, first, "number") == (1,)
    assert facts(market, second, "number") == (2,)
    with acting_as(market.manager):
        assert db.session.scalars(select(InvoiceCounter.last_number)).all() == [2]


def test_an_xml_that_is_wrong_is_not_sent(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    invoice_id = approved(market)
    real = documents.xml_of
    monkeypatch.setattr(documents, "xml_of", lambda document: real(document).replace("IssueDate", "Datum"))
    with (
        acting_as(market.manager),
        pytest.raises(Conflict, match="E-fakturan följer inte formatets schema"),
        transaction(),
    ):
        services.send_invoice(invoice_id)
    assert facts(market, invoice_id, "state", "number", "xml") == (InvoiceState.APPROVED, None, "")


def _set_bankgiro(market: Market, bankgiro: str | None) -> str | None:
    with acting_as(market.manager), transaction():
        profile = db.session.get_one(EnterpriseProfile, market.enterprise_id)
        before, profile.bankgiro = profile.bankgiro, bankgiro
    return before


def test_an_authority_without_organisation_number_cannot_be_invoiced_and_it_is_said(market: Market) -> None:
    invoice_id = approved(market)
    with acting_as(system_actor()), transaction():
        db.session.execute(
            update(Organisation).where(Organisation.id == market.authority_id).values(orgnr=None)
        )
    with acting_as(market.manager):
        (problem,) = services.problems_to_mend(queries.whole_invoice(invoice_id))
        assert "Köparens organisationsnummer" in problem
    with acting_as(market.manager), pytest.raises(Conflict, match="organisationsnummer"), transaction():
        services.send_invoice(invoice_id)


@pytest.mark.parametrize(
    "change",
    [
        "payable_ore = payable_ore + 1, net_ore = net_ore + 1",
        "xml = 'x'",
        "html = 'x'",
        "number = 7",
        "due_on = '2030-01-01'",
        "state = 'draft'",
        "approved_by = 'någon annan'",
    ],
)
def test_the_database_refuses_to_change_a_sent_invoice(market: Market, change: str) -> None:
    invoice_id = sent(market)
    for actor in (market.manager, market.controller, market.system):
        with (
            acting_as(actor),
            pytest.raises(IntegrityError, match="frozen_invoice"),
            db.session.begin_nested(),
        ):
            db.session.execute(text(f"UPDATE invoice SET {change} WHERE id = :id"), {"id": invoice_id})


@pytest.mark.parametrize(
    "statement", ["DELETE FROM invoice", "DELETE FROM invoice_line", "UPDATE invoice_line SET amount_ore = 0"]
)
def test_the_database_refuses_to_take_away_a_sent_invoice_or_its_lines(
    market: Market, statement: str
) -> None:
    sent(market)
    with (
        acting_as(market.manager),
        pytest.raises(IntegrityError, match="frozen_invoice"),
        db.session.begin_nested(),
    ):
        db.session.execute(text(statement))


def test_lines_are_locked_from_the_approval(market: Market) -> None:
    approved(market)
    with (
        acting_as(market.manager),
        pytest.raises(IntegrityError, match="frozen_invoice"),
        db.session.begin_nested(),
    ):
        db.session.execute(text("UPDATE invoice_line SET amount_ore = 0"))


def test_the_authority_sees_an_invoice_when_it_is_sent(market: Market) -> None:
    invoice_id = approved(market)
    with acting_as(market.controller), pytest.raises(NotFound):
        queries.whole_invoice(invoice_id)
    with acting_as(market.manager), transaction():
        services.send_invoice(invoice_id)
    with acting_as(market.controller):
        assert queries.whole_invoice(invoice_id).number == 1


VERBS: dict[str, Callable[[int], object]] = {
    "approve": services.approve_invoice,
    "send": services.send_invoice,
    "examine": attest.examine_invoice,
    "attest": attest.attest_invoice,
    "record payment": attest.record_payment_sent,
    "settle": attest.settle_credit_note,
    "dispute": lambda invoice_id: attest.dispute_invoice(invoice_id, [SaidOfLine(1, "skäl")]),
    "withdraw dispute": attest.withdraw_dispute,
    "keep claim": lambda invoice_id: attest.keep_claim(invoice_id, "skäl"),
    "credit": lambda invoice_id: attest.credit_invoice(invoice_id, "skäl"),
    "remind": attest.remind_of,
    "mark paid": lambda invoice_id: payments.mark_paid(invoice_id, APRIL_FIRST),
    "comment": lambda invoice_id: services.comment_draft(invoice_id, "skäl"),
}
MAKERS = {"draft": made, "approved": approved, "sent": sent}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("maker", MAKERS)
def test_nobody_else_can_do_anything(market: Market, verb: str, maker: str) -> None:
    invoice_id = MAKERS[maker](market)
    before = facts(market, invoice_id, "state")
    others = [*market.outsiders.values(), market.actors[Role.SUPERVISOR], market.actors[Role.STRATEGIST]]
    others.append(Actor(user_id=1, role=Role.SUPPLIER_MANAGER, enterprise_id=market.other_enterprise_id))
    for actor in others:
        with acting_as(actor), pytest.raises(DomainError), transaction():
            VERBS[verb](invoice_id)
    assert facts(market, invoice_id, "state") == before


def test_days_behind_a_line_for_the_controller(market: Market) -> None:
    invoice_id = sent(market)
    with acting_as(market.controller):
        invoice = queries.whole_invoice(invoice_id)
        days = queries.days_behind(invoice.lines)[2]
        assert [(one.day.day, one.actual_hours, one.is_absence) for one in days] == [
            (day, Decimal(7), False) for day in (2, 3, 4, 5, 6)
        ]
        assert queries.days_behind(invoice.lines)[1] == []
        with pytest.raises(NotFound):
            queries.invoice_line(invoice, 4)


def test_what_waits_for_whom(market: Market) -> None:
    def waits(actor: Actor) -> list[tuple[str, date | None]]:
        with acting_as(actor):
            return [(item.text_sv.replace("\u00a0", " "), item.deadline) for item in queries.waiting(actor)]

    invoice_id = made(market)
    assert waits(market.manager) == [
        ("Godkänn fakturan till Samordningsförbundet Åsen för mars 2026, 12 370,00 kr", None)
    ]
    with acting_as(market.manager), transaction():
        services.approve_invoice(invoice_id)
    assert waits(market.manager)[0][0].startswith("Skicka fakturan till Samordningsförbundet Åsen")
    for actor in (
        market.controller,
        *market.outsiders.values(),
        market.actors[Role.SUPERVISOR],
        market.actors[Role.STRATEGIST],
    ):
        assert waits(actor) == []


def test_export_writes_what_was_sent_byte_for_byte(market: Market, tmp_path: Path) -> None:
    invoice_id = sent(market)
    with acting_as(system_actor()):
        assert services.export_month(MARCH, tmp_path / "ut") == 1
        assert services.export_month(APRIL, tmp_path / "tom") == 0
    xml, sha256 = facts(market, invoice_id, "xml", "sha256")
    written = (tmp_path / "ut" / "7696123459-1.xml").read_bytes()
    assert written == xml.encode()
    assert hashlib.sha256(written).hexdigest() == sha256
    assert {path.name for path in (tmp_path / "ut").iterdir()} == {
        "7696123459-1.xml",
        "7696123459-1.html",
        "invoice.css",
    }


def test_export_leaves_out_drafts(market: Market, tmp_path: Path) -> None:
    made(market)
    with acting_as(system_actor()):
        assert services.export_month(MARCH, tmp_path) == 0


def test_list_is_ordered_and_filtered(market: Market) -> None:
    made(market)
    with acting_as(market.system), transaction():
        attend(market.placement_ids[0], market.contract_id, date(2026, 4, 1))
    with travelling(date(2026, 5, 2)):
        sent(market, APRIL)
    with acting_as(market.manager):
        all_of_them = db.session.scalars(queries.invoices()).all()
        assert [invoice.month for invoice in all_of_them] == [APRIL.first_day, MARCH.first_day]
        assert queries.invoice_months() == [APRIL, MARCH]
        assert [row.month for row in db.session.scalars(queries.invoices(state=InvoiceState.SENT))] == [
            APRIL.first_day
        ]
        assert [row.month for row in db.session.scalars(queries.invoices(month=MARCH))] == [MARCH.first_day]
    with acting_as(market.outsiders[Role.SUPPLIER_MANAGER]):
        assert db.session.scalars(select(Invoice)).all() == []
