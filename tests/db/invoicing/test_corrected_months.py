"""March is approved; what is corrected then comes with a later invoice."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from invoicing.invoices.models import InvoiceLine
from invoicing.invoices.queries import days_behind, whole_invoice
from invoicing.remuneration.facts import Month
from invoicing.run.drafts import refresh_draft
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as
from placements.booking.models import Placement
from tests.support.drafting import approve, correct, make
from tests.support.invoiced import make_invoice
from tests.support.invoicing_market import APRIL_FIRST, MARCH, PRICES, Market, attend, build_market

AFTER_A_MONTH = {"component": "start_fee", "amount_ore": 2_500_00, "parameters": {"after_run_days": 30}}


@pytest.fixture
def market(session: Session, request: pytest.FixtureRequest) -> Iterator[Market]:
    """With other prices where a test asks for them."""
    with travelling(APRIL_FIRST):
        yield build_market(prices=getattr(request, "param", PRICES))


def hours_behind(market: Market, invoice_id: int) -> dict[int, list[int]]:
    """Of each line's days, by its position."""
    with acting_as(market.manager):
        days = days_behind(whole_invoice(invoice_id).lines)
        return {position: [int(day.actual_hours) for day in each] for position, each in days.items()}


def ends(market: Market, placement_id: int, day: date | None) -> None:
    with acting_as(market.system), transaction():
        db.session.execute(update(Placement).where(Placement.id == placement_id).values(ended_on=day))


def test_a_day_that_was_wrong_is_given_back_and_asked_for_as_it_is(market: Market) -> None:
    approve(market, make(market).id)
    with travelling(date(2026, 4, 10)), acting_as(market.system), transaction():
        correct(market, market.placement_ids[0], date(2026, 3, 2), "4")
        correct(market, market.placement_ids[1], date(2026, 3, 3), None)
        for day in (1, 2):
            attend(market.placement_ids[1], market.contract_id, date(2026, 4, day))
    with travelling(date(2026, 5, 1)):
        april = make(market, Month(2026, 4))
        assert hours_behind(market, april.id) == {1: [7], 2: [4], 3: [7], 4: [7, 7]}
    first, second = market.placement_ids
    back = "1 närvarodag, har fakturerats men ska inte betalas"
    assert [(one.placement_id, int(one.quantity), one.amount_ore, one.basis_sv) for one in april.lines] == [
        (first, -1, -98700, back),
        (first, 1, 69100, "1 närvarodag"),
        (second, -1, -98700, back),
        (second, 2, 197400, "2 närvarodagar"),
    ]
    assert [one.earned_month.month for one in april.lines] == [3, 3, 3, 4]
    assert not april.is_credit_note
    with travelling(date(2026, 6, 1)), acting_as(market.system), transaction():
        assert make_invoice(market.contract_id, Month(2026, 5)) is None, "it is settled"


def test_a_day_corrected_again_is_given_back_as_the_invoice_before_counted_it(market: Market) -> None:
    """7 hours on March's invoice, 4 on April's, 7 on May's, and none on June's."""
    approve(market, make(market).id)
    said = {4: "4", 5: "7", 6: None}
    behind = {}
    for number, hours in said.items():
        with travelling(date(2026, number + 1, 1)):
            with acting_as(market.system), transaction():
                correct(market, market.placement_ids[0], date(2026, 3, 2), hours)
            invoice_id = make(market, Month(2026, number)).id
            approve(market, invoice_id)
            behind[number] = hours_behind(market, invoice_id)
    assert behind == {4: {1: [7], 2: [4]}, 5: {1: [4], 2: [7]}, 6: {1: [7]}}


def test_one_of_long_ago_comes_with_the_next_invoice(market: Market) -> None:
    approve(market, make(market).id)
    with travelling(date(2026, 12, 1)):
        with acting_as(market.system), transaction():
            correct(market, market.placement_ids[0], date(2026, 3, 2), None)
        november = make(market, Month(2026, 11))
    assert [(one.earned_month.month, one.amount_ore) for one in november.lines] == [(3, -98700)]


def test_more_to_give_back_than_to_ask_for_is_a_credit_note(market: Market) -> None:
    approve(market, make(market).id)
    with acting_as(market.system), transaction():
        correct(market, market.placement_ids[0], date(2026, 3, 2), None)
    with travelling(date(2026, 5, 1)):
        april = make(market, Month(2026, 4))
    assert (april.payable_ore, april.is_credit_note) == (-98700, True)


@pytest.mark.parametrize("market", [(AFTER_A_MONTH, *PRICES[1:])], indirect=True)
def test_a_fee_that_is_not_earned_any_more_can_be_paid_again_later(market: Market) -> None:
    approve(market, make(market).id)
    ends(market, market.placement_ids[0], date(2026, 2, 20))
    with travelling(date(2026, 5, 1)):
        april = make(market, Month(2026, 4))
        fees = [(one.component, one.amount_ore) for one in april.lines if one.component == "start_fee"]
        assert fees == [("start_fee", -250000)]
        ends(market, market.placement_ids[0], None)
        with acting_as(market.system), transaction():
            assert refresh_draft(april.id), "nothing is left of the draft, and the fee stands again"
            assert not db.session.scalar(select(func.bool_or(InvoiceLine.is_reversed)))
            assert make_invoice(market.contract_id, Month(2026, 4)) is None
        ends(market, market.placement_ids[0], date(2026, 2, 20))
        approve(market, make(market, Month(2026, 4)).id)
    ends(market, market.placement_ids[0], None)
    with travelling(date(2026, 6, 1)):
        may = make(market, Month(2026, 5))
    assert [one.amount_ore for one in may.lines if one.component == "start_fee"] == [250000]


def test_a_month_that_was_left_out_comes_with_the_next(market: Market) -> None:
    with travelling(date(2026, 5, 1)):
        april = make(market, Month(2026, 4))
        assert (april.net_ore, {one.earned_month.month for one in april.lines}) == (1237000, {3})
        with acting_as(market.system), transaction():
            assert make_invoice(market.contract_id, MARCH) is None
