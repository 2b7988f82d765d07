"""Entries, balances and vouchers, and the SIE file read back."""

import re
from dataclasses import replace
from datetime import date

import pytest

from invoicing.ledger.rules import Document, EntryKind, accounts_of, entries_of, statement
from invoicing.ledger.sie_rules import Accounts, Seller, Voucher, sie_file, vouchers_of

MARCH = Document(
    1, 1, 7, "Samordningsförbundet Åsen", "mars 2026", date(2026, 4, 2), date(2026, 5, 2),
    taxed_ore=12_370_33, exempt_ore=0, vat_ore=3_092_58, rounding_ore=9, payable_ore=15_463_00, is_open=True,
)  # fmt: skip
APRIL = replace(
    MARCH, invoice_id=2, number=2, month_sv="april 2026", issued_on=date(2026, 5, 4), due_on=date(2026, 6, 3),
    taxed_ore=0, exempt_ore=1_000_00, vat_ore=0, rounding_ore=0, payable_ore=1_000_00, is_open=False,
    payments=((date(2026, 5, 28), 1_000_00),),
)  # fmt: skip
CREDIT = replace(
    MARCH, invoice_id=3, number=3, issued_on=date(2026, 5, 4), taxed_ore=-12_370_33, vat_ore=-3_092_58,
    rounding_ore=-9, payable_ore=-15_463_00,
)  # fmt: skip
EVERYTHING = (MARCH, APRIL, CREDIT)
YEAR = date(2026, 1, 1), date(2026, 12, 31)


def test_a_balance_runs_through_the_period() -> None:
    found = statement(entries_of(EVERYTHING), date(2026, 5, 1), date(2026, 5, 31))
    assert found.opening_ore == 15_463_00
    assert [(entry.day.day, entry.kind, balance) for entry, balance in found.rows] == [
        (4, EntryKind.INVOICE, 16_463_00),
        (4, EntryKind.CREDIT_NOTE, 1_000_00),
        (28, EntryKind.PAYMENT, 0),
    ]
    assert found.closing_ore == 0
    before = statement(entries_of(EVERYTHING), date(2026, 1, 1), date(2026, 1, 31))
    assert (before.rows, before.closing_ore) == ([], 0)


def test_what_is_overdue_is_told_by_buyer() -> None:
    other = replace(MARCH, buyer_id=8, buyer_name="Botkyrka", is_open=True)
    first, second = accounts_of([MARCH, APRIL, other], date(2026, 5, 3))
    assert (first.balance_ore, first.overdue_ore, first.overdue) == (15_463_00, 15_463_00, 1)
    assert second.buyer_name == "Botkyrka"
    assert accounts_of([MARCH], date(2026, 5, 2))[0].overdue == 0
    partly = replace(MARCH, payments=((date(2026, 5, 1), 5_463_00),))
    assert accounts_of([partly], date(2026, 6, 1))[0].overdue_ore == 10_000_00
    assert accounts_of([CREDIT], date(2027, 1, 1))[0].overdue == 0


def test_every_voucher_balances_to_the_ore() -> None:
    vouchers = vouchers_of(EVERYTHING, *YEAR, Accounts())
    assert [sum(ore for _, ore in one.rows) for one in vouchers] == [0, 0, 0, 0]
    assert vouchers[0].rows == (
        ("1510", 15_463_00),
        ("3001", -12_370_33),
        ("2611", -3_092_58),
        ("3740", -9),
    )
    assert vouchers[1].rows == (("1510", 1_000_00), ("3004", -1_000_00))
    assert vouchers[2].text_sv == "Kreditfaktura 3, mars 2026, Samordningsförbundet Åsen"
    assert vouchers[3] == Voucher(
        date(2026, 5, 28),
        "Betalning av faktura 2, april 2026, Samordningsförbundet Åsen",
        (("1930", 1_000_00), ("1510", -1_000_00)),
    )
    assert vouchers_of(EVERYTHING, date(2026, 6, 1), date(2026, 6, 30), Accounts()) == []
    with pytest.raises(ValueError, match="does not balance"):
        vouchers_of([replace(MARCH, exempt_ore=1)], *YEAR, Accounts())


def read_back(body: bytes) -> tuple[dict[str, str], list[Voucher]]:
    """What a bookkeeping program gets out of the file."""
    text = body.decode("cp437")
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    head: dict[str, str] = {}
    vouchers: list[Voucher] = []
    for line in text.split("\r\n")[:-1]:
        if found := re.fullmatch(r'#VER "" "" (\d{4})(\d\d)(\d\d) "((?:[^"\\]|\\")*)"', line):
            vouchers.append(Voucher(date(*map(int, found.groups()[:3])), found[4].replace('\\"', '"'), ()))
        elif found := re.fullmatch(r"#TRANS (\d{4}) \{\} (-?)(\d+)\.(\d\d)", line):
            row = (found[1], int(f"{found[2]}1") * (int(found[3]) * 100 + int(found[4])))
            vouchers[-1] = replace(vouchers[-1], rows=(*vouchers[-1].rows, row))
        elif line not in "{}":
            name, _, rest = line.partition(" ")
            head[name if name != "#KONTO" else line[:11]] = rest
    return head, vouchers


def test_the_file_is_read_back_as_it_was() -> None:
    accounts = Accounts(exempt_sales="3010")
    vouchers = vouchers_of(EVERYTHING, *YEAR, accounts)
    head, found = read_back(sie_file(Seller("Växthuset & Co", "7696123459"), YEAR[1], vouchers, accounts))
    assert found == vouchers
    assert list(head) == [
        "#FLAGGA", "#PROGRAM", "#FORMAT", "#GEN", "#SIETYP", "#ORGNR", "#FNAMN",
        "#KONTO 1510", "#KONTO 3001", "#KONTO 3010", "#KONTO 2611", "#KONTO 3740", "#KONTO 1930",
    ]  # fmt: skip
    told = head["#FLAGGA"], head["#FORMAT"], head["#GEN"], head["#SIETYP"], head["#ORGNR"], head["#FNAMN"]
    assert told == ("0", "PC8", "20261231", "4", "769612-3459", '"Växthuset & Co"')


def test_what_the_characters_lack_is_written_otherwise() -> None:
    voucher = Voucher(date(2026, 1, 2), 'Åsa – ”Łódź”\n25 €, é ő \\ "x"', ())
    body = sie_file(Seller("A’s “hus”", "7696123459"), date(2026, 1, 2), [voucher], Accounts())
    head, (found,) = read_back(body)
    assert found.text_sv == 'Åsa - "?ódz" 25 EUR, é o / "x"'
    assert head["#FNAMN"] == '"A\'s \\"hus\\""'
