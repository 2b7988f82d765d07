"""A month's run over what is wrong: each is listed for somebody to mend, in Swedish, and the rest is done."""

from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from enterprises.suppliers.models import EnterpriseProfile
from invoicing.attest import services as attest
from invoicing.invoices import services
from invoicing.invoices.models import Invoice
from invoicing.invoices.queries import whole_invoice
from invoicing.invoices.rules import InvoiceState
from invoicing.payments import queries as payment_queries
from invoicing.payments import services as payments
from invoicing.payments.rules import COLUMNS_SV, PROBLEM_HELP_SV
from invoicing.run import queries
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.rules import PlacementState, placement_number
from tests.support.drafting import run
from tests.support.invoicing_market import APRIL_FIRST, PRICES, Market, add_contracts, attend, build_market

THIRD_OF_MARCH = date(2026, 3, 3)


@pytest.fixture
def market(invoicing_market: Market) -> Market:
    """With a third contract that nothing is wrong with, which each run is to invoice."""
    add_contracts(invoicing_market, 1)
    return invoicing_market


def listed(market: Market) -> list[tuple[int, str, str, list[date]]]:
    """Contract, placement, reason and days, as the buyer's controller reads them."""
    with acting_as(market.controller):
        return [
            (row.contract_id, row.placement_number, row.reason_sv, row.days)
            for row in db.session.scalars(queries.unpriced())
        ]


def invoiced(market: Market) -> dict[int, int]:
    """Öre without VAT, by contract."""
    with acting_as(system_actor(market.authority_id)):
        return {one.contract_id: one.net_ore for one in db.session.scalars(select(Invoice))}


def test_days_after_a_contract_is_ended_are_listed(market: Market) -> None:
    """Ended on the third of March: two days à 987 kr for each placement and the fee of 2 500 kr from the day after."""
    with acting_as(market.system), transaction():
        db.session.execute(update(Placement).values(state=PlacementState.COMPLETED))
        contract = db.session.get_one(Contract, market.contract_id)
        contract.state, contract.ended_on = ContractState.ENDED, THIRD_OF_MARCH
    run(market.controller)
    outside = "Närvaron ligger utanför avtalets tid. Kontrollera avtalets datum."
    days = [date(2026, 3, day) for day in (4, 5, 6)]
    assert listed(market) == [
        (market.contract_id, placement_number(one), outside, days) for one in market.placement_ids
    ]
    assert len(invoiced(market)) == 3
    assert invoiced(market)[market.contract_id] == 2_500_00 + 4 * 987_00


def test_a_hole_in_the_price_list_is_listed_and_the_other_days_are_paid(market: Market) -> None:
    with acting_as(market.system), transaction():
        attend(market.placement_ids[0], market.contract_id, date(2026, 3, 9), "1")
    run(market.controller)
    hole = "Prislistan saknar dagersättning för nivå 3, deldag. Komplettera avtalets prislista."
    first = placement_number(market.placement_ids[0])
    assert listed(market) == [(market.contract_id, first, hole, [date(2026, 3, 9)])]
    assert invoiced(market)[market.contract_id] == 12_370_00
    assert len(invoiced(market)) == 3


def test_a_price_list_that_cannot_be_used_is_listed_once_for_each_contract(session: Session) -> None:
    with travelling(APRIL_FIRST):
        market = build_market(prices=(*PRICES, {"component": "result_fee", "amount_ore": 10_000_00}))
        run(market.controller)
        assert invoiced(market) == {}
        unusable = "Resultatersättning: antal månader saknas."
        contracts = (market.other_contract_id, market.contract_id)
        assert sorted(listed(market)) == sorted((one, "", unusable, []) for one in contracts)


def test_an_enterprise_without_bank_or_tax_data_is_told_on_its_draft(market: Market) -> None:
    with acting_as(system_actor(enterprise_id=market.enterprise_id)), transaction():
        db.session.execute(
            update(EnterpriseProfile)
            .where(EnterpriseProfile.enterprise_id == market.enterprise_id)
            .values(bankgiro=None, has_f_tax=False, is_vat_registered=False)
        )
    run(market.controller)
    assert len(invoiced(market)) == 3
    with acting_as(market.manager):
        invoice_id = db.session.scalars(select(Invoice.id)).one()
        with transaction():
            services.approve_invoice(invoice_id)
        problems = services.problems_to_mend(whole_invoice(invoice_id))
        assert problems == [
            "Bankgiro saknas. Fyll i det i företagets uppgifter.",
            "Säljaren har varken momsregistreringsnummer eller F-skatt. Ange det i företagets uppgifter.",
        ]
        with pytest.raises(Conflict) as refused, transaction():
            services.send_invoice(invoice_id)
        assert all(problem in str(refused.value) for problem in problems)
        assert db.session.get_one(Invoice, invoice_id).number is None


def test_a_payment_with_another_ocr_is_listed_and_the_others_are_matched(market: Market) -> None:
    run(market.controller)
    with acting_as(market.manager):
        invoice_id = db.session.scalars(select(Invoice.id)).one()
        with transaction():
            services.approve_invoice(invoice_id)
            services.send_invoice(invoice_id)
    with acting_as(market.controller), transaction():
        attest.examine_invoice(invoice_id)
    with acting_as(market.attester), transaction():
        attest.attest_invoice(invoice_id)
    rows = [
        ";".join(COLUMNS_SV),
        *(f"{key};{APRIL_FIRST};{ocr};12370,00" for key, ocr in (("A", "0000026"), ("B", "0000018"))),
    ]
    with acting_as(market.manager):
        with transaction():
            done = payments.import_payments("\r\n".join(rows).encode())
        assert done == payments.Imported(matched=1, listed=1)
        (wrong,) = db.session.scalars(payment_queries.payments(to_mend=True))
        assert wrong.problem is not None
        assert PROBLEM_HELP_SV[wrong.problem].startswith("Ingen av era fakturor har OCR-numret.")
        assert db.session.get_one(Invoice, invoice_id).state is InvoiceState.PAID
