"""Price lists as they are written, against the room that pays by them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoicing.remuneration.price_list import read_price_list
from marketplace.procurement.price_rules import (
    FEES,
    RATES,
    Component,
    DayPart,
    MonthBasis,
    PriceDraft,
    PriceSettings,
    price_problems,
    settings_of,
    with_settings,
)
from marketplace.procurement.price_words import conditions_sv, kronor_text, number_text, price_label

DAY = PriceDraft(Component.DAY_RATE, "1", DayPart.WHOLE, 43_900)
FEE = PriceDraft(Component.START_FEE, amount_ore=100)
HOURS = st.decimals(Decimal("0.5"), Decimal(12), places=1)
LINES = st.lists(
    st.one_of(
        st.builds(
            PriceDraft,
            st.just(Component.DAY_RATE),
            st.sampled_from([None, "1", "2"]),
            st.sampled_from([None, *DayPart]),
            st.integers(-5, 10_000),
        ),
        st.builds(
            PriceDraft,
            st.sampled_from(Component),
            st.sampled_from([None, "1"]),
            st.none(),
            st.integers(0, 10_000),
        ),
    ),
    max_size=6,
)
SETTINGS = st.builds(
    PriceSettings,
    whole_from_hours=HOURS,
    half_from_hours=HOURS,
    start_after_run_days=st.integers(0, 30),
    month_basis=st.sampled_from(MonthBasis),
    is_month_prorated=st.booleans(),
    month_from_run_day=st.integers(1, 20),
    is_absence_paid=st.booleans(),
    absence_max_in_a_row=st.none() | st.integers(1, 20),
    absence_max_in_a_month=st.none() | st.integers(1, 20),
    is_absence_reported_same_day=st.booleans(),
    late_report_ore=st.integers(0, 1_000),
    result_after_months=st.integers(1, 12),
    index_steps=st.lists(
        st.tuples(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.decimals(-5, 5, places=2)), max_size=2
    ).map(tuple),
)


@settings(max_examples=300)
@given(lines=LINES, terms=SETTINGS)
def test_a_list_that_may_be_published_can_always_be_paid_by(
    lines: list[PriceDraft], terms: PriceSettings
) -> None:
    rows = with_settings(lines, terms)
    if price_problems(rows):
        return
    found = read_price_list(rows)
    assert found.problems == ()
    assert {one.component for one in found.components} == {Component(row.component) for row in rows}


@given(terms=SETTINGS)
def test_settings_come_back_as_they_were_written(terms: PriceSettings) -> None:
    lines = [PriceDraft(kind, amount_ore=1) for kind in (*sorted(RATES), *sorted(FEES))]
    read = settings_of(with_settings(lines, terms))
    if not terms.is_absence_paid:
        usual = PriceSettings()
        assert not read.is_absence_paid
        terms = PriceSettings(
            **{
                **{name: getattr(terms, name) for name in terms.__dataclass_fields__},
                "absence_max_in_a_row": usual.absence_max_in_a_row,
                "absence_max_in_a_month": usual.absence_max_in_a_month,
                "is_absence_reported_same_day": usual.is_absence_reported_same_day,
            }
        )
    expected = PriceSettings(
        **{
            **{name: getattr(terms, name) for name in terms.__dataclass_fields__},
            "index_steps": tuple(sorted(terms.index_steps)),
        }
    )
    assert read == expected


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "ingen ersättning"),
        ([PriceDraft("bonus", amount_ore=1)], "okänd ersättning"),
        ([PriceDraft(Component.DAY_RATE, amount_ore=-1)], "mindre än noll"),
        ([FEE, FEE], "flera gånger"),
        ([PriceDraft(Component.START_FEE, "1", amount_ore=1)], "lämna nivån tom"),
        ([PriceDraft(Component.HOURLY_RATE, None, "whole", 1)], "bara dagersättning"),
        ([FEE, PriceDraft(Component.PAID_ABSENCE)], "ingen dagersättning"),
        ([PriceDraft(Component.RESULT_FEE, amount_ore=1)], "antal månader saknas"),
        ([PriceDraft(Component.DAY_RATE, parameters={"whole_from_hours": "x"})], "gränsen för heldag är fel"),
        (
            [PriceDraft(Component.DAY_RATE, parameters={"whole_from_hours": "2", "half_from_hours": "3"})],
            "fler timmar än en heldag",
        ),
        ([PriceDraft(Component.DAY_RATE, parameters={"bonus": 1})], "uppgiften bonus är okänd"),
        ([DAY, PriceDraft(Component.DAY_RATE, "2", None, 1, {"whole_from_hours": "7"})], "olika villkor"),
        (
            [FEE, PriceDraft(Component.INDEX, parameters={"from_day": "i vår", "percent": "2"})],
            "dagen som indexet",
        ),
        (
            [FEE, PriceDraft(Component.INDEX, parameters={"from_day": "2027-01-01", "percent": 2.5})],
            "procentsatsen",
        ),
    ],
)
def test_what_is_wrong_with_a_list(rows: list[PriceDraft], said: str) -> None:
    assert any(said in problem for problem in price_problems(rows)), price_problems(rows)


def test_every_condition_is_said_once() -> None:
    terms = PriceSettings(
        start_after_run_days=14,
        month_basis=MonthBasis.FULL,
        is_month_prorated=True,
        month_from_run_day=15,
        late_report_ore=50_000,
        is_absence_paid=True,
        absence_max_in_a_row=5,
        absence_max_in_a_month=10,
        is_absence_reported_same_day=False,
    )
    lines = [DAY, DAY, *(PriceDraft(kind, amount_ore=1) for kind in (*FEES, Component.MONTHLY_RATE))]
    assert conditions_sv(with_settings(lines, terms)) == [
        "Startersättning betalas när placeringen har pågått 14 dagar.",
        "Heldag är minst 6 timmar, halvdag minst 3 timmar och deldag kortare än så.",
        (
            "Månadsersättning betalas för bara hela månader, i proportion till dagarna när månaden inte är hel, "
            "från dag 15 av placeringen."
        ),
        "Giltig frånvaro ersätts med dagersättningen, högst 5 dagar i rad, högst 10 dagar i månaden.",
        "Slutersättning betalas när slutdokumentationen är inlämnad. Lämnas den för sent betalas 500,00 kr.",
        "Resultatersättning betalas när arbete eller studier har varat 6 månader och är styrkt.",
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "0,00 kr"), (5, "0,05 kr"), (123_450, "1 234,50 kr"), (100_000_000, "1 000 000,00 kr")],
)
def test_kronor(value: int, said: str) -> None:
    assert kronor_text(value) == said


@pytest.mark.parametrize(("value", "said"), [("6", "6"), ("6.50", "6,5"), ("10", "10"), ("0.25", "0,25")])
def test_numbers(value: str, said: str) -> None:
    assert number_text(Decimal(value)) == said


def test_a_price_says_what_it_is_for() -> None:
    assert price_label(DAY) == "Dagersättning, nivå 1, heldag"
    assert price_label(FEE) == "Startersättning"
