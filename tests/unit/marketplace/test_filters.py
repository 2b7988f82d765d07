from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from markupsafe import Markup

from marketplace.clock import travelling
from marketplace.web import filters

THURSDAY = date(2026, 3, 5)


@pytest.mark.parametrize(
    ("ore", "text"),
    [
        (123450, "1 234,50 kr"),
        (0, "0,00 kr"),
        (5, "0,05 kr"),
        (-99, "−0,99 kr"),
        (100_000_000, "1 000 000,00 kr"),
        (None, "–"),
    ],
)
def test_kronor_are_read_from_ore(ore: int | None, text: str) -> None:
    assert filters.kronor(ore).replace("\u00a0", " ") == text


def test_a_number_and_its_unit_stay_on_one_line() -> None:
    assert " " not in filters.kronor(123450)
    assert " " not in filters.hours(Decimal("7.5"))


@pytest.mark.parametrize(
    ("value", "text"),
    [(Decimal("7.50"), "7,5 tim"), (8, "8 tim"), (Decimal("0.25"), "0,25 tim"), (None, "–")],
)
def test_hours_leave_out_zeros_at_the_end(value: Decimal | int | None, text: str) -> None:
    assert filters.hours(value).replace("\u00a0", " ") == text


def test_a_share_is_a_percentage_with_one_decimal_and_rounds_half_up() -> None:
    assert filters.percent(5 / 17).replace("\u00a0", " ") == "29,4 %"
    assert filters.percent(Decimal("0.125"), 0).replace("\u00a0", " ") == "13 %"


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 3, 5), "i dag"),
        (date(2026, 3, 6), "i morgon"),
        (date(2026, 3, 4), "i går"),
        (date(2026, 3, 7), "om 1 arbetsdag"),
        (date(2026, 3, 10), "om 3 arbetsdagar"),
        (date(2026, 3, 2), "för 3 arbetsdagar sedan"),
        (date(2026, 12, 24), "2026-12-24"),
        (None, "–"),
    ],
)
def test_days_are_said_as_people_count_them(day: date | None, text: str) -> None:
    with travelling(THURSDAY):
        assert filters.relative_day(day) == text


def test_a_weekend_seen_from_friday_is_not_nought_working_days_away() -> None:
    with travelling(date(2026, 3, 6)):
        assert filters.relative_day(date(2026, 3, 8)) == "om 2 dagar"


def test_an_instant_is_shown_on_the_clock_in_sweden_summer_and_winter() -> None:
    assert (
        filters.instant(datetime(2026, 7, 1, 12, 5, tzinfo=UTC)).replace("\u00a0", " ")
        == "2026-07-01 kl. 14.05"
    )
    assert (
        filters.instant(datetime(2026, 1, 1, 12, 5, tzinfo=UTC)).replace("\u00a0", " ")
        == "2026-01-01 kl. 13.05"
    )


def test_the_day_of_an_instant_is_the_day_in_sweden() -> None:
    assert filters.day(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == "2026-07-02"


def test_an_instant_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        filters.instant(datetime(2026, 7, 1, 12, 5))  # noqa: DTZ001 - what is tested


def test_weeks_name_their_year_when_it_is_another() -> None:
    with travelling(THURSDAY):
        assert filters.week(date(2026, 2, 9)).replace("\u00a0", " ") == "v. 7"
        assert filters.week(date(2027, 1, 4)).replace("\u00a0", " ") == "v. 1 2027"
        assert filters.week(date(2027, 1, 4), is_year_shown=False).replace("\u00a0", " ") == "v. 1"


def test_days_in_a_text_are_kept_whole_and_the_rest_is_escaped() -> None:
    assert [filters.whole_days(value) for value in (None, 3, Markup("<b>"))] == [None, 3, "<b>"]
    text = filters.whole_days("Före <b>2026-03-09</b>, dnr 2026-03-091")
    assert text == 'Före &lt;b&gt;<span class="nowrap">2026-03-09</span>&lt;/b&gt;, dnr 2026-03-091'


def test_a_day_is_said_in_two_ways_only_when_they_differ() -> None:
    with travelling(THURSDAY):
        assert filters.dated(date(2026, 3, 6)) == "2026-03-06 (i morgon)"
        assert filters.dated(date(2026, 9, 22)) == "2026-09-22"
        assert filters.dated(None) == "–"
