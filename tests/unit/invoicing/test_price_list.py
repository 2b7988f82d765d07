"""Rows of a price list, as the terms store them, become components or reasons."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from invoicing.remuneration.price_list import read_price_list
from invoicing.remuneration.price_rules import (
    HourlyRate,
    Index,
    IndexStep,
    LevelPrice,
    MonthlyRate,
    PaidAbsence,
    ReportFee,
    ResultFee,
    StartFee,
)
from marketplace.procurement.price_rules import DayPart, MonthBasis, PriceDraft
from tests.unit.invoicing.price_lists import TYRESO, TYRESO_KRONOR

HOURS = {"whole_from_hours": "6", "half_from_hours": "3"}


def row(component: str, ore: int = 0, level: str | None = None, **parameters: Any) -> PriceDraft:
    return PriceDraft(component, level, None, ore, parameters)


def test_tyreso_rows() -> None:
    rows = [
        PriceDraft("day_rate", level, part.value, kronor * 100, HOURS)
        for level, prices in TYRESO_KRONOR.items()
        for part, kronor in zip(DayPart, prices, strict=True)
    ]
    price_list = read_price_list(rows)
    assert price_list.problems == ()
    assert price_list.components == (TYRESO,)


def test_every_other_component() -> None:
    month = {"basis": "full", "is_prorated": True, "from_run_day": 15}
    price_list = read_price_list(
        [
            row("index", from_day="2027-01-01", percent="2.5"),
            row("index", from_day="2026-01-01", percent="3"),
            row("start_fee", 500, after_run_days=14),
            row("hourly_rate", 100),
            row("monthly_rate", 3686, "bas", **month),
            row("monthly_rate", 4858, "förstärkt", **month),
            row("report_fee", 1500, late_amount_ore=750),
            row("result_fee", 9000, after_months=6),
        ]
    )
    assert price_list.problems == ()
    assert price_list.components == (
        StartFee(500, 14),
        HourlyRate((LevelPrice(100),)),
        MonthlyRate((LevelPrice(3686, "bas"), LevelPrice(4858, "förstärkt")), MonthBasis.FULL, True, 15),
        ReportFee(1500, 750),
        ResultFee(9000, 6),
        Index((IndexStep(dt.date(2026, 1, 1), Decimal(3)), IndexStep(dt.date(2027, 1, 1), Decimal("2.5")))),
    )


def test_paid_absence() -> None:
    rows = [row("day_rate", 1), row("paid_absence", max_in_a_row=5)]
    assert PaidAbsence(max_in_a_row=5) in read_price_list(rows).components


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row("bonus", 1)],
        [row("start_fee", 1), row("start_fee", 2)],
        [row("result_fee", 1)],
        [row("day_rate", 1, whole_from_hours="många")],
        [row("monthly_rate", 1, "1", basis="full"), row("monthly_rate", 1, "2", basis="started")],
    ],
)
def test_a_list_that_is_not_right_says_why_and_pays_nothing(rows: list[PriceDraft]) -> None:
    price_list = read_price_list(rows)
    assert price_list.components == ()
    assert price_list.problems
