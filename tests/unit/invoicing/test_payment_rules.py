"""The bank's file as it is read, and which payments are an invoice's to the öre."""

from datetime import date

import pytest

from invoicing.invoices.rules import InvoiceState
from invoicing.payments.rules import BankRow, Claim, PaymentProblem, problem_of, read_bank_file
from marketplace.errors import Invalid

HEAD = "Betalnings-id;Datum;OCR;Belopp\r\n"


@pytest.mark.parametrize(
    ("state", "outstanding", "problem"),
    [
        (InvoiceState.ATTESTED, 100, None),
        (InvoiceState.ATTESTED, 101, PaymentProblem.PARTIAL),
        (InvoiceState.ATTESTED, 99, PaymentProblem.OVER),
        (InvoiceState.PAID, 0, PaymentProblem.DOUBLE),
        (InvoiceState.CREDITED, 100, PaymentProblem.CREDITED),
        (InvoiceState.SENT, 100, PaymentProblem.NOT_ATTESTED),
        (InvoiceState.DISPUTED, 100, PaymentProblem.NOT_ATTESTED),
    ],
)
def test_what_a_payment_of_one_krona_is(
    state: InvoiceState, outstanding: int, problem: PaymentProblem | None
) -> None:
    assert problem_of(100, Claim(state, outstanding)) is problem


def test_a_number_that_no_invoice_has_is_never_guessed() -> None:
    assert problem_of(100, None) is PaymentProblem.UNKNOWN


def test_a_file_is_read_however_it_is_written() -> None:
    expected = [
        BankRow("A1", date(2026, 3, 30), "0000018", 12_370_00),
        BankRow("A2", date(2026, 3, 31), "0000026", 5),
    ]
    assert read_bank_file(
        (HEAD + "A2;2026-03-31;0000026;0,05\r\n\r\nA1;2026-03-30;00000 18;12 370,00").encode()
    ) == (expected)
    other = "belopp,OCR,Konto,betalnings-id,datum\n12370.00,'0000018,7,A1,2026-03-30\n0.05,0000026,7,A2,2026-03-31\n"
    assert read_bank_file(other.encode("utf-16")) == expected


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "tom"),
        (b"Datum;OCR\n", "saknar rubriker"),
        (HEAD.encode(), "inga rader"),
        ((HEAD + "A1;31/3;0000018;10,00\n").encode(), "Rad 2: datumet ”31/3”"),
        ((HEAD + "A1;2026-03-31;faktura 1;10,00\n").encode(), "Rad 2: OCR-numret"),
        ((HEAD + "A1;2026-03-31;0000018;10,005\n").encode(), "Rad 2: beloppet ”10,005”"),
        ((HEAD + "A1;2026-03-31;0000018;-10,00\n").encode(), "Rad 2: beloppet"),
        ((HEAD + "A1;2026-03-31;0000018;0,00\n").encode(), "Rad 2: beloppet"),
        ((HEAD + ";2026-03-31;0000018;1\nA;2026-03-31;1;1\n").encode(), "Rad 2: .* Rad 3: "),
        ((HEAD + "A1;2026-03-31;0000018;1\nA1;2026-03-31;0000018;2\n").encode(), "A1 står på flera rader"),
    ],
)
def test_a_file_that_is_wrong_anywhere_is_told_line_by_line(content: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read_bank_file(content)
