"""Numbers and the words beside them."""

from decimal import Decimal

import pytest

from marketplace.swedish import counted, counted_of, full_stop, percent, plain_number


def test_numbers_in_swedish() -> None:
    assert plain_number(1234.5, 1) == "1\u00a0234,5"
    assert plain_number(-0.04, 1) == "0,0"
    assert plain_number(-0.5, 1) == "−0,5"
    assert plain_number(2.5) == "3"
    assert plain_number(Decimal("7.50"), 2, is_trimmed=True) == "7,5"
    assert percent(0.125, 0) == "13\u00a0%"
    with pytest.raises(ValueError, match="finite"):
        plain_number(float("nan"), 1)


def test_one_is_one_and_zero_is_many() -> None:
    assert [counted(number, "plats", "platser") for number in (0, 1, 2)] == [
        "0 platser",
        "1 plats",
        "2 platser",
    ]
    assert counted(2500, "deltagare", "deltagare") == "2\u00a0500 deltagare"


def test_the_noun_goes_with_the_whole() -> None:
    assert counted_of(1, 1, "placering", "placeringar") == "1 av 1 placering"
    assert counted_of(1, 4, "placering", "placeringar") == "1 av 4 placeringar"


def test_a_sentence_ends_with_one_full_stop() -> None:
    assert full_stop("Kretsen ek. för.") == "Kretsen ek. för."
    assert full_stop("Kedjan AB") == "Kedjan AB."
    assert full_stop("") == ""
