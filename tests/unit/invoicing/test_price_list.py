"""Rows of a price list, as the terms store them, become components or reasons."""

import datetime as dt
from decimal import Decimal

import pytest

from invoicing.remuneration.price_list import PriceListRow, read_price_list
from invoicing.remuneration.price_rules import (
    DayPart,
    HourlyRate,
    Index,
    IndexStep,
    LevelPrice,
    MonthBasis,
    MonthlyRate,
    PaidAbsence,
    ReportFee,
    ResultFee,
    StartFee,
)
from tests.unit.invoicing.price_lists import TYRESO, TYRESO_KRONOR

HOURS = {"whole_from_hours": "6", "half_from_hours": "3"}


def test_tyreso_rows() -> None:
    rows = [
        PriceListRow("day_rate", kronor * 100, level, part.value, HOURS)
        for level, row in TYRESO_KRONOR.items()
        for part, kronor in zip(DayPart, row, strict=True)
    ]
    price_list = read_price_list(rows)
    assert price_list.problems == ()
    assert price_list.components == (TYRESO,)


def test_every_other_component() -> None:
    price_list = read_price_list(
        [
            PriceListRow("index", parameters={"from_day": "2027-01-01", "percent": "2.5"}),
            PriceListRow("index", parameters={"from_day": "2026-01-01", "percent": 3}),
            PriceListRow("start_fee", 500, parameters={"after_run_days": 14}),
            PriceListRow("hourly_rate", 100),
            PriceListRow("monthly_rate", 3686, "bas", parameters={"basis": "full", "is_prorated": True}),
            PriceListRow("monthly_rate", 4858, "förstärkt", parameters={"from_run_day": 15}),
            PriceListRow("report_fee", 1500, parameters={"late_amount_ore": 750}),
            PriceListRow("result_fee", 9000, parameters={"after_months": 6}),
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
    rows = [PriceListRow("day_rate", 1), PriceListRow("paid_absence", parameters={"max_in_a_row": 5})]
    assert PaidAbsence(max_in_a_row=5) in read_price_list(rows).components


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "ingen ersättning"),
        ([PriceListRow("bonus", 1)], "okänd ersättning: bonus"),
        ([PriceListRow("start_fee", 1), PriceListRow("start_fee", 2)], "Startersättning: finns flera gånger"),
        ([PriceListRow("day_rate", 1, day_part="evening")], "Dagersättning: en uppgift saknas eller är fel"),
        ([PriceListRow("day_rate", 1, parameters={"whole_from_hours": "många"})], "Dagersättning"),
        ([PriceListRow("result_fee", 1)], "Resultatersättning: en uppgift saknas"),
        ([PriceListRow("start_fee", 1, parameters={"hours": 1})], "uppgiften hours är okänd"),
        (
            [
                PriceListRow("monthly_rate", 1, "1", parameters={"basis": "full"}),
                PriceListRow("monthly_rate", 1, "2", parameters={"basis": "started"}),
            ],
            "raderna säger olika om basis",
        ),
        ([PriceListRow("index", parameters={"percent": "2"})], "Index: en uppgift saknas"),
    ],
)
def test_a_list_that_cannot_be_read_says_why_and_pays_nothing(rows: list[PriceListRow], words: str) -> None:
    price_list = read_price_list(rows)
    assert price_list.components == ()
    assert any(words in problem for problem in price_list.problems)
