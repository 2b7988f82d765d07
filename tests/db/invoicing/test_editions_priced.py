"""A month is invoiced by the edition of that month, whatever the contract says now."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import VatCategory
from invoicing.invoices.document_queries import invoice_document
from invoicing.remuneration.facts import Month
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.procurement.models import PriceRow, TermsVersion
from marketplace.procurement.price_rules import Component
from marketplace.procurement.rules import TermsState
from marketplace.tenancy import acting_as
from tests.factories import amend_contract
from tests.support.invoiced import make_invoice
from tests.support.invoicing_market import Market, attend, build_market

MARCH, APRIL = Month(2026, 3), Month(2026, 4)


@pytest.fixture
def market(session: Session) -> Market:
    return build_market()


def test_each_month_has_its_own_prices_vat_and_reference(market: Market) -> None:
    with travelling(date(2026, 5, 4)), acting_as(market.system):
        with transaction():
            contract = db.session.get_one(Contract, market.contract_id)
            for month in (MARCH, APRIL):
                attend(market.placement_ids[0], contract.id, month.first_day)
            amend_contract(
                contract,
                APRIL.first_day,
                terms_id=_dearer(contract),
                vat_category=VatCategory.STANDARD,
                vat_exemption_reason_sv="",
                buyer_reference="NY-REFERENS",
            )
        said = {}
        for month in (MARCH, APRIL):
            with transaction():
                invoice = make_invoice(market.contract_id, month)
                assert invoice is not None
                days = [line for line in invoice.lines if line.component == Component.DAY_RATE]
                document = invoice_document(invoice, 1, date(2026, 5, 4))
                said[month] = (
                    {line.price_ore for line in days},
                    invoice.vat_ore > 0,
                    document.buyer_reference,
                    {line.vat_category for line in document.lines},
                )
    ((march,), *_), ((april,), *_) = said[MARCH], said[APRIL]
    assert april == march + 1_00
    assert said[MARCH][1:] == (False, "ÅSEN-4471", {VatCategory.EXEMPT})
    assert said[APRIL][1:] == (True, "NY-REFERENS", {VatCategory.STANDARD})


def _dearer(contract: Contract) -> int:
    """A version that pays a krona more a day."""
    terms = contract.terms
    facts = {name: getattr(terms, name) for name in TermsVersion.__mapper__.column_attrs.keys()}  # noqa: SIM118
    rows = [
        PriceRow(
            position=row.position,
            component=row.component,
            support_level=row.support_level,
            day_part=row.day_part,
            amount_ore=row.amount_ore + 1_00,
            parameters=row.parameters,
        )
        for row in terms.prices
    ]
    dearer = TermsVersion(**(facts | {"id": None, "version": 2, "state": TermsState.DRAFT}), prices=rows)
    db.session.add(dearer)
    db.session.flush()
    return dearer.id
