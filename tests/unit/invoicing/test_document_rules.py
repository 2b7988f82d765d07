"""Totals, VAT and the checks before an invoice is sent."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprises.contracts.rules import VatCategory
from invoicing.invoices.document_rules import (
    VatSubtotal,
    ore_rounding,
    problems_before_sending,
    totals,
)
from tests.unit.invoicing.invoice_documents import (
    buyer,
    correction_line,
    credit_note,
    invoice_document,
    line,
    seller,
    standard_line,
)


def test_exempt_invoice() -> None:
    sums = totals([line(1), line(2, quantity=Decimal(5), price_ore=691_00)])
    assert sums.vat == (VatSubtotal(VatCategory.EXEMPT, 0, 1_529_900, 0),)
    assert (sums.net_ore, sums.vat_ore, sums.payable_ore) == (1_529_900, 0, 1_529_900)


def test_vat_is_rounded_per_category_not_per_line() -> None:
    """Three lines of 0,99 kr: 25 % of 2,97 is 0,7425 → 0,74; per line it would be 3 × 0,25 = 0,75."""
    sums = totals([standard_line(n, quantity=Decimal(1), price_ore=99) for n in (1, 2, 3)])
    assert sums.vat_ore == 74
    assert sums.gross_ore == 371


def test_exempt_and_standard_together() -> None:
    sums = totals([line(1), standard_line(2, quantity=Decimal(1), price_ore=100_00)])
    assert [(one.category.value, one.taxable_ore, one.vat_ore) for one in sums.vat] == [
        ("E", 1_184_400, 0),
        ("S", 10_000, 2_500),
    ]


@pytest.mark.parametrize(
    ("ore", "rounding"), [(100_00, 0), (100_49, -49), (100_50, 50), (100_99, 1), (-100_50, -50)]
)
def test_ore_rounding(ore: int, rounding: int) -> None:
    assert ore_rounding(ore) == rounding


amounts = st.lists(st.tuples(st.integers(1, 10**7), st.sampled_from(VatCategory)), min_size=1, max_size=20)


@given(amounts, st.booleans())
def test_sums_agree(rows: list[tuple[int, VatCategory]], is_rounded: bool) -> None:
    lines = [
        line(n, quantity=Decimal(1), price_ore=ore, vat_category=category)
        for n, (ore, category) in enumerate(rows, 1)
    ]
    sums = totals(lines, is_rounded=is_rounded)
    assert sums.net_ore == sum(ore for ore, _ in rows) == sum(one.taxable_ore for one in sums.vat)
    assert sums.vat_ore == sum(one.vat_ore for one in sums.vat)
    assert abs(sums.vat_ore * 4 - sum(ore for ore, category in rows if category == "S")) <= 2
    assert abs(sums.rounding_ore) <= 50
    assert not is_rounded or sums.payable_ore % 100 == 0


def test_a_right_invoice_has_no_problems() -> None:
    assert problems_before_sending(invoice_document()) == []
    assert problems_before_sending(invoice_document(standard_line(), vat_exemption_reason_sv="")) == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"seller": seller(bankgiro="")}, "Bankgiro saknas"),
        ({"seller": seller(bankgiro="50501056")}, "fel kontrollsiffra"),
        ({"seller": seller(orgnr="7696123458")}, "Säljarens organisationsnummer"),
        ({"seller": seller(vat_number="SE769612345902")}, "momsregistreringsnummer är fel"),
        ({"seller": seller(vat_number="", has_f_tax=False)}, "varken momsregistreringsnummer eller F-skatt"),
        ({"seller": seller(street="")}, "postadress"),
        ({"seller": seller(name="Snickeri\x07")}, "tecken i säljarens uppgifter"),
        ({"buyer": buyer(orgnr="")}, "Köparens organisationsnummer"),
        ({"buyer": buyer(name="")}, "Köparens namn"),
        ({"due_on": None}, "Förfallodatum saknas"),
        ({"due_on": dt.date(2026, 3, 31)}, "före fakturadatum"),
        ({"buyer_reference": ""}, "Köparens referens"),
        ({"vat_exemption_reason_sv": ""}, "anger inget skäl"),
        ({"ocr": "123"}, "OCR"),
        ({"number": ""}, "saknar nummer"),
    ],
)
def test_what_is_wrong_is_told(wrong: dict[str, Any], words: str) -> None:
    (problem,) = problems_before_sending(replace(invoice_document(), **wrong))
    assert words in problem


def test_an_order_reference_is_enough() -> None:
    assert problems_before_sending(invoice_document(buyer_reference="", order_reference="PO-7")) == []


def test_vat_needs_a_vat_number_and_exemption_does_not() -> None:
    without = seller(vat_number="")
    assert problems_before_sending(invoice_document(seller=without)) == []
    (problem,) = problems_before_sending(invoice_document(standard_line(), seller=without))
    assert "har moms" in problem


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"amount_ore": 1}, "Rad 1: antal gånger pris"),
        ({"first_day": dt.date(2026, 2, 28)}, "Rad 1: dagarna"),
        ({"last_day": dt.date(2026, 4, 1)}, "Rad 1: dagarna"),
        ({"name_sv": ""}, "Rad 1: benämning"),
        ({"position": 2}, "numrerade i följd"),
        ({"basis_sv": "\x00"}, "tecken i raderna"),
        ({"quantity": Decimal(-1)}, "mindre än noll"),
    ],
)
def test_what_is_wrong_with_a_line(wrong: dict[str, Any], words: str) -> None:
    assert any(words in problem for problem in problems_before_sending(invoice_document(line(**wrong))))


def test_a_correction_is_of_an_earlier_month_and_may_differ_by_an_ore() -> None:
    lines = (line(1), correction_line(2, quantity=Decimal("0.25"), price_ore=181_01, amount_ore=45_26))
    assert problems_before_sending(invoice_document(*lines)) == []
    late = correction_line(2, last_day=dt.date(2026, 4, 1))
    (problem,) = problems_before_sending(invoice_document(line(1), late))
    assert "Rad 2: dagarna" in problem


def test_corrections_that_cancel_each_other_can_be_sent() -> None:
    lines = (correction_line(1), correction_line(2, quantity=Decimal(-12)))
    assert problems_before_sending(invoice_document(*lines)) == []


def test_a_credit_note_needs_what_it_credits_and_no_payment() -> None:
    assert problems_before_sending(credit_note(seller=seller(bankgiro=""), ocr="")) == []
    (problem,) = problems_before_sending(credit_note(billing_references=()))
    assert "vilken faktura" in problem
    (problem,) = problems_before_sending(credit_note(due_on=dt.date(2026, 5, 1)))
    assert "inget förfallodatum" in problem


def test_an_invoice_without_lines() -> None:
    assert problems_before_sending(replace(invoice_document(), lines=())) == ["Fakturan har inga rader."]
