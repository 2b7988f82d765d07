from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.reference.rules import (
    add_months,
    add_working_days,
    free_weekdays,
    is_kommun_code,
    is_ssyk4,
    is_working_day,
    postcode_text,
    spoken_day,
    spoken_month,
    working_days_between,
)

days = st.dates(min_value=date(2015, 1, 1), max_value=date(2035, 12, 31))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 6, 18), True),  # Thursday before midsummer
        (date(2026, 6, 19), False),  # midsommarafton
        (date(2026, 6, 20), False),  # midsommardagen
        (date(2026, 6, 21), False),  # Sunday
        (date(2026, 12, 24), False),
        (date(2026, 12, 25), False),
        (date(2026, 12, 31), False),
        (date(2026, 1, 5), True),  # trettondagsafton is only half a holiday
        (date(2026, 1, 6), False),
        (date(2026, 4, 2), True),  # skärtorsdagen is only half a holiday
        (date(2026, 4, 3), False),
        (date(2026, 4, 6), False),
        (date(2026, 5, 1), False),
        (date(2026, 5, 14), False),  # Kristi himmelsfärdsdag
        (date(2026, 5, 15), True),  # the squeeze day after it is a working day
        (date(2025, 6, 6), False),
        (date(2026, 10, 31), False),
        (date(2026, 11, 23), True),
    ],
)
def test_working_days_of_known_dates(day: date, expected: bool) -> None:
    assert is_working_day(day) is expected


@given(days, st.integers(-60, 60))
def test_months_are_added_and_never_past_the_month(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_christmas_is_stepped_over() -> None:
    assert add_working_days(date(2025, 12, 23), 1) == date(2025, 12, 29)
    assert add_working_days(date(2025, 12, 23), 3) == date(2026, 1, 2)
    assert add_working_days(date(2025, 12, 29), -1) == date(2025, 12, 23)


def test_zero_days_lands_on_a_working_day() -> None:
    assert add_working_days(date(2026, 11, 22), 0) == date(2026, 11, 23)
    assert add_working_days(date(2026, 11, 23), 0) == date(2026, 11, 23)


def test_free_weekdays_are_in_order() -> None:
    assert free_weekdays(date(2026, 12, 1), date(2027, 1, 6)) == [
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2026, 12, 31),
        date(2027, 1, 1),
        date(2027, 1, 6),
    ]


@given(days, st.integers(min_value=1, max_value=90))
def test_between_is_the_inverse_of_add(day: date, n: int) -> None:
    assert working_days_between(day, add_working_days(day, n)) == n
    assert is_working_day(add_working_days(day, n))


@given(days, st.integers(min_value=0, max_value=400))
def test_between_agrees_with_counting_one_by_one(day: date, length: int) -> None:
    last = day + timedelta(days=length)
    counted = sum(is_working_day(day + timedelta(days=n)) for n in range(1, length + 1))
    assert working_days_between(day, last) == counted
    assert working_days_between(last, day) == -counted


def test_codes() -> None:
    assert is_kommun_code("0136")
    assert is_kommun_code("1293")
    assert not is_kommun_code("136")
    assert not is_kommun_code("0236")  # there is no county 02
    assert not is_kommun_code("01３6")
    assert is_ssyk4("9412")
    assert not is_ssyk4("941")
    assert not is_ssyk4("94A2")


def test_a_day_and_a_month_as_they_are_said() -> None:
    assert spoken_day(date(2026, 3, 2)) == "måndag 2 mars"
    assert spoken_day(date(2026, 12, 31)) == "torsdag 31 december"
    assert spoken_month(2026, 3) == "mars 2026"


def test_a_postcode_as_people_write_it() -> None:
    assert postcode_text("13640") == postcode_text(" 136 40 ") == "136 40"
    for wrong in ("1364", "136 400", "13640x", "١٣٦٤٠", ""):
        assert postcode_text(wrong) is None
