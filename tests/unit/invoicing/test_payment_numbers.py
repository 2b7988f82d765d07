"""Check digits that no e-invoice validator looks at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicing.invoices.payment_numbers import (
    bankgiro_text,
    is_bankgiro,
    is_ocr_number,
    is_orgnr,
    is_vat_number,
    ocr_number,
    orgnr_text,
    vat_number,
)

bases = st.text("0123456789", min_size=1, max_size=24)


def test_an_ocr_number_is_the_base_and_a_check_digit() -> None:
    assert ocr_number("20260107") == "202601076"


@given(bases)
def test_what_is_made_is_accepted(base: str) -> None:
    made = ocr_number(base)
    assert is_ocr_number(made)
    assert made.startswith(base)


@given(bases, st.integers(0, 24), st.integers(1, 9))
def test_one_wrong_digit_is_found(base: str, place: int, shift: int) -> None:
    made = ocr_number(base)
    place %= len(made)
    wrong = made[:place] + str((int(made[place]) + shift) % 10) + made[place + 1 :]
    assert not is_ocr_number(wrong)


@pytest.mark.parametrize("base", ["", "12-34", "1" * 25, "²"])
def test_what_is_no_base_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="OCR"):
        ocr_number(base)


@pytest.mark.parametrize("text", ["", "7", "abc", "0" * 26, "٠٠"])
def test_what_is_no_ocr_number(text: str) -> None:
    assert not is_ocr_number(text)


@pytest.mark.parametrize(
    ("digits", "is_right"),
    [
        ("5050109", True),
        ("50501055", True),
        ("5050108", False),
        ("505010", False),
        ("505-0109", False),
        ("", False),
    ],
)
def test_bankgiro(digits: str, is_right: bool) -> None:
    assert is_bankgiro(digits) is is_right


def test_organisation_and_vat_numbers() -> None:
    assert is_orgnr("2220002162")
    assert not is_orgnr("2120002892")  # Österåker's in the source documents
    assert not is_orgnr("222000-2162")
    assert vat_number("7696123459") == "SE769612345901"
    assert is_vat_number("SE769612345901")
    assert not is_vat_number("SE769612345902")
    assert not is_vat_number("SE769612345801")
    assert not is_vat_number("769612345901")


def test_numbers_as_people_write_them() -> None:
    assert bankgiro_text("5050109") == "505-0109"
    assert bankgiro_text("50501055") == "5050-1055"
    assert orgnr_text("7696123459") == "769612-3459"
