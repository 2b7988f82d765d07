"""The median of all enterprises: of enough of them, with enough cases, and told to none but those who run one."""

from datetime import date
from statistics import median

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from indicators.definitions.keys import Indicator
from indicators.suppliers.models import SupplierIndicator
from indicators.suppliers.peer_rules import Median
from indicators.suppliers.queries import medians
from marketplace.db import db
from marketplace.tenancy import acting_as, system_actor
from tests.factories import make_enterprise
from tests.support.placement_market import Market

MONTH, NEXT = date(2026, 3, 1), date(2026, 4, 1)
PLAN, ANSWER = Indicator.PLAN_IN_TIME, Indicator.ANSWER_TIME
Counted = tuple[date, Indicator, int, int]


def enterprises_with(*counted: list[Counted]) -> None:
    for number, rows in enumerate(counted):
        with acting_as(system_actor()):
            enterprise_id = make_enterprise(f"Företag {number}").id
        with acting_as(system_actor(enterprise_id=enterprise_id)):
            for month, indicator, numerator, denominator in rows:
                values = {
                    "enterprise_id": enterprise_id,
                    "month": month,
                    "indicator": indicator,
                    "numerator": numerator,
                    "denominator": denominator,
                }
                db.session.execute(insert(SupplierIndicator), values)


def seen(market: Market, since: date = MONTH) -> dict[Indicator, Median]:
    with acting_as(market.manager):
        return medians(since)


def test_it_is_the_middle_one_over_the_months_together(ready_market: Market) -> None:
    shares = [(1, 3), (2, 2), (5, 0), (4, 1), (0, 5)]
    enterprises_with(*([(MONTH, PLAN, met, 3), (NEXT, PLAN, more, 7)] for met, more in shares))
    expected = round(median((met + more) / 10 for met, more in shares), 2)
    assert seen(ready_market) == {PLAN: Median(expected, 5)}
    assert seen(ready_market, NEXT)[PLAN].value == round(median(more / 7 for _, more in shares), 2)


@pytest.mark.parametrize("others", [[], [(MONTH, PLAN, 4, 4)], [(MONTH, ANSWER, 9, 9)]])
def test_four_with_enough_cases_have_no_median(ready_market: Market, others: list[Counted]) -> None:
    enterprises_with(*[[(MONTH, PLAN, 3, 5)]] * 4, others)
    assert seen(ready_market) == {}


def test_nobody_else_is_told(ready_market: Market, session: Session) -> None:
    enterprises_with(*[[(MONTH, PLAN, 3, 5)]] * 5)
    market = ready_market
    for actor in (market.strategist, market.supervisor, market.officer, market.controller, system_actor()):
        with acting_as(actor):
            assert medians(MONTH) == {}
