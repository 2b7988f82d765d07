"""A participant's code: how it is read, and when it holds."""

from datetime import date, timedelta

import pytest

from marketplace.errors import Invalid
from placements.access.rules import (
    ALPHABET,
    CODE_DAYS,
    LENGTH,
    check_holds,
    expiry,
    new_code,
    read_code,
    written,
)

DAY = date(2026, 3, 11)


def test_codes_are_drawn_from_letters_that_are_not_mistaken() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == LENGTH and set(code) <= set(ALPHABET) for code in codes)
    assert not set("ILOU01") & set(ALPHABET)


@pytest.mark.parametrize(
    "typed", ["ABCDE-23456", "abcde23456", " abcde 234 56\t", "ABCDE–23456", "a.b.c.d.e.2.3.4.5.6"]
)
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert read_code(typed) == "ABCDE23456"


@pytest.mark.parametrize("typed", ["", "ABCDE", "ABCDE-234567", "ÅÄÖÅÄ-23456", "OOOOO-00000", "😀" * 10])
def test_what_is_no_code_is_told(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_code(typed)
    assert refused.value.field == "code"


def test_a_code_is_written_in_two_groups_and_read_back() -> None:
    code = new_code()
    assert read_code(written(code)) == code


def test_a_code_holds_to_its_last_day() -> None:
    last = expiry(DAY)
    assert last == DAY + timedelta(days=CODE_DAYS)
    check_holds(expires_on=last, is_revoked=False, today=last)
    with pytest.raises(Invalid, match="gått ut"):
        check_holds(expires_on=last, is_revoked=False, today=last + timedelta(days=1))
    with pytest.raises(Invalid, match="gäller inte längre"):
        check_holds(expires_on=last, is_revoked=True, today=DAY)
